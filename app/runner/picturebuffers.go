package runner

import (
	"image"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

// place is that of a picture in a session: numbers begin anew on each path.
type place struct {
	path   netcheck.Path
	number uint32
}

func (p place) after(other place) bool { return p.path != other.path || p.number > other.number }

// mailbox holds the newest pictures that have come until their pixels are made. Older ones that nobody has taken are replaced.
type mailbox struct {
	in   [2]*image.YCbCr
	full [2]bool
	last time.Time // when the newest was put in
}

// put copies pictures, of which those behind the first may be nil. It tells false if the last ones are too near.
func (m *mailbox) put(now time.Time, least time.Duration, pictures ...*image.YCbCr) bool {
	if now.Sub(m.last) < least {
		return false
	}
	m.last = now
	for i, src := range pictures {
		if m.full[i] = src != nil; !m.full[i] {
			continue
		}
		if size := src.Rect.Size(); m.in[i] == nil || m.in[i].Rect.Size() != size {
			m.in[i] = picture.New(size.X, size.Y)
		}
		picture.Copy(m.in[i], src)
	}
	return true
}

// take gives what is in the box, and puts pictures in its place that are not used any more. Without any it gives nil.
func (m *mailbox) take(spare ...*image.YCbCr) (out [2]*image.YCbCr) {
	if !m.full[0] {
		return out
	}
	for i, s := range spare {
		if m.full[i] {
			out[i], m.in[i], m.full[i] = m.in[i], s, false
		}
	}
	return out
}

// triple are the pixels of one kind: one is shown, one waits to be shown, one is made.
type triple struct {
	bufs  [3]*image.RGBA
	shown *image.RGBA
	ready *image.RGBA // nil: none waits
}

func (t *triple) waits() bool { return t.ready != nil }

// free gives pixels that nobody looks at.
func (t *triple) free(size image.Point) *image.RGBA {
	for i, b := range t.bufs {
		switch {
		case b != nil && (b == t.shown || b == t.ready):
		case b != nil && b.Rect.Size() == size:
			return b
		default:
			t.bufs[i] = image.NewRGBA(image.Rectangle{Max: size})
			return t.bufs[i]
		}
	}
	panic("three buffers, of which two can be in use")
}

func (t *triple) finish(b *image.RGBA) { t.ready = b }

func (t *triple) take() *image.RGBA {
	b := t.ready
	if b != nil {
		t.shown, t.ready = b, nil
	}
	return b
}

// pace finds out how many pictures the window can draw. What it sees is the time from posting a function until it runs: the share
// of functions that have to wait is the share of time for which the window is busy, with whatever.
type pace struct {
	every  int // each n-th picture is shown
	waited int // functions in this round that had to wait
	count  int
	began  time.Time // of the round
	calm   int       // rounds in a row in which twice as many could have been drawn
}

const (
	pictureBase = time.Second / 30
	paceRound   = time.Second
	paceWait    = 4 * time.Millisecond // what is shorter may be anything
	paceMost    = 4
	calmRounds  = 4
)

// Shares of functions that wait: above busy fewer pictures are shown, below calm more, each by how many are shown. Fifteen a second
// still look like a video, so they are not given up as easily as thirty.
var (
	paceBusy = [paceMost + 1]float64{1: 0.6, 2: 0.85, 4: 1}
	paceCalm = [paceMost + 1]float64{2: 0.3, 4: 0.5}
)

func newPace() pace { return pace{every: 1} }

// interval is the least time between two pictures, with some room for uneven arrival.
func (p *pace) interval() time.Duration {
	return pictureBase*time.Duration(p.every) - pictureBase*2/5
}

// fetched takes one delivery into account.
func (p *pace) fetched(posted, ran time.Time) {
	if p.began.IsZero() {
		p.began = ran
	}
	if p.count++; ran.Sub(posted) > paceWait {
		p.waited++
	}
	if ran.Sub(p.began) < paceRound {
		return
	}
	if few := 4; p.count >= few {
		p.judge(float64(p.waited) / float64(p.count))
	}
	p.waited, p.count, p.began = 0, 0, ran
}

// judge takes the share of functions that had to wait in a round.
func (p *pace) judge(waited float64) {
	switch {
	case waited > paceBusy[p.every]:
		p.every, p.calm = min(2*p.every, paceMost), 0
	case waited < paceCalm[p.every]:
		if p.calm++; p.calm >= calmRounds {
			p.every, p.calm = p.every/2, 0
		}
	default:
		p.calm = 0
	}
}
