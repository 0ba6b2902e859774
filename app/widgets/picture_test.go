package widgets

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
)

// still is a picture of a size in one colour, with a light frame.
func still(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{40, 90, 160, 255}
			if x < 4 || y < 4 || x >= width-4 || y >= height-4 {
				c = color.RGBA{240, 200, 80, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func TestPictureShots(t *testing.T) {
	shoot(t, "picture", fyne.NewSize(660, 330), func() fyne.CanvasObject {
		empty := NewPicture("Sent", "Press Start: the picture that is sent appears here, and beside it the one that comes back.", nil)
		full := NewPicture("Echoed", "", nil)
		full.SetImage(still(640, 360))
		full.SetDetail("30 a second, 41 ms later, PSNR 44.1 dB, and more than there is room for")
		full.SetBadge("stands still")
		square := NewPicture("Camera", "", nil)
		square.SetImage(still(300, 300))
		focused := NewPicture("Difference", "", nil)
		focused.SetImage(still(64, 36))
		focused.FocusGained()
		return NewTips(container.NewGridWithColumns(2, empty, full, square, focused))
	})
}

func TestPictureIsReached(t *testing.T) {
	begin(t, look.ModeLight)
	p := NewPicture("Echoed", "nothing", func() string { return "What came back." })
	opened, menus := 0, 0
	p.OnOpen, p.OnMenu = func() { opened++ }, func(fyne.PointEvent) { menus++ }
	tips := NewTips(p)
	c := stage(t, fyne.NewSize(400, 260), tips).Canvas()
	press(c, fyne.KeyTab, fyne.KeyReturn, fyne.KeyF11, fyne.KeySpace, desktop.KeyMenu)
	if opened != 3 || menus != 1 {
		t.Errorf("by keyboard: opened %d, menus %d", opened, menus)
	}
	test.DoubleTap(p)
	test.TapSecondary(p)
	if opened != 4 || menus != 2 {
		t.Errorf("by mouse: opened %d, menus %d", opened, menus)
	}
	c.Unfocus()
	p.MouseDown(nil)
	if c.Focused() != fyne.Focusable(p) {
		t.Error("a click does not take the focus")
	}
	p.SetDetail("a text that is much longer than the line above the picture has room for, whatever the font")
	test.MoveMouse(c, fyne.NewPos(60, 10))
	if tips.Shown() != p.detail+"\nWhat came back." {
		t.Errorf("tip on the line: %q", tips.Shown())
	}
	test.MoveMouse(c, fyne.NewPos(60, 120))
	if tips.Shown() != "" {
		t.Errorf("tip over the picture: %q", tips.Shown())
	}
}

// A new picture is one refresh: thirty of them a second must move nothing.
func TestPictureMovesNothing(t *testing.T) {
	begin(t, look.ModeLight)
	p := NewPicture("Echoed", "nothing yet", nil)
	stage(t, fyne.NewSize(400, 260), NewTips(p))
	place := func() [2]any { return [2]any{p.screen.Position(), p.screen.Size()} }
	before := place()
	if got := p.Pixels(); got.X*9-got.Y*16 > 16 || got.X < 380 {
		t.Errorf("%v pixels", got)
	}
	first, second := still(640, 360), still(640, 360)
	for _, img := range []*image.RGBA{first, second, nil, still(480, 270), still(300, 300)} {
		p.SetImage(img)
		if place() != before || p.Image() != img {
			t.Fatalf("%v moves the picture's place", img.Bounds())
		}
	}
	if p.screen.ground.Hidden || p.screen.img.Size().Width >= p.screen.Size().Width {
		t.Error("a square picture is not letterboxed")
	}
	p.SetImage(first)
	if !p.screen.ground.Hidden || p.screen.img.Size() != p.screen.Size() {
		t.Error("the ground is painted behind a picture that covers it")
	}
	p.Hide()
	p.screen.Hide()
	if p.Pixels() != (image.Point{}) {
		t.Error("a hidden picture has pixels")
	}
}

func TestWholeScreen(t *testing.T) {
	begin(t, look.ModeDark)
	below := NewPicture("Echoed", "", nil)
	win := stage(t, fyne.NewSize(640, 400), NewTips(below))
	handled := 0
	win.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { handled++ })
	w := NewWholeScreen(win)
	closed, steps := 0, []int{}
	w.OnClose, w.OnStep = func() { closed++ }, func(by int) { steps = append(steps, by) }
	if w.Pixels() != (image.Point{}) {
		t.Error("it has pixels before it is shown")
	}
	w.SetImage(still(640, 360))
	w.SetLine("Echoed: 41 ms later. Escape: back")
	w.Show()
	w.Show()
	test.AssertImageMatches(t, "wholescreen.png", win.Canvas().Capture())
	if got := w.Pixels(); got.Y < 300 {
		t.Errorf("%v pixels", got)
	}
	press(win.Canvas(), fyne.KeyRight, fyne.KeyLeft)
	win.Canvas().Unfocus()
	press(win.Canvas(), fyne.KeyRight, fyne.KeyEscape)
	if len(steps) != 3 || steps[1] != -1 || closed != 1 || w.Open() || len(win.Canvas().Overlays().List()) != 0 {
		t.Errorf("steps %v, closed %d, open %v", steps, closed, w.Open())
	}
	press(win.Canvas(), fyne.KeyA)
	if handled != 1 {
		t.Error("the keys of the window are not given back")
	}
	w.Show()
	test.DoubleTap(w)
	if w.Open() {
		t.Error("a double click does not take it away")
	}
}

func TestVideoTableLeavesOutWhatHasNoRoom(t *testing.T) {
	begin(t, look.ModeLight)
	tb := NewVideoTable()
	stage(t, fyne.NewSize(560, 200), NewTips(tb))
	narrow := tb.grid.shown
	tb.Resize(fyne.NewSize(1400, 200))
	if wide := tb.grid.shown; narrow >= wide || narrow < videoCertain || wide != len(videoSamples) {
		t.Errorf("%d columns in 560, %d in 1400", narrow, wide)
	}
	if !tb.head.titles[colFirst+narrow].Visible() {
		t.Error("a column that has room is hidden")
	}
	tb.Resize(fyne.NewSize(560, 200))
	if tb.head.titles[colFirst+narrow].Visible() {
		t.Error("a column without room is shown")
	}
}
