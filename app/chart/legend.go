package chart

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"echopath/app/chart/plot"
)

// Legend names the lines of a group, with a sample of each, and shows or hides them. It wraps where there is little width.
type Legend struct {
	widget.BaseWidget

	// OnToggled is called after the user has shown or hidden a line in all panels.
	OnToggled func(name string, visible bool)
	// OnResized is called when the legend needs another height than before: whoever has laid it out does so again.
	OnResized func()

	group *Group
	chips []*chip
	box   *fyne.Container

	height float32         // that it needed when its chips last changed
	off    map[string]bool // tags that the user has switched off; they stay so when the panels are replaced
}

// NewLegend makes the legend of a group.
func NewLegend(g *Group) *Legend {
	l := &Legend{group: g, box: container.New(layout.NewRowWrapLayoutWithCustomPadding(4, 4)), off: map[string]bool{}}
	l.ExtendBaseWidget(l)
	l.Update()
	return l
}

// Update takes over the group's lines after they were replaced, shown or hidden by others.
func (l *Legend) Update() {
	l.apply()
	found := append(tagged(l.group.panels), entries(l.group.panels, untagged)...)
	for len(l.chips) < len(found) {
		c := newChip(l.toggle)
		l.chips = append(l.chips, c)
		l.box.Objects = append(l.box.Objects, c)
	}
	changed := len(found) != len(l.chips)
	l.chips, l.box.Objects = l.chips[:len(found)], l.box.Objects[:len(found)]
	for i, e := range found {
		changed = l.chips[i].set(e, l.isOff(e)) || changed
	}
	if !changed {
		return
	}
	before := l.height
	l.box.Refresh()
	l.Refresh()
	if l.height = l.box.MinSize().Height; l.height != before && l.OnResized != nil {
		l.OnResized()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Legend) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.box) }

func (l *Legend) isOff(e entry) bool {
	if e.tag != "" {
		return l.off[e.tag]
	}
	return e.hidden()
}

func (l *Legend) toggle(e entry) {
	show := l.isOff(e)
	if e.tag != "" {
		l.off[e.tag] = !show
	} else {
		e.setHidden(!show)
	}
	l.Update()
	l.group.Update()
	if l.OnToggled != nil {
		l.OnToggled(e.key.name, show)
	}
}

// apply hides each line that has a tag which is off, and shows the other tagged ones.
func (l *Legend) apply() {
	off := func(tag string) bool { return l.off[tag] }
	for _, p := range l.group.panels {
		for _, line := range p.Lines {
			if len(line.Tags) > 0 {
				line.Hidden = slices.ContainsFunc(line.Tags, off)
			}
		}
		for _, m := range p.Marks {
			if len(m.Tags) > 0 {
				m.Hidden = slices.ContainsFunc(m.Tags, off)
			}
		}
		for _, v := range p.Spans {
			if len(v.Tags) > 0 {
				v.Hidden = slices.ContainsFunc(v.Tags, off)
			}
		}
	}
}

// entry is what one chip stands for: the lines and marks of the same name, colour and dash in all panels, or those with a tag.
type entry struct {
	key   key
	tag   string // "" for lines without tags
	lines []*Line
	marks []*Marks
	spans []*Spans
}

// hidden tells whether none of it is shown.
func (e entry) hidden() bool {
	for _, l := range e.lines {
		if !l.Hidden {
			return false
		}
	}
	for _, m := range e.marks {
		if !m.Hidden {
			return false
		}
	}
	for _, v := range e.spans {
		if !v.Hidden {
			return false
		}
	}
	return true
}

func (e entry) setHidden(hidden bool) {
	for _, l := range e.lines {
		l.Hidden = hidden
	}
	for _, m := range e.marks {
		m.Hidden = hidden
	}
	for _, v := range e.spans {
		v.Hidden = hidden
	}
}

func anyTags([]string) bool       { return true }
func untagged(tags []string) bool { return len(tags) == 0 }

// entries lists the lines and marks that are wanted by their tags, in the order in which they first come.
func entries(panels []*Panel, wanted func(tags []string) bool) []entry {
	var out []entry
	at := map[key]int{}
	find := func(k key) *entry {
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k], out = i, append(out, entry{key: k})
		}
		return &out[i]
	}
	for _, p := range panels {
		for _, l := range p.Lines {
			if wanted(l.Tags) {
				e := find(l.key())
				e.lines = append(e.lines, l)
			}
		}
		for _, m := range p.Marks {
			if wanted(m.Tags) {
				e := find(m.key())
				e.marks = append(e.marks, m)
			}
		}
		for _, v := range p.Spans {
			if wanted(v.Tags) {
				e := find(v.key())
				e.spans = append(e.spans, v)
			}
		}
	}
	return out
}

// tagged gives an entry for each tag: the first tags of all lines, then the second ones; what only shaded stretches have comes last. Its sample has the colour and the dash
// that its lines share in the first panel that has any; where they do not share them it has none in particular.
func tagged(panels []*Panel) []entry {
	var out []entry
	at, from := map[string]int{}, map[string]*Panel{}
	for place, more := 0, true; more; place++ {
		more = false
		for _, p := range panels {
			for _, l := range p.Lines {
				if place >= len(l.Tags) {
					continue
				}
				more = true
				tag := l.Tags[place]
				i, ok := at[tag]
				if !ok {
					i = len(out)
					at[tag], from[tag], out = i, p, append(out, entry{key: key{tag, l.Color, l.Dash}, tag: tag})
				}
				if from[tag] == p {
					out[i].share(l)
				}
			}
		}
	}
	for _, p := range panels {
		for _, v := range p.Spans {
			for _, tag := range v.Tags {
				if _, ok := at[tag]; !ok {
					at[tag], out = len(out), append(out, entry{key: key{tag, v.Color, plot.Solid}, tag: tag})
				}
			}
		}
	}
	return out
}

// share takes the line's colour and dash out of the entry where they differ from those of the lines before.
func (e *entry) share(l *Line) {
	if e.key.color != l.Color {
		e.key.color = color.NRGBA{}
	}
	if e.key.dash != l.Dash {
		e.key.dash = plot.Solid
	}
}
