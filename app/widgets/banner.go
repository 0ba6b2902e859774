package widgets

import (
	"image/color"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
)

// Banner is the line that is read first: mark and word, a sentence on at most two lines, or three in smaller letters, and a second line.
// Its height never changes; a text that had to be cut is whole in the tip.
type Banner struct {
	widget.BaseWidget
	banner model.Banner
	ground *canvas.Rectangle
	bar    *canvas.Rectangle
	shape  *shape
	word   *canvas.Text
	text   *paragraph
	more   *paragraph
}

var (
	bannerWord = style{theme.ColorNameForeground, theme.SizeNameHeadingText, true}
	bannerText = style{theme.ColorNameForeground, theme.SizeNameSubHeadingText, false}
	bannerLong = style{theme.ColorNameForeground, theme.SizeNameText, false}
)

const (
	bannerPad   = 11
	bannerShape = 22
	bannerLines = 3   // of sentence and advice together
	bannerClose = 1.2 // by so much the lines stand closer where there are as many as can be, for some room above and below them
	bannerBar   = 4   // width of the strip in the tone at the left edge
)

// NewBanner makes an empty banner.
func NewBanner() *Banner {
	b := &Banner{ground: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent)}
	b.shape = newShape("○", look.ColorMuted)
	b.word = bannerWord.newText("", fyne.TextAlignLeading)
	b.text = newParagraph("", bannerText, 2)
	b.more = newParagraph("", mutedStyle, 1)
	b.ExtendBaseWidget(b)
	return b
}

// Set shows a banner.
func (b *Banner) Set(m model.Banner) {
	if b.banner == m {
		return
	}
	b.banner = m
	b.Refresh()
}

// MouseIn implements desktop.Hoverable.
func (b *Banner) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (b *Banner) MouseMoved(e *desktop.MouseEvent) {
	var cut []string
	if b.text.cut {
		cut = append(cut, b.text.text)
	}
	if b.more.cut {
		cut = append(cut, b.more.text)
	}
	tipsFor(b).show(b, strings.Join(cut, "\n"), areaOf(b), e.AbsolutePosition)
}

// MouseOut implements desktop.Hoverable.
func (b *Banner) MouseOut() { hideTip(b, b) }

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	r := &bannerRenderer{b}
	r.dress()
	return r
}

type bannerRenderer struct{ b *Banner }

func (r *bannerRenderer) Destroy() {}

func (r *bannerRenderer) Objects() []fyne.CanvasObject {
	b := r.b
	return []fyne.CanvasObject{b.ground, b.bar, b.shape, b.word, b.text, b.more}
}

func (r *bannerRenderer) MinSize() fyne.Size {
	height := 2*bannerText.measure("M").Height + mutedStyle.measure("M").Height + bannerPad
	return fyne.NewSize(320, height)
}

func (r *bannerRenderer) Layout(size fyne.Size) {
	b := r.b
	b.ground.Resize(size)
	b.bar.Move(fyne.NewPos(0, 0))
	b.bar.Resize(fyne.NewSize(bannerBar, size.Height))
	x := float32(bannerBar + bannerPad)
	b.shape.Move(fyne.NewPos(x, 0))
	b.shape.Resize(fyne.NewSize(bannerShape, size.Height))
	x += bannerShape + bannerPad*0.75
	if b.word.Text != "" {
		word := b.word.MinSize()
		b.word.Move(fyne.NewPos(x, 0))
		b.word.Resize(fyne.NewSize(word.Width, size.Height))
		x += word.Width + bannerPad*1.5
	}
	r.layoutText(x, size)
}

// layoutText puts the lines that there are in the middle of the height.
func (r *bannerRenderer) layoutText(x float32, size fyne.Size) {
	b := r.b
	width := max(size.Width-x-bannerPad, 1)
	b.text.style, b.text.limit, b.text.closer, b.more.closer = bannerText, bannerLines-1, 0, 0
	if len(bannerText.wrap(b.text.text, width)) > b.text.limit { // a long one has smaller letters, and room for a line more
		b.text.style, b.text.limit = bannerLong, bannerLines
	}
	b.text.flow(width)
	if b.text.shown == bannerLines && b.more.text != "" {
		b.text.closer, b.more.closer = bannerClose, bannerClose
	}
	text := b.text.heightFor(width)
	b.more.limit = max(bannerLines-int(text/b.text.lineHeight()+0.5), 1) // a short sentence leaves a line to the advice
	b.more.flow(width)
	more := b.more.heightFor(width)
	if b.more.text == "" {
		more = 0
	}
	y := (size.Height - text - more) / 2
	b.text.Move(fyne.NewPos(x, y))
	b.text.Resize(fyne.NewSize(width, text))
	b.more.Move(fyne.NewPos(x, y+text))
	b.more.Resize(fyne.NewSize(width, more))
}

func (r *bannerRenderer) dress() {
	b, m := r.b, r.b.banner
	tone := look.ToneColor(m.Mark.Tone)
	b.ground.FillColor = color.Transparent // nothing is drawn of it while a test runs: a ground takes time in each redraw
	if name, ok := look.ToneBack(m.Mark.Tone); ok {
		b.ground.FillColor = paint(name)
	}
	if m.Mark.Tone == present.ToneNone {
		tone = look.ColorMuted // no opinion, so nothing that stands out
	}
	b.bar.FillColor = paint(tone)
	b.bar.TopLeftCornerRadius, b.bar.BottomLeftCornerRadius = cardRadius, cardRadius
	b.shape.set(m.Mark.Shape, tone)
	b.word.Text = title(m.Mark.Word)
	bannerWord.in(tone).apply(b.word)
	b.text.set(m.Text, b.text.style)
	b.more.set(m.More, mutedStyle)
}

// title begins a word with a capital: in the banner it stands alone.
func title(word string) string {
	r, n := utf8.DecodeRuneInString(word)
	if n == 0 {
		return word
	}
	return string(unicode.ToUpper(r)) + word[n:]
}

func (r *bannerRenderer) Refresh() {
	r.dress()
	redraw(r, r.b.Size())
	canvas.Refresh(r.b)
}
