package widgets

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

// NetMap draws the way from this computer through NAT and firewall to the server and the far end, and a lane for each way to send: a line
// as far as it comes, with a shape and a word at its end. A tap on a stop opens what is known of it.
type NetMap struct {
	widget.BaseWidget
	OnOpen func(netcheck.Area) // may be nil

	shown model.NetMap
	stops [model.NumStops]*netStopFace
	rule  *canvas.Rectangle // below the stops
	lanes []*netLaneFace
}

// netStopFace is what is seen of a stop: title, what is known, and the post that its lanes pass.
type netStopFace struct {
	title, text *canvas.Text
	post        *canvas.Rectangle
	area        area
}

// netLaneFace is what is seen of a lane.
type netLaneFace struct {
	title *canvas.Text
	line  *canvas.Rectangle
	rest  *canvas.Rectangle // the way that it does not come
	mark  *MarkText
	ports *canvas.Text
	area  area
}

// Shares of the width at which the posts of the stops stand, from this computer outwards: the names of the lanes are at the left of the
// first.
var netPosts = [model.NumStops]float32{0.12, 0.30, 0.48, 0.66, 0.84}

const (
	netLaneHeight = 19
	netLaneLine   = 3 // thickness
	netRestLine   = 1
	netMapGap     = 3
)

// NewNetMap makes an empty map.
func NewNetMap() *NetMap {
	m := &NetMap{rule: canvas.NewRectangle(nil)}
	for i := range m.stops {
		m.stops[i] = &netStopFace{title: strongStyle.newText("", fyne.TextAlignLeading), text: captionStyle.newText("", fyne.TextAlignLeading), post: canvas.NewRectangle(nil)}
	}
	m.ExtendBaseWidget(m)
	return m
}

// Set shows a map.
func (m *NetMap) Set(n model.NetMap) {
	if reflect.DeepEqual(m.shown, n) {
		return
	}
	m.shown = n
	for len(m.lanes) < len(n.Lanes) {
		m.lanes = append(m.lanes, &netLaneFace{title: captionStyle.newText("", fyne.TextAlignLeading), line: canvas.NewRectangle(nil), rest: canvas.NewRectangle(nil),
			mark: newMarkText(model.NetLane{}.Mark, captionStyle), ports: captionStyle.newText("", fyne.TextAlignLeading)})
	}
	m.lanes = m.lanes[:len(n.Lanes)]
	m.Refresh()
}

// stopAt and laneAt are what is at a place; -1 for nothing.
func (m *NetMap) stopAt(p fyne.Position) int {
	for i, s := range m.stops {
		if s.area.holds(p) {
			return i
		}
	}
	return -1
}

func (m *NetMap) laneAt(p fyne.Position) int {
	for i, l := range m.lanes {
		if l.area.holds(p) {
			return i
		}
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (m *NetMap) Tapped(e *fyne.PointEvent) {
	if m.OnOpen == nil {
		return
	}
	if i := m.stopAt(e.Position); i >= 0 && m.shown.Stops[i].Area != "" {
		hideTip(m, m)
		m.OnOpen(m.shown.Stops[i].Area)
	} else if i := m.laneAt(e.Position); i >= 0 {
		hideTip(m, m)
		m.OnOpen(m.shown.Lanes[i].Area)
	}
}

// MouseIn implements desktop.Hoverable.
func (m *NetMap) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *NetMap) MouseMoved(e *desktop.MouseEvent) {
	tip, where := "", area{}
	if i := m.stopAt(e.Position); i >= 0 {
		tip, where = m.shown.Stops[i].Hint, m.stops[i].area
	} else if i := m.laneAt(e.Position); i >= 0 {
		tip, where = m.shown.Lanes[i].Hint, m.lanes[i].area
	}
	if tip == "" {
		hideTip(m, m)
		return
	}
	where.pos = where.pos.Add(areaOf(m).pos)
	tipsFor(m).show(m, tip, where, e.AbsolutePosition)
}

// MouseOut implements desktop.Hoverable.
func (m *NetMap) MouseOut() { hideTip(m, m) }

// CreateRenderer implements fyne.Widget.
func (m *NetMap) CreateRenderer() fyne.WidgetRenderer {
	r := &netMapRenderer{m}
	r.dress()
	return r
}

type netMapRenderer struct{ m *NetMap }

func (r *netMapRenderer) Destroy() {}

func (r *netMapRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.m.rule}
	for _, s := range r.m.stops {
		out = append(out, s.post, s.title, s.text)
	}
	for _, l := range r.m.lanes {
		out = append(out, l.rest, l.line, l.title, l.mark, l.ports)
	}
	return out
}

func netHeadHeight() float32 {
	return strongStyle.measure("M").Height + captionStyle.measure("M").Height + netMapGap
}

func (r *netMapRenderer) MinSize() fyne.Size {
	return fyne.NewSize(600, netHeadHeight()+float32(len(r.m.lanes))*netLaneHeight)
}

func (r *netMapRenderer) Layout(size fyne.Size) {
	m := r.m
	head := netHeadHeight()
	title := strongStyle.measure("M").Height
	var posts [model.NumStops]float32
	for i, s := range m.stops {
		posts[i] = size.Width * netPosts[i]
		left, width := posts[i], size.Width*0.18-8
		if i == model.StopComputer {
			left, width = 0, size.Width*netPosts[1]-8
		}
		if i == model.StopFar {
			width = size.Width - left
		}
		s.area = area{fyne.NewPos(left, 0), fyne.NewSize(width, head)}
		s.title.Move(fyne.NewPos(left, 0))
		s.title.Resize(fyne.NewSize(width, title))
		s.text.Move(fyne.NewPos(left, title))
		s.text.Resize(fyne.NewSize(width, head-title-netMapGap))
		s.text.Text = captionStyle.fit(m.shown.Stops[i].Text, width)
		s.post.Move(fyne.NewPos(posts[i], head))
		s.post.Resize(fyne.NewSize(hairline, size.Height-head))
	}
	m.rule.Move(fyne.NewPos(0, head-2))
	m.rule.Resize(fyne.NewSize(size.Width, hairline))
	height := netLaneHeight + max(size.Height-r.MinSize().Height, 0)/float32(max(len(m.lanes), 1))
	for i, l := range m.lanes {
		l.area = area{fyne.NewPos(0, head+float32(i)*height), fyne.NewSize(size.Width, height)}
		l.layout(m.shown.Lanes[i], posts)
	}
}

// layout draws the line to the post that the lane comes to, with mark and ports behind its end.
func (f *netLaneFace) layout(l model.NetLane, posts [model.NumStops]float32) {
	y, height, width := f.area.pos.Y, f.area.size.Height, f.area.size.Width
	middle := y + height/2
	text := captionStyle.measure("M").Height
	f.title.Move(fyne.NewPos(0, middle-text/2))
	f.title.Resize(fyne.NewSize(posts[0]-6, text))
	from, to := posts[model.StopComputer], posts[l.Reach]
	f.line.Move(fyne.NewPos(from, middle-netLaneLine/2))
	f.line.Resize(fyne.NewSize(to-from, netLaneLine))
	f.line.Hidden = l.Reach == model.StopComputer
	mark := f.mark.MinSize()
	x := to + 6
	f.mark.Move(fyne.NewPos(x, middle-mark.Height/2))
	f.mark.Resize(mark)
	x += mark.Width + 8
	f.ports.Text = captionStyle.fit(l.Text, max(width-x, 1))
	f.ports.Move(fyne.NewPos(x, middle-text/2))
	ports := captionStyle.measure(f.ports.Text).Width
	f.ports.Resize(fyne.NewSize(ports, text))
	if x += ports + 6; f.ports.Text == "" {
		x -= 8
	}
	f.rest.Move(fyne.NewPos(x, middle-netRestLine/2))
	f.rest.Resize(fyne.NewSize(max(posts[model.StopFar]-x, 0), netRestLine))
	f.rest.Hidden = posts[model.StopFar] <= x
}

func (r *netMapRenderer) dress() {
	m := r.m
	m.rule.FillColor = paint(look.ColorBorder)
	for i, s := range m.stops {
		s.title.Text = m.shown.Stops[i].Title
		strongStyle.apply(s.title)
		captionStyle.apply(s.text)
		s.post.FillColor = paint(look.ColorBorder)
	}
	for i, f := range m.lanes {
		l := m.shown.Lanes[i]
		f.title.Text = l.Title
		captionStyle.in(theme.ColorNameForeground).apply(f.title)
		captionStyle.apply(f.ports)
		f.line.FillColor, f.rest.FillColor = paint(look.ToneColor(l.Mark.Tone)), paint(look.ColorBorder)
		f.line.CornerRadius = netLaneLine / 2
		f.mark.Set(l.Mark)
	}
}

func (r *netMapRenderer) Refresh() {
	r.dress()
	redraw(r, r.m.Size())
	canvas.Refresh(r.m)
}
