package prefs

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"

	"echopath/netcheck"
)

// schema names the form of the file. Fields are added and never change their meaning; another form gets another name.
const (
	schemaFamily = "echopath.settings/"
	schema       = schemaFamily + "1"
)

// stored is the file. Its names are the file's own, so that nothing in the program can be renamed by accident in it.
type stored struct {
	Schema          field[string]                    `json:"schema"`
	Theme           field[string]                    `json:"theme,omitzero"`
	Mbit            field[bool]                      `json:"bitrates_in_mbit,omitzero"`
	DefaultPreset   field[string]                    `json:"default_preset,omitzero"`
	ResultsDir      field[string]                    `json:"results_folder,omitzero"`
	KeepResults     field[bool]                      `json:"keep_results,omitzero"`
	RememberServers field[bool]                      `json:"remember_servers,omitzero"`
	Notify          field[bool]                      `json:"notify,omitzero"`
	ShowDifference  field[bool]                      `json:"show_difference,omitzero"`
	Window          field[storedSize]                `json:"window,omitzero"`
	Splits          field[map[string]field[float64]] `json:"splits,omitzero"`
	Folders         field[map[string]field[string]]  `json:"dialog_folders,omitzero"`
	Form            field[storedForm]                `json:"form,omitzero"`
	Host            field[storedHost]                `json:"host,omitzero"`
}

type storedSize struct {
	Width  field[float32] `json:"width,omitzero"`
	Height field[float32] `json:"height,omitzero"`
}

// The limits of values.
const (
	minWindow  = 200    // units of Fyne
	maxWindow  = 20_000 // more than any screen
	maxEntries = 100    // of a map
	maxPath    = 4096   // bytes
	maxName    = 64     // bytes of a key
)

// encode never writes what decode would refuse.
func encode(s Settings) ([]byte, error) {
	clean, _ := fromStored(toStored(s))
	b, err := json.MarshalIndent(toStored(clean), "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// decode reads a file. What can not be used in it is left out, with a message each. The error tells how the file as a whole can
// not be used, as the rest of a sentence about it.
func decode(b []byte) (Settings, []string, error) {
	var f stored
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), &f); err != nil { // some editors on Windows put that before
		return Settings{}, nil, errors.New("is damaged")
	}
	switch name, given := f.Schema.get(); {
	case given && name == schema:
	case given && strings.HasPrefix(name, schemaFamily):
		return Settings{}, nil, errors.New("was written by another version of this program")
	default:
		return Settings{}, nil, errors.New("does not hold settings of this program")
	}
	s, messages := fromStored(f)
	return s, messages, nil
}

func toStored(s Settings) stored {
	f := stored{
		Schema: set(schema), Theme: set(string(s.Theme)), Mbit: set(s.Mbit), DefaultPreset: set(s.DefaultPreset), ResultsDir: set(s.ResultsDir),
		KeepResults: set(s.KeepResults), RememberServers: set(s.RememberServers), Notify: set(s.Notify),
		ShowDifference: set(s.ShowDifference),
		Splits:         setMap(s.Splits), Folders: setMap(s.Folders),
	}
	if s.Window != (Size{}) {
		f.Window = set(storedSize{set(s.Window.Width), set(s.Window.Height)})
	}
	if s.Form != nil {
		f.Form = set(storeForm(*s.Form, s.RememberServers))
	}
	if s.Host != nil {
		f.Host = set(storeHost(*s.Host, s.RememberServers))
	}
	return f
}

// fromStored lays what is stored over the defaults.
func fromStored(f stored) (Settings, []string) {
	s, r := Defaults(), &reader{}
	theme := string(s.Theme)
	take(r, "theme", f.Theme, &theme, func(t string) bool { return slices.Contains(Themes(), Theme(t)) })
	s.Theme = Theme(theme)
	take(r, "unit of bitrates", f.Mbit, &s.Mbit, anything)
	take(r, "preset to begin with", f.DefaultPreset, &s.DefaultPreset, knownPreset)
	take(r, "folder for results", f.ResultsDir, &s.ResultsDir, func(dir string) bool { return dir == "" || wholePath(dir) })
	take(r, "choice whether results are kept", f.KeepResults, &s.KeepResults, anything)
	take(r, "choice whether servers are remembered", f.RememberServers, &s.RememberServers, anything)
	take(r, "choice whether the end of a test is announced", f.Notify, &s.Notify, anything)
	take(r, "choice whether differences of pictures are shown", f.ShowDifference, &s.ShowDifference, anything)
	s.Window = r.window(f.Window)
	takeMap(r, "places of the dividing lines", f.Splits, s.Splits, func(share float64) bool { return share >= 0 && share <= 1 })
	takeMap(r, "last folders of the file dialogs", f.Folders, s.Folders, wholePath)
	s.Form = r.form(f.Form, s.RememberServers, s.DefaultPreset)
	s.Host = r.host(f.Host, s.RememberServers)
	return s, r.messages
}

func (r *reader) window(f field[storedSize]) Size {
	var both storedSize
	take(r, "size of the window", f, &both, anything)
	fits := func(x float32) bool { return x >= minWindow && x <= maxWindow && !math.IsNaN(float64(x)) }
	var size Size
	width, hasWidth := both.Width.get()
	height, hasHeight := both.Height.get()
	switch {
	case hasWidth && hasHeight && fits(width) && fits(height):
		size = Size{width, height}
	case both != (storedSize{}):
		r.unusable("size of the window")
	}
	return size
}

func knownPreset(name string) bool {
	_, err := netcheck.PresetByName(name)
	return err == nil
}
