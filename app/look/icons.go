package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// PulseIcon stands for the screen "Test": a line with a beat. It is a filled shape: Fyne colours fills only.
func PulseIcon() fyne.Resource {
	return themed("pulse.svg", `<path fill="#000000" d="M10.2 1.8 6.3 11H1.5v2h6.2l2.4-5.8 4 15 3.7-9.2h4.7v-2h-6.1l-2 5.1z"/>`)
}

// themed makes an icon of 24 x 24 that takes the theme's foreground colour.
func themed(name, body string) fyne.Resource {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">` + body + `</svg>`
	return theme.NewThemedResource(fyne.NewStaticResource(name, []byte(svg)))
}
