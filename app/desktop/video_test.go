package desktop

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/app/session"
	"echopath/app/view"
	"echopath/app/widgets"
	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

// newVideoStage is a program whose sessions show pictures.
func newVideoStage(t *testing.T, run Session) *stage {
	s := newStage(t, presenttest.AllGood)
	s.opt.Run = run
	s.win.Resize(fyne.NewSize(1000, 700))
	return s
}

// filmed plays a session with video, and one picture of it.
func filmed(seen chan<- session.Options) Session {
	return func(ctx context.Context, plan netcheck.Plan, opt session.Options, observe netcheck.Observer) (netcheck.Report, error) {
		seen <- opt
		img := picture.New(64, 36)
		opt.Screen.Sent(netcheck.PathDirect, 0, img)
		opt.Screen.Echoed(netcheck.PathDirect, 0, img, img)
		return presenttest.VideoGood(ctx, plan, observe)
	}
}

// pictures are those on the screen.
func (s *stage) pictures() []*widgets.Picture {
	var out []*widgets.Picture
	var find func(o fyne.CanvasObject)
	find = func(o fyne.CanvasObject) {
		var children []fyne.CanvasObject
		switch o := o.(type) {
		case *widgets.Picture:
			out = append(out, o)
		case *fyne.Container:
			children = o.Objects
		case fyne.Widget:
			children = test.WidgetRenderer(o).Objects()
		}
		for _, child := range children {
			find(child)
		}
	}
	find(s.win.Content())
	return out
}

func TestAVideoIsShownAndExported(t *testing.T) {
	seen := make(chan session.Options, 1)
	s := newVideoStage(t, filmed(seen))
	form := s.video.Form()
	form.Video.Record, form.Video.RecordSent = true, true
	form.Video.RecordFile = filepath.Join(t.TempDir(), "new", "echo.webm")
	s.video.SetForm(form)
	s.pictureWatch()
	s.start(view.TrialVideo)
	s.until("the end", func() bool { return s.video.Phase() == model.PhaseDone })
	opt := <-seen
	if opt.Record == nil || opt.Record.File != form.Video.RecordFile || !opt.Record.Sent {
		t.Errorf("the recording: %+v", opt.Record)
	}
	if _, err := os.Stat(filepath.Dir(form.Video.RecordFile)); err != nil {
		t.Errorf("the folder of the recording: %v", err)
	}
	s.until("a picture", func() bool {
		for _, p := range s.pictures() {
			if p.Image() != nil {
				return true
			}
		}
		return false
	})
	if s.model.Phase() != model.PhaseIdle || s.results[view.TrialTest].Ran || !s.results[view.TrialVideo].Ran {
		t.Error("the run counts for the other screen")
	}
	answered := false
	path := filepath.Join(t.TempDir(), "a.json")
	s.exportJSON(view.TrialVideo, path, func(_ []string, err error) {
		if answered = true; err != nil {
			t.Error(err)
		}
	})
	s.until("the export", func() bool { return answered })
	var got error
	s.exportJSON(view.TrialTest, path, func(_ []string, err error) { got = err })
	if !errors.Is(got, errNothing) {
		t.Errorf("the export of the other screen: %v", got)
	}
}

// pictureWatch is what the window does while the screen "Video echo" is shown.
func (s *stage) pictureWatch() {
	screenPictures{s.desk.pictures}.Watch(image.Pt(64, 36), image.Pt(64, 36), image.Pt(64, 36))
	for _, menu := range s.win.MainMenu().Items {
		for _, item := range menu.Items {
			if strings.HasPrefix(item.Label, screenVideo) {
				item.Action()
			}
		}
	}
}

// A test without video gets nobody who looks.
func TestATestHasNoScreen(t *testing.T) {
	s := newVideoStage(t, nil)
	seen := make(chan session.Options, 1)
	s.opt.Run = func(ctx context.Context, plan netcheck.Plan, opt session.Options, observe netcheck.Observer) (netcheck.Report, error) {
		seen <- opt
		return presenttest.AllGood(ctx, plan, observe)
	}
	s.start(view.TrialTest)
	s.until("the end", s.phase(model.PhaseDone))
	if opt := <-seen; opt.Screen != nil || opt.Record != nil {
		t.Errorf("%+v", opt)
	}
}

func TestWhatIsFoundOutAboutPlaces(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.y4m")
	if err := os.WriteFile(file, []byte("YUV4MPEG2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ got, want string }{
		"a file":                {videoFile(file), ""},
		"no file":               {videoFile(file + "x"), "no file"},
		"a folder as a file":    {videoFile(dir), "not a file"},
		"a place":               {recordPlace(filepath.Join(dir, "b", "c.webm")), ""},
		"a folder":              {recordPlace(dir), "is a folder"},
		"not whole":             {recordPlace("c.webm"), "whole path"},
		"a file as a folder":    {recordPlace(filepath.Join(file, "c.webm")), "not a folder"},
		"deep in such a folder": {recordPlace(filepath.Join(file, "d", "c.webm")), ""},
	} {
		if name == "deep in such a folder" {
			if c.got == "" {
				t.Errorf("%s: nothing", name)
			}
			continue
		}
		if c.want == "" && c.got != "" || !strings.Contains(c.got, c.want) {
			t.Errorf("%s: %q", name, c.got)
		}
	}
}

func TestCamerasAreListed(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	s.opt.Cameras = func() ([]string, error) { return nil, errors.New("the driver is busy") }
	why := ""
	s.listCameras(func(_ []string, w string) { why = w })
	s.until("the answer", func() bool { return why != "" })
	if why != "the driver is busy" {
		t.Errorf("%q", why)
	}
	s.opt.Cameras = nil
	asked := time.Now()
	s.listCameras(func(names []string, w string) { asked = time.Time{} })
	if !asked.IsZero() {
		t.Error("without cameras there is no answer")
	}
}
