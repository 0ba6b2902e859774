package view

import (
	"echopath/app/chart"
	"echopath/app/chart/plot"
	"echopath/app/look"
	"echopath/app/model"
)

// What the chips of the legend say of the directions of a call.
const (
	upTag   = "Up"
	downTag = "Down"
)

// callLook is how one direction is drawn: what arrives, and what was sent or lost before repair.
type callLook struct {
	tag        string
	main, side plot.Dash
}

var callLooks = [2]callLook{{upTag, plot.Solid, plot.Dotted}, {downTag, plot.Dashed, plot.DashDotted}}

// fillCall gives the panels the lines of calls: a path has its colour, a direction its dash.
func (c *videoCharts) fillCall(list []*model.CallCurves) {
	for _, k := range list {
		path, paint := k.Path.Title(), look.PathColor(k.Path, c.variant)
		add := func(p *chart.Panel, s *plot.Series, dash plot.Dash, name string, tags ...string) {
			p.Lines = append(p.Lines, &chart.Line{Series: s, Name: path + name, Color: paint, Dash: dash, Tags: append([]string{path}, tags...)})
		}
		for i, way := range []model.CallWayCurves{k.Up, k.Down} {
			l := callLooks[i]
			of := ", " + lowerFirst(l.tag)
			add(c.rate, way.Received, l.main, of, l.tag)
			add(c.rate, way.Sent, plot.Dotted, of+", sent", sentTag) // without the direction: its chip shows how the line of what arrives is drawn
			add(c.fps, way.FPS, l.main, of, l.tag)
			add(c.lost, way.LostAfter, l.main, of, l.tag)
			add(c.lost, way.LostBefore, l.side, of+", before repair", l.tag)
			for _, p := range c.panels() {
				p.Spans = append(p.Spans, &chart.Spans{List: way.Freezes, Name: freezeTag + of, Color: c.freezeColor(), Tags: []string{path, l.tag, freezeTag}})
			}
		}
		add(c.rtt, k.RTT, plot.Solid, "")
		c.rtt.Lines[len(c.rtt.Lines)-1].Band = true
	}
}
