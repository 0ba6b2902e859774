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

// Banner is the line that is read first: mark and word, a sentence on at most two lines, or three in smaller letters, and what to do below
// it. Its height never changes: what has not room gets smaller letters, and a text that had to be cut all the same is whole in the tip.
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

	bannerSmall     = style{theme.ColorNameForeground, theme.SizeNameCaptionText, false}
	bannerSmallMore = style{look.ColorMuted, theme.SizeNameCaptionText, false}
)

const (
	bannerPad   = 11
	bannerShape = 22
	bannerLines = 3   // of a sentence at most
	bannerClose = 1.2 // by so much the lines stand closer where there are as many as can be, for some room above and below them
	bannerRoom  = 6   // above and below the lines together, at least
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

// layoutText puts the lines that there are in the middle of the height, in the largest letters in which nothing is cut.
func (r *bannerRenderer) layoutText(x float32, size fyne.Size) {
	b := r.b
	width := max(size.Width-x-bannerPad, 1)
	for _, fit := range bannerFits {
		if b.try(fit, width, size.Height-bannerRoom) {
			break
		}
	}
	text, more := b.text.heightFor(width), b.more.heightFor(width)
	if b.more.text == "" {
		more = 0
	}
	y := (size.Height - text - more) / 2
	b.text.Move(fyne.NewPos(x, y))
	b.text.Resize(fyne.NewSize(width, text))
	b.more.Move(fyne.NewPos(x, y+text))
	b.more.Resize(fyne.NewSize(width, more))
}

// bannerFit is in which letters sentence and advice stand, and on how many lines the sentence may.
type bannerFit struct {
	text, more style
	lines      int
	closer     float32
}

// bannerFits are the ways to set a banner, the most readable one first. Where even the last has not room for all, the rest is in the tip.
var bannerFits = []bannerFit{
	{bannerText, mutedStyle, bannerLines - 1, 0},
	{bannerLong, mutedStyle, bannerLines, 0},
	{bannerLong, mutedStyle, bannerLines, bannerClose},
	{bannerLong, bannerSmallMore, bannerLines, bannerClose},
	{bannerSmall, bannerSmallMore, bannerLines, 0},
}

// try breaks the lines in a way, and tells whether nothing is cut. A short sentence leaves its room to the advice.
func (b *Banner) try(fit bannerFit, width, height float32) bool {
	b.text.style, b.text.limit, b.text.closer = fit.text, fit.lines, fit.closer
	b.text.flow(width)
	b.more.style, b.more.closer, b.more.limit = fit.more, fit.closer, 1
	if room := height - b.text.heightFor(width); b.more.text != "" {
		b.more.limit = max(int(room/b.more.lineHeight()), 1)
	}
	b.more.flow(width)
	all := b.text.heightFor(width)
	if b.more.text != "" {
		all += b.more.heightFor(width)
	}
	return !b.text.cut && !b.more.cut && all <= height
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
	b.more.set(m.More, b.more.style)
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
