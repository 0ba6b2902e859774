package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// PulseIcon stands for the screen "Test": a line with a beat. It is a filled shape: Fyne colours fills only.
func PulseIcon() fyne.Resource {
	return themed("pulse.svg", `<path fill="#000000" d="M10.2 1.8 6.3 11H1.5v2h6.2l2.4-5.8 4 15 3.7-9.2h4.7v-2h-6.1l-2 5.1z"/>`)
}

// FilmIcon stands for the screen "Video echo": a picture and behind it its echo.
func FilmIcon() fyne.Resource {
	return themed("film.svg", `<path fill="#000000" d="M3 4h14v2h2V3.5A1.5 1.5 0 0 0 17.500 2h-15A1.5 1.5 0 0 0 1 3.500v11A1.500 1.500 0 0 0 2.500 16H4v-2H3zM6.500 8A1.500 1.500 0 0 0 5 9.500v11A1.500 1.500 0 0 0 6.500 22h15a1.500 1.500 0 0 0 1.500-1.500v-11A1.500 1.500 0 0 0 21.500 8zM7 10h14v10H7zM12 11.700v6.600l5.500-3.300z"/>`)
}

// NetworkIcon stands for the screen "Network": a junction with what hangs on it.
func NetworkIcon() fyne.Resource {
	return themed("network.svg", `<path fill="#000000" d="M9 2h6v6h-2v3h6v5h2v6h-6v-6h2v-3H7v3h2v6H3v-6h2v-5h6V8H9z"/>`)
}

// HostIcon stands for the screen "Host": two computers, and what goes on between them.
func HostIcon() fyne.Resource {
	return themed("host.svg", `<path fill="#000000" d="M2.500 4A1.500 1.500 0 0 0 1 5.500v6A1.500 1.500 0 0 0 2.500 13H5v2H3v2h6v-2H7v-2h2.500a1.500 1.500 0 0 0 1.500-1.500v-6A1.500 1.500 0 0 0 9.500 4zM3 6h6v5H3zM14.500 8A1.500 1.500 0 0 0 13 9.500v6a1.500 1.500 0 0 0 1.500 1.500H17v2h-2v2h6v-2h-2v-2h2.500a1.500 1.500 0 0 0 1.500-1.500v-6A1.500 1.500 0 0 0 21.500 8zM15 10h6v5h-6zM13 3h5.200l-1.500-1.500L18.100.100 22 4l-3.900 3.900-1.400-1.400L18.200 5H13zM11 21H5.800l1.500 1.500-1.400 1.400L2 20l3.900-3.900 1.400 1.400L5.800 19H11z"/>`)
}

// themed makes an icon of 24 x 24 that takes the theme's foreground colour.
func themed(name, body string) fyne.Resource {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">` + body + `</svg>`
	return theme.NewThemedResource(fyne.NewStaticResource(name, []byte(svg)))
}
