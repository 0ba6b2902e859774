package view

import (
	"image"
	"time"

	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/netcheck"
)

// Trial is one of the screens that measure. Each has a form's choice, a run and a result of its own; one run goes on at a time.
type Trial int

// The screens that measure.
const (
	TrialTest Trial = iota
	TrialVideo
	TrialGuest // the run of a guest, on the screen "Host": it is shown and exported, and never started here
	TrialNetwork

	NumTrials = iota
)

// Deps is what the window asks of the world around it. Every function returns at once; what takes time answers later through
// its done, on the goroutine that draws.
type Deps struct {
	Model   *model.Test
	Video   *model.Video
	Network *model.Network
	Host    *model.Host
	Join    *model.Join
	Version string

	Start func(Trial) // the model's form, which was checked
	Stop  func()
	Quit  func() // asks once if a run goes on

	Connect    func() // comes to the host of the form's invite
	Disconnect func() // leaves it, or gives up reaching it
	PasteText  func() string
	Now        func() time.Time

	ListAddresses func() // of this computer, anew; Window.HostChanged tells that they are there
	StartHost     func() // with the model's form, which was checked
	StopHost      func() // asks once if guests have runs that go on
	NewInvite     func()
	PasteInvite   func() // one by copy and paste; the model has it later
	GiveAnswer    func(text string)
	AcceptGuest   func(id string)
	RefuseGuest   func(id string)
	RemoveGuest   func(id string)

	Settings    func() prefs.Settings
	SetSettings func(prefs.Settings)   // keeps and applies them
	Forget      func(done func(error)) // deletes everything that is stored

	ExportSummary func(t Trial, path string, done Done)   // summary.csv
	ExportTables  func(t Trial, parent string, done Done) // all tables, in a new folder in it
	ExportJSON    func(t Trial, path string, done Done)
	SavePNG       func(path string, img image.Image, done Done)
	CopyText      func(text string)

	ReadCA         func(path string, done func(pem []byte, problem string))
	TryServers     func(f model.Form, done func([]Tried, error))             // an error while one is under way
	ReadServers    func(path string, done func([]netcheck.ICEServer, error)) // a list that somebody has passed on; the error is a sentence
	WriteServers   func(path string, list []netcheck.ICEServer, passwords bool, done Done)
	OpenFolder     func(path string)
	DefaultResults string // folder for results unless another is set

	Pictures         Pictures
	GuestPictures    Pictures                                    // of the chosen guest's call; Window.ShowGuestPictures gets them
	Cameras          func(done func(names []string, why string)) // why: in words, if they can not be listed
	CheckVideoFile   func(path string, done func(problem string))
	CheckRecordPlace func(path string, done func(problem string))
}

// Pictures is where those of the video come from. Window.ShowPictures gets them.
type Pictures interface {
	// Watch tells how large each is shown, in pixels; zero where nobody looks.
	Watch(sent, echoed, difference image.Point)
	// Stills gives the newest in their own size; nil where there is none.
	Stills() (sent, echoed, difference *image.RGBA)
	// Every tells that only each n-th is shown, since this computer draws too slowly for more.
	Every() int
}

// Done tells how an export ended: what was written, or why not in words.
type Done func(saved []string, err error)

// Tried is the answer of one server.
type Tried struct {
	Server string
	OK     bool
	Text   string // what happened, and what to do if it went wrong
}
