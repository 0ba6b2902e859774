package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// action is something that a person can do: in the menu with a shortcut, and often on a button.
type action struct {
	name     string
	shortcut *desktop.CustomShortcut
	do       func()
	enabled  func() (ok bool, why string) // nil: always
	checked  func() bool                  // nil: nothing to check
	blocked  func() bool                  // a sheet is open that has to be answered first
	before   func()                       // the tip goes that the pointer had called up
	item     *fyne.MenuItem
}

const (
	ctrl      = fyne.KeyModifierShortcutDefault // Command on macOS
	ctrlShift = fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift
	alt       = fyne.KeyModifierAlt
)

func key(k fyne.KeyName, m fyne.KeyModifier) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: m}
}

// run does the action if it can be done now: Fyne runs a menu's shortcuts also for items that are disabled, and below an open
// sheet.
func (a *action) run() {
	if a.blocked != nil && a.blocked() {
		return
	}
	if a.enabled != nil {
		if ok, _ := a.enabled(); !ok {
			return
		}
	}
	if a.before != nil {
		a.before()
	}
	a.do()
}

// menuItem gives the action's place in the menu.
func (a *action) menuItem() *fyne.MenuItem {
	a.item = fyne.NewMenuItem(a.name, a.run)
	if a.shortcut != nil {
		a.item.Shortcut = a.shortcut
	}
	a.update()
	return a.item
}

// update takes over the state; it tells whether the item has changed.
func (a *action) update() bool {
	if a.item == nil {
		return false
	}
	disabled, checked := false, false
	if a.enabled != nil {
		ok, _ := a.enabled()
		disabled = !ok
	}
	if a.checked != nil {
		checked = a.checked()
	}
	if a.item.Disabled == disabled && a.item.Checked == checked {
		return false
	}
	a.item.Disabled, a.item.Checked = disabled, checked
	return true
}
