package view

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// videoOptions is the sheet with everything that can be asked of a video. What is typed takes effect at once; cancelling puts the
// form back as it was.
type videoOptions struct {
	win     fyne.Window
	deps    Deps
	model   *model.Video
	changed func()
	before  model.Form
	open    bool
	loading bool

	dialog *widgets.Dialog
	boxes  map[model.Field]*widgets.FieldBox
	inputs map[model.Field][]fyne.Disableable

	source, difficulty, camera *widgets.Select
	file, record               *widgets.Entry
	recording                  *widgets.Check
	cost                       *widget.Label
}

const (
	firstCamera = "The first one"
	fps30       = "30"
	fps15       = "15"
	keepEchoed  = "what came back"
	keepSent    = "what was sent"
)

// showVideoOptions opens the sheet.
func showVideoOptions(win fyne.Window, deps Deps, changed func()) {
	o := &videoOptions{win: win, deps: deps, model: deps.Video, changed: changed, before: deps.Video.Form(), open: true, loading: true,
		boxes: map[model.Field]*widgets.FieldBox{}, inputs: map[model.Field][]fyne.Disableable{}}
	o.cost = widget.NewLabel("")
	o.cost.Wrapping = fyne.TextWrapWord
	cost := container.NewVScroll(o.cost) // has its place whatever it says
	cost.SetMinSize(fyne.NewSize(0, 2*fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height+2*theme.InnerPadding()))
	bitrate := func(field model.Field, label string, term present.Term, of func(*model.VideoForm) *string) fyne.CanvasObject {
		return o.entryBox(field, label+" bitrate (kbit/s)", term, of)
	}
	size, fps := o.sizeBox(), o.fpsBox()
	for _, field := range []model.Field{model.FieldPicture, model.FieldFPS} {
		o.boxes[field].SetLines(2) // as their neighbour, or they would be higher than it
	}
	rows := container.New(stacked{2},
		container.New(columns{1, 2}, o.sourceBox(), container.NewStack(o.difficultyBox(), o.cameraBox(), o.fileBox())),
		container.New(columns{1, 1, 2}, size, fps,
			o.entryBox(model.FieldVideoTime, "Duration of each path", present.TermDuration, func(v *model.VideoForm) *string { return &v.Duration })),
		container.New(columns{1, 1}, bitrate(model.FieldStartKbps, "Start", present.TermStartBitrate, func(v *model.VideoForm) *string { return &v.StartKbps }),
			bitrate(model.FieldMaxKbps, "Maximum", present.TermMaxBitrate, func(v *model.VideoForm) *string { return &v.MaxKbps })),
		container.New(columns{1, 1}, o.familyBox(), o.checks()),
		o.recordBox(), cost)
	o.dialog = widgets.NewDialog(win, "Options of the video", container.New(fixedWidth(720), rows))
	o.dialog.AddButton("Cancel", o.cancel)
	o.dialog.SetDefault(o.dialog.AddButton("Done", o.close))
	o.dialog.SetOnCancel(o.cancel)
	o.dialog.SetFirst(o.source)
	o.loading = false
	o.check()
	o.dialog.Show()
	o.listCameras()
}

func (o *videoOptions) close() {
	o.open = false
	o.dialog.Close()
}

func (o *videoOptions) cancel() {
	o.model.SetForm(o.before)
	o.close()
	o.changed()
}

// box is a field with room for a problem of one line; why it can not be used now is its inputs' tip.
func (o *videoOptions) box(field model.Field, label string, input fyne.CanvasObject, hint string, disables ...fyne.Disableable) fyne.CanvasObject {
	o.inputs[field] = disables
	b := widgets.NewFieldBox(label, input, hint)
	o.boxes[field] = b
	return b
}

// off is why a field can not be used now, as a tip.
func (o *videoOptions) off(field model.Field) func() string {
	return func() string { return o.model.View(0).Off[field] }
}

func (o *videoOptions) video() model.VideoForm { return o.model.Form().Video }

func (o *videoOptions) edit(change func(*model.VideoForm)) {
	if o.loading {
		return
	}
	form := o.model.Form()
	change(&form.Video)
	o.model.SetForm(form)
	o.check()
	o.changed()
}

// selectBox is a choice.
func (o *videoOptions) selectBox(field model.Field, label string, term present.Term, names []string, selected string, chosen func(*model.VideoForm, string)) (fyne.CanvasObject, *widgets.Select) {
	s := newSelect(names, nil)
	s.SetSelected(selected)
	s.OnChanged = func(name string) { o.edit(func(v *model.VideoForm) { chosen(v, name) }) }
	return o.box(field, label, widgets.Tipped(s, o.off(field)), present.Define(term), s), s
}

func (o *videoOptions) sourceBox() (box fyne.CanvasObject) {
	box, o.source = o.selectBox(model.FieldSource, "Source", present.TermSource, sourceNames(), model.SourceTitle(o.video().Source),
		func(v *model.VideoForm, name string) { v.Source = sourceNamed(name) })
	return box
}

func (o *videoOptions) difficultyBox() (box fyne.CanvasObject) {
	var names []string
	for _, d := range model.Difficulties() {
		names = append(names, model.DifficultyTitle(d))
	}
	box, o.difficulty = o.selectBox(model.FieldDifficulty, "Difficulty", present.TermDifficulty, names, model.DifficultyTitle(o.video().Difficulty),
		func(v *model.VideoForm, name string) {
			for _, d := range model.Difficulties() {
				if model.DifficultyTitle(d) == name {
					v.Difficulty = d
				}
			}
		})
	return box
}

func (o *videoOptions) cameraBox() (box fyne.CanvasObject) {
	selected := o.video().Camera
	if selected == "" {
		selected = firstCamera
	}
	box, o.camera = o.selectBox(model.FieldCamera, "Camera", present.TermSource, append([]string{firstCamera}, o.model.Cameras()...), selected,
		func(v *model.VideoForm, name string) {
			if v.Camera = name; name == firstCamera {
				v.Camera = ""
			}
		})
	return box
}

// listCameras asks for those that there are now. Some drivers take a second for that.
func (o *videoOptions) listCameras() {
	o.deps.Cameras(func(names []string, why string) {
		o.model.SetCameras(names, why)
		if !o.open {
			return
		}
		o.camera.Options = append([]string{firstCamera}, names...)
		o.camera.Refresh()
		o.check()
		o.changed()
	})
}

func (o *videoOptions) fileBox() fyne.CanvasObject {
	o.file = widgets.NewEntry()
	o.file.SetPlaceHolder("A file in Y4M or IVF (VP8) form")
	o.file.SetText(o.video().File)
	o.file.OnChanged = o.typedFile
	browse := widgets.NewButton("", theme.FolderOpenIcon(), func() {
		widgets.ShowOpen(o.win, widgets.FileOptions{Title: "Video file (Y4M or IVF)", Folder: folderOf(o.file.Text)}, func(path string) { o.file.SetText(path) })
	})
	input := container.NewBorder(nil, nil, nil, browse, widgets.Tipped(o.file, o.off(model.FieldFile)))
	return o.box(model.FieldFile, "Video file", input, "A video of your own, for example of a face that talks. It is fitted into the picture's size and begins anew when it ends.", o.file, browse)
}

// typedFile has the file looked at. The answer counts only for the name that it is about.
func (o *videoOptions) typedFile(path string) {
	path = strings.TrimSpace(path)
	o.edit(func(v *model.VideoForm) { v.File, v.FileWhy = path, "" })
	if path == "" || o.loading {
		return
	}
	o.deps.CheckVideoFile(path, func(problem string) {
		if o.open && o.video().File == path {
			o.edit(func(v *model.VideoForm) { v.FileWhy = problem })
		}
	})
}

func (o *videoOptions) sizeBox() (box fyne.CanvasObject) {
	box, _ = o.selectBox(model.FieldPicture, "Picture size", present.TermPictureSize, sizeNames(), o.video().Size.String(), func(v *model.VideoForm, name string) {
		if size, err := netcheck.ParseVideoSize(name); err == nil {
			v.Size = size
		}
	})
	return box
}

func (o *videoOptions) fpsBox() (box fyne.CanvasObject) {
	box, _ = o.selectBox(model.FieldFPS, "Pictures a second", present.TermPictureSize, []string{fps30, fps15}, count(o.video().FPS), func(v *model.VideoForm, name string) {
		if v.FPS = 30; name == fps15 {
			v.FPS = 15
		}
	})
	return box
}

// entryBox is a field that is typed.
func (o *videoOptions) entryBox(field model.Field, label string, term present.Term, of func(*model.VideoForm) *string) fyne.CanvasObject {
	e := widgets.NewEntry()
	v := o.video()
	e.SetText(*of(&v))
	e.OnChanged = func(text string) { o.edit(func(v *model.VideoForm) { *of(v) = text }) }
	box := o.box(field, label, e, present.Define(term), e)
	o.boxes[field].SetLines(2)
	return box
}

func (o *videoOptions) familyBox() fyne.CanvasObject {
	names, selected := make([]string, len(families)), ""
	for i, known := range families {
		names[i] = known.name
		if known.family == o.model.Form().Family {
			selected = known.name
		}
	}
	s := newSelect(names, nil)
	s.SetSelected(selected)
	s.OnChanged = func(name string) {
		form := o.model.Form()
		for _, known := range families {
			if known.name == name {
				form.Family = known.family
			}
		}
		o.model.SetForm(form)
		o.check()
		o.changed()
	}
	return o.box(model.FieldFamily, "IP version", s, "Paths can be compared only if all use the same version of IP.", s)
}

func (o *videoOptions) checks() fyne.CanvasObject {
	check := func(field model.Field, name string, term present.Term, of func(*model.VideoForm) *bool) fyne.CanvasObject {
		v := o.video()
		c := widgets.NewCheck(name, nil)
		c.SetChecked(*of(&v))
		c.OnChanged = func(on bool) { o.edit(func(v *model.VideoForm) { *of(v) = on }) }
		o.inputs[field] = []fyne.Disableable{c}
		return widgets.Tipped(c, o.offOr(field, present.Define(term)))
	}
	return container.New(layout.NewCustomPaddedVBoxLayout(0),
		check(model.FieldAdapt, "Smaller picture when the bitrate is low", present.TermAdaptSize, func(v *model.VideoForm) *bool { return &v.Adapt }),
		check(model.FieldUnderLoad, "Call under load: packets beside the video", present.TermCallUnderLoad, func(v *model.VideoForm) *bool { return &v.UnderLoad }))
}

func (o *videoOptions) offOr(field model.Field, text string) func() string {
	return func() string {
		if why := o.model.View(0).Off[field]; why != "" {
			return why
		}
		return text
	}
}

// recordBox switches the recording on, and says of what and where.
func (o *videoOptions) recordBox() fyne.CanvasObject {
	v := o.video()
	o.record = widgets.NewEntry()
	o.record.SetText(v.RecordFile)
	o.record.OnChanged = o.typedRecord
	what := newSelect([]string{keepEchoed, keepSent}, nil)
	what.SetSelected(map[bool]string{false: keepEchoed, true: keepSent}[v.RecordSent])
	what.OnChanged = func(name string) { o.edit(func(v *model.VideoForm) { v.RecordSent = name == keepSent }) }
	o.recording = widgets.NewCheck("Record", nil)
	o.recording.SetChecked(v.Record)
	o.recording.OnChanged = o.switchRecording
	browse := widgets.NewButton("", theme.FolderOpenIcon(), func() {
		options := widgets.FileOptions{Title: "Record the video as", Action: "Choose", FileName: filepath.Base(o.recordFile()), Extension: ".webm", Folder: filepath.Dir(o.recordFile())}
		widgets.ShowSave(o.win, options, func(path string) { o.record.SetText(path) })
	})
	left := container.NewHBox(widgets.Tipped(o.recording, o.offOr(model.FieldRecord, present.Define(present.TermRecording))), what)
	input := container.NewBorder(nil, nil, left, browse, widgets.Tipped(o.record, o.off(model.FieldRecordFile)))
	o.inputs[model.FieldRecord] = []fyne.Disableable{o.recording}
	return o.box(model.FieldRecordFile, "Recording (WebM)", input,
		"Each path has a file of its own, named after it. A file that exists is never replaced: the new one gets a number.", o.record, browse, what)
}

// recordFile is what was typed, or a proposal.
func (o *videoOptions) recordFile() string {
	if file := o.video().RecordFile; file != "" {
		return file
	}
	return proposedRecording(o.deps)
}

// proposedRecording is a file in the folder for results.
func proposedRecording(deps Deps) string {
	folder := deps.DefaultResults
	if s := deps.Settings(); s.ResultsDir != "" {
		folder = s.ResultsDir
	}
	return filepath.Join(folder, "video.webm")
}

// switchRecording proposes a place when there is none yet.
func (o *videoOptions) switchRecording(on bool) {
	o.edit(func(v *model.VideoForm) { v.Record = on })
	if on && o.record.Text == "" {
		o.record.SetText(o.recordFile())
	}
}

// typedRecord has the place looked at.
func (o *videoOptions) typedRecord(path string) {
	path = strings.TrimSpace(path)
	o.edit(func(v *model.VideoForm) { v.RecordFile, v.RecordWhy = path, "" })
	if path == "" || o.loading {
		return
	}
	o.deps.CheckRecordPlace(path, func(problem string) {
		if o.open && o.video().RecordFile == path {
			o.edit(func(v *model.VideoForm) { v.RecordWhy = problem })
		}
	})
}

func folderOf(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Dir(path)
}

// check says under each field what is wrong with it, and disables those that can not be used.
func (o *videoOptions) check() {
	c, off := o.model.Checked(), o.model.View(0).Off
	for field, box := range o.boxes {
		box.SetProblem(c.Problems[field])
	}
	for field, inputs := range o.inputs {
		disable(off[field] != "", inputs...)
	}
	source := o.video().Source
	for field, of := range map[model.Field]netcheck.SourceKind{model.FieldDifficulty: netcheck.SourceSynthetic, model.FieldCamera: netcheck.SourceCamera, model.FieldFile: netcheck.SourceFile} {
		setVisible(o.boxes[field], source == of) // they share a place
	}
	text := c.CostHint
	if c.Problem != "" {
		text = "A video can not be started yet: " + c.Problem
	}
	if o.cost.Text != text {
		o.cost.SetText(text)
	}
}
