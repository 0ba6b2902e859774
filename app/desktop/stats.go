package desktop

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/model"
	"echopath/app/view"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// statsVariable names a file that the window's state is written to, for tests from outside. Without it nothing is watched.
const statsVariable = "ECHOPATH_STATS"

// A line is written when the state has changed, and at least this often; it is looked at once in statsLook.
const (
	statsEvery = 250 * time.Millisecond
	statsLook  = 20 * time.Millisecond
)

// statLine is a line of the file. It holds nothing that was typed into a field for secrets or for addresses.
type statLine struct {
	UnixS  float64 `json:"unix_s"`
	TS     float64 `json:"t_s"` // since the window was opened
	Phase  string  `json:"phase"`
	Path   string  `json:"path"` // that is being measured
	Screen string  `json:"screen"`

	Overlays int    `json:"overlays"` // dialogs and menus that lie above the window
	Top      string `json:"top"`      // kind of the uppermost

	CanStart bool   `json:"can_start"` // on the screen that is shown
	StartWhy string `json:"start_why"`
	Mark     string `json:"mark"` // of the banner
	Banner   string `json:"banner"`
	More     string `json:"more"`

	Focused   string     `json:"focused"`
	FocusText string     `json:"focus_text"` // of an input of one line without a secret
	FocusAt   [4]float32 `json:"focus_at"`   // x, y, width, height in the window
	Window    [2]float32 `json:"window"`

	Host statHost `json:"host"`
	Join statJoin `json:"join"`

	Redraws     int     `json:"redraws"`       // of tests, so far
	Pictures    int     `json:"pictures"`      // times that pictures of a video were shown, so far
	Frozen      bool    `json:"frozen"`        // the echoed picture stands still
	UILagMSMax  float64 `json:"ui_lag_ms_max"` // from handing a function to the goroutine that draws until it runs, since the last line
	Goroutines  int     `json:"goroutines"`
	HeapBytes   uint64  `json:"heap_bytes"`
	RSSBytes    uint64  `json:"rss_bytes"` // 0 where it is not known
	WriteErrors int     `json:"write_errors,omitempty"`
}

// statKey is what a line is written at once for.
type statKey struct {
	phase    string
	problem  string
	overlays int
	focused  fyne.Focusable
	text     string
	host     hostKey
}

// stats watches a desk. Its goroutine ends with close.
type stats struct {
	d     *desk
	out   *os.File
	began time.Time
	looks chan glance
	stop  chan struct{}
	done  chan struct{}
	seen  statKey   // read and written on the goroutine that draws
	wrote time.Time // likewise
}

// glance is what one look on the goroutine that draws has found.
type glance struct {
	ran  time.Time
	line *statLine // nil: nothing to write
}

// startStats gives nil if nobody asked for it; the methods do nothing then.
func startStats(d *desk) *stats {
	name := os.Getenv(statsVariable)
	if name == "" {
		return nil
	}
	out, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // the tester names the file
	if err != nil {
		fmt.Fprintln(os.Stderr, "echopath:", statsVariable+":", err)
		return nil
	}
	s := &stats{d: d, out: out, began: time.Now(), looks: make(chan glance, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go s.watch()
	return s
}

// close ends the watch and waits for its end.
func (s *stats) close() {
	if s == nil {
		return
	}
	close(s.stop)
	<-s.done
	_ = s.out.Close() // whoever reads it sees what is missing
}

// watch has one look under way at a time: a goroutine that draws and hangs is not buried under looks.
func (s *stats) watch() {
	defer close(s.done)
	beat := time.NewTicker(statsLook)
	defer beat.Stop()
	var posted time.Time
	var lag time.Duration
	failed := 0
	for {
		select {
		case <-s.stop:
			return
		case <-beat.C:
			if posted.IsZero() {
				posted = time.Now()
				fyne.Do(s.look)
			}
		case l := <-s.looks:
			lag = max(lag, l.ran.Sub(posted))
			posted = time.Time{}
			if l.line == nil {
				continue
			}
			l.line.UILagMSMax, l.line.WriteErrors = float64(lag)/float64(time.Millisecond), failed
			lag = 0
			if err := json.NewEncoder(s.out).Encode(l.line); err != nil {
				failed++
			}
		}
	}
}

// look runs on the goroutine that draws, or once on that of watch when the driver has just ended.
func (s *stats) look() {
	l := glance{ran: time.Now()}
	c := s.d.win.Canvas()
	key := statKey{phase: string(s.d.running().Phase()), problem: s.d.running().Checked().Problem, overlays: len(c.Overlays().List()), focused: c.Focused(), host: s.hostKey()}
	_, key.text = describe(key.focused)
	if key != s.seen || l.ran.Sub(s.wrote) >= statsEvery {
		s.seen, s.wrote = key, l.ran
		l.line = s.line(l.ran)
	}
	s.looks <- l // has room: there is one look at a time
}

func (s *stats) line(now time.Time) *statLine {
	v, c := s.shown(), s.d.win.Canvas()
	l := &statLine{
		UnixS: float64(now.UnixMicro()) / 1e6, TS: now.Sub(s.began).Seconds(), Phase: string(v.Phase), Screen: s.screen(),
		Overlays: len(c.Overlays().List()),
		Mark:     v.Banner.Mark.Word, Banner: v.Banner.Text, More: v.Banner.More,
		Window: [2]float32{c.Size().Width, c.Size().Height}, Redraws: s.d.redraws, Pictures: s.d.shown, Frozen: s.d.video.View(0).Caption.Frozen,
		Host: s.host(), Join: s.join(),
		Goroutines: runtime.NumGoroutine(), HeapBytes: heapBytes(), RSSBytes: rssBytes(),
	}
	l.CanStart, l.StartWhy = s.start(l.Screen)
	var path netcheck.Path
	for _, r := range v.Rows {
		if r.Active {
			path = r.Path
		}
	}
	l.Path = string(path)
	if top := c.Overlays().Top(); top != nil {
		l.Top = fmt.Sprintf("%T", top)
	}
	focused := c.Focused()
	l.Focused, l.FocusText = describe(focused)
	if o, ok := focused.(fyne.CanvasObject); ok {
		at, size := s.d.app.Driver().AbsolutePositionForObject(o), o.Size()
		l.FocusAt = [4]float32{at.X, at.Y, size.Width, size.Height}
	}
	return l
}

// shown is the view of the screen whose run goes on, or was the last.
func (s *stats) shown() model.View {
	switch s.d.trial {
	case view.TrialNetwork:
		return s.d.network.View(0).View
	case view.TrialTest, view.TrialGuest:
		return s.d.model.View(0)
	case view.TrialVideo:
	}
	film := s.d.video.View(0)
	for _, r := range film.Rows {
		film.View.Rows = append(film.View.Rows, model.Row{Path: r.Path, Active: r.Active})
	}
	return film.View
}

// start tells whether a run can be started on a screen, and why not or what it would do.
func (s *stats) start(screen string) (can bool, why string) {
	if screen == screenVideo {
		v := s.d.video.View(0)
		return v.CanStart, v.StartWhy
	}
	if screen == screenNetwork {
		v := s.d.network.View(0)
		return v.CanStart, v.StartWhy
	}
	v := s.d.model.View(0)
	return v.CanStart, v.StartWhy
}

// What the menu calls the screens.
const (
	screenTest     = "Screen Test"
	screenVideo    = "Screen Video echo"
	screenNetwork  = "Screen Network"
	screenHost     = "Screen Host"
	screenSettings = "Settings"
)

// screen asks the menu, where the screen that is shown has a mark.
func (s *stats) screen() string {
	for _, menu := range s.d.win.MainMenu().Items {
		for _, item := range menu.Items {
			name, _, _ := strings.Cut(item.Label, "  ") // the shortcut stands behind it, in a column
			if item.Checked && slices.Contains([]string{screenTest, screenVideo, screenNetwork, screenHost, screenSettings}, name) {
				return name
			}
		}
	}
	return ""
}

// describe names what has the focus as a person would.
func describe(f fyne.Focusable) (name, text string) {
	switch f := f.(type) {
	case nil:
		return "", ""
	case *widgets.Button:
		return "Button " + f.Text, ""
	case *widgets.Picture:
		return "Picture " + f.Name(), ""
	case *widgets.Check:
		return "Check " + f.Text, ""
	case *widgets.Select:
		return "Select " + f.Selected, ""
	case *widgets.Entry:
		if f.Secret || f.MultiLine {
			return "Entry", ""
		}
		return "Entry", f.Text
	}
	return fmt.Sprintf("%T", f), ""
}

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// rssBytes reads the second figure of statm, which counts pages.
func rssBytes() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var total, resident uint64
	if _, err := fmt.Sscan(string(b), &total, &resident); err != nil {
		return 0
	}
	return resident * uint64(os.Getpagesize()) //nolint:gosec // a page has a positive size
}
