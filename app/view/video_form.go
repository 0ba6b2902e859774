package view

import (
	"fyne.io/fyne/v2"

	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// videoForm is the header of the screen "Video echo": what to send, and the one primary button.
type videoForm struct {
	*formHead
	mode         *widgets.Segments // echo or call; there only while another Echopath is the target
	source, size *widgets.Select
	video        *model.Video
	label        fyne.CanvasObject // gives its room to the choice of an echo or a call
	off          map[model.Field]string
}

func newVideoForm(m *model.Video, do formActions) *videoForm {
	f := &videoForm{formHead: newFormHead(m, targets, do), video: m}
	f.mode = widgets.NewSegments("Echo", "Call")
	f.label = caption("Source")
	f.mode.OnChanged = f.pickMode
	f.source = newSelect(sourceNames(), f.pickSource)
	f.size = newSelect(sizeNames(), f.pickSize)
	f.build("Where the pictures come from, pictures a second, bitrates, how long, a call under load, a recording",
		widgets.Tipped(f.mode, m.ModeHint), f.label, widgets.Tipped(f.source, define(present.TermSource)),
		widgets.Tipped(f.size, define(present.TermPictureSize)))
	return f
}

func sourceNames() []string {
	var names []string
	for _, s := range model.Sources() {
		names = append(names, model.SourceTitle(s))
	}
	return names
}

func sizeNames() []string {
	var names []string
	for _, s := range netcheck.VideoSizes() {
		names = append(names, s.String())
	}
	return names
}

func sourceNamed(name string) netcheck.SourceKind {
	for _, s := range model.Sources() {
		if model.SourceTitle(s) == name {
			return s
		}
	}
	return netcheck.SourceSynthetic
}

// pickSource takes a source. A file must be chosen as well, and a camera can be: the options have room for that.
func (f *videoForm) pickSource(name string) {
	kind := sourceNamed(name)
	f.edited(func(form *model.Form) { form.Video.Source = kind })
	if !f.loading && kind == netcheck.SourceFile && f.model.Form().Video.File == "" {
		f.options()
	}
}

func (f *videoForm) pickMode(i int) {
	f.edited(func(form *model.Form) { form.Video.Call = i == 1 })
}

func (f *videoForm) pickSize(name string) {
	size, err := netcheck.ParseVideoSize(name)
	if err != nil {
		return
	}
	f.edited(func(form *model.Form) { form.Video.Size = size })
}

// load puts the model's form into the controls.
func (f *videoForm) load() {
	f.loading = true
	defer func() { f.loading = false }()
	form := f.model.Form()
	f.loadHead(form)
	f.mode.Select(map[bool]int{true: 1}[form.Video.Call])
	f.source.SetSelected(model.SourceTitle(form.Video.Source))
	f.size.SetSelected(form.Video.Size.String())
}

// show brings the controls in line with the state.
func (f *videoForm) show(v model.VideoView, running model.View) {
	f.off = v.Off
	f.showHead(v.View, running)
	setVisible(f.mode, f.video.CanChooseCall())
	setVisible(f.label, !f.video.CanChooseCall())
	f.mode.SetFixed(running.Phase.Busy() || v.Off[model.FieldCall] != "")
	disable(running.Phase.Busy() || v.Off[model.FieldSource] != "", f.source)
	disable(running.Phase.Busy() || v.Off[model.FieldPicture] != "", f.size)
}
