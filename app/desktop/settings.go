package desktop

import (
	"context"
	"errors"
	"fmt"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/runner"
	"echopath/app/session/identity"
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
		d.video.SetUnits(model.Units{Mbit: s.Mbit})
		d.network.SetUnits(model.Units{Mbit: s.Mbit})
		d.host.SetUnits(model.Units{Mbit: s.Mbit})
	}
	d.view.Adopt()
	d.saveSettings()
}

// saveSettings keeps the settings with the form and the size of the window. The disk may be slow: it is written beside.
func (d *desk) saveSettings() {
	if d.store == nil {
		return
	}
	d.fillSettings()
	kept := d.settings.Clone()
	d.write(func() error { return d.store.Save(kept) }, func(err error) {
		if err != nil {
			d.view.Say("The settings could not be kept: " + err.Error())
		}
	})
}

// write does something to the stored settings, one thing after another. Of what waits only the newest is done: they change
// at each letter.
func (d *desk) write(work func() error, done func(error)) {
	err := runner.Go(d.jobs, "settings", func(context.Context) (struct{}, error) { return struct{}{}, work() }, func(_ struct{}, err error) {
		done(err)
		if next := d.waiting; next != nil {
			d.waiting = nil
			next()
		}
	})
	switch {
	case errors.Is(err, runner.ErrJobBusy):
		d.waiting = func() { d.write(work, done) }
	case err != nil:
		done(err)
	}
}

// storeSettings writes the settings at once, when nothing is drawn any more.
func (d *desk) storeSettings() error {
	if d.store == nil {
		return nil
	}
	d.fillSettings()
	if err := d.store.Save(d.settings); err != nil {
		return fmt.Errorf("the settings could not be kept: %w", err)
	}
	return nil
}

// fillSettings takes over the form, without its secrets, and the size of the window.
func (d *desk) fillSettings() {
	form := d.model.Form().WithoutSecrets()
	d.settings.Form = &form
	host := d.host.Form()
	d.settings.Host = &host
	if size := d.win.Canvas().Size(); !d.win.FullScreen() && size.Width > 0 {
		d.settings.Window = prefs.Size{Width: size.Width, Height: size.Height}
	}
}

// forget deletes what is stored, with the keys by which hosts know this computer again, and goes on with the defaults.
func (d *desk) forget(done func(error)) {
	reset := identity.Forget
	if d.store != nil {
		reset = func() error { return errors.Join(d.store.Reset(), identity.Forget()) }
	}
	d.write(reset, func(err error) {
		if err == nil {
			d.known.forget()
			d.startAnew()
		}
		done(err)
	})
}

func (d *desk) startAnew() {
	d.settings = prefs.Defaults()
	d.app.Settings().SetTheme(look.New(view.LookMode(d.settings.Theme)))
	d.model.SetUnits(model.Units{})
	d.video.SetUnits(model.Units{})
	d.network.SetUnits(model.Units{})
	d.host.SetUnits(model.Units{})
	d.host.SetForm(model.DefaultHostForm())
	d.model.SetForm(model.DefaultForm()) // a test that runs goes on as it was started
	d.view.Adopt()
	d.view.FormChanged()
	d.view.HostChanged()
}
