package widgets

import (
	"image/color"
	"reflect"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/netcheck"
)

// NetCards shows the areas of the network side by side, each with a mark and a sentence. One is chosen; a tap, Enter or Space opens
// it, the arrow keys choose another one.
type NetCards struct {
	widget.BaseWidget
	OnOpen   func(netcheck.Area) // may be nil
	OnSelect func(netcheck.Area) // likewise

	cards    []model.NetCard
	faces    []*netCardFace
	selected int // -1: none yet
	pointed  int // -1: none
	focused  bool
	columns  int // as they were laid out last
}

// netCardFace is what is seen of a card.
type netCardFace struct {
	ground *canvas.Rectangle
	title  *canvas.Text
	mark   *MarkText
	text   *paragraph
	parts  []*MarkText // those that there is room for come first; the others are hidden
	area   area        // in the widget
	cut    bool        // not all of the card's text is shown
}

const (
	netCardGap   = 6
	netCardPad   = 7
	netCardLeast = 172 // width; below it there are fewer columns
)

// NewNetCards makes an empty grid.
func NewNetCards() *NetCards {
	c := &NetCards{selected: -1, pointed: -1, columns: 4}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows the cards.
func (c *NetCards) Set(cards []model.NetCard) {
	if reflect.DeepEqual(c.cards, cards) {
		return
	}
	c.cards = slices.Clone(cards)
	for len(c.faces) < len(cards) {
		c.faces = append(c.faces, &netCardFace{ground: canvas.NewRectangle(color.Transparent), title: strongStyle.newText("", fyne.TextAlignLeading),
			mark: NewMarkText(model.NetCard{}.Mark), text: newParagraph("", captionStyle, 1)})
	}
	c.faces = c.faces[:len(cards)]
	c.Refresh()
}

// Selected is the area that is chosen; "" if none is.
func (c *NetCards) Selected() netcheck.Area {
	if c.selected < 0 || c.selected >= len(c.cards) {
		return ""
	}
	return c.cards[c.selected].Area
}

// Select chooses an area; it opens nothing.
func (c *NetCards) Select(a netcheck.Area) {
	i := slices.IndexFunc(c.cards, func(card model.NetCard) bool { return card.Area == a })
	if i < 0 || i == c.selected {
		return
	}
	c.selected = i
	c.Refresh()
	if c.OnSelect != nil {
		c.OnSelect(a)
	}
}

// Text is all cards as lines of title, mark and sentence, tab-separated.
func (c *NetCards) Text() string {
	lines := ""
	for _, card := range c.cards {
		lines += tabbed([]string{card.Title, card.Mark.Word, card.Text}) + "\n"
	}
	return lines
}

func (c *NetCards) choose(i int) {
	if i >= 0 && i < len(c.cards) {
		c.Select(c.cards[i].Area)
	}
}

func (c *NetCards) open() {
	if a := c.Selected(); a != "" && c.OnOpen != nil {
		hideTip(c, c)
		c.OnOpen(a)
	}
}

func (c *NetCards) at(p fyne.Position) int {
	return slices.IndexFunc(c.faces, func(f *netCardFace) bool { return f.area.holds(p) })
}

// Tapped implements fyne.Tappable.
func (c *NetCards) Tapped(e *fyne.PointEvent) {
	focus(c)
	if i := c.at(e.Position); i >= 0 {
		c.choose(i)
		c.open()
	}
}

// FocusGained implements fyne.Focusable.
func (c *NetCards) FocusGained() {
	c.focused = true
	if c.selected < 0 {
		c.choose(0)
	}
	c.Refresh()
}

// FocusLost implements fyne.Focusable.
func (c *NetCards) FocusLost() { c.focused = false; c.Refresh() }

// TypedRune implements fyne.Focusable.
func (c *NetCards) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (c *NetCards) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyLeft:
		c.choose(c.selected - 1)
	case fyne.KeyRight:
		c.choose(c.selected + 1)
	case fyne.KeyUp:
		c.choose(c.selected - c.columns)
	case fyne.KeyDown:
		c.choose(c.selected + c.columns)
	case fyne.KeyHome:
		c.choose(0)
	case fyne.KeyEnd:
		c.choose(len(c.cards) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		c.open()
	default:
		passOn(c, key)
	}
}

// MouseIn implements desktop.Hoverable.
func (c *NetCards) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (c *NetCards) MouseMoved(e *desktop.MouseEvent) {
	i := c.at(e.Position)
	if i != c.pointed {
		c.pointed = i
		c.Refresh()
	}
	if i < 0 {
		hideTip(c, c)
		return
	}
	tip := c.cards[i].Hint
	if c.faces[i].cut {
		tip = c.cards[i].Text
	}
	where := c.faces[i].area
	where.pos = where.pos.Add(areaOf(c).pos)
	tipsFor(c).show(c, tip, where, e.AbsolutePosition)
}

// MouseOut implements desktop.Hoverable.
func (c *NetCards) MouseOut() {
	c.pointed = -1
	hideTip(c, c)
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *NetCards) CreateRenderer() fyne.WidgetRenderer {
	r := &netCardsRenderer{c}
	r.dress()
	return r
}

type netCardsRenderer struct{ c *NetCards }

func (r *netCardsRenderer) Destroy() {}

func (r *netCardsRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, f := range r.c.faces {
		out = append(out, f.ground, f.title, f.mark, f.text)
		for _, p := range f.parts {
			out = append(out, p)
		}
	}
	return out
}

// netCardHeight is that of a card with one line of text.
func netCardHeight() float32 {
	return 2*netCardPad + strongStyle.measure("M").Height + captionStyle.measure("M").Height
}

func (r *netCardsRenderer) MinSize() fyne.Size {
	return fyne.NewSize(2*netCardLeast+netCardGap, 2*netCardHeight()+netCardGap)
}

func (r *netCardsRenderer) Layout(size fyne.Size) {
	c := r.c
	c.columns = 4
	if size.Width < 4*netCardLeast+3*netCardGap {
		c.columns = 2
	}
	rows := max((len(c.faces)+c.columns-1)/c.columns, 1)
	width := (size.Width - float32(c.columns-1)*netCardGap) / float32(c.columns)
	height := (size.Height - float32(rows-1)*netCardGap) / float32(rows)
	for i, f := range c.faces {
		x, y := float32(i%c.columns)*(width+netCardGap), float32(i/c.columns)*(height+netCardGap)
		f.area = area{fyne.NewPos(x, y), fyne.NewSize(width, height)}
		f.layout(c.cards[i])
	}
}

// layout places title and mark on the first line and the text below, as many lines as there is room for.
func (f *netCardFace) layout(card model.NetCard) {
	pos, size := f.area.pos, f.area.size
	f.ground.Move(pos)
	f.ground.Resize(size)
	inner := max(size.Width-2*netCardPad, 1)
	line := strongStyle.measure("M").Height
	mark := f.mark.MinSize()
	f.mark.Move(pos.AddXY(netCardPad+inner-mark.Width, netCardPad))
	f.mark.Resize(fyne.NewSize(mark.Width, line))
	f.title.Text = strongStyle.fit(card.Title, inner-mark.Width-netCardPad)
	f.title.Move(pos.AddXY(netCardPad, netCardPad))
	f.title.Resize(fyne.NewSize(max(inner-mark.Width-netCardPad, 1), line))
	room := size.Height - 2*netCardPad - line
	f.text.limit = max(int(room/f.text.lineHeight()), 1)
	f.say(card.Text, inner)
	f.text.Move(pos.AddXY(netCardPad, netCardPad+line))
	f.text.Resize(fyne.NewSize(inner, float32(f.text.limit)*f.text.lineHeight()))
	f.layoutParts(card.Parts, area{pos.AddXY(netCardPad, netCardPad+line), fyne.NewSize(inner, room)})
}

// layoutParts lists the single answers below the text, as many as there is room for.
func (f *netCardFace) layoutParts(parts []present.Mark, in area) {
	height := f.text.lineHeight()
	y := float32(f.text.shown)*height + height/2
	for i, p := range f.parts {
		p.Hidden = i >= len(parts) || y+height > in.size.Height
		if p.Hidden {
			continue
		}
		side, gap := (&markRenderer{p}).shapeWidth()
		mark := parts[i]
		mark.Word = captionStyle.fit(mark.Word, in.size.Width-side-gap)
		p.Set(mark)
		p.Move(in.pos.AddXY(0, y))
		p.Resize(fyne.NewSize(in.size.Width, height))
		y += height
	}
}

// say shows as many whole sentences as there is room for, or at least a whole clause: what breaks off in the middle says less than
// nothing. What is left out stands in the tip.
func (f *netCardFace) say(text string, width float32) {
	shown := text
	for f.cut = false; len(captionStyle.wrap(shown, width)) > f.text.limit; f.cut = true {
		head, ok := withoutLastClause(strings.TrimSuffix(shown, " …"))
		if !ok {
			shown = text // not even the first one fits: as much of it as does
			break
		}
		shown = head + " …"
	}
	f.text.text, f.text.style = shown, captionStyle
	f.text.flow(width)
	f.cut = f.cut || f.text.cut
}

// withoutLastClause cuts a text behind its last sentence but one; a single sentence before what its last colon or semicolon leads to. ok is
// false if it has neither.
func withoutLastClause(text string) (head string, ok bool) {
	if end := strings.LastIndex(text, ". "); end >= 0 {
		return text[:end+1], true
	}
	end := max(strings.LastIndex(text, ": "), strings.LastIndex(text, "; "))
	if end < 0 {
		return "", false
	}
	return text[:end], true
}

func (r *netCardsRenderer) dress() {
	c := r.c
	for i, f := range c.faces {
		card := c.cards[i]
		f.ground.CornerRadius, f.ground.StrokeWidth, f.ground.StrokeColor = cardRadius, hairline, paint(look.ColorBorder)
		f.ground.FillColor = color.Transparent
		switch {
		case i == c.selected:
			f.ground.FillColor = paint(look.ColorRaised)
		case i == c.pointed:
			f.ground.FillColor = paint(look.ColorRowOver)
		}
		if i == c.selected && c.focused {
			f.ground.StrokeWidth, f.ground.StrokeColor = 1.5, paint(theme.ColorNamePrimary)
		}
		strongStyle.apply(f.title)
		f.mark.Set(card.Mark)
		for len(f.parts) < len(card.Parts) {
			f.parts = append(f.parts, newMarkText(card.Parts[len(f.parts)], captionStyle))
		}
	}
}

func (r *netCardsRenderer) Refresh() {
	r.dress()
	redraw(r, r.c.Size())
	canvas.Refresh(r.c)
}
