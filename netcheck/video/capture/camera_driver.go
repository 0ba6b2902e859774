//go:build cgo && (linux || darwin || windows)

package capture

import (
	"cmp"
	"errors"
	"image"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/driver/availability"
	drivers "github.com/pion/mediadevices/pkg/driver/camera"
	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

// enumerating keeps one search for cameras from disturbing another.
var enumerating sync.Mutex

// system lists the cameras of this computer.
func system() ([]device, error) {
	enumerating.Lock()
	defer enumerating.Unlock()
	rescan()
	list := driver.GetManager().Query(driver.FilterAnd(driver.FilterVideoRecorder(), driver.FilterDeviceType(driver.Camera)))
	return devices(slices.DeleteFunc(list, hasNoPictures)), nil
}

// devices puts cameras in order: those that a driver prefers first, and else in one order from run to run.
func devices(list []driver.Driver) []device {
	slices.SortFunc(list, func(a, b driver.Driver) int {
		return cmp.Or(cmp.Compare(b.Info().Priority, a.Info().Priority), cmp.Compare(a.Info().Label, b.Info().Label))
	})
	all := make([]device, len(list))
	for i, d := range list {
		all[i] = driven{d}
	}
	return all
}

// driven is a camera of the drivers of pion/mediadevices.
type driven struct{ d driver.Driver }

// Camera takes the driver's label for the ID, since its own is another one in each run.
func (c driven) Camera() Camera {
	info := c.d.Info()
	name, _, _ := strings.Cut(info.Name, drivers.LabelSeparator)
	return Camera{Name: cmp.Or(strings.TrimSpace(name), info.Label), ID: info.Label}
}

func (c driven) Open(w want) (shots, error) {
	if c.d.Status() != driver.StateClosed {
		return nil, errBusy // by this program
	}
	r, p, err := c.record(w, true)
	if err != nil && p.FrameRate != 0 && !isFinal(err) {
		r, p, err = c.record(w, false) // some name rates and then refuse to be set to one
	}
	if err != nil {
		return nil, err
	}
	return &recording{d: c.d, r: r, full: p.FrameFormat == frame.FormatMJPEG}, nil
}

// record opens the camera and begins to take pictures, at the rate that suits best or the one that it has. If it fails, the camera
// is closed.
func (c driven) record(w want, atRate bool) (video.Reader, prop.Media, error) {
	if err := c.d.Open(); err != nil {
		return nil, prop.Media{}, classify(err)
	}
	p, ok := closest(c.d.Properties(), w)
	if !ok {
		return nil, p, errors.Join(errSettings, c.d.Close())
	}
	set := p
	if !atRate {
		set.FrameRate = 0
	}
	r, err := c.d.(driver.VideoRecorder).VideoRecord(set) // closes the driver if it fails
	if err != nil {
		return nil, p, classify(err)
	}
	return r, p, nil
}

func (c driven) Advice(err error) string { return advice(c.d.Info().Label, err) }

// recording is a camera that takes pictures.
type recording struct {
	d       driver.Driver
	r       video.Reader
	full    bool
	release func() // of the picture that is out
}

func (r *recording) Read() (image.Image, bool, error) {
	if r.release != nil {
		r.release()
		r.release = nil
	}
	img, release, err := r.r.Read()
	if err != nil {
		return nil, false, classify(err)
	}
	r.release = release
	return img, r.full, nil
}

func (r *recording) Close() error { return r.d.Close() }

// closest picks what the camera does best for what is wanted: fast enough, then large enough and little more, then cheap to read.
func closest(list []prop.Media, w want) (prop.Media, bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(p prop.Media) bool {
		return formatCost(p.FrameFormat) < 0 || p.Width < 16 || p.Height < 16 || p.Width > maxFileWidth || p.Height > maxFileHeight
	})
	if len(list) == 0 {
		return prop.Media{}, false
	}
	return slices.MinFunc(list, func(a, b prop.Media) int {
		return cmp.Or(cmp.Compare(slowness(a, w), slowness(b, w)), cmp.Compare(misfit(a, w), misfit(b, w)),
			cmp.Compare(formatCost(a.FrameFormat), formatCost(b.FrameFormat)), cmp.Compare(a.FrameRate, b.FrameRate))
	}), true
}

// slowness is how far the rate is below the wanted one; 0 where the driver does not tell. A tenth is allowed: 29.97 is 30.
func slowness(p prop.Media, w want) float32 {
	if p.FrameRate == 0 || p.FrameRate >= 0.9*float32(w.fps) {
		return 0
	}
	return float32(w.fps) - p.FrameRate
}

// misfit counts pixels: those beyond what is wanted, which cost time, and ten times those that lack.
func misfit(p prop.Media, w want) int {
	lack := max(0, w.width-p.Width)*w.height + max(0, w.height-p.Height)*w.width
	return 10*lack + max(0, p.Width*p.Height-w.width*w.height)
}

// formatCost ranks the forms of pictures by what reading takes; -1 for what is none, such as depth.
func formatCost(f frame.Format) int {
	return slices.Index([]frame.Format{frame.FormatI420, frame.FormatNV12, frame.FormatNV21, frame.FormatYUYV, frame.FormatYUY2,
		frame.FormatUYVY, frame.FormatMJPEG}, f)
}

// classify finds out what an error of a driver means. Some carry the system's number, some its words alone.
func classify(err error) error {
	is := func(numbers ...syscall.Errno) bool {
		return slices.ContainsFunc(numbers, func(n syscall.Errno) bool {
			return errors.Is(err, n) || strings.HasSuffix(err.Error(), ": "+n.Error())
		})
	}
	kind := err
	switch {
	case is(syscall.EBUSY), errors.Is(err, availability.ErrBusy):
		kind = errBusy
	case is(syscall.EACCES, syscall.EPERM), errors.Is(err, fs.ErrPermission):
		kind = errDenied
	case is(syscall.ENODEV, syscall.ENXIO, syscall.ENOENT), errors.Is(err, availability.ErrNoDevice):
		kind = errGone
	case err.Error() == "read timeout": // the driver for Linux: five seconds
		kind = errSilent
	}
	if kind == err {
		return err
	}
	return errors.Join(kind, err)
}
