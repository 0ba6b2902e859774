package widgets

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

func videoTable() *ResultTable {
	t := NewVideoTable()
	var header [model.NumVideoCols]model.Heading
	for i, title := range []string{"Shown", "FPS", "Frozen", "Delay", "Lost", "Given up", "Bitrate", "PSNR", "SSIM", "Connect", "Under load"} {
		header[i] = model.Heading{Title: title, Hint: "About " + title + "."}
	}
	t.SetVideoHeader(header)
	row := model.VideoRow{Path: netcheck.PathDirect, Title: "Direct", State: good}
	for i := range row.Cells {
		row.Cells[i] = model.Cell{Text: videoSamples[i], Hint: "The " + header[i].Title + " of this path."}
	}
	t.SetVideoRows([]model.VideoRow{row})
	return t
}

// shownTitles are the heads of figures that can be seen, from left to right.
func shownTitles(t *ResultTable) (out []string) {
	for i, h := range t.head.titles[colFirst:] {
		if !h.Hidden {
			out = append(out, h.Text)
			if cell := t.lines[0].cells[i]; cell.Hidden || cell.Position().X != h.Position().X || h.Position().X+h.Size().Width > t.Size().Width {
				panic("the figure of " + h.Text + " is not below its head, or outside")
			}
		} else if !t.lines[0].cells[i].Hidden {
			panic("the figure of " + h.Text + " can be seen without its head")
		}
	}
	return out
}

func wantTitles(t *testing.T, tb *ResultTable, more, titles string) {
	t.Helper()
	if got := strings.Join(shownTitles(tb), " "); got != titles {
		t.Errorf("shows %q, want %q", got, titles)
	}
	if got := tb.head.units[colState].Text; got != more {
		t.Errorf("says %q, want %q", got, more)
	}
}

// Columns that there is no room for are told of, and can be reached by key and mouse.
func TestATableIsScrolledSideways(t *testing.T) {
	begin(t, look.ModeLight)
	tb := videoTable()
	var passed []fyne.KeyName
	tb.OnKey = func(k *fyne.KeyEvent) bool { passed = append(passed, k.Name); return true }
	tips := NewTips(tb)
	w := stage(t, fyne.NewSize(1400, 200), tips)
	c := w.Canvas()
	all := "Frozen Delay Bitrate Lost Given up PSNR Shown FPS Under load SSIM Connect"
	wantTitles(t, tb, "", all)
	press(c, fyne.KeyTab, fyne.KeyRight, fyne.KeyLeft)
	if !slices.Equal(passed, []fyne.KeyName{fyne.KeyRight, fyne.KeyLeft}) {
		t.Errorf("where all is shown the keys %v are for others", passed)
	}

	w.Resize(fyne.NewSize(660, 200))
	wantTitles(t, tb, "4 more columns ›", "Frozen Delay Bitrate Lost Given up PSNR Shown")
	more := tb.head.units[colState].Position().AddXY(6, 10) // the test's window has a padding
	test.MoveMouse(c, more)
	if got := tips.Shown(); !strings.HasPrefix(got, "There is no room for FPS, Under load, SSIM, Connect. Click here") {
		t.Errorf("the tip says %q", got)
	}
	press(c, fyne.KeyRight)
	wantTitles(t, tb, "‹ 4 more columns ›", "Delay Bitrate Lost Given up PSNR Shown FPS")
	test.TapCanvas(c, more)
	last := strings.Join(shownTitles(tb), " ")
	if !strings.HasSuffix(all, last) || last == all || !strings.HasPrefix(tb.head.units[colState].Text, "‹ ") || strings.HasSuffix(tb.head.units[colState].Text, "›") {
		t.Errorf("the last page is %q, %q", last, tb.head.units[colState].Text)
	}
	head := tb.head.titles[len(tb.head.titles)-1]
	test.MoveMouse(c, head.Position().AddXY(head.Size().Width, 10))
	if tips.Shown() != "About Connect." {
		t.Errorf("tip of the head %q", tips.Shown())
	}
	test.MoveMouse(c, head.Position().AddXY(head.Size().Width, headHeight()+10))
	if tips.Shown() != "The Connect of this path." {
		t.Errorf("tip of the figure %q", tips.Shown())
	}
	passed = nil
	press(c, fyne.KeyRight)
	if !slices.Equal(passed, []fyne.KeyName{fyne.KeyRight}) {
		t.Errorf("at the end the key is for others: %v", passed)
	}
	test.TapCanvas(c, more)
	wantTitles(t, tb, "4 more columns ›", "Frozen Delay Bitrate Lost Given up PSNR Shown")

	press(c, fyne.KeyRight, fyne.KeyRight)
	w.Resize(fyne.NewSize(1400, 200))
	wantTitles(t, tb, "", all)
}

// However narrow, the columns that are sure are there, and one of the others after scrolling.
func TestTheNarrowestTableIsScrolled(t *testing.T) {
	begin(t, look.ModeLight)
	tb := videoTable()
	stage(t, fyne.NewSize(1400, 200), NewTips(tb))
	tb.Resize(tb.MinSize())
	if n := len(shownTitles(tb)); n != videoCertain {
		t.Errorf("%d columns", n)
	}
	seen := map[string]bool{}
	for {
		for _, title := range shownTitles(tb) {
			seen[title] = true
		}
		if !tb.scroll(1) {
			break
		}
	}
	if len(seen) != model.NumVideoCols {
		t.Errorf("only %v can be reached", seen)
	}
	text := tb.Text()
	tb.turn()
	if tb.first != 0 || tb.Text() != text {
		t.Error("what is copied depends on what is seen")
	}
}

func TestNarrowTablePicture(t *testing.T) {
	shoot(t, "table_narrow", fyne.NewSize(660, 110), func() fyne.CanvasObject { return NewTips(videoTable()) }, func(w fyne.Window) {
		w.Canvas().Focus(w.Content().(*Tips).content.(*ResultTable))
		press(w.Canvas(), fyne.KeyRight)
	})
}
