//go:build cgo && (linux || darwin || windows)

package capture

import (
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/driver/availability"
	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

// adapter is a driver of a camera, as mediadevices has them.
type adapter struct {
	list           []prop.Media
	openErr        error
	recordErr      error
	fixedRate      bool // it refuses to be set to a rate
	opened, closed int
	recorded       prop.Media
	released       int
	stop           chan struct{}
}

func (a *adapter) Open() error {
	a.opened++
	a.stop = make(chan struct{})
	return a.openErr
}

func (a *adapter) Close() error             { a.closed++; close(a.stop); return nil }
func (a *adapter) Properties() []prop.Media { return slices.Clone(a.list) }

func (a *adapter) VideoRecord(p prop.Media) (video.Reader, error) {
	a.recorded = p
	if a.fixedRate && p.FrameRate != 0 {
		return nil, errors.New("inappropriate ioctl for device")
	}
	first := true
	return video.ReaderFunc(func() (image.Image, func(), error) {
		if first {
			first = false
			return grey(p.Width, p.Height, 77), func() { a.released++ }, nil
		}
		<-a.stop
		return nil, nil, io.EOF
	}), a.recordErr
}

// register makes the adapter known to the drivers' manager, and finds it there.
func register(t *testing.T, a driver.Adapter, info driver.Info) driver.Driver {
	t.Helper()
	info.DeviceType = driver.Camera
	must(t, driver.GetManager().Register(a, info))
	found := driver.GetManager().Query(func(d driver.Driver) bool { return d.Info().Label == info.Label })
	if len(found) != 1 {
		t.Fatalf("%d drivers are called %s", len(found), info.Label)
	}
	t.Cleanup(func() { driver.GetManager().Delete(found[0].ID()) })
	return found[0]
}

func media(w, h int, fps float32, f frame.Format) prop.Media {
	return prop.Media{Video: prop.Video{Width: w, Height: h, FrameRate: fps, FrameFormat: f}}
}

func TestDriverIsUsedAndReleased(t *testing.T) {
	a := &adapter{list: []prop.Media{media(640, 480, 30, frame.FormatYUYV), media(320, 240, 30, frame.FormatYUYV)}}
	d := register(t, a, driver.Info{Name: "HD Webcam;usb-1", Label: "webcam-index0;video7"})
	list := func() ([]device, error) { return devices([]driver.Driver{d}), nil }
	for round := 1; round <= 2; round++ { // a released camera can be opened again
		s, err := openCamera(list, "hd web", want{320, 180, 30})
		must(t, err)
		if _, err := openCamera(list, "hd web", want{320, 180, 30}); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("opened twice: %v", err)
		}
		if got := turn(t, s, want{320, 180, 30}, 1); got[0] != 77 {
			t.Errorf("got %v", got)
		}
		must(t, s.Close())
		if a.opened != round || a.closed != round || d.Status() != driver.StateClosed || a.released != round {
			t.Errorf("opened %d, closed %d, %d pictures released, %s", a.opened, a.closed, a.released, d.Status())
		}
	}
	if a.recorded.Width != 320 {
		t.Errorf("recorded %dx%d", a.recorded.Width, a.recorded.Height)
	}
}

func TestDriverWithOneRateIsTakenAsItIs(t *testing.T) {
	a := &adapter{fixedRate: true, list: []prop.Media{media(320, 240, 30, frame.FormatYUYV)}}
	d := register(t, a, driver.Info{Label: "fixed;video7"})
	s, err := openCamera(func() ([]device, error) { return devices([]driver.Driver{d}), nil }, "", want{320, 180, 30})
	must(t, err)
	if got := turn(t, s, want{320, 180, 30}, 1); got[0] != 77 {
		t.Errorf("got %v", got)
	}
	must(t, s.Close())
	if d.Status() != driver.StateClosed || a.opened != a.closed {
		t.Errorf("opened %d times, closed %d times", a.opened, a.closed)
	}
}

func TestDriverErrorsAreToldInWords(t *testing.T) {
	good := []prop.Media{media(640, 480, 30, frame.FormatYUYV)}
	for name, c := range map[string]struct {
		a    *adapter
		says string
	}{
		"busy":          {&adapter{list: good, recordErr: syscall.EBUSY}, "in use by another program"},
		"busy in words": {&adapter{list: good, recordErr: errors.New("Failed to start streaming: " + syscall.EBUSY.Error())}, "in use by another program"},
		"busy, says it": {&adapter{openErr: availability.ErrBusy}, "in use by another program"},
		"forbidden":     {&adapter{openErr: &fs.PathError{Op: "open", Path: "/dev/video7", Err: syscall.EACCES}}, "may not use"},
		"gone":          {&adapter{openErr: fmt.Errorf("open: %w", syscall.ENODEV)}, "not there any more"},
		"other":         {&adapter{openErr: errors.New("lens cap on")}, "lens cap on"},
		"depth alone":   {&adapter{list: []prop.Media{media(640, 480, 30, frame.FormatZ16)}}, "no form that Echopath can read"},
		"nothing":       {&adapter{}, "no form that Echopath can read"},
	} {
		d := register(t, c.a, driver.Info{Label: "broken;video7"})
		_, err := openCamera(func() ([]device, error) { return devices([]driver.Driver{d}), nil }, "", want0)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v does not say %q", name, err, c.says)
		}
		if d.Status() != driver.StateClosed {
			t.Errorf("%s: the driver is %s", name, d.Status())
		}
		driver.GetManager().Delete(d.ID())
	}
}

func TestClosestSettings(t *testing.T) {
	yuyv, mjpeg := frame.Format(frame.FormatYUYV), frame.Format(frame.FormatMJPEG)
	list := []prop.Media{
		media(320, 240, 30, yuyv), media(640, 480, 30, yuyv), media(640, 480, 30, mjpeg), media(640, 480, 60, yuyv),
		media(1280, 720, 10, yuyv), media(1280, 720, 30, mjpeg), media(1920, 1080, 30, mjpeg), media(640, 360, 29.97, mjpeg),
	}
	for _, c := range []struct{ asked, want prop.Media }{
		{media(640, 360, 30, ""), media(640, 360, 29.97, mjpeg)},
		{media(480, 270, 30, ""), media(640, 360, 29.97, mjpeg)},
		{media(320, 180, 15, ""), media(320, 240, 30, yuyv)},
		{media(1280, 720, 30, ""), media(1280, 720, 30, mjpeg)}, // raw is too slow
		{media(640, 480, 30, ""), media(640, 480, 30, yuyv)},    // raw is cheaper
		{media(1920, 1088, 30, ""), media(1920, 1080, 30, mjpeg)},
	} {
		got, ok := closest(list, want{c.asked.Width, c.asked.Height, int(c.asked.FrameRate)})
		if !ok || got != c.want {
			t.Errorf("for %dx%d: %dx%d %g %s", c.asked.Width, c.asked.Height, got.Width, got.Height, got.FrameRate, got.FrameFormat)
		}
	}
}

func TestCamerasAreListedInOrder(t *testing.T) {
	b := register(t, &adapter{}, driver.Info{Name: "B;usb-2", Label: "b;video1"})
	a := register(t, &adapter{}, driver.Info{Name: ";", Label: "a;video2"})
	first := register(t, &adapter{}, driver.Info{Name: "First", Label: "z;video0", Priority: driver.PriorityHigh})
	var got []Camera
	for _, d := range devices([]driver.Driver{b, a, first}) {
		got = append(got, d.Camera())
	}
	if want := []Camera{{"First", "z;video0"}, {"a;video2", "a;video2"}, {"B", "b;video1"}}; !slices.Equal(got, want) {
		t.Errorf("listed %v", got)
	}
}

// What is here depends on the computer: it must be told without an error, and the same twice.
func TestCamerasOfThisComputer(t *testing.T) {
	first, err := Cameras()
	must(t, err)
	second, err := Cameras()
	must(t, err)
	t.Logf("cameras: %v", first)
	if !slices.Equal(first, second) {
		t.Errorf("first %v, then %v", first, second)
	}
}
