package desktop

import (
	"image"
	"sync"

	"echopath/app/runner"
	"echopath/netcheck"
)

// guestPictures bring those of one guest's call to the screen "Host": of the guest that is chosen there. What comes of others is not
// looked at. Each run has pictures of its own, so that none of another guest can appear in their place.
type guestPictures struct {
	post func(func())
	show func(own, guest *image.RGBA) // on the goroutine that draws

	mu    sync.Mutex
	guest string // ID; "" for none
	run   string
	now   *runner.Pictures // nil: none
	sizes runner.PictureSizes
}

// screen is the host's: it gives what sees the pictures of one guest's call.
func (g *guestPictures) screen(guest string) netcheck.Screen {
	return &callScreen{to: guestScreen{g, guest}}
}

// choose turns to another guest or run; "" to none.
func (g *guestPictures) choose(guest, run string) {
	g.mu.Lock()
	if g.guest == guest && g.run == run {
		g.mu.Unlock()
		return
	}
	old := g.now
	g.guest, g.run, g.now = guest, run, nil
	if guest != "" {
		g.now = g.begin()
	}
	g.mu.Unlock()
	if old != nil {
		old.End()
	}
}

// begin gives pictures that are shown as long as they are those of the chosen guest.
func (g *guestPictures) begin() *runner.Pictures {
	var p *runner.Pictures
	p = runner.NewPictures(runner.PicturesConfig{Post: g.post, Show: func(s runner.Shown) {
		if g.chosen() == p {
			g.show(s.Sent, s.Echoed)
		}
	}})
	p.Watch(g.sizes)
	p.Begin()
	return p
}

func (g *guestPictures) chosen() *runner.Pictures {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

// of gives where the pictures of a guest go; nil if nobody looks at them.
func (g *guestPictures) of(guest string) *runner.Pictures {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.guest != guest {
		return nil
	}
	return g.now
}

// Watch implements view.Pictures.
func (g *guestPictures) Watch(own, guest, _ image.Point) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sizes = runner.PictureSizes{Sent: own, Echoed: guest}
	if g.now != nil {
		g.now.Watch(g.sizes)
	}
}

// Stills implements view.Pictures.
func (g *guestPictures) Stills() (own, guest, _ *image.RGBA) {
	p := g.chosen()
	if p == nil {
		return nil, nil, nil
	}
	s := p.Stills()
	return s.Sent, s.Echoed, nil
}

// Every implements view.Pictures.
func (g *guestPictures) Every() int {
	if p := g.chosen(); p != nil {
		return p.Every()
	}
	return 1
}

// guestScreen is one guest's.
type guestScreen struct {
	of    *guestPictures
	guest string
}

// Sent implements netcheck.Screen.
func (s guestScreen) Sent(path netcheck.Path, number uint32, img *image.YCbCr) {
	if p := s.of.of(s.guest); p != nil {
		p.Sent(path, number, img)
	}
}

// Echoed implements netcheck.Screen.
func (s guestScreen) Echoed(path netcheck.Path, number uint32, captured, echoed *image.YCbCr) {
	if p := s.of.of(s.guest); p != nil {
		p.Echoed(path, number, captured, echoed)
	}
}
