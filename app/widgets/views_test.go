package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/look"
	"echopath/app/model"
)

// press gives a key to what has the focus, as the drivers do.

func TestLogSticksToItsEnd(t *testing.T) {
	begin(t, look.ModeLight)
	l := NewLogList()
	lines := sampleLog(10000)
	l.SetLines(lines[:500])
	c := stage(t, fyne.NewSize(600, 200), NewTips(l)).Canvas()
	if !l.list.atEnd() {
		t.Error("not at the end at first")
	}
	l.SetLines(lines)
	if !l.list.atEnd() || l.list.body.used > 12 {
		t.Errorf("not at the end, or %d rows drawn", l.list.body.used)
	}
	l.list.scroll.ScrollToOffset(fyne.NewPos(0, 100))
	l.SetLines(append(lines, lines[0]))
	if l.list.scroll.Offset.Y != 100 {
		t.Errorf("moved to %v", l.list.scroll.Offset.Y)
	}
	c.Focus(l.list)
	press(c, fyne.KeyHome, fyne.KeyDown)
	shortcut(c, &fyne.ShortcutCopy{})
	if clip() != "0:01.1\tRelay UDP\tPacket 1 was answered.\n" {
		t.Errorf("copied %q", clip())
	}
	press(c, fyne.KeyEnd)
	if !l.list.atEnd() {
		t.Error("End does not go to the end")
	}
}

func TestSectionsKeepTheirPlace(t *testing.T) {
	begin(t, look.ModeLight)
	v := NewSectionView()
	v.SetSections(sampleSections())
	c := stage(t, fyne.NewSize(500, 150), NewTips(v)).Canvas()
	c.Focus(v)
	press(c, fyne.KeyEnd)
	at := v.scroll.Offset.Y
	if at == 0 {
		t.Fatal("End does not scroll")
	}
	changed := sampleSections()
	changed[1].Rows[0][1].Text = "1 %"
	v.SetSections(changed)
	if v.scroll.Offset.Y != at {
		t.Errorf("scrolled from %v to %v", at, v.scroll.Offset.Y)
	}
	shortcut(c, &fyne.ShortcutCopy{})
	if clip() != "0:10.9\tnear\tclosed\n" {
		t.Errorf("copied %q", clip())
	}
	shortcut(c, &fyne.ShortcutSelectAll{})
	shortcut(c, &fyne.ShortcutCopy{})
	if clip() != v.Text() || !strings.HasPrefix(clip(), "Route\nWhat ICE") {
		t.Errorf("copied %q", clip())
	}
	v.SetSections(sampleSections()[:1])
	if v.scroll.Offset.Y != 0 {
		t.Errorf("other sections begin at %v", v.scroll.Offset.Y)
	}
}

func TestSegmentsByKeyboard(t *testing.T) {
	begin(t, look.ModeLight)
	s := NewSegments("Charts", "Findings", "Log")
	var got []int
	s.OnChanged = func(i int) { got = append(got, i) }
	c := stage(t, fyne.NewSize(500, 150), s).Canvas()
	press(c, fyne.KeyTab, fyne.KeyLeft, fyne.KeyRight, fyne.KeyRight, fyne.KeyRight, fyne.KeyHome)
	if len(got) != 3 || got[0] != 1 || got[1] != 2 || got[2] != 0 {
		t.Errorf("changed to %v", got)
	}
	before := s.MinSize()
	s.Select(1)
	if s.MinSize() != before {
		t.Error("the width depends on the choice")
	}
}

// folder makes files to choose from.

func TestBannerDoesNotMove(t *testing.T) {
	begin(t, look.ModeLight)
	b := NewBanner()
	stage(t, fyne.NewSize(700, 100), NewTips(b))
	before := b.MinSize()
	b.Set(model.Banner{Mark: poor, Text: strings.Repeat("long ", 80), More: strings.Repeat("more ", 80)})
	if b.MinSize() != before || !b.text.cut || !b.more.cut {
		t.Errorf("from %v to %v, cut %v %v", before, b.MinSize(), b.text.cut, b.more.cut)
	}
}

func TestThemeChangeReachesEverything(t *testing.T) {
	begin(t, look.ModeLight)
	tb, m := table(doneRows()), NewMarkText(good)
	f := NewFigures("1 234")
	stage(t, fyne.NewSize(800, 300), NewTips(container.NewVBox(tb, m, f)))
	light := m.word.Color
	fyne.CurrentApp().Settings().SetTheme(look.New(look.ModeDark))
	if m.word.Color == light || tb.lines[0].word.Color == light || f.text.Color != paint("foreground") {
		t.Error("colours of the other theme are left")
	}
}

// What a banner has to say is cut only where not even small letters have room for it.
func TestBannerIsNotCut(t *testing.T) {
	begin(t, look.ModeLight)
	b := NewBanner()
	w := stage(t, fyne.NewSize(808, b.MinSize().Height), b)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(808, b.MinSize().Height))
	b.Set(model.Banner{Mark: unclear,
		Text: "Direct and STUN could not be judged: this computer was too busy. Relay UDP, Relay TCP and Relay TLS were not measured before the test ended.",
		More: "Direct: not every packet of the test could be sent. Close other programs, or ask for a lower rate, and run the test again."})
	if b.text.cut || b.more.cut {
		t.Errorf("cut %v %v: %v lines and %v of %v in %v", b.text.cut, b.more.cut, b.text.shown, b.more.shown, b.more.limit, b.Size())
	}
	if end := b.more.Position().Y + b.more.Size().Height; b.text.Position().Y < 0 || end > b.Size().Height {
		t.Errorf("from %v to %v of %v", b.text.Position().Y, end, b.Size().Height)
	}
}

// A long line of the log goes on in the next row, and is one line all the same: for the keys, the selection and the clipboard.
func TestALongLineOfTheLogIsWhole(t *testing.T) {
	begin(t, look.ModeLight)
	l := NewLogList()
	w := stage(t, fyne.NewSize(500, 300), l)
	long := "A guest at 192.0.2.9 came again " + strings.Repeat("with the same invite ", 5) + "and was turned away."
	l.SetLines([]model.LogLine{{Time: "1", Text: "first"}, {Time: "2", Text: long}, {Time: "3", Text: "last"}})
	var text []string
	for _, p := range l.parts {
		if got := plainStyle.measure(p.text).Width; got > l.width {
			t.Errorf("%q is %v wide, and there is room for %v", p.text, got, l.width)
		}
		if p.line == 1 {
			text = append(text, p.text)
		}
	}
	if len(text) < 2 || strings.Join(text, " ") != long {
		t.Errorf("%q", text)
	}
	key := func(k fyne.KeyName) { l.list.TypedKey(&fyne.KeyEvent{Name: k}) }
	key(fyne.KeyHome)
	key(fyne.KeyDown)
	if first, n := l.list.together(l.list.selected); first != 1 || n != len(text) || !l.list.withSelected(n) || l.list.withSelected(n+1) {
		t.Errorf("rows %d to %d are selected", first, first+n-1)
	}
	l.copySelection()
	if got := fyne.CurrentApp().Clipboard().Content(); got != "2\t\t"+long+"\n" {
		t.Errorf("%q", got)
	}
	w.Resize(fyne.NewSize(2000, 300))
	if len(l.parts) != 3 || l.list.selected != 1 {
		t.Errorf("with more room there are %d rows, and %d is selected", len(l.parts), l.list.selected)
	}
	key(fyne.KeyDown)
	key(fyne.KeyUp)
	key(fyne.KeyUp)
	if l.list.selected != 0 {
		t.Errorf("%d", l.list.selected)
	}
}
