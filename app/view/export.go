package view

import (
	"path/filepath"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"echopath/app/chart"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Kinds of file dialogs: each remembers its own folder.
const (
	folderCSV  = "csv"
	folderJSON = "json"
	folderPNG  = "png"
)

// exportMenu opens the list of exports above a button.
func (w *Window) exportMenu(at fyne.CanvasObject) {
	a := w.actions
	var items []*fyne.MenuItem
	for _, x := range []*action{a.exportSummary, a.exportTables, a.exportJSON, a.savePNG} {
		if x != a.exportJSON && w.trial == TrialNetwork { // it has neither tables nor charts
			continue
		}
		items = append(items, fyne.NewMenuItem(x.name, x.run))
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), w.win.Canvas())
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(at)
	menu.ShowAtPosition(fyne.NewPos(pos.X, pos.Y-menu.MinSize().Height-gap))
}

// chartMenu is what a right click on the charts opens.
func (w *Window) chartMenu(e fyne.PointEvent) {
	a := w.actions
	items := []*fyne.MenuItem{fyne.NewMenuItem(a.savePNG.name, a.savePNG.run), fyne.NewMenuItem(a.copyData.name, a.copyData.run),
		fyne.NewMenuItemSeparator(), fyne.NewMenuItem(a.whole.name, a.whole.run), fyne.NewMenuItem(a.follow.name, a.follow.run)}
	for i, x := range []*action{a.savePNG, a.copyData} {
		ok, _ := x.enabled()
		items[i].Disabled = !ok
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), w.win.Canvas(), e.AbsolutePosition)
}

func (w *Window) exportSummary() {
	w.save("Save the summary", folderCSV, "_summary", ".csv", w.of(w.deps.ExportSummary))
}

// of binds an export to the run whose screen is shown.
func (w *Window) of(export func(Trial, string, Done)) func(string, Done) {
	t := w.trial
	return func(path string, done Done) { export(t, path, done) }
}

// result is what is known of that run.
func (w *Window) result() result {
	switch w.trial {
	case TrialVideo:
		return w.deps.Video
	case TrialGuest:
		if run, _, _ := w.deps.Host.Run(); run != nil {
			return run
		}
		return noResult{}
	case TrialNetwork:
		return w.deps.Network
	case TrialTest:
	}
	return w.deps.Model
}

// noResult is the result of a guest that has run nothing.
type noResult struct{}

func (noResult) FileStem() string { return "echopath" }

func (noResult) Report() (r netcheck.Report, v netcheck.Verdict, ok bool) { return r, v, false }

// result is a run that can be exported.
type result interface {
	Report() (netcheck.Report, netcheck.Verdict, bool)
	FileStem() string
}

func (w *Window) exportJSON() {
	w.save("Save the report", folderJSON, "", ".json", w.of(w.deps.ExportJSON))
}

func (w *Window) savePNG() {
	w.save("Save the charts", folderPNG, "", ".png", func(path string, done Done) {
		const width, height, scale = 1200, 720, 2
		report, _, _ := w.result().Report()
		img := w.charts().group.Image(chart.Picture{Width: width, Height: height, Scale: scale,
			Title: present.Conditions(report), Theme: fyne.CurrentApp().Settings().Theme(), Variant: look.Variant()})
		w.deps.SavePNG(path, img, done)
	})
}

// save asks for a file and has it written.
func (w *Window) save(title, kind, suffix, extension string, write func(string, Done)) {
	o := widgets.FileOptions{Title: title, FileName: w.result().FileStem() + suffix + extension, Extension: extension, Folder: w.folder(kind)}
	widgets.ShowSave(w.win, o, func(path string) {
		w.remember(kind, filepath.Dir(path))
		write(path, w.written(title))
	})
}

func (w *Window) exportTables() {
	o := widgets.FileOptions{Title: "Save all tables into a new folder in", Action: "Save here", Folder: w.folder(folderCSV)}
	widgets.ShowFolder(w.win, o, func(path string) {
		w.remember(folderCSV, path)
		w.of(w.deps.ExportTables)(path, w.written(o.Title))
	})
}

// written tells how an export ended: quietly in the status bar if it did, in a sheet if it did not.
func (w *Window) written(title string) Done {
	return func(saved []string, err error) {
		switch {
		case err != nil && len(saved) > 0:
			widgets.Message(w.win, "Saved in part", sentence(err)+"\n\nSaved: "+strings.Join(saved, ", "))
			return
		case err != nil:
			widgets.Message(w.win, "Not saved", sentence(err)+"\n\nNothing that was measured is lost: try another place.")
			return
		}
		w.Say("Saved: " + strings.Join(saved, ", "))
	}
}

// folder is where a file dialog begins.
func (w *Window) folder(kind string) string {
	s := w.deps.Settings()
	if f := s.Folders[kind]; f != "" {
		return f
	}
	return w.settings.results()
}

func (w *Window) remember(kind, folder string) {
	s := w.deps.Settings().Clone()
	if s.Folders[kind] == folder {
		return
	}
	if s.Folders == nil {
		s.Folders = map[string]string{}
	}
	s.Folders[kind] = folder
	w.deps.SetSettings(s)
}

func (w *Window) copyText() {
	r, v, ok := w.result().Report()
	if !ok {
		return
	}
	w.deps.CopyText(present.Text(r, v))
	w.Say("The result is in the clipboard, as text.")
}

// copyFirewall puts what a firewall team needs into the clipboard.
func (w *Window) copyFirewall() {
	if text, ok := w.deps.Network.FirewallText(); ok {
		w.deps.CopyText(text)
		w.Say("What the firewall team needs is in the clipboard: addresses, ports, times, and what to allow.")
	}
}

func (w *Window) canCopyFirewall() (bool, string) {
	return w.deps.Network.Phase() == model.PhaseDone, "Test the network first: go to the screen “Network” and press Start."
}

func (w *Window) copyTable() {
	text := ""
	switch w.trial {
	case TrialVideo:
		text = w.video.lower.table.Text()
	case TrialGuest:
		text = w.host.guests.Text()
	case TrialNetwork:
		text = w.net.cards.Text()
	case TrialTest:
		text = w.test.table.Text()
	}
	w.deps.CopyText(text)
	w.Say("The table is in the clipboard.")
}

func (w *Window) copyData() {
	w.deps.CopyText(w.charts().group.Data())
	w.Say("What the charts show is in the clipboard, as CSV.")
}

func (w *Window) openResults() { w.deps.OpenFolder(w.settings.results()) }

// sentence is an error as people read it.
func sentence(err error) string {
	text := []rune(strings.TrimSuffix(err.Error(), ".") + ".")
	text[0] = unicode.ToUpper(text[0])
	return string(text)
}
