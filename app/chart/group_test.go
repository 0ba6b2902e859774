package chart

import (
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"echopath/app/chart/plot"
)

func TestUpdateRedrawsOnlyWhatIsVisible(t *testing.T) {
	s := spiky()
	g := s.group()
	g.SetPlanned(0, 60)
	show(t, lightTheme, 1, usual, g)
	series := s.rtt.Lines[0].Series
	changed := func(do func()) bool {
		g.Update()
		g.scene.labels = nil // is filled again by a redraw
		do()
		g.Update()
		return g.scene.labels != nil
	}
	if changed(func() {}) {
		t.Error("redrawn without a change")
	}
	if !changed(func() { series.Put(plot.Flat(60, 5)) }) {
		t.Error("a point in view was not drawn")
	}
	g.ShowRange(10, 20)
	if changed(func() { series.Put(plot.Flat(60.1, 5)) }) {
		t.Error("redrawn for a point out of view")
	}
	if !changed(func() { series.Put(plot.Flat(15, 99)) }) {
		t.Error("a revised point was not drawn")
	}
	if !changed(func() { s.rtt.Lines[0].Hidden = true }) {
		t.Error("hiding a line was not drawn")
	}
	if changed(func() { series.Put(plot.Flat(16, 99)) }) {
		t.Error("redrawn for a hidden line")
	}
	if changed(func() { g.SetNow(55) }) {
		t.Error("redrawn for time that does not move the view")
	}
	g.SetFollow(true)
	if !changed(func() { g.SetNow(70) }) {
		t.Error("following does not move")
	}
	if changed(func() { g.SetNow(70.001) }) {
		t.Error("redrawn for less than a pixel")
	}
}

func TestKeys(t *testing.T) {
	g := spiky().group()
	changes := 0
	g.OnViewChanged = func() { changes++ }
	c := show(t, lightTheme, 1, usual, g)
	c.Focus(g)
	span := func() float64 { from, to := g.View(); return to - from }
	all := span()
	test.Type(g, "+")
	if zoomed := span(); zoomed >= all {
		t.Errorf("+ shows %v s of %v s", zoomed, all)
	}
	from, _ := g.View()
	g.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if moved, _ := g.View(); moved <= from {
		t.Errorf("right moves from %v to %v", from, moved)
	}
	g.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if back, _ := g.View(); back > from+1e-9 {
		t.Errorf("left moves back to %v, not %v", back, from)
	}
	g.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if !g.All() || span() != all {
		t.Error("Home does not show everything")
	}
	g.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if !g.Following() {
		t.Error("End does not follow")
	}
	if changes != 5 {
		t.Errorf("told of %d changes, want 5", changes)
	}
	g.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	g.TypedRune('x')
	if changes != 5 {
		t.Error("told of a change without one")
	}
}

func TestMouse(t *testing.T) {
	g := spiky().group()
	var tapped fyne.Position
	g.OnSecondaryTapped = func(e fyne.PointEvent) { tapped = e.Position }
	c := show(t, lightTheme, 1, usual, g)
	at := fyne.NewPos(400, 100)
	test.MoveMouse(c, at)
	under := g.scene.timeAt(at.X)
	test.Scroll(c, at, 0, 50)
	if from, to := g.View(); to-from > 40 {
		t.Errorf("the wheel shows %v to %v", from, to)
	}
	if now := g.scene.timeAt(at.X); now < under-0.1 || now > under+0.1 {
		t.Errorf("the wheel moves %v under the pointer to %v", under, now)
	}
	from, _ := g.View()
	test.Drag(c, at, -50, 0)
	if moved, _ := g.View(); moved <= from {
		t.Error("dragging to the left does not show later time")
	}
	test.DoubleTap(g)
	if !g.All() {
		t.Error("a double click does not show everything")
	}
	test.TapSecondaryAt(g, at)
	if tapped != at {
		t.Errorf("right click at %v, told %v", at, tapped)
	}
	g.MouseDown(&desktop.MouseEvent{})
	if c.Focused() != fyne.Focusable(g) {
		t.Error("a click does not take the keyboard focus")
	}
	g.MouseOut()
	if g.screen.cursor.box.Visible() || g.screen.cursor.line.Visible() {
		t.Error("the cursor stays when the pointer has left")
	}
}

func TestValues(t *testing.T) {
	g := fivePaths().group()
	show(t, lightTheme, 1, usual, g)
	got := g.Values(26)
	if len(got) != 6 {
		t.Fatalf("%d values at 26 s, want those of two lines in three panels", len(got))
	}
	if got[0].Line.Name != "Relay UDP · SRTP" || got[0].Panel.Title != "Round trip" || !strings.HasSuffix(got[0].Text, " ms") {
		t.Errorf("first value %+v", got[0])
	}
	if got := g.Values(12); len(got) != 0 {
		t.Errorf("values in a pause: %+v", got)
	}
	for _, p := range g.Panels() {
		p.Lines[4].Hidden = true
	}
	if got := g.Values(26); len(got) != 3 {
		t.Errorf("%d values with a hidden line, want 3", len(got))
	}
}

func TestData(t *testing.T) {
	s := newSession()
	s.add(made{name: "Direct, \"fast\"", color: blue, from: 0, to: 0.3, base: 1, lossAt: func(x float64) int {
		return -int(x * 10)
	}})
	s.rtt.Lines[0].Series.Put(plot.Gap(0.3))
	g := s.group()
	g.ShowRange(0, 10)
	rows := strings.Split(strings.TrimSpace(g.Data()), "\n")
	if len(rows) != 1+3*3+2 {
		t.Fatalf("%d rows:\n%s", len(rows), g.Data())
	}
	if rows[0] != "time_s,chart,unit,line,value,low,high" || !strings.HasPrefix(rows[1], `0,Round trip,ms,"Direct, ""fast""",1`) {
		t.Errorf("rows:\n%s", g.Data())
	}
	if want := `0.1,Lost back,packets,"Direct, ""fast""",1,1,1`; !strings.Contains(g.Data(), want) {
		t.Errorf("no row %s in\n%s", want, g.Data())
	}
}

func TestLegendToggles(t *testing.T) {
	s := fivePaths()
	g := s.group()
	l := NewLegend(g)
	var told []string
	l.OnToggled = func(name string, visible bool) {
		told = append(told, name)
		if !visible {
			told = append(told, "hidden")
		}
	}
	show(t, lightTheme, 1, usual, l)
	if len(l.chips) != 10 {
		t.Fatalf("%d chips, want one a path and carrier", len(l.chips))
	}
	test.Tap(l.chips[1])
	if !s.rtt.Lines[1].Hidden || !s.loss.Lines[1].Hidden || !s.loss.Marks[1].Hidden || s.rtt.Lines[0].Hidden {
		t.Error("a chip hides its lines in all panels, and no others")
	}
	l.chips[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if s.rtt.Lines[1].Hidden {
		t.Error("Space does not show them again")
	}
	if want := "Direct · data,hidden,Direct · data"; strings.Join(told, ",") != want {
		t.Errorf("told %q, want %q", told, want)
	}
	g.SetPanels(&Panel{Title: "One", Lines: []*Line{{Name: "only"}}})
	l.Update()
	if len(l.chips) != 1 {
		t.Errorf("%d chips after the panels were replaced", len(l.chips))
	}
}

// A line with tags is shown while all of them are, and a tag that is off stays so in the next run's panels.
func TestLegendTags(t *testing.T) {
	blue, green := color.NRGBA{B: 200, A: 255}, color.NRGBA{G: 200, A: 255}
	panel := func() *Panel {
		return &Panel{Title: "RTT", Lines: []*Line{
			{Name: "Direct, data", Color: blue, Dash: plot.Dashed, Tags: []string{"Direct", "data"}},
			{Name: "Direct, media", Color: blue, Tags: []string{"Direct", "media"}},
			{Name: "STUN, data", Color: green, Dash: plot.Dashed, Tags: []string{"STUN", "data"}},
		}, Marks: []*Marks{{Name: "STUN, data", Tags: []string{"STUN", "data"}}}}
	}
	p := panel()
	g := New(p)
	l := NewLegend(g)
	show(t, lightTheme, 1, usual, l)
	var names []string
	for _, c := range l.chips {
		names = append(names, c.entry.key.name)
	}
	if got, want := strings.Join(names, ","), "Direct,STUN,data,media"; got != want {
		t.Fatalf("chips %s, want %s", got, want)
	}
	if l.chips[0].entry.key.dash != plot.Solid || l.chips[2].entry.key.dash != plot.Dashed || l.chips[2].entry.key.color.A != 0 {
		t.Error("a chip's sample has not the colour and the dash that its lines share")
	}
	test.Tap(l.chips[2])
	for i, hidden := range []bool{true, false, true} {
		if p.Lines[i].Hidden != hidden {
			t.Errorf("data off: %s hidden is %v", p.Lines[i].Name, !hidden)
		}
	}
	if !p.Marks[0].Hidden {
		t.Error("data off: its losses are still shown")
	}
	p = panel()
	g.SetPanels(p)
	l.Update()
	if !p.Lines[0].Hidden || p.Lines[1].Hidden {
		t.Error("what was switched off does not stay so in the next run")
	}
	test.Tap(l.chips[2])
	if p.Lines[0].Hidden {
		t.Error("a second tap does not show it again")
	}
}

// The box never leaves the widget and never covers the pointer, unless it is larger than the widget.
func TestPlaceBox(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 5000 {
		all := fyne.NewSize(300+rng.Float32()*2000, 120+rng.Float32()*900)
		box := fyne.NewSize(40+rng.Float32()*((all.Width-2*cursorGap)/2-40), 20+rng.Float32()*(all.Height-20))
		at := fyne.NewPos(rng.Float32()*all.Width, rng.Float32()*all.Height)
		pos := placeBox(all, box, at)
		if pos.X < 0 || pos.Y < 0 || pos.X+box.Width > all.Width+0.01 || pos.Y+box.Height > all.Height+0.01 {
			t.Fatalf("box %v at %v leaves %v", box, pos, all)
		}
		if at.X >= pos.X && at.X <= pos.X+box.Width {
			t.Fatalf("box %v at %v covers the line at %v", box, pos, at)
		}
	}
}

func TestArrange(t *testing.T) {
	panels := newSession().group().Panels()
	panels[1].Marks = []*Marks{{}}
	for _, size := range []fyne.Size{{Width: 620, Height: 180}, {Width: 900, Height: 420}, {Width: 2400, Height: 1200}} {
		frames, axis := arrange(size, panels, 15, plot.MarkReach+1)
		end := float32(0)
		for i, f := range frames {
			if f.headerTop < end || f.top < f.headerTop+15 || f.height() < 15 {
				t.Errorf("%v: panel %d is %+v, the one above ends at %v", size, i, f, end)
			}
			end = f.bottom
		}
		if end > axis || axis+15 > size.Height {
			t.Errorf("%v: panels end at %v, the axis is at %v", size, end, axis)
		}
	}
	if frames, _ := arrange(fyne.NewSize(10, 5), panels, 15, 10); frames != nil {
		t.Error("panels without any room")
	}
	if frames, _ := arrange(usual, nil, 15, 10); frames != nil {
		t.Error("frames without panels")
	}
}

func TestGroupSurvivesOddSizesAndPanels(t *testing.T) {
	g := fivePaths().group()
	c := show(t, lightTheme, 1, usual, g)
	for _, size := range []fyne.Size{{Width: 1, Height: 1}, {Width: 30, Height: 500}, {Width: 500, Height: 12}, {Width: 0, Height: 0}, {Width: 900, Height: 420}} {
		g.Resize(size)
		c.Capture()
	}
	g.SetPanels()
	c.Capture()
	g.SetPanels(&Panel{Lines: []*Line{{}}, Marks: []*Marks{{}}})
	test.MoveMouse(c, fyne.NewPos(400, 100))
	c.Capture()
}

func TestRendererIsMadeAgain(t *testing.T) {
	g := spiky().group()
	show(t, lightTheme, 1, usual, g)
	g.screen.Destroy()
	g.Update()
	g.MouseOut()
	g.setFocused(true)
	r := g.CreateRenderer()
	r.Layout(g.Size())
	if len(g.screen.texts.items) == 0 || g.screen.ring.Hidden {
		t.Error("the new renderer is empty, or has lost the focus")
	}
}
