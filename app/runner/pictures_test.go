package runner

import (
	"cmp"
	"image"
	"sync"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

// reel plays the probe, the clock and the goroutine that draws.
type reel struct {
	t     *testing.T
	p     *Pictures
	posts chan func()
	shown []Shown

	mu  sync.Mutex
	now time.Time
}

const frame = time.Second / 30

func newReel(t *testing.T) *reel {
	t.Helper()
	r := &reel{t: t, posts: make(chan func(), 100), now: time.Unix(1_000_000, 0)}
	r.p = NewPictures(PicturesConfig{Post: func(f func()) { r.posts <- f }, Show: func(s Shown) { r.shown = append(r.shown, s) }, Now: r.time})
	r.p.Watch(PictureSizes{Sent: image.Pt(64, 36), Echoed: image.Pt(64, 36), Difference: image.Pt(64, 36)})
	return r
}

func (r *reel) time() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *reel) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// flat is a picture of one brightness.
func flat(luma uint8) *image.YCbCr {
	img := picture.New(64, 36)
	for i := range img.Y {
		img.Y[i] = luma
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 128, 128
	}
	return img
}

// turn sends a picture and has it come back.
func (r *reel) turn(luma uint8) {
	r.p.Sent(netcheck.PathDirect, 0, flat(luma))
	r.p.Echoed(netcheck.PathDirect, 0, flat(luma), flat(luma+10))
}

// fetch draws what was posted, and waits for it first.
func (r *reel) fetch() Shown {
	r.t.Helper()
	(<-r.posts)()
	return r.shown[len(r.shown)-1]
}

func grey(img *image.RGBA) uint8 {
	if img == nil {
		return 0
	}
	return img.Pix[0]
}

// level is what becomes of a luma on the screen (BT.601).
func level(luma uint8) uint8 { return uint8((int(luma)-16)*255/219 + 1) }

func near(a, b uint8) bool { return a-b <= 2 || b-a <= 2 }

func TestPicturesComeTogether(t *testing.T) {
	r := newReel(t)
	r.p.Begin()
	defer r.p.End()
	r.turn(100)
	got := r.fetch()
	for got.Sent == nil || got.Echoed == nil || got.Difference == nil { // the first sent one is not kept waiting for the others
		next := r.fetch()
		got.Sent, got.Echoed, got.Difference = cmp.Or(next.Sent, got.Sent), cmp.Or(next.Echoed, got.Echoed), cmp.Or(next.Difference, got.Difference)
	}
	if !near(grey(got.Sent), level(100)) || !near(grey(got.Echoed), level(110)) || grey(got.Difference) < 50 {
		t.Errorf("sent %d, echoed %d, difference %d", grey(got.Sent), grey(got.Echoed), grey(got.Difference))
	}
	r.wait(frame)
	r.turn(120)
	if got = r.fetch(); got.Sent == nil || got.Echoed == nil || got.Difference == nil {
		t.Errorf("one redraw must bring all three: %+v", got)
	}
	if len(r.posts) != 0 {
		t.Errorf("%d more redraws", len(r.posts))
	}
}

// What is shown stays as it is, however much comes meanwhile: the race detector sees a write to it too.
func TestPicturesThatAreShownAreNotTouched(t *testing.T) {
	r := newReel(t)
	r.p.Begin()
	defer r.p.End()
	for i := range 40 {
		r.turn(uint8(50 + i))
		got := r.fetch()
		held := grey(got.Echoed)
		for range 5 { // nobody fetches these
			r.wait(frame)
			r.turn(200)
			if got.Echoed != nil && grey(got.Echoed) != held {
				t.Fatalf("picture %d changes while it is shown", i)
			}
		}
		for len(r.posts) > 0 {
			r.fetch()
		}
		r.wait(time.Second) // it was slow: fewer pictures are taken
	}
}

// A window that does not draw gets one function, and the probe never waits.
func TestPicturesAreDroppedNotQueued(t *testing.T) {
	r := newReel(t)
	r.p.Begin()
	for i := range 200 {
		r.turn(uint8(i))
		r.wait(frame)
	}
	r.p.End()
	if n := len(r.posts); n != 1 {
		t.Errorf("%d functions wait for the goroutine that draws", n)
	}
	if got := r.fetch(); got.Echoed == nil {
		t.Error("the last pictures were not shown at the end")
	}
}

func TestNothingIsDoneWhenNobodyLooks(t *testing.T) {
	r := newReel(t)
	r.p.Watch(PictureSizes{})
	r.p.Begin()
	img := flat(90)
	if n := testing.AllocsPerRun(100, func() {
		r.wait(frame)
		r.p.Sent(netcheck.PathDirect, 1, img)
		r.p.Echoed(netcheck.PathDirect, 1, img, img)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	r.p.End()
	if len(r.posts) != 0 || r.p.inSent.in[0] != nil || r.p.inPair.in[0] != nil {
		t.Error("something was copied or shown")
	}
	if s := r.p.Stills(); s != (Stills{}) {
		t.Errorf("there are stills: %v", s)
	}
}

// While no echo comes, what is sent is still to be seen.
func TestSentPicturesGoOnWithoutEchoes(t *testing.T) {
	r := newReel(t)
	r.p.Begin()
	defer r.p.End()
	r.p.Sent(netcheck.PathDirect, 0, flat(100))
	if got := r.fetch(); got.Sent == nil || got.Echoed != nil {
		t.Errorf("%+v", got)
	}
	r.wait(frame)
	r.p.Sent(netcheck.PathDirect, 1, flat(120))
	if got := r.fetch(); !near(grey(got.Sent), level(120)) {
		t.Errorf("the second is %d", grey(got.Sent))
	}
}

// When pictures are left out, the one beside an echo is never older than it: it would look as if echoes came before.
func TestNoEchoIsShownBeforeItsPicture(t *testing.T) {
	r := newReel(t)
	r.p.Begin()
	defer r.p.End()
	r.p.Sent(netcheck.PathDirect, 7, flat(60))
	r.fetch()
	r.p.Sent(netcheck.PathDirect, 8, flat(100)) // too near to the one before
	r.p.Echoed(netcheck.PathDirect, 8, flat(100), flat(104))
	if got := r.fetch(); !near(grey(got.Sent), level(100)) || !near(grey(got.Echoed), level(104)) {
		t.Errorf("sent %d, echoed %d", grey(got.Sent), grey(got.Echoed))
	}
	r.wait(frame)
	r.p.Sent(netcheck.PathDirect, 30, flat(200))
	r.p.Echoed(netcheck.PathDirect, 9, flat(110), flat(114)) // a long way: the newest sent one stays
	if got := r.fetch(); !near(grey(got.Sent), level(200)) || !near(grey(got.Echoed), level(114)) {
		t.Errorf("sent %d, echoed %d", grey(got.Sent), grey(got.Echoed))
	}
}

// A window that draws few pictures shows each beside its own echo.
func TestASlowWindowShowsPairs(t *testing.T) {
	r := newReel(t)
	r.p.Begin()
	defer r.p.End()
	r.p.mu.Lock()
	r.p.pace.every = 4
	r.p.mu.Unlock()
	r.turn(90)
	for r.fetch().Difference == nil { // the first sent one is not kept waiting for an echo, and its fetch may take the echo alone
	}
	r.wait(6 * frame)
	r.p.Echoed(netcheck.PathDirect, 1, flat(100), flat(104)) // so that echoes are known to come
	r.fetch()
	r.wait(3 * frame)
	r.p.Sent(netcheck.PathDirect, 4, flat(200)) // left out
	r.wait(2 * frame)
	r.p.Echoed(netcheck.PathDirect, 2, flat(110), flat(114))
	if got := r.fetch(); !near(grey(got.Sent), level(110)) || !near(grey(got.Echoed), level(114)) {
		t.Errorf("sent %d, echoed %d", grey(got.Sent), grey(got.Echoed))
	}
}

func TestPicturesAreMadeAsLargeAsTheyAreShown(t *testing.T) {
	for name, c := range map[string]struct{ place, want image.Point }{
		"smaller":          {image.Pt(32, 18), image.Pt(32, 18)},
		"larger":           {image.Pt(640, 360), image.Pt(64, 36)},
		"lower":            {image.Pt(64, 18), image.Pt(64, 36)},
		"of another shape": {image.Pt(32, 30), image.Pt(32, 18)},
		"tiny":             {image.Pt(1, 1), image.Pt(1, 1)},
	} {
		r := newReel(t)
		r.p.Watch(PictureSizes{Echoed: c.place})
		r.p.Begin()
		r.turn(100)
		r.p.End()
		got := r.fetch()
		if got.Echoed.Rect.Size() != c.want || got.Sent != nil || got.Difference != nil {
			t.Errorf("%s: %v, sent %v", name, got.Echoed.Rect.Size(), got.Sent)
		}
	}
}

func TestStills(t *testing.T) {
	r := newReel(t)
	r.p.Watch(PictureSizes{Sent: image.Pt(8, 4), Echoed: image.Pt(8, 4), Difference: image.Pt(8, 4)})
	r.p.Begin()
	r.turn(100)
	r.p.End()
	for range 2 { // they can be had again
		s := r.p.Stills()
		if s.Sent.Rect.Size() != image.Pt(64, 36) || !near(grey(s.Sent), level(100)) || !near(grey(s.Echoed), level(110)) || s.Difference == nil {
			t.Errorf("%d %d %v", grey(s.Sent), grey(s.Echoed), s.Difference == nil)
		}
	}
	r.p.Begin()
	r.p.End()
	if s := r.p.Stills(); s != (Stills{}) {
		t.Error("the next run begins with pictures of the last")
	}
}

// A driver that is shut down runs a function at once, on the goroutine that hands it over.
func TestPostMayRunAtOnce(t *testing.T) {
	shown := 0
	p := NewPictures(PicturesConfig{Post: func(f func()) { f() }, Show: func(Shown) { shown++ }})
	p.Watch(PictureSizes{Sent: image.Pt(64, 36), Echoed: image.Pt(64, 36)})
	p.Begin()
	p.Sent(netcheck.PathDirect, 0, flat(50))
	p.Echoed(netcheck.PathDirect, 0, nil, flat(50))
	p.End()
	p.End() // again does nothing
	if shown == 0 {
		t.Error("nothing was shown")
	}
	p.Sent(netcheck.PathDirect, 0, flat(50)) // late: ignored
}

func TestPaceFollowsWhatTheWindowCanDraw(t *testing.T) {
	p, now := newPace(), time.Unix(1000, 0)
	second := func(wait time.Duration) int {
		for range 30 / p.every {
			p.fetched(now.Add(-wait), now)
			now = now.Add(pictureBase * time.Duration(p.every))
		}
		now = now.Add(pictureBase) // the round is over for certain
		p.fetched(now.Add(-wait), now)
		return p.every
	}
	if got := second(2 * time.Millisecond); got != 1 {
		t.Errorf("a quick window: every %d", got)
	}
	for _, want := range []int{2, 4, 4} {
		if got := second(40 * time.Millisecond); got != want {
			t.Errorf("a slow window: every %d, not %d", got, want)
		}
	}
	for range calmRounds - 1 {
		if got := second(time.Millisecond); got != 4 {
			t.Fatalf("it is quick again: every %d too soon", got)
		}
	}
	for range 2*calmRounds + 2 {
		second(time.Millisecond)
	}
	if p.every != 1 {
		t.Errorf("it has been quick for long: every %d", p.every)
	}
}
