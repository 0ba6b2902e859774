package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/present"
	"echopath/app/widgets"
)

// showGlossary explains every word that the window uses.
func (w *Window) showGlossary() {
	column := container.NewVBox()
	for _, t := range present.Terms() {
		column.Add(paragraph(string(t), theme.ColorNameForeground, true))
		column.Add(paragraph(present.Define(t), look.ColorMuted, false))
	}
	d := widgets.NewDialog(w.win, "What the words mean", container.NewVScroll(column))
	d.SetDefault(d.AddButton("Close", d.Close))
	d.ShowSized(fyne.NewSize(600, 480))
}

// showAbout says what this is.
func (w *Window) showAbout() {
	text := widget.NewLabel("Echopath " + w.deps.Version + "\n\nFinds out why calls are bad, or do not connect at all, from the network that it runs in.\n\n" +
		"It opens connections as a call would, directly and through STUN and TURN servers over UDP, TCP and TLS, sends packets, and counts what comes back and when.")
	text.Wrapping = fyne.TextWrapWord
	d := widgets.NewDialog(w.win, "About Echopath", container.New(fixedWidth(440), text))
	d.SetDefault(d.AddButton("Close", d.Close))
	d.Show()
}
