package widgets

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
)

// LogList shows the log. It stays at its end unless it was scrolled up. A line that is longer than the list is wide goes on in the next
// row. Ctrl+C copies the selected line or, after Ctrl+A, all.
type LogList struct {
	widget.BaseWidget
	lines []model.LogLine
	parts []logPart // of the lines, one a row
	width float32   // that the lines were broken for; 0: not yet
	list  *list
	empty *canvas.Text
}

// logPart is what stands in a row.
type logPart struct {
	line int // index
	text string
}

// NewLogList makes an empty log.
func NewLogList() *LogList {
	l := &LogList{empty: mutedStyle.newText("Nothing has happened yet.", fyne.TextAlignCenter)}
	l.list = newList(func() int { return len(l.parts) }, newLogRow, l.fill)
	l.list.sticky = true
	l.list.onCopy, l.list.onMenu = l.copySelection, l.menu
	l.list.group = l.group
	l.ExtendBaseWidget(l)
	return l
}

// SetLines shows the lines. It keeps the slice; its owner only appends to it, or hands in another.
func (l *LogList) SetLines(lines []model.LogLine) {
	if len(lines) == len(l.lines) && (len(lines) == 0 || lines[len(lines)-1] == l.lines[len(lines)-1]) {
		return
	}
	if len(lines) < len(l.lines) || len(l.lines) > 0 && lines[0] != l.lines[0] {
		l.parts = nil // another log, or the beginning of a long one is gone
	}
	l.lines = lines
	l.breakLines()
	l.empty.Hidden = len(lines) > 0
	l.list.changed()
	l.empty.Refresh()
}

// Text is the whole log, tab-separated.
func (l *LogList) Text() string { return logText(l.lines) }

func logText(lines []model.LogLine) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(tabbed([]string{line.Time, line.Path, line.Text}) + "\n")
	}
	return b.String()
}

func (l *LogList) copySelection() {
	if i := l.list.selected; !l.list.all && i >= 0 {
		line := l.parts[i].line
		toClipboard(logText(l.lines[line : line+1]))
		return
	}
	toClipboard(l.Text())
}

func (l *LogList) menu(i int, at fyne.Position) {
	line := fyne.NewMenuItem("Copy line", l.copySelection)
	line.Disabled = i < 0
	showMenu(l, at, line, fyne.NewMenuItem("Copy log", func() { toClipboard(l.Text()) }))
}

// breakLines makes the rows of the lines that have none yet.
func (l *LogList) breakLines() {
	next := 0
	if n := len(l.parts); n > 0 {
		next = l.parts[n-1].line + 1
	}
	for i := next; i < len(l.lines); i++ {
		text := l.lines[i].Text
		if l.width <= 0 || plainStyle.measure(text).Width <= l.width {
			l.parts = append(l.parts, logPart{i, text})
			continue
		}
		for _, part := range plainStyle.wrap(text, l.width) {
			l.parts = append(l.parts, logPart{i, part})
		}
	}
}

// fitTo breaks the lines anew for another width of the list. What was selected stays so.
func (l *LogList) fitTo(list float32) {
	width := max(rowWidth(list)-logTextAt(), 1)
	if width == l.width {
		return
	}
	line := -1
	if i := l.list.selected; i >= 0 {
		line = l.parts[i].line
	}
	l.width, l.parts = width, nil
	l.breakLines()
	l.list.selected = slices.IndexFunc(l.parts, func(p logPart) bool { return p.line == line })
	l.list.changed()
}

// group are the rows of one line.
func (l *LogList) group(i int) (first, n int) {
	line, end := l.parts[i].line, i+1
	for first = i; first > 0 && l.parts[first-1].line == line; first-- {
	}
	for end < len(l.parts) && l.parts[end].line == line {
		end++
	}
	return first, end - first
}

func (l *LogList) fill(row fyne.CanvasObject, i int) {
	first, _ := l.group(i)
	row.(*logRow).show(&l.lines[l.parts[i].line], l.parts[i].text, i == first)
}

// CreateRenderer implements fyne.Widget.
func (l *LogList) CreateRenderer() fyne.WidgetRenderer { return &logRenderer{l} }

type logRenderer struct{ l *LogList }

func (r *logRenderer) Destroy()           {}
func (r *logRenderer) MinSize() fyne.Size { return r.l.list.MinSize() }
func (r *logRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.list, r.l.empty}
}

func (r *logRenderer) Layout(size fyne.Size) {
	r.l.fitTo(size.Width)
	r.l.list.Resize(size)
	r.l.empty.Resize(size)
}

func (r *logRenderer) Refresh() {
	mutedStyle.apply(r.l.empty)
	r.l.list.Refresh()
	r.l.empty.Refresh()
}

// logRow is a drawn line of the log.
type logRow struct {
	widget.BaseWidget
	time, path, text *canvas.Text
	whole            string
	tone             fyne.ThemeColorName
}

func newLogRow() fyne.CanvasObject {
	r := &logRow{
		time: mutedStyle.newText("", fyne.TextAlignTrailing),
		path: mutedStyle.newText("", fyne.TextAlignLeading),
		text: plainStyle.newText("", fyne.TextAlignLeading),
		tone: theme.ColorNameForeground,
	}
	r.ExtendBaseWidget(r)
	return r
}

// Columns of the log: as wide as the widest time, of a run or of the day, and path.
func logTimeWidth() float32 { return plainStyle.measure("23:59:59").Width }
func logPathAt() float32    { return logTimeWidth() + 14 }
func logTextAt() float32    { return logPathAt() + plainStyle.measure("Relay UDP").Width + 14 }

// show puts a part of a line into the row; its time and path stand in the first one.
func (r *logRow) show(line *model.LogLine, text string, first bool) {
	r.whole, r.tone = text, look.ToneColor(line.Tone)
	time, path := line.Time, line.Path
	if !first {
		time, path = "", ""
	}
	write(r.time, time, mutedStyle)
	write(r.path, path, mutedStyle)
	r.fit()
}

func (r *logRow) fit() {
	s := plainStyle.in(r.tone)
	write(r.text, s.fit(r.whole, r.Size().Width-logTextAt()), s)
}

// CreateRenderer implements fyne.Widget.
func (r *logRow) CreateRenderer() fyne.WidgetRenderer { return &logRowRenderer{r} }

type logRowRenderer struct{ r *logRow }

func (w *logRowRenderer) Destroy()           {}
func (w *logRowRenderer) MinSize() fyne.Size { return fyne.NewSize(1, listRowHeight()) }
func (w *logRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{w.r.time, w.r.path, w.r.text}
}

func (w *logRowRenderer) Layout(size fyne.Size) {
	r := w.r
	r.time.Resize(fyne.NewSize(logTimeWidth(), size.Height))
	r.path.Move(fyne.NewPos(logPathAt(), 0))
	r.path.Resize(fyne.NewSize(logTextAt()-logPathAt(), size.Height))
	r.text.Move(fyne.NewPos(logTextAt(), 0))
	r.text.Resize(fyne.NewSize(max(size.Width-logTextAt(), 1), size.Height))
	r.fit()
}

func (w *logRowRenderer) Refresh() {
	write(w.r.time, w.r.time.Text, mutedStyle)
	write(w.r.path, w.r.path.Text, mutedStyle)
	w.Layout(w.r.Size())
	canvas.Refresh(w.r)
}
