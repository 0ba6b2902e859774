package video

import (
	"errors"
	"image"
	"io"
	"os"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/vp8"
)

// Bounds of what waits here.
const (
	decodeQueue  = 30                     // coded pictures; a computer that is a second behind will not catch up
	askKeyEvery  = 300 * time.Millisecond // at most, and
	askKeyMargin = 100 * time.Millisecond // after the answer to the last request could have come
	receiveBytes = 2048                   // of one packet
)

// receiver takes packets, puts pictures together and decodes them.
type receiver struct {
	*pipe
	to      incoming
	decoder *vp8.Decoder
	scaled  *image.YCbCr // a smaller picture in the asked size
	frames  chan assembled
	spare   chan []byte
	told    chan netcheck.VideoHappened // by the goroutine that receives, for the meter to emit

	mu        sync.Mutex // guards the rest
	assembler *assembler
	askedAt   time.Time
	behind    int // coded pictures thrown away because decoding was behind
	unread    int // pictures whose time code could not be read
}

func newReceiver(p *pipe, to incoming) (*receiver, error) {
	d, err := vp8.NewDecoder()
	if err != nil {
		return nil, err
	}
	in := &receiver{pipe: p, to: to, decoder: d, frames: make(chan assembled, decodeQueue), spare: make(chan []byte, decodeQueue+2),
		told: make(chan netcheck.VideoHappened, 16)}
	in.assembler = newAssembler(in.buffer, in.queue)
	return in, nil
}

func (r *receiver) close() { _ = r.decoder.Close() } // it frees memory and has nothing to say

// buffer gives an empty buffer for a coded picture.
func (r *receiver) buffer() []byte {
	select {
	case b := <-r.spare:
		return b[:0]
	default:
		return make([]byte, 0, 16<<10)
	}
}

// queue hands a coded picture to the decoder. When that is too far behind, everything up to the next key frame is useless.
func (r *receiver) queue(f assembled) {
	select {
	case r.frames <- f:
	default:
		r.behind++
		r.assembler.broken()
	}
}

// receiveAll takes packets until the deadline passes or the link closes.
func (r *receiver) receiveAll() {
	defer close(r.frames)
	p := netcheck.MediaPacket{Payload: make([]byte, 0, receiveBytes)}
	for {
		if err := r.media.Receive(&p); err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, io.EOF) {
				r.stop(lost(err))
			}
			return
		}
		r.take(&p, r.clock.Now())
	}
}

func (r *receiver) take(p *netcheck.MediaPacket, now time.Time) {
	r.to.arrived(p, now)
	rtt := r.media.Counters().RTT
	r.mu.Lock()
	need := r.assembler.push(p, now, keyAfter(rtt))
	r.mu.Unlock()
	if need {
		r.askKey(now, false)
	}
}

// askKey asks for a key frame, unless that was done a moment ago. For a recording it is no sign of trouble, and not told.
func (r *receiver) askKey(now time.Time, recording bool) {
	rtt := r.media.Counters().RTT
	r.mu.Lock()
	early := now.Sub(r.askedAt) < max(askKeyEvery, askKeyMargin+3*rtt/2)
	if !early {
		r.askedAt = now
	}
	r.mu.Unlock()
	if early || r.media.AskKeyFrame() != nil {
		return // a link that is gone tells so where packets are awaited
	}
	if recording {
		return
	}
	select { // observers may be slow, and the arrival of packets is measured here
	case r.told <- netcheck.VideoHappened{What: netcheck.KeyFrameAsked}:
	default:
	}
}

// tell emits what the goroutine that receives had to say.
func (r *receiver) tell() {
	for range len(r.told) {
		r.emit(<-r.told)
	}
}

// distinct gives how many packets came, each counted once.
func (r *receiver) distinct() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.assembler.distinct
}

// given is how many packets were given up.
func (r *receiver) given() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.assembler.given
}

// decodeAll decodes until there is nothing more.
func (r *receiver) decodeAll() {
	for f := range r.frames {
		r.decode(f)
		select {
		case r.spare <- f.data:
		default:
		}
	}
}

func (r *receiver) decode(f assembled) {
	if !r.to.wanted(f) {
		r.countUnread()
		return
	}
	begin := r.clock.Now()
	img, err := r.decoder.Decode(f.data)
	now := r.clock.Now()
	if err != nil {
		r.mu.Lock()
		r.assembler.broken()
		r.mu.Unlock()
		r.askKey(now, false)
		return
	}
	r.to.decoded(f, img, begin, now)
}

// countUnread counts a picture whose time code can not be read, or is not one of those that can come.
func (r *receiver) countUnread() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread++
}

// full gives a picture in a size, scaled if it is not: the source's, or the one that was asked for.
func (r *receiver) full(img *image.YCbCr, width, height int) *image.YCbCr {
	if img.Bounds().Dx() == width && img.Bounds().Dy() == height {
		return img
	}
	if r.scaled == nil {
		r.scaled = picture.New(width, height)
	}
	picture.Scale(r.scaled, img)
	return r.scaled
}
