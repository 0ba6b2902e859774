package view

import (
	"errors"
	"fmt"
	"image"
	"maps"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Content of the two windows that everything is looked at in: Fyne's menu bar takes the top of it.
const menuBar = 30

var (
	narrow = fyne.NewSize(900, 600-menuBar)
	wide   = fyne.NewSize(1280, 800-menuBar)
)

// world is a window with everything around it played by the test.
type world struct {
	t         *testing.T
	m         *model.Test
	v         *model.Video
	n         *model.Network
	h         *model.Host
	j         *model.Join
	now       time.Time
	win       fyne.Window
	w         *Window
	settings  prefs.Settings
	calls     []string // what was asked for, in order
	clip      string
	picture   image.Image
	fail      error                               // what every export ends with
	answer    func(done func([]Tried, error))     // of TryServers
	readCA    func(done func(p []byte, w string)) // of ReadCA
	film      fakePictures
	guestFilm fakePictures
	cameras   []string
	problem   string               // of a file or place that is looked at
	list      []netcheck.ICEServer // that ReadServers finds, and WriteServers has written
}

// fakePictures are the pictures of a video that nobody sends.
type fakePictures struct {
	asked  [numPictures]image.Point
	stills [numPictures]*image.RGBA
	every  int
}

func (f *fakePictures) Watch(sent, echoed, difference image.Point) {
	f.asked = [numPictures]image.Point{sent, echoed, difference}
}
func (f *fakePictures) Stills() (sent, echoed, difference *image.RGBA) {
	return f.stills[0], f.stills[1], f.stills[2]
}
func (f *fakePictures) Every() int { return f.every }

func newWorld(t *testing.T, mode look.Mode, size fyne.Size) *world {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.New(mode))
	d := &world{t: t, m: model.NewTest(model.Units{}), v: model.NewVideo(model.Units{}), n: model.NewNetwork(model.Units{}), h: model.NewHost(model.Units{}, "ANNA-PC"),
		j: model.NewJoin(), now: time.Date(2026, 11, 21, 19, 32, 10, 0, time.UTC), settings: prefs.Defaults(), win: test.NewTempWindow(t, nil)}
	d.settings.Theme = prefs.Theme(mode)
	d.m.SetJoin(d.j)
	d.v.SetJoin(d.j)
	d.n.SetJoin(d.j)
	d.h.SetAddresses(someAddresses, "")
	d.w = New(d.win, d.deps())
	d.w.Adopt()
	d.win.Resize(size)
	return d
}

func (d *world) did(format string, args ...any) {
	d.calls = append(d.calls, fmt.Sprintf(format, args...))
}

func (d *world) deps() Deps {
	export := func(kind string) func(Trial, string, Done) {
		return func(t Trial, path string, done Done) {
			if t == TrialVideo {
				kind = "video " + kind
			}
			d.did("%s %s", kind, path)
			if d.fail != nil {
				done(nil, d.fail)
				return
			}
			done([]string{path}, nil)
		}
	}
	return Deps{
		Model: d.m, Video: d.v, Network: d.n, Host: d.h, Join: d.j, Version: "1.2.3", DefaultResults: "/home/ann/Documents/Echopath",
		Start: d.start, Stop: func() { d.did("stop"); d.m.Stopping(); d.v.Stopping(); d.n.Stopping(); d.w.Refresh() }, Quit: func() { d.did("quit") },
		Connect: func() { d.did("connect") }, Disconnect: func() { d.did("disconnect") },
		PasteText: func() string { return d.clip }, Now: func() time.Time { return d.now },
		ListAddresses: func() {}, StartHost: func() { d.did("host"); d.h.Begin(); d.w.Refresh() },
		StopHost:    func() { d.did("stop hosting"); d.h.Stopping(); d.w.Refresh() },
		NewInvite:   func() { d.did("new invite") },
		PasteInvite: func() { d.did("paste invite"); d.h.PasteAsking() }, GiveAnswer: func(text string) { d.did("answer %s", text); d.h.Answering() },
		AcceptGuest: func(id string) { d.did("accept %s", id) }, RefuseGuest: func(id string) { d.did("refuse %s", id) },
		RemoveGuest: func(id string) { d.did("remove %s", id) },
		Settings:    func() prefs.Settings { return d.settings }, SetSettings: d.adopt,
		Forget:        func(done func(error)) { d.did("forget"); d.settings = prefs.Defaults(); done(d.fail) },
		ExportSummary: export("summary"), ExportTables: export("tables"), ExportJSON: export("json"),
		SavePNG:  func(path string, img image.Image, done Done) { d.picture = img; export("png")(TrialTest, path, done) },
		CopyText: func(text string) { d.did("copy"); d.clip = text },
		ReadCA: func(path string, done func([]byte, string)) {
			d.did("ca %s", path)
			if d.readCA != nil {
				d.readCA(done)
			}
		},
		TryServers: func(_ model.Form, done func([]Tried, error)) { d.did("try"); d.answer(done) },
		ReadServers: func(path string, done func([]netcheck.ICEServer, error)) {
			d.did("servers %s", path)
			done(d.list, d.fail)
		},
		WriteServers: func(path string, list []netcheck.ICEServer, passwords bool, done Done) {
			d.did("list %s %v", path, passwords)
			d.list = list
			done([]string{path}, d.fail)
		},
		OpenFolder: func(path string) { d.did("folder %s", path) },
		Pictures:   &d.film, GuestPictures: &d.guestFilm,
		Cameras: func(done func([]string, string)) { d.did("cameras"); done(d.cameras, "") },
		CheckVideoFile: func(path string, done func(string)) {
			d.did("look at %s", path)
			done(d.problem)
		},
		CheckRecordPlace: func(path string, done func(string)) {
			d.did("look at %s", path)
			done(d.problem)
		},
	}
}

func (d *world) start(t Trial) {
	switch t {
	case TrialVideo:
		d.did("start video")
		d.v.Begin()
	case TrialNetwork:
		d.did("start network")
		d.n.Begin()
	default:
		d.did("start")
		d.m.Begin()
	}
	d.w.SetNow(0)
}

// adopt does what the program does with new settings.
func (d *world) adopt(s prefs.Settings) {
	d.did("settings")
	d.settings = s
	fyne.CurrentApp().Settings().SetTheme(look.New(LookMode(s.Theme)))
	d.m.SetUnits(model.Units{Mbit: s.Mbit})
	d.v.SetUnits(model.Units{Mbit: s.Mbit})
	d.n.SetUnits(model.Units{Mbit: s.Mbit})
	d.w.Adopt()
}

// began gives the calls since the last time.
func (d *world) asked() []string {
	calls := d.calls
	d.calls = nil
	return calls
}

// play lets a session go on until a time; the window is drawn a few times on the way.
func (d *world) play(events []netcheck.Event, until time.Duration) {
	d.w.actions.start.run()
	d.asked()
	drawn := time.Duration(0)
	for _, e := range events {
		if e.At > until {
			break
		}
		d.m.Apply(e)
		if e.At-drawn > 10*time.Second {
			drawn = e.At
			d.w.SetNow(drawn)
		}
	}
	d.w.SetNow(min(until, events[len(events)-1].At))
}

// done plays a session to its end.
func (d *world) done(events []netcheck.Event, o model.Outcome) {
	d.play(events, 1<<62)
	d.m.End(o)
	d.w.Refresh()
}

// failToStart plays a run that could not begin.
func (d *world) failToStart() {
	d.w.actions.start.run()
	d.asked()
	d.m.End(model.Outcome{Err: errPorts})
	d.w.Refresh()
}

// form changes the model's form as the controls would.
func (d *world) form(change func(*model.Form)) {
	f := d.m.Form()
	f.Paths = maps.Clone(f.Paths)
	change(&f)
	d.m.SetForm(f)
	d.w.formEdited()
}

// turn fills in servers that can be used.
func (d *world) turn() {
	d.form(func(f *model.Form) {
		f.Target = netcheck.TargetTURN
		f.Servers = model.Servers{URLs: "stun:turn.example.com\nturn:turn.example.com\nturn:turn.example.com?transport=tcp\nturns:turn.example.com", User: "ann", Password: "secret"}
	})
}

// sheets is how many lie above the window.
func (d *world) sheets() int { return len(d.win.Canvas().Overlays().List()) }

// press types keys as the window's driver would: into what has the focus, or else to the canvas.
func (d *world) press(names ...fyne.KeyName) {
	c := d.win.Canvas()
	for _, n := range names {
		switch key := (&fyne.KeyEvent{Name: n}); {
		case n == fyne.KeyTab:
			c.FocusNext()
		case c.Focused() != nil:
			c.Focused().TypedKey(key)
			if n == fyne.KeySpace && c.Focused() != nil {
				c.Focused().TypedRune(' ')
			}
		case c.OnTypedKey() != nil:
			c.OnTypedKey()(key)
		}
	}
}

// all lists what is to be seen below an object and is of a type.
func all[T fyne.CanvasObject](root fyne.CanvasObject) []T {
	var out []T
	if root == nil || !root.Visible() {
		return nil
	}
	if found, ok := root.(T); ok {
		out = append(out, found)
	}
	for _, o := range children(root) {
		out = append(out, all[T](o)...)
	}
	return out
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// button finds one by its text in the uppermost sheet.
func (d *world) button(text string) *widgets.Button {
	d.t.Helper()
	for _, b := range all[*widgets.Button](d.win.Canvas().Overlays().Top()) {
		if b.Text == text {
			return b
		}
	}
	d.t.Fatalf("the sheet has no button %q", text)
	return nil
}

// entries are the inputs of the uppermost sheet.
func (d *world) entries() []*widgets.Entry {
	return all[*widgets.Entry](d.win.Canvas().Overlays().Top())
}

// settle lays everything out anew, from the leaves to the roots, as the window's driver does before a frame when a least size has
// changed; the driver of the tests does not.
func (d *world) settle() {
	for range 3 {
		layOut(d.win.Content())
		for _, o := range d.win.Canvas().Overlays().List() {
			layOut(o)
		}
	}
}

func layOut(o fyne.CanvasObject) {
	if !o.Visible() {
		return
	}
	for _, child := range children(o) {
		layOut(child)
	}
	switch o := o.(type) {
	case *fyne.Container:
		if o.Layout != nil {
			o.Layout.Layout(o.Objects, o.Size())
		}
	case fyne.Widget:
		test.WidgetRenderer(o).Layout(o.Size())
	}
}

// areaOf is where an object is in the window.
func areaOf(o fyne.CanvasObject) [4]float32 {
	p, s := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size()
	return [4]float32{p.X, p.Y, s.Width, s.Height}
}

var errDisk = errors.New("the disk is full")

func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
