package chart

import (
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/chart/plot"
)

// stills are stretches of time.
type stills struct {
	list    [][2]float64
	version uint64
}

func (s *stills) Len() int                    { return len(s.list) }
func (s *stills) At(i int) (from, to float64) { return s.list[i][0], s.list[i][1] }
func (s *stills) Version() uint64             { return s.version }

func withStills() (*Group, *stills) {
	s := onePath()
	for _, l := range s.rate.Lines {
		l.Tags = []string{"Direct"}
	}
	s.rate.Lines[1].Dash = plot.DashDotted
	still := &stills{list: [][2]float64{{4, 6.5}, {12, 12.02}, {29, 40}}, version: 1}
	s.rate.Spans = []*Spans{{List: still, Name: "Freeze", Color: red, Tags: []string{"Direct", "Freeze"}}}
	g := s.group()
	g.SetPlanned(0, 31)
	return g, still
}

func TestGoldenSpans(t *testing.T) {
	g, _ := withStills()
	test.AssertRendersToImage(t, "spans_light.png", show(t, lightTheme, 1, usual, g))
	g, _ = withStills()
	test.AssertRendersToImage(t, "spans_dark_2x.png", show(t, darkTheme, 2, fyne.NewSize(620, 330), g))
}

func TestSpansAreDrawnWhenTheyGrow(t *testing.T) {
	g, still := withStills()
	show(t, lightTheme, 1, usual, g)
	before := pixels(g)
	g.Update()
	if pixels(g) != before {
		t.Error("drawn anew without a change")
	}
	still.list, still.version = append(still.list, [2]float64{20, 22}), 2
	g.Update()
	if pixels(g) == before {
		t.Error("a new stretch is not to be seen")
	}
}

// pixels is what the raster shows now.
func pixels(g *Group) string { return string(g.screen.generate(900, 420).(*image.RGBA).Pix) }

func TestSpansHaveAChipAndRows(t *testing.T) {
	g, _ := withStills()
	show(t, lightTheme, 1, usual, g)
	l := NewLegend(g)
	l.Update()
	spans := g.panels[2].Spans[0]
	data := func() int { return strings.Count(g.Data(), ",Freeze,s,Bitrate,") }
	if data() != 3 || !strings.Contains(g.Data(), "4,Freeze,s,Bitrate,2.5,2.5,2.5\n") {
		t.Errorf("%d rows", data())
	}
	for _, name := range []string{"Freeze", "Direct"} { // the stretch goes with its path too
		for _, c := range l.chips {
			if c.entry.key.name == name {
				test.Tap(c)
			}
		}
		if !spans.Hidden || data() != 0 {
			t.Errorf("%s switched off: hidden %v, %d rows", name, spans.Hidden, data())
		}
		for _, c := range l.chips {
			if c.entry.key.name == name {
				test.Tap(c)
			}
		}
		if spans.Hidden {
			t.Errorf("%s switched on again: hidden", name)
		}
	}
}

func TestUntaggedSpansHaveAChipOfTheirOwn(t *testing.T) {
	g, _ := withStills()
	g.panels[2].Spans[0].Tags = nil
	found := entries(g.panels, untagged)
	e := found[len(found)-1]
	if e.key.name != "Freeze" || e.hidden() {
		t.Fatalf("%+v", e)
	}
	if e.setHidden(true); !g.panels[2].Spans[0].Hidden || !e.hidden() {
		t.Error("it can not be hidden")
	}
}
