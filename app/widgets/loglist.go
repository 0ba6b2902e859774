package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
)

// LogList shows the log. It stays at its end unless it was scrolled up. Ctrl+C copies the selected line or, after Ctrl+A, all.
type LogList struct {
	widget.BaseWidget
	lines []model.LogLine
	list  *list
	empty *canvas.Text
}

// NewLogList makes an empty log.
func NewLogList() *LogList {
	l := &LogList{empty: mutedStyle.newText("Nothing has happened yet.", fyne.TextAlignCenter)}
	l.list = newList(func() int { return len(l.lines) }, newLogRow, l.fill)
	l.list.sticky = true
	l.list.onCopy, l.list.onMenu = l.copySelection, l.menu
	l.list.hint = l.hint
	l.ExtendBaseWidget(l)
	return l
}

// SetLines shows the lines. It keeps the slice; its owner only appends to it, or hands in another.
func (l *LogList) SetLines(lines []model.LogLine) {
	if len(lines) == len(l.lines) && (len(lines) == 0 || lines[len(lines)-1] == l.lines[len(lines)-1]) {
		return
	}
	l.lines = lines
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
		toClipboard(logText(l.lines[i : i+1]))
		return
	}
	toClipboard(l.Text())
}

func (l *LogList) menu(i int, at fyne.Position) {
	line := fyne.NewMenuItem("Copy line", l.copySelection)
	line.Disabled = i < 0
	showMenu(l, at, line, fyne.NewMenuItem("Copy log", func() { toClipboard(l.Text()) }))
}

// hint is a line that is longer than there is room for.
func (l *LogList) hint(i int) string {
	line := l.lines[i]
	if plainStyle.measure(line.Text).Width <= rowWidth(l.list.Size().Width)-logTextAt() {
		return ""
	}
	return line.Text
}

func (l *LogList) fill(row fyne.CanvasObject, i int) { row.(*logRow).show(&l.lines[i]) }

// CreateRenderer implements fyne.Widget.
func (l *LogList) CreateRenderer() fyne.WidgetRenderer { return &logRenderer{l} }

type logRenderer struct{ l *LogList }

func (r *logRenderer) Destroy()           {}
func (r *logRenderer) MinSize() fyne.Size { return r.l.list.MinSize() }
func (r *logRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.list, r.l.empty}
}

func (r *logRenderer) Layout(size fyne.Size) {
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

func (r *logRow) show(line *model.LogLine) {
	r.whole, r.tone = line.Text, look.ToneColor(line.Tone)
	write(r.time, line.Time, mutedStyle)
	write(r.path, line.Path, mutedStyle)
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
