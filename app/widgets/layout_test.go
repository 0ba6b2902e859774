package widgets

import (
	"slices"
	"strings"
	"testing"

	"echopath/app/look"
)

func TestLimitCutsOnlyTheWidest(t *testing.T) {
	for _, c := range []struct {
		room     float32
		in, want []float32
	}{
		{100, []float32{10, 20, 30}, []float32{10, 20, 30}},
		{100, []float32{10, 200, 30}, []float32{10, 60, 30}},
		{100, []float32{10, 200, 300}, []float32{10, 45, 45}},
		{90, []float32{100, 100, 100}, []float32{30, 30, 30}},
		{0, []float32{5}, []float32{1}},
		{0, nil, nil},
	} {
		got := slices.Clone(c.in)
		limit(got, c.room)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v in %v: %v, not %v", c.in, c.room, got, c.want)
		}
	}
}

func TestIsFigure(t *testing.T) {
	for text, want := range map[string]bool{
		"0.41": true, "12 345": true, "0 % (≤ 0.76 %)": true, "0.4 % (0.1–1.4)": true, "<0.01": true, "64 kbit/s": true, "0.41 / 0.72": true,
		"192.168.0.17": false, "0:00.3": false, "3478/udp, shared": false, "near": false, "2001:db8::1": false,
	} {
		if isFigure(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestWrap(t *testing.T) {
	begin(t, look.ModeLight)
	text := "A sentence of some words, and then turn:relay.example.net:3478?transport=udp&credential=0123456789abcdef0123456789abcdef.\nA line."
	lines := plainStyle.wrap(text, 150)
	for _, l := range lines {
		if plainStyle.measure(l).Width > 150 {
			t.Errorf("%q is wider", l)
		}
	}
	flat := func(s string) string { return strings.Join(strings.Fields(s), "") }
	if flat(strings.Join(lines, "")) != flat(text) {
		t.Errorf("something was lost: %q", lines)
	}
	for _, l := range plainStyle.wrap("Lost were 0.76 % of them, and 12 ms more.", 75) {
		if strings.HasPrefix(l, "%") || strings.HasPrefix(l, "ms") {
			t.Errorf("a unit without its figure: %q", l)
		}
	}
	if got := plainStyle.wrap("", 150); len(got) != 1 || got[0] != "" {
		t.Errorf("nothing gives %q", got)
	}
}

func TestFitEndsWithAnEllipsis(t *testing.T) {
	begin(t, look.ModeLight)
	const text = "The server did not answer."
	got := plainStyle.fit(text, 100)
	if !strings.HasSuffix(got, "…") || plainStyle.measure(got).Width > 100 {
		t.Errorf("%q", got)
	}
	if plainStyle.fit(text, 1000) != text || plainStyle.fit(text, 2) != "" {
		t.Error("with room, or with none")
	}
}
