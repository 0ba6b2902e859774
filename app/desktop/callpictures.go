package desktop

import (
	"image"
	"sync"

	"echopath/app/runner"
	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

// callScreen shows a two-way call by pictures that know of echoes: they show the own picture with the echo beside it where the computer
// has not time for every one. In a call the two have nothing to do with each other, so the newest own one stands for the one that was
// echoed.
type callScreen struct {
	to netcheck.Screen

	mu   sync.Mutex
	sent *image.YCbCr // nil: none yet
}

// Sent implements netcheck.Screen.
func (c *callScreen) Sent(path netcheck.Path, number uint32, img *image.YCbCr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if size := img.Rect.Size(); c.sent == nil || c.sent.Rect.Size() != size {
		c.sent = picture.New(size.X, size.Y)
	}
	picture.Copy(c.sent, img)
	c.to.Sent(path, number, img)
}

// Echoed implements netcheck.Screen.
func (c *callScreen) Echoed(path netcheck.Path, _ uint32, _, img *image.YCbCr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to.Echoed(path, 0, c.sent, img) // 0: it is no newer than the own one that was shown
}

// screenOf is where the pictures of a run with this plan go.
func screenOf(plan netcheck.Plan, to *runner.Pictures) netcheck.Screen {
	if plan.Video.Mode == netcheck.VideoCall {
		return &callScreen{to: to}
	}
	return to
}
