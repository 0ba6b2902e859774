package desktop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/app/view"
	"echopath/app/widgets"
	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// ID names the program to the desktop.
const ID = "io.echopath.Echopath"

// Session runs one session, as session.Run does. The window fills in what is to be seen and recorded of the video.
type Session func(ctx context.Context, plan netcheck.Plan, opt session.Options, observe netcheck.Observer) (netcheck.Report, error)

// Options are what the window gets from the program.
type Options struct {
	Version   string
	Icon      []byte                                                         // PNG
	Run       Session                                                        // one session
	Try       func(context.Context, netcheck.Plan) ([]session.Answer, error) // asks servers without measuring
	Cameras   func() ([]string, error)                                       // names; the error is in words
	StartHost runner.StartHost                                               // nil: host.Start
	Join      JoinHost                                                       // nil: session.Join
	NoVideo   string                                                         // why this build can not do video; "" if it can
	ConfigDir string                                                         // for the settings; "" is the system's place
	Opened    func()                                                         // called once, when the window is there; may be nil
}

// desk is the running program.
type desk struct {
	opt       Options
	app       fyne.App
	win       fyne.Window
	model     *model.Test
	video     *model.Video
	network   *model.Network
	host      *model.Host
	join      *model.Join
	pictures  *runner.Pictures
	guestFilm *guestPictures
	post      func(func()) // has something run on the goroutine that draws
	view      *view.Window
	store     *prefs.Store
	settings  prefs.Settings
	runner    *runner.Runner
	hosting   *runner.Hosting
	link      *runner.Link
	known     identities
	outside   outsideServers
	jobs      *runner.Jobs
	trial     view.Trial                    // whose run goes on, or was the last
	results   [view.NumTrials]runner.Result // of the last run of each screen that measures
	guests    map[string]runner.Result      // of the last run of each guest that has ended, by the guest's ID
	record    *session.Recording            // of the video that goes on; nil: none
	closing   bool                          // the window goes as soon as the run has ended
	asking    bool                          // whether it may
	behind    bool                          // the window is not in the foreground
	stats     *stats                        // nil unless a tester asked for it
	redraws   int                           // of runs, for stats
	shown     int                           // pictures, likewise
	waiting   func()                        // the write of settings that follows the one under way; nil: none
	keeps     bool                          // the run's results are kept in the folder for results
	gate      gate                          // before the goroutine that draws
}

// Default and least size of the window, in units of the screen's scale.
const (
	defaultWidth, defaultHeight = 1040, 720
	leastWidth, leastHeight     = 900, 560
)

// Run opens the window and returns the program's exit code when it was closed.
func Run(o Options) int {
	yieldToMeasurement()
	d := &desk{opt: o, app: app.NewWithID(ID)}
	messages := d.loadSettings()
	d.app.Settings().SetTheme(look.New(view.LookMode(d.settings.Theme)))
	icon := fyne.NewStaticResource("echopath.png", o.Icon)
	d.app.SetIcon(icon)
	d.win = d.app.NewWindow("Echopath")
	d.win.SetMaster()
	d.model = model.NewTest(model.Units{Mbit: d.settings.Mbit})
	d.model.CheckInterfaces(usable)
	d.video = model.NewVideo(model.Units{Mbit: d.settings.Mbit})
	d.video.CheckInterfaces(usable)
	d.network = model.NewNetwork(model.Units{Mbit: d.settings.Mbit})
	d.network.CheckInterfaces(usable)
	d.network.OfferLong(session.LongProbes())
	d.makeHost()
	if o.NoVideo != "" {
		d.video.NoVideo(o.NoVideo)
		d.host.NoVideo(o.NoVideo)
	}
	form := d.form()
	d.model.SetForm(form)
	d.video.SetForm(form)
	d.network.SetForm(form)
	d.pictures = runner.NewPictures(runner.PicturesConfig{Post: d.gate.post, Show: d.showPictures})
	d.runner = runner.New(runner.Config{Run: d.session, Post: d.gate.post, Deliver: d.deliver, Trouble: d.trouble, Ended: d.ended})
	d.jobs = runner.NewJobs(d.gate.post)
	d.makeHosting(d.gate.post)
	d.view = view.New(d.win, d.deps())
	d.view.Adopt()
	d.win.Resize(d.size())
	d.win.SetCloseIntercept(d.quit)
	d.watchForeground()
	d.app.Lifecycle().SetOnStarted(func() {
		d.stats = startStats(d)
		d.view.FocusStart()
		d.readStoredCA()
		d.listAddresses()
		for _, m := range messages {
			widgets.Message(d.win, "Settings", m)
		}
		if o.Opened != nil {
			o.Opened()
		}
	})
	ignore := d.watchSignals()
	defer ignore()
	d.win.ShowAndRun()
	return d.shutDown()
}

// exitNotKept is the exit code of a program that could not write a result, as in the terminal program.
const exitNotKept = 4

// shutDown runs after the last frame, also when a signal ended the program: a run that still goes on is stopped, and what it
// measured is written. It gives the exit code.
func (d *desk) shutDown() int {
	d.gate.shut()
	d.jobs.Close() // before the runner: an export may still read a recording that goes with it
	err := d.runner.Close()
	d.link.Close() // after the run that used it
	err = errors.Join(err, d.hosting.Close())
	d.guestFilm.choose("", "")
	d.stats.close()
	if saveErr := d.storeSettings(); saveErr != nil {
		err = errors.Join(err, saveErr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "echopath:", err)
		return exitNotKept
	}
	return 0
}

// gate hands functions to the goroutine that draws until it is shut. When Fyne's loop has ended, fyne.Do runs a function on the
// goroutine of its caller instead, where it would meet what the end of the program does.
type gate struct {
	mu   sync.Mutex
	over bool
}

func (g *gate) post(f func()) {
	fyne.Do(func() {
		if !g.isShut() {
			f()
		}
	})
}

func (g *gate) isShut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.over
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

// usable says why an interface can not be used. Where the system does not tell which there are, any may be right.
func usable(name string, self bool) error {
	if err := ifaces.Check(name, self); err != nil && !errors.Is(err, ifaces.ErrUnknown) {
		return err
	}
	return nil
}

// form is the last one, or a new one with the preset of the settings.
func (d *desk) form() model.Form {
	if d.settings.Form != nil {
		return *d.settings.Form
	}
	f := model.DefaultForm()
	f.Preset = d.settings.DefaultPreset
	return f
}

func (d *desk) size() fyne.Size {
	w, h := d.settings.Window.Width, d.settings.Window.Height
	if w <= 0 || h <= 0 {
		return fyne.NewSize(defaultWidth, defaultHeight)
	}
	return fyne.NewSize(max(w, leastWidth), max(h, leastHeight))
}

// watchForeground keeps account of whether the user sees the window.
func (d *desk) watchForeground() {
	d.app.Lifecycle().SetOnEnteredForeground(func() { d.behind = false })
	d.app.Lifecycle().SetOnExitedForeground(func() { d.behind = true })
}
