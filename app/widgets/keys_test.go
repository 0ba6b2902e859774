package widgets

import (
	"fyne.io/fyne/v2"
)

func press(c fyne.Canvas, names ...fyne.KeyName) {
	for _, n := range names {
		key := &fyne.KeyEvent{Name: n}
		switch {
		case n == fyne.KeyTab:
			c.FocusNext()
		case c.Focused() != nil:
			c.Focused().TypedKey(key)
		case c.OnTypedKey() != nil:
			c.OnTypedKey()(key)
		}
	}
}

func shortcut(c fyne.Canvas, s fyne.Shortcut) {
	if f, ok := c.Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(s)
	}
}

func clip() string { return fyne.CurrentApp().Clipboard().Content() }
