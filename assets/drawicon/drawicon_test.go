package main

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"echopath/assets"
)

func TestFilesAreWhatIsDrawn(t *testing.T) {
	const again = "run go generate ./assets"
	svg, err := os.ReadFile("../icon.svg")
	if err != nil {
		t.Fatal(err)
	}
	if string(svg) != drawSVG(icon()) {
		t.Errorf("icon.svg is not what icon() describes: %s", again)
	}
	decoded, err := png.Decode(bytes.NewReader(assets.Icon()))
	if err != nil {
		t.Fatal(err)
	}
	want := drawImage(icon(), viewBox)
	if decoded.Bounds() != want.Bounds() {
		t.Fatalf("icon.png is %v, want %v: %s", decoded.Bounds(), want.Bounds(), again)
	}
	got := image.NewNRGBA(want.Bounds())
	draw.Draw(got, got.Bounds(), decoded, image.Point{}, draw.Src)
	for i, v := range got.Pix {
		// Some processors fuse multiplication and addition: a sample on the very edge may fall to the other side.
		if d := int(v) - int(want.Pix[i]); d < -16 || d > 16 {
			x, y := i%got.Stride/4, i/got.Stride
			t.Fatalf("icon.png differs from icon() at %d,%d: %s", x, y, again)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		name string
		s    shape
		p    point
		want float64
	}{
		{"disc, inside", disc{point{1, 1}, 5}, point{1, 3}, -3},
		{"line, beside", line{point{0, 0}, point{10, 0}, 2}, point{5, 3}, 2},
		{"line, beyond its end", line{point{0, 0}, point{10, 0}, 2}, point{13, 4}, 4},
		{"arc, on it", arc{point{0, 0}, 10, 0, 90, 4}, point{0, -10}, -2},
		{"arc, in its gap", arc{point{0, 0}, 10, 0, 90, 4}, point{0, 10}, 12.142},
		{"arc, past a whole turn", arc{point{0, 0}, 10, 350, 370, 4}, point{10, 0}, -2},
		{"square, on its side", roundedSquare{10, 2}, point{0, 5}, 0},
		{"square, its corner is cut", roundedSquare{10, 2}, point{0, 0}, 0.828},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.s.distance(tt.p); got < tt.want-0.001 || got > tt.want+0.001 {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
