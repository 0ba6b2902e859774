package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

func TestTableByKeyboard(t *testing.T) {
	begin(t, look.ModeLight)
	tb := table(doneRows())
	var opened []netcheck.Path
	tb.OnOpen = func(p netcheck.Path) { opened = append(opened, p) }
	c := stage(t, fyne.NewSize(800, 300), NewTips(tb)).Canvas()

	press(c, fyne.KeyTab)
	if c.Focused() != fyne.Focusable(tb) || tb.Selected() != netcheck.PathDirect {
		t.Fatalf("Tab: focus on %T, selected %q", c.Focused(), tb.Selected())
	}
	press(c, fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyReturn, fyne.KeyEnd, fyne.KeyDown, fyne.KeySpace)
	if len(opened) != 2 || opened[0] != netcheck.PathSTUN || opened[1] != netcheck.PathRelayTLS {
		t.Errorf("opened %v", opened)
	}
	shortcut(c, &fyne.ShortcutCopy{})
	want := "Path\tState\tConnect (ms)\tLoss out (95 % interval)\tLoss back (95 % interval)\tLate (of answers)\tRTT p50 (ms)\tRTT p95 (ms)\tJitter (p95 ms)\tBitrate (kbit/s)\tNote\n" +
		"Relay TLS\tnot applicable\t\t\t\t\t\t\t\t\tNone of the servers offers TURN over TLS.\n"
	if clip() != want {
		t.Errorf("copied %q", clip())
	}
	shortcut(c, &fyne.ShortcutSelectAll{})
	shortcut(c, &fyne.ShortcutCopy{})
	if clip() != tb.Text() || strings.Count(clip(), "\n") != 6 {
		t.Errorf("copied all: %q", clip())
	}
}

func TestTableKeepsSelectionWhenRowsChange(t *testing.T) {
	begin(t, look.ModeLight)
	tb := table(doneRows())
	stage(t, fyne.NewSize(800, 300), NewTips(tb))
	tb.Select(netcheck.PathRelayUDP)
	tb.SetRows(doneRows()[1:])
	if tb.Selected() != netcheck.PathRelayUDP {
		t.Errorf("selected %q", tb.Selected())
	}
	tb.SetRows(doneRows()[:1])
	if tb.Selected() != "" {
		t.Errorf("selected %q, which is gone", tb.Selected())
	}
	tb.SetRows(nil)
	tb.FocusGained()
	tb.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	tb.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	shortcut := &fyne.ShortcutCopy{}
	tb.TypedShortcut(shortcut)
}

func TestTableByMouse(t *testing.T) {
	begin(t, look.ModeLight)
	tb := table(doneRows())
	var opened netcheck.Path
	tb.OnOpen = func(p netcheck.Path) { opened = p }
	tips := NewTips(tb)
	c := stage(t, fyne.NewSize(800, 300), tips).Canvas()
	at := func(row int) fyne.Position {
		return fyne.NewPos(300, 4+headHeight()+rowHeight()*(float32(row)+0.5))
	}
	test.TapCanvas(c, at(2))
	if opened != netcheck.PathRelayUDP || c.Focused() == nil {
		t.Errorf("opened %q, focus %T", opened, c.Focused())
	}
	test.MoveMouse(c, at(3))
	if tips.Shown() != doneRows()[3].Why {
		t.Errorf("tip %q", tips.Shown())
	}
	if tips.covers(at(3)) {
		t.Error("the tip is under the pointer")
	}
	rows := doneRows()
	rows[3].Why = "Another reason."
	tb.SetRows(rows)
	if tips.Shown() != "Another reason." {
		t.Errorf("the tip says %q, which is past", tips.Shown())
	}
	test.MoveMouse(c, fyne.NewPos(300, 10))
	if !strings.HasPrefix(tips.Shown(), "Share of the packets") {
		t.Errorf("tip of the header %q", tips.Shown())
	}
	test.MoveMouse(c, fyne.NewPos(300, 290))
	if tips.Shown() != "" {
		t.Errorf("tip %q over nothing", tips.Shown())
	}
	tb.TappedSecondary(&fyne.PointEvent{Position: fyne.NewPos(20, headHeight()+5), AbsolutePosition: fyne.NewPos(20, 40)})
	menu := c.Overlays().Top()
	if menu == nil {
		t.Fatal("no menu")
	}
	press(c, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	if clip() != tb.Text() {
		t.Errorf("menu copied %q", clip())
	}
}

// TestGuestsMakeNoWindowWider: names and addresses come from others, and counters grow.
func TestGuestsMakeNoWindowWider(t *testing.T) {
	begin(t, look.ModeLight)
	tb := NewGuestTable()
	stage(t, fyne.NewSize(800, 300), NewTips(tb))
	least := tb.MinSize()
	tb.Resize(least)
	row := model.GuestRow{ID: "a", Name: strings.Repeat("W", 64)}
	for i := model.GuestColPacketsIn; i < model.NumGuestCols; i++ {
		row.Cells[i].Text = "123 456 789 012"
	}
	row.Cells[model.GuestColAddress].Text = "2001:db8:1111:2222:3333:4444:5555:6666"
	tb.SetGuestRows([]model.GuestRow{row})
	if now := tb.MinSize(); now != least {
		t.Errorf("least size %v, was %v", now, least)
	}
	line := tb.lines[0]
	for _, text := range []*canvas.Text{line.title, line.cells[model.GuestColAddress]} {
		if !strings.HasSuffix(text.Text, "…") {
			t.Errorf("not cut: %q", text.Text)
		}
	}
	tb.Resize(fyne.NewSize(3000, least.Height))
	if line.title.Text != row.Name || line.cells[model.GuestColAddress].Text != row.Cells[model.GuestColAddress].Text {
		t.Errorf("cut where there is room: %q, %q", line.title.Text, line.cells[model.GuestColAddress].Text)
	}
}
