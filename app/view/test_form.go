package view

import (
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// testForm is the header of the screen "Test": what to measure, and the one primary button.
type testForm struct {
	*formHead
	preset *widgets.Select
}

// customTitle stands in the list of presets for a load of one's own.
const customTitle = "Custom load"

func newTestForm(m *model.Test, do formActions) *testForm {
	f := &testForm{formHead: newFormHead(m, targets, do)}
	f.preset = newSelect(presetTitles(), f.pickPreset)
	f.build("A load of your own, the version of IP, the network interface, a title for the report",
		caption("Preset"), widgets.Tipped(f.preset, define(present.TermPreset)))
	return f
}

func presetTitles() []string {
	var titles []string
	for _, p := range netcheck.Presets() {
		titles = append(titles, p.Title)
	}
	return append(titles, customTitle)
}

func (f *testForm) pickPreset(title string) {
	f.edited(func(form *model.Form) {
		form.Preset = model.Custom
		for _, p := range netcheck.Presets() {
			if p.Title == title {
				form.Preset = p.Name
			}
		}
	})
	if !f.loading && title == customTitle {
		f.options()
	}
}

// load puts the model's form into the controls.
func (f *testForm) load() {
	f.loading = true
	defer func() { f.loading = false }()
	form := f.model.Form()
	f.loadHead(form)
	title := customTitle
	for _, p := range netcheck.Presets() {
		if p.Name == form.Preset {
			title = p.Title
		}
	}
	f.preset.SetSelected(title)
}

// show brings the controls in line with the state.
func (f *testForm) show(v, running model.View) {
	f.showHead(v, running)
	disable(running.Phase.Busy(), f.preset)
}
