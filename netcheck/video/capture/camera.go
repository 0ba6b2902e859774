package capture

import (
	"cmp"
	"context"
	"errors"
	"image"
	"io"
	"strings"
	"sync"

	"echopath/netcheck/video/picture"
)

// Camera names one camera. Name is for people, and two of one model share it; ID tells them apart and stays the same while the camera
// stays plugged in where it is.
type Camera struct{ Name, ID string }

// Cameras lists the cameras of this computer, the one that is taken when none is named first. There may be none. The error is a
// *netcheck.Failure: this build has no cameras.
func Cameras() ([]Camera, error) {
	devices, err := system()
	if err != nil {
		return nil, err
	}
	list := make([]Camera, len(devices))
	for i, d := range devices {
		list[i] = d.Camera()
	}
	return list, nil
}

// device is a camera that may be opened, as a driver offers it.
type device interface {
	Camera() Camera
	// Open begins to take pictures as close to what is wanted as the camera can; errSettings tells that it can not in any form that is known here.
	Open(w want) (shots, error)
	// Advice tells what the owner of this computer can do about the error of Open, "" if nothing is known.
	Advice(err error) string
}

// shots is a camera that takes pictures.
type shots interface {
	// Read waits for the next picture, which is valid until the next call. Full tells that its luma uses 0..255. io.EOF: there will be
	// no more. It ends when Close is called.
	Read() (img image.Image, full bool, err error)
	// Close releases the camera.
	Close() error
}

// enumerate lists the cameras, the first choice first. The error is a *netcheck.Failure.
type enumerate func() ([]device, error)

var (
	errSettings = errors.New("no known form of picture")
	errBusy     = errors.New("in use")
	errDenied   = errors.New("no permission")
	errGone     = errors.New("not there any more")
	errSilent   = errors.New("no picture in time")
)

// maxBad is how many pictures in a row may be damaged, as happens on a poor cable: a second's worth.
const maxBad = 30

// openCamera opens the camera of that name and begins to take pictures.
func openCamera(list enumerate, name string, w want) (Source, error) {
	devices, err := list()
	if err != nil {
		return nil, err
	}
	d, err := choose(devices, name)
	if err != nil {
		return nil, err
	}
	s, err := d.Open(w)
	if err != nil {
		return nil, cameraFailure(d, err)
	}
	return newCamera(d, s, w), nil
}

// choose finds the camera with the ID name, else the first whose name or ID contains it.
func choose(devices []device, name string) (device, error) {
	if len(devices) == 0 {
		return nil, failure(nil, "Plug one in and try again, or use the synthetic picture.", "There is no camera on this computer.")
	}
	if name == "" {
		return devices[0], nil
	}
	for _, d := range devices {
		if d.Camera().ID == name {
			return d, nil
		}
	}
	part := strings.ToLower(name)
	for _, d := range devices {
		if c := d.Camera(); strings.Contains(strings.ToLower(c.Name), part) || strings.Contains(strings.ToLower(c.ID), part) {
			return d, nil
		}
	}
	return nil, failure(nil, "Use one of these names, or a part of it.", "There is no camera called %q. There are: %s.", name, names(devices))
}

func names(devices []device) string {
	all := make([]string, len(devices))
	for i, d := range devices {
		all[i] = d.Camera().Name
	}
	return strings.Join(all, ", ")
}

// cameraFailure says in plain words why d gives no pictures.
func cameraFailure(d device, err error) error {
	name := d.Camera().Name
	advice := d.Advice(err)
	or := func(text string) string { return cmp.Or(advice, text) }
	switch {
	case errors.Is(err, errBusy):
		return failure(err, or("Close the program that uses it (a browser, a call), then try again."), "The camera %s is in use by another program.", name)
	case errors.Is(err, errDenied):
		return failure(err, or("Allow Echopath to use the camera in the system's privacy settings."), "Echopath may not use the camera %s.", name)
	case errors.Is(err, errGone):
		return failure(err, or("Check its plug and try again."), "The camera %s is not there any more: it was unplugged or switched off.", name)
	case errors.Is(err, errSilent):
		return failure(err, or("Unplug it and plug it in again; try another USB port."), "The camera %s gives no pictures.", name)
	case errors.Is(err, errSettings):
		return failure(err, or("Use another camera."), "The camera %s gives pictures in no form that Echopath can read.", name)
	}
	return failure(err, or("Close other programs that may use it, unplug it and plug it in again."), "The camera %s can not be used.", name)
}

// camera keeps the newest picture of one camera.
type camera struct {
	device device
	want   want
	once   sync.Once
	done   chan struct{} // closed when pump has returned
	closed error         // of Close

	fitting sync.Mutex // held while a picture is worked on; not while one is waited for
	fresh   chan struct{}

	mu      sync.Mutex
	shots   shots
	newest  *image.YCbCr
	unseen  bool  // newest has not been given out
	closing bool  // Close was called
	failed  error // why there are no more
}

func newCamera(d device, s shots, w want) *camera {
	c := &camera{device: d, want: w, shots: s, done: make(chan struct{}), fresh: make(chan struct{}, 1),
		newest: picture.New(w.width, w.height)}
	go c.pump()
	return c
}

// Next waits for a picture that has not been given out yet.
func (c *camera) Next(ctx context.Context, dst *image.YCbCr) error {
	if err := c.want.checkTarget(dst); err != nil {
		return err
	}
	for {
		if given, err := c.take(dst); given || err != nil {
			return err
		}
		select {
		case <-c.fresh:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *camera) take(dst *image.YCbCr) (given bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		c.wake() // others may wait too
		return false, c.failed
	}
	if c.unseen {
		picture.Copy(dst, c.newest)
		c.unseen = false
		return true, nil
	}
	return false, nil
}

// wake lets a Next look again.
func (c *camera) wake() {
	select {
	case c.fresh <- struct{}{}:
	default:
	}
}

// pump takes each picture as it comes, since drivers use their memory again, and keeps the newest.
func (c *camera) pump() {
	defer close(c.done)
	var fit picture.Scaler
	var convert converter
	spare, bad := picture.New(c.want.width, c.want.height), 0
	for {
		img, full, err := c.shots.Read()
		if err == nil && img.Bounds().Empty() {
			err = errors.New("an empty picture")
		}
		if bad++; err != nil && (bad > maxBad || isFinal(err)) || c.isClosing() {
			c.fail(err)
			return
		}
		if err != nil {
			continue
		}
		bad = 0
		c.fitting.Lock()
		fit.Fit(spare, convert.convert(img, full))
		c.fitting.Unlock()
		spare = c.show(spare)
	}
}

// isFinal tells whether an error of Read is that of the camera, not that of one picture.
func isFinal(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, errGone) || errors.Is(err, errSilent) || errors.Is(err, errBusy) || errors.Is(err, errDenied)
}

// show makes img the newest picture and gives back the memory of the one before.
func (c *camera) show(img *image.YCbCr) *image.YCbCr {
	c.mu.Lock()
	defer c.mu.Unlock()
	img, c.newest = c.newest, img
	c.unseen = true
	c.wake()
	return img
}

func (c *camera) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

func (c *camera) fail(err error) {
	if errors.Is(err, io.EOF) {
		err = errGone
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil {
		c.failed = cameraFailure(c.device, err)
	}
	c.wake()
}

// Close releases the camera and waits for its last picture, for as long as the driver waits for one.
func (c *camera) Close() error {
	c.once.Do(func() {
		c.mu.Lock()
		c.closing, c.failed = true, errClosed("camera "+c.device.Camera().Name)
		c.wake()
		c.mu.Unlock()
		// The driver for Windows does not survive a Close while its reader is busy with a picture.
		c.fitting.Lock()
		defer c.fitting.Unlock()
		c.closed = c.shots.Close()
	})
	<-c.done
	return c.closed
}
