package capture

import (
	"context"
	"errors"
	"image"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

// fake is a camera whose pictures a test hands in.
type fake struct {
	camera Camera
	fails  error // of Open

	pictures chan shot
	closing  chan struct{}
	once     sync.Once
	reads    chan struct{} // one for each Read that has begun
}

type shot struct {
	img  image.Image
	full bool
	err  error
}

func newFake(name string) *fake {
	return &fake{camera: Camera{Name: name, ID: "id-of-" + name}, pictures: make(chan shot), closing: make(chan struct{}), reads: make(chan struct{}, 1000)}
}

func (f *fake) Camera() Camera           { return f.camera }
func (f *fake) Advice(error) string      { return "" }
func (f *fake) Open(want) (shots, error) { return f, f.fails }
func (f *fake) Close() error             { f.once.Do(func() { close(f.closing) }); return nil }

func (f *fake) Read() (image.Image, bool, error) {
	f.reads <- struct{}{}
	select {
	case s := <-f.pictures:
		return s.img, s.full, s.err
	case <-f.closing:
		return nil, false, io.EOF
	}
}

// give hands a picture in and waits until it has been taken over.
func (f *fake) give(s shot) {
	f.pictures <- s
	<-f.reads
}

func listOf(cameras ...*fake) enumerate {
	return func() ([]device, error) {
		var all []device
		for _, c := range cameras {
			all = append(all, c)
		}
		return all, nil
	}
}

// start opens a fake and waits until it waits for its first picture.
func start(t *testing.T, f *fake, w want) Source {
	t.Helper()
	s, err := openCamera(listOf(f), "", w)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	<-f.reads
	return s
}

func TestCameraIsChosenByName(t *testing.T) {
	for name, want := range map[string]string{
		"": "HD Webcam C920", "c920": "HD Webcam C920", "INTEGRATED": "Integrated Camera", "camera 2": "integrated camera 2",
		"id-of-integrated camera 2": "integrated camera 2", "id-of-int": "Integrated Camera",
	} {
		s, err := openCamera(listOf(newFake("HD Webcam C920"), newFake("Integrated Camera"), newFake("integrated camera 2")), name, want0)
		must(t, err)
		if got := s.(*camera).device.Camera().Name; got != want {
			t.Errorf("%q chose %s", name, got)
		}
		must(t, s.Close())
	}
}

var want0 = want{64, 36, 30}

func TestCamerasThatCanNotBeHad(t *testing.T) {
	failing := func(err error) *fake { f := newFake("Webcam"); f.fails = err; return f }
	for name, c := range map[string]struct {
		list enumerate
		says string
	}{
		"none":      {listOf(), "There is no camera on this computer"},
		"unknown":   {listOf(newFake("One"), newFake("Two")), `no camera called "webcam". There are: One, Two.`},
		"busy":      {listOf(failing(errBusy)), "Webcam is in use by another program"},
		"forbidden": {listOf(failing(errDenied)), "may not use the camera Webcam"},
		"unplugged": {listOf(failing(errGone)), "Webcam is not there any more"},
		"settings":  {listOf(failing(errSettings)), "in no form that Echopath can read"},
		"other":     {listOf(failing(errors.New("odd"))), "Webcam can not be used"},
		"no cgo": {func() ([]device, error) { return nil, failure(nil, "Build it.", "This build has no cameras") },
			"This build has no cameras"},
	} {
		s, err := openCamera(c.list, "webcam", want0)
		var f *netcheck.Failure
		if s != nil || !errors.As(err, &f) || !strings.Contains(f.Text, c.says) || f.Advice == "" || f.Code != netcheck.ReasonLocal {
			t.Errorf("%s: %v does not say %q", name, err, c.says)
		}
	}
}

func TestCameraGivesTheNewestPictureOnce(t *testing.T) {
	f := newFake("Webcam")
	s := start(t, f, want0)
	for _, luma := range []byte{50, 60, 70} {
		f.give(shot{img: grey(64, 36, luma)})
	}
	if got := turn(t, s, want0, 1); !slices.Equal(got, []byte{70}) {
		t.Errorf("got %v, want the newest, 70", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error)
	go func() { result <- s.Next(ctx, picture.New(64, 36)) }()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting ended with %v", err)
	}
	lumas := make(chan []byte)
	go func() { lumas <- turn(t, s, want0, 1) }()
	f.give(shot{img: grey(64, 36, 80)})
	if got := <-lumas; !slices.Equal(got, []byte{80}) {
		t.Errorf("got %v, want 80", got)
	}
}

func TestCameraPicturesAreFitted(t *testing.T) {
	f := newFake("Webcam")
	s := start(t, f, want0)
	of := func(ratio image.YCbCrSubsampleRatio, w, h int) image.Image {
		img := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
		for i := range img.Y {
			img.Y[i] = 100
		}
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = 90, 150
		}
		return img
	}
	rgba := image.NewRGBA(image.Rect(0, 0, 50, 50))
	for i := range rgba.Pix {
		rgba.Pix[i] = 255
	}
	large := of(image.YCbCrSubsampleRatio420, 101, 81).(*image.YCbCr)
	for name, c := range map[string]struct {
		s         shot
		y, cb, cr byte
	}{
		"same":       {shot{img: of(image.YCbCrSubsampleRatio420, 64, 36)}, 100, 90, 150},
		"4:2:2":      {shot{img: of(image.YCbCrSubsampleRatio422, 640, 480)}, 100, 90, 150},
		"4:4:4":      {shot{img: of(image.YCbCrSubsampleRatio444, 33, 17)}, 100, 90, 150},
		"full range": {shot{img: of(image.YCbCrSubsampleRatio420, 64, 36), full: true}, 102, 95, 148},
		"cut out":    {shot{img: large.SubImage(image.Rect(3, 5, 90, 70))}, 100, 90, 150},
		"RGB":        {shot{img: rgba}, 235, 128, 128},
	} {
		f.give(c.s)
		dst := picture.New(64, 36)
		must(t, s.Next(context.Background(), dst))
		y, cc := dst.YOffset(32, 18), dst.COffset(32, 18)
		if dst.Y[y] != c.y || dst.Cb[cc] != c.cb || dst.Cr[cc] != c.cr {
			t.Errorf("%s: %d %d %d, want %d %d %d", name, dst.Y[y], dst.Cb[cc], dst.Cr[cc], c.y, c.cb, c.cr)
		}
	}
}

func TestDamagedPicturesArePassedBy(t *testing.T) {
	f := newFake("Webcam")
	s := start(t, f, want0)
	for range maxBad {
		f.give(shot{err: errors.New("half a picture")})
	}
	f.give(shot{img: grey(64, 36, 50)})
	if got := turn(t, s, want0, 1); got[0] != 50 {
		t.Errorf("got %v", got)
	}
	f.give(shot{img: &image.YCbCr{}})
	for range maxBad - 1 {
		f.give(shot{err: errors.New("half a picture")})
	}
	f.pictures <- shot{err: errors.New("half a picture")}
	err := s.Next(context.Background(), picture.New(64, 36))
	if err == nil || !strings.Contains(err.Error(), "half a picture") {
		t.Errorf("after too many damaged pictures: %v", err)
	}
}

func TestCameraUnpluggedHalfWay(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"gone":   {errGone, "was unplugged or switched off"},
		"end":    {io.EOF, "was unplugged or switched off"},
		"silent": {errSilent, "gives no pictures"},
	} {
		f := newFake("Webcam")
		s := start(t, f, want0)
		f.give(shot{img: grey(64, 36, 50)})
		turn(t, s, want0, 1)
		result := make(chan error)
		go func() { result <- s.Next(context.Background(), picture.New(64, 36)) }()
		f.pictures <- shot{err: c.err}
		for _, err := range []error{<-result, s.Next(context.Background(), picture.New(64, 36))} {
			var failed *netcheck.Failure
			if !errors.As(err, &failed) || !strings.Contains(failed.Text, c.says) || errors.Is(err, io.EOF) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, s.Close())
	}
}

func TestCameraCloses(t *testing.T) {
	f := newFake("Webcam")
	s := start(t, f, want0)
	result := make(chan error)
	go func() { result <- s.Next(context.Background(), picture.New(64, 36)) }()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if err := <-result; err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("waiting ended with %v", err)
	}
	select {
	case <-f.closing:
	default:
		t.Error("the camera was not released")
	}
}
