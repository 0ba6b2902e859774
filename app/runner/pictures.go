package runner

import (
	"image"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

// PictureSizes tell how large each picture is shown, in pixels. Zero: nobody looks at it.
type PictureSizes struct{ Sent, Echoed, Difference image.Point }

// Shown are the newest pictures; nil where there is none that is newer than the one before. The pixels belong to the goroutine
// that draws until it gets the next one of the same kind.
type Shown struct{ Sent, Echoed, Difference *image.RGBA }

// PicturesConfig is what Pictures need.
type PicturesConfig struct {
	// Post has f run on the goroutine that draws, later and in order, and returns without waiting for it (fyne.Do).
	Post func(f func())
	// Show is called on the goroutine that draws.
	Show func(Shown)
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Pictures bring the pictures of the video probe to the window: they are a netcheck.Screen. The probe's goroutines only copy
// planes; one goroutine of its own makes pixels of them, of the size in which they are shown, and there is one place for the
// newest of each kind. So a window that is slow gets fewer pictures, the probe never waits for it, and while nobody looks
// nothing is copied at all.
//
// Sent and echoed pictures reach the window together, in one posted function, since every redraw costs the whole window. If the
// window is busy most of the time, only every second one is shown, or every fourth.
type Pictures struct {
	config PicturesConfig
	worker sync.WaitGroup
	wake   chan struct{} // has room for one

	making sync.Mutex // held while pixels are made, and for Still; never together with the goroutine that draws waiting for mu
	scaler picture.Scaler
	sent   *image.YCbCr // the newest that were taken over, of one run
	pair   [2]*image.YCbCr
	differ *image.YCbCr

	mu     sync.Mutex // guards the rest
	sizes  PictureSizes
	pace   pace
	inSent mailbox
	newest place     // of what was put into it
	echo   time.Time // of the newest echo, shown or not
	inPair mailbox
	out    [numPictures]triple
	posted time.Time // when the function was posted that is on its way; zero: there is none
	stop   chan struct{}
}

const (
	pictureSent = iota
	pictureEchoed
	pictureDifference
	numPictures
)

// differenceGain is by how much differences are enlarged: at 40 dB they are 2 or 3 of 255.
const differenceGain = 8

// DifferenceGain is the factor by which the difference of pictures is enlarged.
const DifferenceGain = differenceGain

// echoQuiet is after what time without an echo the sent pictures are shown by themselves.
const echoQuiet = 120 * time.Millisecond

// NewPictures gives a screen that shows nothing until Begin.
func NewPictures(c PicturesConfig) *Pictures {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pictures{config: c, wake: make(chan struct{}, 1), pace: newPace()}
}

// Watch tells what is visible.
func (p *Pictures) Watch(s PictureSizes) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sizes = s
}

// Begin is for the beginning of a run: the pictures of the one before are forgotten. End must follow.
func (p *Pictures) Begin() {
	p.making.Lock()
	p.sent, p.pair = nil, [2]*image.YCbCr{}
	p.making.Unlock()
	p.mu.Lock()
	p.stop, p.pace = make(chan struct{}), newPace()
	p.inSent, p.inPair, p.newest, p.echo = mailbox{}, mailbox{}, place{}, time.Time{}
	stop := p.stop
	p.mu.Unlock()
	p.worker.Go(func() { p.work(stop) })
}

// End waits for the goroutine. The last pictures stay, and are shown if somebody looks.
func (p *Pictures) End() {
	p.mu.Lock()
	stop := p.stop
	p.stop = nil
	p.mu.Unlock()
	if stop == nil {
		return
	}
	close(stop)
	p.worker.Wait()
}

// Every tells that only each n-th picture is shown, because drawing takes too long: 1, 2 or 4.
func (p *Pictures) Every() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pace.every
}

// Sent implements netcheck.Screen.
func (p *Pictures) Sent(path netcheck.Path, number uint32, img *image.YCbCr) {
	now := p.config.Now()
	if p.putSent(now, place{path, number}, img) {
		p.post(now)
	}
}

// putSent tells whether the picture before waits in vain for an echo to be shown together with.
func (p *Pictures) putSent(now time.Time, at place, img *image.YCbCr) (alone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	quiet := now.Sub(p.echo) > echoQuiet
	switch {
	case p.stop == nil || p.sizes.Sent == (image.Point{}):
		return false
	case p.pace.every > 1 && !quiet:
		return false // it comes with its echo: else the two would look further apart than they are
	case p.out[pictureSent].waits():
		return quiet
	case p.inSent.put(now, p.pace.interval(), img):
		p.newest = at
		p.call()
	}
	return false
}

// Echoed implements netcheck.Screen.
func (p *Pictures) Echoed(path netcheck.Path, number uint32, captured, echoed *image.YCbCr) {
	now := p.config.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.echo = now
	if p.stop == nil || p.sizes.Echoed == (image.Point{}) && p.sizes.Difference == (image.Point{}) {
		return
	}
	if p.out[pictureEchoed].waits() || p.out[pictureDifference].waits() {
		return // the window has not fetched the one before
	}
	reference := captured
	if p.sizes.Difference == (image.Point{}) {
		reference = nil
	}
	if !p.inPair.put(now, p.pace.interval(), echoed, reference) {
		return
	}
	if at := (place{path, number}); captured != nil && p.sizes.Sent != (image.Point{}) && (p.pace.every > 1 || at.after(p.newest)) { // no echo is shown before its picture
		p.inSent.put(now, 0, captured)
		p.newest = at
	}
	p.call()
}

func (p *Pictures) call() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// work makes pixels until the end of a run, and then of what is left.
func (p *Pictures) work(stop <-chan struct{}) {
	for {
		select {
		case <-p.wake:
			p.makeAll()
		case <-stop:
			p.makeAll()
			p.post(p.config.Now())
			return
		}
	}
}

// makeAll makes pixels of what has come.
func (p *Pictures) makeAll() {
	p.making.Lock()
	defer p.making.Unlock()
	p.mu.Lock()
	sent, pair := p.inSent.take(p.sent, nil), p.inPair.take(p.pair[0], p.pair[1])
	sizes := p.sizes
	p.mu.Unlock()
	if sent[0] != nil {
		p.sent = sent[0]
		p.make(pictureSent, p.sent, sizes.Sent)
	}
	if pair[0] != nil {
		p.pair = pair
		p.make(pictureEchoed, pair[0], sizes.Echoed)
		if pair[1] != nil && pair[1].Rect.Size() == pair[0].Rect.Size() {
			p.make(pictureDifference, p.difference(), sizes.Difference)
		}
	}
	now := p.config.Now()
	p.mu.Lock()
	quiet := now.Sub(p.echo) > echoQuiet
	p.mu.Unlock()
	if pair[0] != nil || quiet {
		p.post(now)
	}
}

// difference compares the pair.
func (p *Pictures) difference() *image.YCbCr {
	size := p.pair[0].Rect.Size()
	if p.differ == nil || p.differ.Rect.Size() != size {
		p.differ = picture.New(size.X, size.Y)
	}
	picture.Difference(p.differ, p.pair[0], p.pair[1], differenceGain)
	return p.differ
}

// make makes one picture of a size, or of its own size if that is smaller: whoever shows it can enlarge it.
func (p *Pictures) make(kind int, src *image.YCbCr, size image.Point) {
	if src == nil || size.X <= 0 || size.Y <= 0 {
		return
	}
	own := src.Rect.Size()
	if size.X >= own.X || size.Y >= own.Y {
		size = own
	} else if size.X*own.Y > size.Y*own.X { // the place has another shape
		size.X = max(size.Y*own.X/own.Y, 1)
	} else {
		size.Y = max(size.X*own.Y/own.X, 1)
	}
	p.mu.Lock()
	dst := p.out[kind].free(size)
	p.mu.Unlock()
	if size == own {
		picture.ToRGBA(dst, src)
	} else {
		p.scaler.ToRGBA(dst, src)
	}
	p.mu.Lock()
	p.out[kind].finish(dst)
	p.mu.Unlock()
}

// post has what waits fetched, unless that is going to happen anyway.
func (p *Pictures) post(now time.Time) {
	if p.claim(now) {
		p.config.Post(p.fetch) // without mu: a driver that is being shut down calls it at once
	}
}

func (p *Pictures) claim(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	waits := false
	for i := range p.out {
		waits = waits || p.out[i].waits()
	}
	if !waits || !p.posted.IsZero() {
		return false
	}
	p.posted = now
	return true
}

// fetch runs on the goroutine that draws.
func (p *Pictures) fetch() {
	p.mu.Lock()
	p.pace.fetched(p.posted, p.config.Now())
	p.posted = time.Time{}
	shown := Shown{p.out[pictureSent].take(), p.out[pictureEchoed].take(), p.out[pictureDifference].take()}
	p.mu.Unlock()
	p.config.Show(shown)
}

// Stills are the newest pictures in their own size, made anew; nil where there is none.
type Stills struct{ Sent, Echoed, Difference *image.RGBA }

// Stills gives the pictures that were shown last. The sent one is the one whose echo is beside it, if that is at hand.
func (p *Pictures) Stills() Stills {
	p.making.Lock()
	defer p.making.Unlock()
	still := func(src *image.YCbCr) *image.RGBA {
		if src == nil {
			return nil
		}
		dst := image.NewRGBA(image.Rectangle{Max: src.Rect.Size()})
		picture.ToRGBA(dst, src)
		return dst
	}
	s := Stills{Sent: still(p.sent), Echoed: still(p.pair[0])}
	if p.pair[1] != nil {
		s.Sent = still(p.pair[1])
		if p.pair[0] != nil && p.pair[0].Rect.Size() == p.pair[1].Rect.Size() {
			s.Difference = still(p.difference())
		}
	}
	return s
}
