package view

import (
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Which picture.
const (
	pictureSent = iota
	pictureEchoed
	pictureDifference
	numPictures
)

var pictureNames = [numPictures]string{"Sent", "Echoed", "Difference"}

var pictureHints = [numPictures]string{
	"The picture as it was taken, before it is encoded. Enter or a double click: whole screen.",
	"The newest picture that came back from the other end and was decoded. Enter or a double click: whole screen.",
	"Where the echoed picture differs from the one that was sent: black where they are the same, the brighter the more, eight times as much as it is. Enter or a double click: whole screen.",
}

// callHints are those of the pictures of a call.
var callHints = [numPictures]string{
	"This computer's own picture, before it is encoded. The figures say how it arrives at the other end." + callClock + " Enter or a double click: whole screen.",
	"The newest picture of the other end that arrived here and was decoded, with the figures of its arrival." + callClock + " Enter or a double click: whole screen.",
}

// callClock explains why the clocks in two test pictures can be far apart.
const callClock = " The clock in a test picture counts from the start of its own sender, so those of the two ends need not agree and show no delay."

// film is the row of pictures. They have their place from the beginning; each shows one of its own goroutine's buffers, and a
// new picture refreshes nothing but itself.
type film struct {
	object   *fyne.Container
	pictures [numPictures]*widgets.Picture
	source   Pictures
	three    bool // the difference is shown too
	asked    [numPictures]image.Point
	caption  model.VideoCaption
	over     bool // the run that they are of
	slow     int
	short    bool // there is no room for more than the figures beside a name
	call     bool // two ends that see each other: there is no difference
}

func newFilm(source Pictures, open func(int), menu func(int, fyne.PointEvent)) *film {
	f := &film{source: source, three: true}
	var objects []fyne.CanvasObject
	for i := range f.pictures {
		p := widgets.NewPicture(pictureNames[i], "", func() string { return f.hint(i) })
		p.OnOpen = func() { open(i) }
		p.OnMenu = func(e fyne.PointEvent) { menu(i, e) }
		f.pictures[i], objects = p, append(objects, p)
	}
	f.object = container.New(filmRow{f}, objects...)
	return f
}

// setThree shows or hides the difference.
func (f *film) setThree(on bool) {
	if f.three != on {
		f.three = on
		f.showDifference()
	}
}

// setCall turns to the pictures of a call, or of an echo.
func (f *film) setCall(on bool, names [2]string) {
	f.pictures[pictureSent].SetName(names[0])
	f.pictures[pictureEchoed].SetName(names[1])
	if f.call != on {
		f.call = on
		f.showDifference()
	}
}

func (f *film) showDifference() {
	setVisible(f.pictures[pictureDifference], f.count() == numPictures)
	f.object.Refresh()
}

// set shows new pictures; nil leaves what is there.
func (f *film) set(images [numPictures]*image.RGBA) {
	for i, img := range images {
		if img != nil {
			f.pictures[i].SetImage(img)
		}
	}
}

// clear takes the pictures of the last run away.
func (f *film) clear() {
	for _, p := range f.pictures {
		p.SetImage(nil)
	}
}

// any tells that there is a picture.
func (f *film) any() bool {
	for _, img := range f.images() {
		if img != nil {
			return true
		}
	}
	return false
}

// fileName is what a picture is called in the name of a file.
func (f *film) fileName(picture int) string {
	if f.call {
		return []string{"own", "other", ""}[picture]
	}
	return lowerFirst(pictureNames[picture])
}

// images are those that are shown.
func (f *film) images() (out [numPictures]*image.RGBA) {
	for i, p := range f.pictures {
		out[i] = p.Image()
	}
	return out
}

// watch tells the source how large the pictures are; all zero while the screen is not shown.
func (f *film) watch(visible bool) {
	var sizes [numPictures]image.Point
	for i, p := range f.pictures {
		if visible && p.Visible() {
			sizes[i] = p.Pixels()
		}
	}
	f.ask(sizes)
}

func (f *film) ask(sizes [numPictures]image.Point) {
	if sizes != f.asked {
		f.asked = sizes
		f.source.Watch(sizes[pictureSent], sizes[pictureEchoed], sizes[pictureDifference])
	}
}

// show puts the words in line with the state.
func (f *film) show(c model.VideoCaption, call bool, phase model.Phase) {
	f.slow = f.source.Every()
	f.caption, f.over = c, phase == model.PhaseDone
	f.setCall(call, c.Names)
	if c.Why != "" && phase.Busy() {
		f.clear() // those of the path before are not of this one
	}
	for i, p := range f.pictures {
		p.SetDetail(f.detail(i))
		p.SetEmpty(f.empty(i))
	}
	badge := ""
	if c.Frozen && !f.over {
		badge = "stands still"
	}
	f.pictures[pictureEchoed].SetBadge(badge)
}

// empty is what stands in the place of a picture.
func (f *film) empty(i int) string {
	switch {
	case i == pictureDifference && f.caption.Why != "":
		return "Black where both are the same"
	case f.caption.Why != "":
		return f.caption.Why
	case f.over:
		return "The pictures of this run are not shown any more"
	}
	return "Waiting for the first picture"
}

// detail is what is said about a picture beside its name.
func (f *film) detail(i int) string {
	switch {
	case f.over && f.pictures[i].Image() == nil:
		return ""
	case f.over && i != pictureDifference: // the figures were of that second, and stand in the table for the whole
		return f.last(i)
	case i == pictureSent:
		return f.reduced(withoutName(f.caption.Sent, pictureNames[i]))
	case i == pictureEchoed:
		return withoutName(f.caption.Echoed, pictureNames[i])
	}
	if f.caption.Path == "" {
		return ""
	}
	return "eightfold"
}

// last is what is said when a run has ended.
func (f *film) last(i int) string {
	switch {
	case f.caption.Path == netcheck.PathUnknown:
		return ""
	case f.call:
		return "the last picture, over " + f.caption.Path.Title()
	case i == pictureSent:
		return "the last picture, over " + f.caption.Path.Title()
	}
	return "the last one that came back"
}

// reduced adds that not all pictures are shown.
func (f *film) reduced(text string) string {
	if text == "" || f.slow < 2 || f.short {
		return text
	}
	return text + " · 1 in " + count(f.slow) + " shown"
}

// withoutName leaves the name out of a caption that begins with it: it stands before it anyway.
func withoutName(text, name string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(text, name), ":"))
}

// hint says what a picture is.
func (f *film) hint(i int) string {
	hint := pictureHints[i]
	if f.call {
		hint = callHints[i]
	}
	if f.slow > 1 && f.short {
		hint += " Only one picture in " + count(f.slow) + " is shown: this computer has not time for more."
	}
	return hint
}

// line is what is said below a picture that has the whole screen.
func (f *film) line(i int) string {
	text := f.pictures[i].Name()
	if d := f.detail(i); d != "" {
		text += ": " + d
	}
	return text + "      Left and Right: the other pictures, Ctrl+S: save it, Escape: back"
}

// count is how many are shown.
func (f *film) count() int {
	if f.three && !f.call {
		return numPictures
	}
	return numPictures - 1
}

// none is that nobody looks.
func (f *film) none() (sizes [numPictures]image.Point) { return sizes }

// filmRow puts the pictures side by side, of one size, the first at the left edge and the last at the right one. What is said of a
// picture may go on above the gap at its right.
type filmRow struct{ f *film }

const filmGap = 8

// Layout implements fyne.Layout.
func (l filmRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	n := l.f.count()
	cell := (size.Width - filmGap*float32(n-1)) / float32(n)
	width := min(cell, widgets.PictureWidth(size.Height))
	step := (size.Width - width) / float32(n-1)
	if l.f.call {
		step = max(size.Width/2, width+filmGap) // two ends that see each other have the same room for what is said
	}
	for i := range n {
		place(o[i], float32(i)*step, 0, max(min(step-filmGap, size.Width-float32(i)*step), width), size.Height)
	}
}

// MinSize implements fyne.Layout.
func (l filmRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[0].MinSize()
	n := float32(l.f.count())
	return fyne.NewSize(n*least.Width+(n-1)*filmGap, least.Height)
}
