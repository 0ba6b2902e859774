package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// testOptions is the sheet with what most people never need: a load of one's own, the version of IP, the interface, a title.
// What is typed takes effect at once; cancelling puts the form back as it was.
type testOptions struct {
	model   formModel
	changed func()
	before  model.Form

	dialog     *widgets.Dialog
	boxes      map[model.Field]*widgets.FieldBox
	rate       *widgets.Entry
	iface      *widgets.Entry
	srtp, data *widgets.Check
	cost       *widget.Label
	done       *widgets.Button
}

var families = []struct {
	family netcheck.Family
	name   string
}{
	{netcheck.FamilyAuto, "IPv4 or IPv6, the same for all paths"},
	{netcheck.Family4, "IPv4 only"},
	{netcheck.Family6, "IPv6 only"},
}

// showTestOptions opens the sheet.
func showTestOptions(win fyne.Window, m *model.Test, changed func()) {
	o := newOptions(m, changed)
	boxes := append(append(o.load(), o.network()...), o.titleBox())
	o.show(win, "Options of the test", o.rate, boxes...)
}

func newOptions(m formModel, changed func()) *testOptions {
	return &testOptions{model: m, changed: changed, before: m.Form(), boxes: map[model.Field]*widgets.FieldBox{}}
}

func (o *testOptions) show(win fyne.Window, title string, first fyne.Focusable, boxes ...fyne.CanvasObject) {
	o.showRows(win, title, first, sheetSize{width: 580, lines: 3}, container.NewGridWithColumns(2, boxes...))
}

// sheetSize is the width of a sheet, and the lines that there is room for to say what a test costs.
type sheetSize struct {
	width float32
	lines int
}

// showRows opens the sheet with rows, and below them what the test will cost.
func (o *testOptions) showRows(win fyne.Window, title string, first fyne.Focusable, size sheetSize, rows ...fyne.CanvasObject) {
	o.cost = widget.NewLabel("")
	o.cost.Wrapping = fyne.TextWrapWord
	cost := container.NewVScroll(o.cost) // has its place whatever it says
	cost.SetMinSize(fyne.NewSize(0, float32(size.lines)*fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height+2*theme.InnerPadding()))
	content := container.New(fixedWidth(size.width), container.NewVBox(append(rows, cost)...))
	o.dialog = widgets.NewDialog(win, title, content)
	o.dialog.AddButton("Cancel", o.cancel)
	o.done = o.dialog.AddButton("Done", o.dialog.Close)
	o.dialog.SetDefault(o.done)
	o.dialog.SetOnCancel(o.cancel)
	o.dialog.SetFirst(first)
	o.check()
	o.dialog.Show()
}

func (o *testOptions) cancel() {
	o.model.SetForm(o.before)
	o.dialog.Close()
	o.changed()
}

// load holds the custom load. Whatever is changed here makes the preset a custom one.
func (o *testOptions) load() []fyne.CanvasObject {
	f := o.model.Form()
	custom := func(set func(*model.Load, string)) func(string) {
		return func(text string) { o.edit(func(f *model.Form) { set(&f.Load, text); f.Preset = model.Custom }) }
	}
	boxes := make([]fyne.CanvasObject, 4, 5)
	boxes[0], o.rate = o.entry(model.FieldRate, "Packets a second, each carrier", f.Load.Rate, present.Define(present.TermRate),
		custom(func(l *model.Load, s string) { l.Rate = s }))
	boxes[1], _ = o.entry(model.FieldSize, "Bytes in a packet", f.Load.Size, present.Define(present.TermSize),
		custom(func(l *model.Load, s string) { l.Size = s }))
	boxes[2], _ = o.entry(model.FieldDuration, "Duration of each path", f.Load.Duration, "How long each path is measured, for example 10s or 2m. One path follows the other.",
		custom(func(l *model.Load, s string) { l.Duration = s }))
	boxes[3], _ = o.entry(model.FieldLateAfter, "Late after", f.Load.LateAfter, present.Define(present.TermLateAfter),
		custom(func(l *model.Load, s string) { l.LateAfter = s }))
	return append(boxes, o.carriers(f))
}

func (o *testOptions) carriers(f model.Form) fyne.CanvasObject {
	carrier := func(name string, on bool, term present.Term, set func(*model.Load, bool)) (*widgets.Check, fyne.CanvasObject) {
		check := widgets.NewCheck(name, nil)
		check.SetChecked(on)
		check.OnChanged = func(on bool) { o.edit(func(f *model.Form) { set(&f.Load, on); f.Preset = model.Custom }) }
		return check, widgets.Tipped(check, define(term))
	}
	var srtp, data fyne.CanvasObject
	o.srtp, srtp = carrier("SRTP (as calls use it)", f.Load.SRTP, present.TermSRTP, func(l *model.Load, on bool) { l.SRTP = on })
	o.data, data = carrier("Data channel", f.Load.DataChannel, present.TermDataChannel, func(l *model.Load, on bool) { l.DataChannel = on })
	box := newBox("Carriers", container.NewHBox(srtp, data), "What carries the packets. Both run side by side on the same connection.")
	o.boxes[model.FieldCarriers] = box
	return box
}

func (o *testOptions) network() []fyne.CanvasObject {
	f := o.model.Form()
	names, selected := make([]string, len(families)), ""
	for i, known := range families {
		names[i] = known.name
		if known.family == f.Family {
			selected = known.name
		}
	}
	family := newSelect(names, nil)
	family.SetSelected(selected)
	family.OnChanged = o.pickFamily
	box := newBox("IP version", family, "Paths can be compared only if all use the same version of IP.")
	o.boxes[model.FieldFamily] = box
	var iface fyne.CanvasObject
	iface, o.iface = o.entry(model.FieldIface, "Network interface", f.Iface,
		"Name or address of the interface to measure through, for example eth0 or 192.0.2.7. Empty: the system chooses.",
		func(s string) { o.edit(func(f *model.Form) { f.Iface = s }) })
	return []fyne.CanvasObject{box, iface}
}

func (o *testOptions) titleBox() fyne.CanvasObject {
	entry := widgets.NewEntry()
	entry.SetText(o.model.Form().Title)
	entry.OnChanged = func(s string) { o.edit(func(f *model.Form) { f.Title = s }) }
	return newBox("Title of the report", entry, "For example the place or the ticket. It stands in every file and picture.")
}

// entry makes a labelled input for a field.
func (o *testOptions) entry(field model.Field, label, text, hint string, typed func(string)) (fyne.CanvasObject, *widgets.Entry) {
	e := widgets.NewEntry()
	e.SetText(text)
	e.OnChanged = typed
	box := newBox(label, e, hint)
	o.boxes[field] = box
	return box, e
}

func (o *testOptions) pickFamily(name string) {
	o.edit(func(form *model.Form) {
		for _, known := range families {
			if known.name == name {
				form.Family = known.family
			}
		}
	})
}

func (o *testOptions) edit(change func(*model.Form)) {
	form := o.model.Form()
	change(&form)
	o.model.SetForm(form)
	o.check()
	o.changed()
}

// check says under each field what is wrong with it.
func (o *testOptions) check() {
	c := o.model.Checked()
	for field, box := range o.boxes {
		box.SetProblem(c.Problems[field])
	}
	text := c.CostHint
	if c.Problem != "" {
		text = "A test can not be started yet: " + c.Problem
	}
	if o.cost.Text != text {
		o.cost.SetText(text)
	}
}

// newBox is a field with room for a problem of two lines.
func newBox(label string, input fyne.CanvasObject, hint string) *widgets.FieldBox {
	box := widgets.NewFieldBox(label, input, hint)
	box.SetLines(2)
	return box
}
