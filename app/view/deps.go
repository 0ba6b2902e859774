package view

import (
	"image"

	"echopath/app/model"
	"echopath/app/prefs"
)

// Deps is what the window asks of the world around it. Every function returns at once; what takes time answers later through
// its done, on the goroutine that draws.
type Deps struct {
	Model   *model.Test
	Version string

	Start func() // the model's form, which was checked
	Stop  func()
	Quit  func() // asks once if a run goes on

	Settings    func() prefs.Settings
	SetSettings func(prefs.Settings)   // keeps and applies them
	Forget      func(done func(error)) // deletes everything that is stored

	ExportSummary func(path string, done Done)   // summary.csv
	ExportTables  func(parent string, done Done) // all tables, in a new folder in it
	ExportJSON    func(path string, done Done)
	SavePNG       func(path string, img image.Image, done Done)
	CopyText      func(text string)

	ReadCA         func(path string, done func(pem []byte, problem string))
	TryServers     func(f model.Form, done func([]Tried, error)) // an error while one is under way
	OpenFolder     func(path string)
	DefaultResults string // folder for results unless another is set
}

// Done tells how an export ended: what was written, or why not in words.
type Done func(saved []string, err error)

// Tried is the answer of one server.
type Tried struct {
	Server string
	OK     bool
	Text   string // what happened, and what to do if it went wrong
}
