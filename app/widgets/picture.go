package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// Picture shows the newest picture of a video under a line with its name and what is known about it. A new picture is one
// refresh and moves nothing: the place is 16 to 9 before the first one comes, and a picture of another shape is letterboxed in
// it. The pixels are the caller's, who must not change them until another picture is set.
//
// A click takes the focus. Enter, F11 or a double click ask for the whole screen, the right button or the menu key for a menu.
type Picture struct {
	widget.BaseWidget
	OnOpen func()                // the whole screen; may be nil
	OnMenu func(fyne.PointEvent) // may be nil

	name, detail string
	hint         func() string // what the picture is; may be nil
	focused      bool

	head, note *canvas.Text
	screen     *pictureScreen
	ring       *canvas.Rectangle
}

// NewPicture makes an empty picture. The hint is its tip.
func NewPicture(name, empty string, hint func() string) *Picture {
	p := &Picture{name: name, hint: hint, screen: newPictureScreen(empty), ring: newRing()}
	p.head = strongStyle.newText(name, fyne.TextAlignLeading)
	p.note = captionStyle.newText("", fyne.TextAlignLeading)
	p.ExtendBaseWidget(p)
	return p
}

// Name is the picture's name.
func (p *Picture) Name() string { return p.name }

// SetImage shows a picture, or none.
func (p *Picture) SetImage(img *image.RGBA) { p.screen.setImage(img) }

// Image is the picture that is shown; nil for none.
func (p *Picture) Image() *image.RGBA { return p.screen.shown }

// SetEmpty changes what stands where there is no picture.
func (p *Picture) SetEmpty(text string) { p.screen.setEmpty(text) }

// SetDetail changes what is said about the picture beside its name.
func (p *Picture) SetDetail(text string) {
	if p.detail == text {
		return
	}
	p.detail = text
	p.fitNote()
}

// SetBadge lays a short word over the picture's corner, such as that it stands still; "" takes it away.
func (p *Picture) SetBadge(text string) { p.screen.setBadge(text) }

// Pixels is how many pixels the picture's place has on the screen; zero while it is hidden or has no place yet.
func (p *Picture) Pixels() image.Point { return p.screen.pixels() }

// pictureHead is the height of the line above the picture.
func pictureHead() float32 { return strongStyle.measure("M").Height + 4 }

// PictureHeight is how high a picture of a width is, with its line.
func PictureHeight(width float32) float32 { return width*9/16 + pictureHead() }

// PictureWidth is how wide a picture of a height is, with its line.
func PictureWidth(height float32) float32 { return max((height-pictureHead())*16/9, 0) }

// fitNote shows as much of the detail as there is room for. It moves nothing else.
func (p *Picture) fitNote() {
	text := captionStyle.fit(p.detail, p.note.Size().Width)
	if captionStyle.apply(p.note) || p.note.Text != text {
		p.note.Text = text
		p.note.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (p *Picture) MouseIn(e *desktop.MouseEvent) { p.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable. Only the line has the tip: over the picture it would hide what there is to see.
func (p *Picture) MouseMoved(e *desktop.MouseEvent) {
	if p.hint == nil || e.Position.Y > pictureHead() {
		hideTip(p, p)
		return
	}
	text := p.hint()
	if p.note.Text != p.detail {
		text = p.detail + "\n" + text
	}
	line := areaOf(p)
	line.size.Height = pictureHead()
	tipsFor(p).show(p, text, line, e.AbsolutePosition)
}

// MouseOut implements desktop.Hoverable.
func (p *Picture) MouseOut() { hideTip(p, p) }

// MouseDown implements desktop.Mouseable: a tap comes only after the time in which a second one can follow.
func (p *Picture) MouseDown(*desktop.MouseEvent) {
	if !p.focused {
		focus(p)
	}
}

// MouseUp implements desktop.Mouseable.
func (p *Picture) MouseUp(*desktop.MouseEvent) {}

// DoubleTapped implements fyne.DoubleTappable.
func (p *Picture) DoubleTapped(*fyne.PointEvent) { p.open() }

// TappedSecondary implements fyne.SecondaryTappable.
func (p *Picture) TappedSecondary(e *fyne.PointEvent) { p.menu(*e) }

// FocusGained implements fyne.Focusable.
func (p *Picture) FocusGained() { p.focused = true; dressRing(p.ring, true) }

// FocusLost implements fyne.Focusable.
func (p *Picture) FocusLost() { p.focused = false; dressRing(p.ring, false) }

// TypedRune implements fyne.Focusable.
func (p *Picture) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (p *Picture) TypedKey(key *fyne.KeyEvent) {
	switch {
	case isEnter(key), key.Name == fyne.KeySpace, key.Name == fyne.KeyF11:
		p.open()
	case key.Name == desktop.KeyMenu:
		at := areaOf(p).pos.AddXY(0, pictureHead())
		p.menu(fyne.PointEvent{AbsolutePosition: at, Position: fyne.NewPos(0, pictureHead())})
	default:
		passOn(p, key)
	}
}

func (p *Picture) open() {
	if p.OnOpen != nil {
		p.OnOpen()
	}
}

func (p *Picture) menu(e fyne.PointEvent) {
	if p.OnMenu != nil {
		p.OnMenu(e)
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Picture) CreateRenderer() fyne.WidgetRenderer {
	return &pictureRenderer{p, []fyne.CanvasObject{p.head, p.note, p.screen, p.ring}}
}

type pictureRenderer struct {
	p       *Picture
	objects []fyne.CanvasObject
}

func (r *pictureRenderer) Destroy()                     {}
func (r *pictureRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *pictureRenderer) MinSize() fyne.Size {
	const least = 128
	return fyne.NewSize(least, PictureHeight(least))
}

// Layout puts the picture at the left, as large as it can be, with its line above it, which has all of the width.
func (r *pictureRenderer) Layout(size fyne.Size) {
	p, head := r.p, pictureHead()
	width := min(size.Width, PictureWidth(size.Height))
	name := strongStyle.measure(p.name)
	p.head.Move(fyne.NewPos(0, 0))
	p.head.Resize(fyne.NewSize(name.Width, head-4))
	p.note.Move(fyne.NewPos(name.Width+8, 0))
	p.note.Resize(fyne.NewSize(max(size.Width-name.Width-8, 0), head-4))
	p.fitNote()
	p.screen.Move(fyne.NewPos(0, head))
	p.screen.Resize(fyne.NewSize(width, width*9/16))
	p.ring.Move(fyne.NewPos(-2, head-2))
	p.ring.Resize(fyne.NewSize(width+4, width*9/16+4))
}

func (r *pictureRenderer) Refresh() {
	p := r.p
	strongStyle.apply(p.head)
	captionStyle.apply(p.note)
	dressRing(p.ring, p.focused)
	r.Layout(p.Size())
	p.head.Refresh()
	p.note.Refresh()
	p.screen.Refresh()
	canvas.Refresh(p)
}

// pictureScreen is where a picture is shown, and nothing beside it. Its ground is hidden where the picture covers it: software
// OpenGL takes time for each pixel of it in every redraw.
type pictureScreen struct {
	widget.BaseWidget
	shown  *image.RGBA
	ground *canvas.Rectangle
	img    *canvas.Image
	empty  *paragraph
	badge  *panel
	word   *paragraph
}

func newPictureScreen(empty string) *pictureScreen {
	s := &pictureScreen{ground: canvas.NewRectangle(color.Transparent), img: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}}
	s.img.Hidden = true
	s.empty = newParagraph(empty, emptyPicture, 4)
	s.empty.align = fyne.TextAlignCenter
	s.word = newParagraph("", style{look.ColorOnScreen, theme.SizeNameCaptionText, true}, 1)
	s.badge = newPanel(s.word, look.ColorScreen)
	s.badge.edge = look.ColorScreen
	s.badge.inset = func() fyne.Size { return fyne.NewSize(8, 3) }
	s.badge.Hidden = true
	s.ExtendBaseWidget(s)
	return s
}

var emptyPicture = style{look.ColorOnScreen, theme.SizeNameText, false}

// setImage shows a picture. It lays nothing out unless its shape is another one.
func (s *pictureScreen) setImage(img *image.RGBA) {
	if img == nil && s.shown == nil {
		return
	}
	before := s.shown
	s.shown = img
	if img == nil {
		s.img.Image = nil
		s.Refresh()
		return
	}
	s.img.Image = img
	if before == nil || before.Rect.Size() != img.Rect.Size() {
		s.arrange(s.Size())
		canvas.Refresh(s)
	}
	s.img.Refresh()
}

func (s *pictureScreen) setEmpty(text string) {
	if s.empty.set(text, emptyPicture) {
		s.arrange(s.Size())
	}
}

func (s *pictureScreen) setBadge(text string) {
	if s.word.text == text {
		return
	}
	s.word.set(text, s.word.style)
	s.arrange(s.Size())
	canvas.Refresh(s)
}

func (s *pictureScreen) pixels() image.Point {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && s.Visible() {
		return image.Pt(c.PixelCoordinateForPosition(fyne.NewPos(s.Size().Width, s.Size().Height)))
	}
	return image.Point{}
}

// place is where the picture goes: all of the screen, or its middle if it has another shape.
func (s *pictureScreen) place(size fyne.Size) area {
	if s.shown == nil || s.shown.Rect.Empty() || size.Height <= 0 {
		return area{size: size}
	}
	w, h := float32(s.shown.Rect.Dx()), float32(s.shown.Rect.Dy())
	fit := min(size.Width/w, size.Height/h)
	in := fyne.NewSize(w*fit, h*fit)
	if size.Width-in.Width < 2 && size.Height-in.Height < 2 { // rounding
		in = size
	}
	return area{fyne.NewPos((size.Width-in.Width)/2, (size.Height-in.Height)/2), in}
}

func (s *pictureScreen) arrange(size fyne.Size) {
	at := s.place(size)
	s.img.Hidden = s.shown == nil
	s.empty.Hidden = s.shown != nil
	s.ground.Hidden = s.shown != nil && at.size == size
	s.ground.Resize(size)
	s.img.Move(at.pos)
	s.img.Resize(at.size)
	const pad = 12
	width := max(size.Width-2*pad, 1)
	height := s.empty.heightFor(width)
	s.empty.Move(fyne.NewPos(pad, (size.Height-height)/2))
	s.empty.Resize(fyne.NewSize(width, height))
	s.badge.Hidden = s.word.text == ""
	if !s.badge.Hidden {
		in := s.badge.inset()
		word := s.word.style.measure(s.word.text).Add(in).Add(in)
		s.badge.Resize(fyne.NewSize(word.Width+1, word.Height))
		s.badge.Move(fyne.NewPos(6, 6))
	}
}

// CreateRenderer implements fyne.Widget.
func (s *pictureScreen) CreateRenderer() fyne.WidgetRenderer {
	r := &pictureScreenRenderer{s, []fyne.CanvasObject{s.ground, s.img, s.empty, s.badge}}
	r.dress()
	return r
}

type pictureScreenRenderer struct {
	s       *pictureScreen
	objects []fyne.CanvasObject
}

func (r *pictureScreenRenderer) Destroy()                     {}
func (r *pictureScreenRenderer) MinSize() fyne.Size           { return fyne.NewSize(16, 9) }
func (r *pictureScreenRenderer) Layout(size fyne.Size)        { r.s.arrange(size) }
func (r *pictureScreenRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *pictureScreenRenderer) dress() {
	r.s.ground.FillColor = paint(look.ColorScreen)
	r.s.ground.CornerRadius = 4
	r.s.empty.set(r.s.empty.text, emptyPicture)
}

func (r *pictureScreenRenderer) Refresh() {
	r.dress()
	r.s.arrange(r.s.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
	canvas.Refresh(r.s)
}
