package view

import (
	"fyne.io/fyne/v2"

	"echopath/app/model"
)

// videoActions are about the pictures.
func (w *Window) videoActions(a *actions) {
	m := w.deps.Video
	onVideo := func() (bool, string) {
		return w.filmShown() != nil, "Go to the screen “Video echo” or “Host” first."
	}
	a.wholeScreen = &action{name: "Picture on the whole screen", shortcut: key(fyne.KeyReturn, alt), enabled: onVideo,
		do: func() {
			if w.whole.overlay.Open() {
				w.whole.overlay.Close()
				return
			}
			w.whole.open(w.filmShown(), w.chosenPicture())
		}}
	a.savePicture = &action{name: "Save picture (PNG)…", shortcut: key(fyne.KeyS, ctrl), do: func() { w.savePicture(w.filmOrWhole(), w.chosenPicture()) },
		enabled: func() (bool, string) {
			return w.hasPicture(), "There is no picture yet: start a video echo first."
		}}
	a.difference = &action{name: "Show the difference", shortcut: key(fyne.KeyD, alt), checked: func() bool { return w.deps.Settings().ShowDifference },
		do: func() {
			s := w.deps.Settings().Clone()
			s.ShowDifference = !s.ShowDifference
			w.deps.SetSettings(s)
		}}
	a.call = &action{name: "Call instead of echo", shortcut: key(fyne.KeyC, ctrl|alt), checked: func() bool { return m.Form().Video.Call },
		enabled: func() (bool, string) {
			if ok, why := w.idle(); !ok {
				return false, why
			}
			if !m.CanChooseCall() {
				return false, "A call needs “Another Echopath” as the target."
			}
			return w.film.Off[model.FieldCall] == "", w.film.Off[model.FieldCall]
		},
		do: func() {
			w.show(screenVideo)
			w.video.form.pickMode(map[bool]int{false: 1}[m.Form().Video.Call])
			w.loadForms()
		}}
	a.record = &action{name: "Record the video", shortcut: key(fyne.KeyR, ctrlShift), checked: func() bool { return m.Form().Video.Record },
		enabled: func() (bool, string) {
			if why := w.film.Off[model.FieldRecord]; why != "" {
				return false, why
			}
			return w.idle()
		},
		do: w.switchRecording}
}

// switchRecording switches it on or off. Without a place it goes to the folder for results.
func (w *Window) switchRecording() {
	form := w.deps.Video.Form()
	v := &form.Video
	if v.Record = !v.Record; v.Record && v.RecordFile == "" {
		v.RecordFile = proposedRecording(w.deps)
	}
	w.deps.Video.SetForm(form)
	w.edited(TrialVideo)
	switch {
	case v.Record && w.deps.Video.Checked().Problems[model.FieldRecordFile] != "":
		w.editVideoOptions()
	case v.Record:
		w.Say("The next video will be recorded to " + v.RecordFile)
	default:
		w.Say("Videos will not be recorded.")
	}
}
