package chart

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"echopath/app/chart/plot"
)

var (
	usual = fyne.NewSize(900, 420)
	small = fyne.NewSize(620, 180)
)

func TestGoldenIdle(t *testing.T) {
	g := newSession().group()
	g.SetPlanned(0, 60)
	test.AssertRendersToImage(t, "idle_light.png", show(t, lightTheme, 1, usual, g))
	test.ApplyTheme(t, darkTheme)
	test.AssertRendersToImage(t, "idle_dark.png", show(t, darkTheme, 1, usual, g))
}

// onePath is half-way through a test of 60 s.
func onePath() *session {
	s := newSession()
	s.add(made{name: "Direct · SRTP", color: blue, from: 0, to: 31, base: 8, noise: 2})
	s.add(made{name: "Direct · data", color: blue, dash: plot.Dashed, from: 0, to: 31, base: 9, noise: 2})
	return s
}

func TestGoldenOnePath(t *testing.T) {
	for name, th := range map[string]fyne.Theme{"onepath_light.png": lightTheme, "onepath_dark.png": darkTheme} {
		g := onePath().group()
		g.SetPlanned(0, 60)
		g.SetNow(31)
		test.AssertRendersToImage(t, name, show(t, th, 1, usual, g))
	}
}

func TestGoldenFivePaths(t *testing.T) {
	for name, th := range map[string]fyne.Theme{"fivepaths_light.png": lightTheme, "fivepaths_dark.png": darkTheme} {
		g := fivePaths().group()
		test.AssertRendersToImage(t, name, show(t, th, 1, fyne.NewSize(1180, 520), g))
	}
}

func TestGoldenDense(t *testing.T) {
	g := fivePaths().group()
	test.AssertRendersToImage(t, "dense_2x.png", show(t, lightTheme, 2, usual, g))
}

// spiky is a calm path with one bad moment.
func spiky() *session {
	s := newSession()
	s.add(made{name: "Relay UDP · SRTP", color: orange, from: 0, to: 60, base: 20, noise: 4,
		spikes: map[int]float64{412: 300, 413: 812, 414: 410}})
	return s
}

func TestGoldenSpike(t *testing.T) {
	g := spiky().group()
	test.AssertRendersToImage(t, "spike_light.png", show(t, lightTheme, 1, usual, g))
}

// lossy loses packets both ways, and for two seconds nearly all.
func lossy() *session {
	s := newSession()
	s.add(made{name: "STUN · SRTP", color: green, from: 0, to: 60, base: 20, noise: 4, lossAt: func(x float64) int {
		switch {
		case x > 40 && x < 42:
			return 5
		case x < 20 && s.rng.IntN(15) == 0:
			return 1
		case x > 25 && s.rng.IntN(15) == 0:
			return -1 - s.rng.IntN(2)
		}
		return 0
	}})
	return s
}

func TestGoldenLosses(t *testing.T) {
	g := lossy().group()
	test.AssertRendersToImage(t, "losses_light.png", show(t, lightTheme, 1, usual, g))
	g = lossy().group()
	test.AssertRendersToImage(t, "losses_dark_2x.png", show(t, darkTheme, 2, fyne.NewSize(620, 330), g))
}

func TestGoldenZoomedWithCursor(t *testing.T) {
	g := fivePaths().group()
	c := show(t, lightTheme, 1, usual, g)
	g.ShowRange(24, 32)
	test.MoveMouse(c, fyne.NewPos(300, 100))
	test.AssertRendersToImage(t, "cursor_light.png", c)
	test.MoveMouse(c, fyne.NewPos(760, 100))
	c.Focus(g)
	test.AssertRendersToImage(t, "cursor_left_focused.png", c)

	dark := fivePaths().group()
	c = show(t, darkTheme, 1, small, dark)
	dark.ShowRange(24, 32)
	dark.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(310, 100)}})
	test.AssertRendersToImage(t, "cursor_small_dark.png", c)
}

func TestGoldenSmall(t *testing.T) {
	test.AssertRendersToImage(t, "small_light.png", show(t, lightTheme, 1, small, fivePaths().group()))
	test.AssertRendersToImage(t, "small_spike_dark.png", show(t, darkTheme, 1, small, spiky().group()))
}

// raceDetector is set when tests run with it.
var raceDetector bool

func TestGoldenLarge(t *testing.T) {
	if raceDetector {
		t.Skip("three megapixels take too long with the race detector")
	}
	test.AssertRendersToImage(t, "large_light.png", show(t, lightTheme, 1, fyne.NewSize(2400, 1200), fivePaths().group()))
}

func TestGoldenPicture(t *testing.T) {
	test.NewTempApp(t)
	test.ApplyTheme(t, darkTheme)
	img := fivePaths().group().Image(Picture{Width: 900, Height: 480, Scale: 1.5, Title: "turn.example.org, 21 Nov 2026 14:05", Theme: lightTheme})
	test.AssertImageMatches(t, "picture.png", img)
}

func TestGoldenLegend(t *testing.T) {
	g := fivePaths().group()
	l := NewLegend(g)
	c := show(t, lightTheme, 1, fyne.NewSize(420, 90), l)
	test.Tap(l.chips[2])
	c.Focus(l.chips[0])
	test.AssertRendersToImage(t, "legend_light.png", c)
}
