package chart

import "fyne.io/fyne/v2"

// Lengths of the layout in units of length.
const (
	leftMargin   = 36 // holds 1000: the plots do not move when the first high value comes
	rightMargin  = 10
	labelGap     = 6 // between a label and the plot
	panelGap     = 8
	tightGap     = 2
	tightBelow   = 76 // panels lower than this move together
	timeLabelGap = 72 // between two labels of the time axis
)

// frame is the place of one panel: its plot, and above it the line for title and peak.
type frame struct {
	headerTop   float32
	top, bottom float32 // of the plot; 0 is drawn at the bottom
}

func (f frame) height() float32 { return f.bottom - f.top }

// arrange shares the height out among the panels, by their weights. The time axis is at the bottom, below axisTop. Text is the height
// of a line of it.
func arrange(size fyne.Size, panels []*Panel, text, marks float32) (frames []frame, axisTop float32) {
	axisTop = size.Height - text - 3
	total := float32(0)
	for _, p := range panels {
		total += p.weight()
	}
	if len(panels) == 0 || axisTop <= 0 {
		return nil, axisTop
	}
	gap := float32(panelGap)
	if axisTop/float32(len(panels)) < tightBelow {
		gap = tightGap
	}
	y := float32(0)
	room := axisTop - gap*float32(len(panels)-1)
	for _, p := range panels {
		height := room * p.weight() / total
		frames = append(frames, place(p, y, height, text, marks))
		y += height + gap
	}
	return frames, axisTop
}

func place(p *Panel, y, height, text, marks float32) frame {
	f := frame{headerTop: y, top: y + text + 3, bottom: y + height - 1}
	if height < tightBelow {
		f.top = y + text + 1
		marks *= 0.7 // only the ticks for many packets are longer
	}
	if len(p.Marks) > 0 {
		f.bottom -= marks
	}
	f.bottom = max(f.bottom, f.top+1)
	return f
}
