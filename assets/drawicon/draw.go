package main

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
)

// drawSVG writes the layers one a line.
func drawSVG(layers []layer) string {
	out := new(strings.Builder)
	fmt.Fprintln(out, `<!-- drawn by assets/drawicon: go generate ./assets -->`)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" fill="none" stroke-linecap="round">`+"\n", viewBox, viewBox)
	for _, l := range layers {
		attribute := "fill"
		if l.stroked() {
			attribute = "stroke"
		}
		fmt.Fprintf(out, "  %s %s=\"#%02X%02X%02X\"/>\n", l.svg(), attribute, l.color.R, l.color.G, l.color.B)
	}
	fmt.Fprintln(out, `</svg>`)
	return out.String()
}

// grid is how many times finer than a pixel the coverage is sampled, in each direction.
const grid = 8

// drawImage draws size x size pixels.
func drawImage(layers []layer, size int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, pixel(layers, x, y, float64(viewBox)/float64(size)))
		}
	}
	return img
}

// pixel takes the mean of the samples, each weighed by whether anything is there.
func pixel(layers []layer, x, y int, scale float64) color.NRGBA {
	if center := (point{(float64(x) + 0.5) * scale, (float64(y) + 0.5) * scale}); !nearEdge(layers, center, scale) {
		c, _ := topmost(layers, center)
		return color.NRGBA(c) // opaque, or nothing at all
	}
	var r, g, b, covered int
	for j := range grid {
		for i := range grid {
			at := func(cell, sample int) float64 { return (float64(cell) + (float64(sample)+0.5)/grid) * scale }
			if c, ok := topmost(layers, point{at(x, i), at(y, j)}); ok {
				r, g, b, covered = r+int(c.R), g+int(c.G), b+int(c.B), covered+1
			}
		}
	}
	if covered == 0 {
		return color.NRGBA{}
	}
	mean := func(sum int) uint8 { return uint8((sum + covered/2) / covered) }
	return color.NRGBA{mean(r), mean(g), mean(b), uint8((covered*255 + grid*grid/2) / (grid * grid))}
}

func nearEdge(layers []layer, p point, limit float64) bool {
	return slices.ContainsFunc(layers, func(l layer) bool { return math.Abs(l.distance(p)) < limit })
}

func topmost(layers []layer, p point) (color.RGBA, bool) {
	for i := len(layers) - 1; i >= 0; i-- {
		if layers[i].distance(p) <= 0 {
			return layers[i].color, true
		}
	}
	return color.RGBA{}, false
}
