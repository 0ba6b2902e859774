package desktop

import (
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/view"
)

// loadSettings gives what there is to tell about them.
func (d *desk) loadSettings() []string {
	dir := d.opt.ConfigDir
	if dir == "" {
		var err error
		if dir, err = prefs.DefaultDir(); err != nil {
			d.settings = prefs.Defaults()
			return []string{err.Error()}
		}
	}
	d.store = prefs.Open(dir)
	settings, messages, err := d.store.Load()
	d.settings = settings
	if err != nil {
		messages = append(messages, err.Error())
	}
	return messages
}

func (d *desk) settingsDefaults() (results string, err error) { return prefs.DefaultResultsDir() }

func (d *desk) currentSettings() prefs.Settings { return d.settings }

// adopt takes settings over and keeps them.
func (d *desk) adopt(s prefs.Settings) {
	before := d.settings
	d.settings = s
	if before.Theme != s.Theme {
		d.app.Settings().SetTheme(look.New(view.LookMode(s.Theme)))
	}
	if before.Mbit != s.Mbit {
		d.model.SetUnits(model.Units{Mbit: s.Mbit})
	}
	d.view.Adopt()
	d.saveSettings()
}

// saveSettings keeps the settings with the form and the size of the window.
func (d *desk) saveSettings() {
	if d.store == nil {
		return
	}
	form := d.model.Form().WithoutSecrets()
	d.settings.Form = &form
	if size := d.win.Canvas().Size(); !d.win.FullScreen() && size.Width > 0 {
		d.settings.Window = prefs.Size{Width: size.Width, Height: size.Height}
	}
	if err := d.store.Save(d.settings); err != nil {
		d.view.Say("The settings could not be kept: " + err.Error())
	}
}

// forget deletes what is stored and goes on with the defaults.
func (d *desk) forget(done func(error)) {
	if d.store != nil {
		if err := d.store.Reset(); err != nil {
			done(err)
			return
		}
	}
	d.settings = prefs.Defaults()
	d.app.Settings().SetTheme(look.New(view.LookMode(d.settings.Theme)))
	d.model.SetUnits(model.Units{})
	if !d.runner.Busy() {
		d.model.SetForm(model.DefaultForm())
	}
	d.view.Adopt()
	done(nil)
}
