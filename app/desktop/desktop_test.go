package desktop

import (
	"context"
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/present/presenttest"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/app/session/identity"
	"echopath/app/view"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// fakeApp is the test driver's application; it keeps account of what the program asks of the desktop.
type fakeApp struct {
	fyne.App
	quits int
	told  []string
}

func (a *fakeApp) Quit() { a.quits++ }
func (a *fakeApp) SendNotification(n *fyne.Notification) {
	a.told = append(a.told, n.Title+": "+n.Content)
}

// stage is a program without a window's driver: the test is the goroutine that draws.
type stage struct {
	*desk
	t    *testing.T
	app  *fakeApp
	post chan func()
}

func newStage(t *testing.T, run runner.Session) *stage {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv("XDG_DOCUMENTS_DIR", filepath.Join(dir, "documents"))
	s := &stage{t: t, app: &fakeApp{App: test.NewTempApp(t)}, post: make(chan func(), 1024)}
	whole := func(ctx context.Context, plan netcheck.Plan, _ session.Options, observe netcheck.Observer) (netcheck.Report, error) {
		return run(ctx, plan, observe)
	}
	d := &desk{opt: Options{Run: whole, ConfigDir: filepath.Join(dir, "settings")}, app: s.app, win: test.NewTempWindow(t, nil)}
	s.desk = d
	d.loadSettings()
	d.settings.ResultsDir = filepath.Join(dir, "results")
	d.model = model.NewTest(model.Units{})
	d.video = model.NewVideo(model.Units{})
	d.network = model.NewNetwork(model.Units{})
	d.makeHost()
	d.model.SetForm(d.form())
	d.video.SetForm(d.form())
	d.network.SetForm(d.form())
	post := func(f func()) { s.post <- f }
	d.pictures = runner.NewPictures(runner.PicturesConfig{Post: post, Show: d.showPictures})
	d.runner = runner.New(runner.Config{Run: d.session, Post: post, Deliver: d.deliver, Trouble: d.trouble, Ended: d.ended})
	d.jobs = runner.NewJobs(post)
	d.makeHosting(post)
	d.view = view.New(d.win, d.deps())
	d.win.Resize(d.size())
	t.Cleanup(func() { d.shutDown() })
	return s
}

// until draws until something has come about.
func (s *stage) until(what string, cond func() bool) {
	s.t.Helper()
	limit := time.After(20 * time.Second)
	for !cond() {
		select {
		case f := <-s.post:
			f()
		case <-limit:
			s.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func (s *stage) press(names ...fyne.KeyName) {
	for _, n := range names {
		if n == fyne.KeyTab {
			s.win.Canvas().FocusNext()
			continue
		}
		s.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func (s *stage) phase(p model.Phase) func() bool {
	return func() bool { return s.model.Phase() == p }
}

// written tells that no settings are being written any more.
func (s *stage) written() bool { return s.waiting == nil && !s.jobs.Busy("settings") }

// endless measures until it is stopped.
func endless(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
	return presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
		s.Start(p)
		<-ctx.Done()
		s.Emit(p, netcheck.PathEnded{State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled, Reason: "Stopped."})
	})(ctx, plan, observe)
}

func TestARunIsKeptAndExported(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	s.start(view.TrialTest)
	s.start(view.TrialTest) // a second one is not begun
	s.until("the end", s.phase(model.PhaseDone))
	v := s.model.View(0)
	if v.Banner.Mark.Word != "GOOD" || !strings.Contains(v.Banner.More, s.settings.ResultsDir) {
		t.Errorf("%+v", v.Banner)
	}
	dir := t.TempDir()
	for name, export := range map[string]func(view.Trial, string, view.Done){"a.csv": s.exportSummary, "a.json": s.exportJSON, "tables": s.exportTables} {
		var saved []string
		answered := false
		export(view.TrialTest, filepath.Join(dir, name), func(files []string, err error) {
			saved, answered = files, true
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		s.until(name, func() bool { return answered })
		for _, f := range saved {
			if info, err := os.Stat(f); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
	var failed error
	s.savePNG(filepath.Join(dir, "none", "a.png"), image.NewRGBA(image.Rect(0, 0, 4, 4)), func(_ []string, err error) { failed = err })
	s.until("a picture that can not be written", func() bool { return failed != nil })
}

func TestNothingToExport(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	var got error
	s.exportJSON(view.TrialTest, filepath.Join(t.TempDir(), "a.json"), func(_ []string, err error) { got = err })
	if !errors.Is(got, errNothing) {
		t.Errorf("%v", got)
	}
}

func TestClosingAsksOnce(t *testing.T) {
	s := newStage(t, endless)
	s.start(view.TrialTest)
	s.until("a path", s.phase(model.PhaseRunning))
	s.quit()
	s.quit()
	if n := len(s.win.Canvas().Overlays().List()); n != 1 || s.app.quits != 0 {
		t.Fatalf("%d sheets, %d quits", n, s.app.quits)
	}
	s.press(fyne.KeyEscape)
	if s.app.quits != 0 || s.model.Phase() != model.PhaseRunning {
		t.Fatal("the answer no ends something")
	}
	s.quit()
	s.press(fyne.KeyTab, fyne.KeyReturn)
	if s.model.Phase() != model.PhaseStopping || s.app.quits != 0 {
		t.Fatalf("the answer yes: %v, %d quits", s.model.Phase(), s.app.quits)
	}
	s.until("the end", func() bool { return s.app.quits == 1 })
	if s.model.Phase() != model.PhaseDone || s.results[view.TrialTest].Folder == "" || s.results[view.TrialTest].SaveErr != nil {
		t.Errorf("what was measured was not kept: %v, %+v", s.model.Phase(), s.results[view.TrialTest])
	}
}

func TestClosingTwiceEndsAtOnce(t *testing.T) {
	s := newStage(t, endless)
	s.start(view.TrialTest)
	s.until("a path", s.phase(model.PhaseRunning))
	s.quit()
	s.press(fyne.KeyTab, fyne.KeyReturn)
	s.quit()
	if s.app.quits != 1 {
		t.Errorf("%d quits", s.app.quits)
	}
	s.until("the end", func() bool { return !s.runner.Busy() })
}

func TestClosingWhileNothingRuns(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	s.quit()
	if s.app.quits != 1 || len(s.win.Canvas().Overlays().List()) != 0 {
		t.Errorf("%d quits", s.app.quits)
	}
}

func TestStopIsNoError(t *testing.T) {
	s := newStage(t, endless)
	s.stop() // nothing runs
	s.start(view.TrialTest)
	s.until("a path", s.phase(model.PhaseRunning))
	s.stop()
	s.until("the end", s.phase(model.PhaseDone))
	if v := s.model.View(0); v.Status.Text != "Test stopped before its end" || !v.CanSave || !v.CanStart {
		t.Errorf("%+v", v.Status)
	}
	if len(s.app.told) != 0 {
		t.Errorf("told while the window is seen: %v", s.app.told)
	}
}

func TestTheDesktopIsTold(t *testing.T) {
	for _, want := range []bool{true, false} {
		s := newStage(t, presenttest.AllGood)
		s.behind, s.settings.Notify = true, want
		s.start(view.TrialTest)
		s.until("the end", s.phase(model.PhaseDone))
		if got := len(s.app.told) == 1 && strings.HasPrefix(s.app.told[0], "Echopath: good: All 5 paths work"); got != want {
			t.Errorf("asked for %v: %q", want, s.app.told)
		}
	}
}

func TestASessionThatCanNotBegin(t *testing.T) {
	s := newStage(t, func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error) {
		return netcheck.Report{}, errors.New("listen udp: permission denied")
	})
	s.behind = true
	s.start(view.TrialTest)
	s.until("the end", s.phase(model.PhaseFailed))
	if v := s.model.View(0); !strings.Contains(v.Banner.Text, "permission denied") || v.CanSave {
		t.Errorf("%+v", v.Banner)
	}
	if len(s.app.told) != 1 || !strings.Contains(s.app.told[0], "permission denied") {
		t.Errorf("%q", s.app.told)
	}
}

func TestSettingsAreRestoredWithoutSecrets(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	form := s.model.Form()
	form.Target, form.Preset, form.Servers = netcheck.TargetTURN, "video", model.Servers{URLs: "turn:turn.example.com", User: "ann", Password: "s3cret", RESTSecret: "s3cret"}
	s.model.SetForm(form)
	changed := s.settings.Clone()
	changed.Mbit, changed.Theme = true, prefs.ThemeDark
	s.adopt(changed)
	s.win.Resize(fyne.NewSize(1000, 700))
	s.saveSettings()
	s.until("settings are written", s.written)
	err := filepath.WalkDir(s.opt.ConfigDir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "s3cret") {
			t.Errorf("%s holds a secret", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	next := &desk{opt: s.opt}
	if messages := next.loadSettings(); len(messages) != 0 {
		t.Errorf("%q", messages)
	}
	f := next.form()
	if f.Preset != "video" || f.Servers.User != "ann" || f.Servers.Password != "" || !next.settings.Mbit || next.settings.Theme != prefs.ThemeDark || next.size() != fyne.NewSize(1000, 700) {
		t.Errorf("%+v, %+v", next.settings, f)
	}
}

func TestCorruptSettingsAreTold(t *testing.T) {
	dir := t.TempDir()
	store := prefs.Open(dir)
	if err := store.Save(prefs.Defaults()); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) != 1 {
		t.Fatalf("%v", files)
	}
	if err := os.WriteFile(files[0], []byte("{not json"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &desk{opt: Options{ConfigDir: dir}}
	if messages := d.loadSettings(); len(messages) != 1 || !d.settings.KeepResults {
		t.Errorf("%q", messages)
	}
	if d.size() != fyne.NewSize(defaultWidth, defaultHeight) {
		t.Errorf("%v", d.size())
	}
	if d.settings.Window = (prefs.Size{Width: 10, Height: 10}); d.size() != fyne.NewSize(leastWidth, leastHeight) {
		t.Errorf("%v", d.size())
	}
}

func TestForget(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	changed := s.settings.Clone()
	changed.Mbit = true
	s.adopt(changed)
	keys, err := identity.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (identity.Store{Dir: keys}).Take(invite.Invite{Version: 1, Room: [8]byte{1}, Secret: [16]byte{2}, Expiry: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s.forget(func(err error) {
		if err != nil {
			t.Error(err)
		}
	})
	s.until("settings are forgotten", s.written)
	if s.settings.Mbit || s.settings.ResultsDir != "" {
		t.Errorf("%+v", s.settings)
	}
	if _, err := os.Stat(keys); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the keys by which hosts know this computer again are still there: %v", err)
	}
	next := &desk{opt: s.opt}
	if next.loadSettings(); next.settings.Form != nil || next.settings.Mbit {
		t.Errorf("%+v", next.settings)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{write("good", 10): "", write("big", maxCA+1): "larger than 1 MB", dir: "not a file", filepath.Join(dir, "none"): "no file of this name", "a\x00b": "can not be read"} {
		text, problem := readFile(path)
		if (want == "") != (problem == "") || !strings.Contains(problem, want) || (want == "") != (text != nil) {
			t.Errorf("%q: %q", path, problem)
		}
	}
}

func TestServersAreTried(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	s.opt.Try = func(_ context.Context, p netcheck.Plan) ([]session.Answer, error) {
		return []session.Answer{{Server: p.Target.Servers[0].URL.String(), Took: 12 * time.Millisecond}}, nil
	}
	form := s.model.Form()
	form.Target, form.Servers = netcheck.TargetTURN, model.Servers{URLs: "stun:stun.example.com"}
	clear(form.Paths) // what is wrong elsewhere does not matter
	var got []view.Tried
	s.tryServers(form, func(answers []view.Tried, err error) {
		got = answers
		if err != nil {
			t.Error(err)
		}
	})
	s.until("an answer", func() bool { return got != nil })
	if len(got) != 1 || !got[0].OK || !strings.Contains(got[0].Text, "12") {
		t.Errorf("%+v", got)
	}
}
