package prefs

import (
	"maps"
	"slices"

	"echopath/app/model"
	"echopath/netcheck"
)

// Theme is how the window looks.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system" // as the desktop has it
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Themes lists the themes in the order in which they are offered.
func Themes() []Theme { return []Theme{ThemeSystem, ThemeLight, ThemeDark} }

// Size is that of the window, in Fyne's units. Zero leaves it to the window.
type Size struct{ Width, Height float32 }

// Settings are what the window remembers. Start from [Defaults] or [Store.Load], never from the zero value. A copy shares
// its maps and its form with the original: see [Settings.Clone].
type Settings struct {
	Theme           Theme
	Mbit            bool               // show bitrates in Mbit/s instead of kbit/s
	DefaultPreset   string             // name of one of netcheck.Presets
	ResultsDir      string             // absolute; "" is the default place, see Results
	KeepResults     bool               // keep the files of every run in ResultsDir
	RememberServers bool               // store addresses, user names, CA file and pins; never secrets
	Notify          bool               // tell the desktop when a long run has ended
	ShowDifference  bool               // show where the echoed picture differs, beside the two
	Window          Size               // when it was last closed
	Splits          map[string]float64 // where each split stands, by name: share of the leading part, 0..1
	Folders         map[string]string  // last folder of each file dialog, by kind; absolute
	Form            *model.Form        // as it was last filled in, without secrets; nil: nothing is remembered
	Host            *model.HostForm    // likewise, of the screen "Host"
}

// Defaults are the settings of somebody who has never changed any.
func Defaults() Settings {
	return Settings{
		Theme: ThemeSystem, DefaultPreset: model.DefaultForm().Preset, KeepResults: true, RememberServers: true, Notify: true, ShowDifference: true,
		Splits: map[string]float64{}, Folders: map[string]string{},
	}
}

// Results gives the folder under which each run gets a folder of its own: the one that was chosen, or the default place. The
// error tells, in words, that this computer names no home folder.
func (s Settings) Results() (string, error) {
	if s.ResultsDir != "" {
		return s.ResultsDir, nil
	}
	return DefaultResultsDir()
}

// Clone gives a copy that shares nothing with s.
func (s Settings) Clone() Settings {
	s.Splits, s.Folders = maps.Clone(s.Splits), maps.Clone(s.Folders)
	if s.Form != nil {
		f := *s.Form
		f.Paths, f.Servers.CAPEM = maps.Clone(f.Paths), slices.Clone(f.Servers.CAPEM)
		s.Form = &f
	}
	if s.Host != nil {
		f := *s.Host
		s.Host = &f
	}
	return s
}

// defaultForm is what a stored form is laid over.
func defaultForm(preset string) model.Form {
	f := model.DefaultForm()
	if p, err := netcheck.PresetByName(preset); err == nil {
		f.Preset, f.Load = p.Name, model.LoadOf(p.Loss)
	}
	return f
}
