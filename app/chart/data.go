package chart

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"echopath/app/chart/plot"
)

// Data returns what is shown as CSV text: a row for each point of each visible line, one for each window in which packets of a
// visible line were lost, and one for each shaded stretch with its length. Gaps have no rows.
func (g *Group) Data() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	write := func(record ...string) { _ = w.Write(record) } // a strings.Builder never fails
	write("time_s", "chart", "unit", "line", "value", "low", "high")
	from, to := g.View()
	for _, p := range g.panels {
		for _, l := range p.Lines {
			if l.Hidden || l.Series == nil {
				continue
			}
			for i := l.Series.Search(from); i < l.Series.Len() && l.Series.At(i).X <= to; i++ {
				if v := l.Series.At(i); !v.IsGap() {
					write(exact(v.X), p.Title, p.Unit, l.Name, exact(v.Y), exact(v.Low), exact(v.High))
				}
			}
		}
		for _, m := range p.Marks {
			if m.Hidden || m.Marks == nil {
				continue
			}
			for i := range m.Marks.Len() {
				if v := m.Marks.At(i); v.X >= from && v.X <= to {
					writeLost(write, m.Name, v)
				}
			}
		}
		for _, v := range p.Spans {
			if v.Hidden || v.List == nil {
				continue
			}
			for i := range v.List.Len() {
				if begin, end := v.List.At(i); end >= from && begin <= to {
					took := exact(end - begin)
					write(exact(begin), v.Name, "s", p.Title, took, took, took)
				}
			}
		}
	}
	w.Flush()
	return b.String()
}

func writeLost(write func(...string), name string, m plot.Mark) {
	for _, part := range []struct {
		chart string
		count int
	}{{"Lost out", m.Up}, {"Lost back", m.Down}, {"Lost, way unknown", m.Unknown}} {
		if part.count > 0 {
			count := strconv.Itoa(part.count)
			write(exact(m.X), part.chart, "packets", name, count, count, count)
		}
	}
}

// exact writes a number for other programs: microseconds and millionths are as exact as anything here is measured.
func exact(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}
