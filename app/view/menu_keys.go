package view

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
)

// hiddenKeys are a shortcut that Fyne obeys and does not draw: it draws those of a menu at a fifth of the strength of the text, whatever
// the theme says, which nobody can read.
type hiddenKeys string

// ShortcutName implements fyne.Shortcut.
func (k hiddenKeys) ShortcutName() string { return string(k) }

// legible puts the shortcuts of the menus behind the names, in a column of their own. A menu of the system draws its own.
func legible(menu *fyne.MainMenu) {
	if runtime.GOOS == "darwin" {
		return
	}
	for _, m := range menu.Items {
		widest := float32(0)
		for _, i := range m.Items {
			widest = max(widest, menuWidth(i.Label))
		}
		for _, i := range m.Items {
			if keys, ok := i.Shortcut.(*desktop.CustomShortcut); ok {
				i.Label, i.Shortcut = inColumn(i.Label, widest)+keyWords(keys), hiddenKeys(keys.ShortcutName())
			}
		}
	}
}

// inColumn adds spaces to a name until it is as wide as the widest, and a gap.
func inColumn(name string, widest float32) string {
	const gap = 28
	space := menuWidth("x x") - menuWidth("xx")
	return name + strings.Repeat(" ", max(int((widest+gap-menuWidth(name))/space+0.5), 1))
}

func menuWidth(text string) float32 {
	return fyne.MeasureText(text, theme.TextSize(), fyne.TextStyle{}).Width
}

// keyNames are the keys whose names are no words.
var keyNames = map[fyne.KeyName]string{fyne.KeyReturn: "Enter", fyne.KeyBackspace: "Backspace"}

// keyWords writes a shortcut as people do: "Ctrl+Shift+E".
func keyWords(s *desktop.CustomShortcut) string {
	text := ""
	for _, m := range []struct {
		modifier fyne.KeyModifier
		name     string
	}{{fyne.KeyModifierControl, "Ctrl+"}, {fyne.KeyModifierAlt, "Alt+"}, {fyne.KeyModifierShift, "Shift+"}, {fyne.KeyModifierSuper, "Super+"}} {
		if s.Modifier&m.modifier != 0 {
			text += m.name
		}
	}
	if name := keyNames[s.KeyName]; name != "" {
		return text + name
	}
	return text + string(s.KeyName)
}
