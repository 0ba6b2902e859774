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
	"echopath/netcheck/video/quality"
	"echopath/netcheck/video/record"
	"echopath/netcheck/video/timecode"
	"echopath/netcheck/video/vp8"
)

// Bounds of what waits here.
const (
	decodeQueue  = 30                     // coded pictures; a computer that is a second behind will not catch up
	askKeyEvery  = 300 * time.Millisecond // at most, and
	askKeyMargin = 100 * time.Millisecond // after the answer to the last request could have come
	ssimEvery    = 10                     // pictures: it costs five times what PSNR does
	receiveBytes = 2048                   // of one packet
)

// receiver takes what comes back, decodes and compares it.
type receiver struct {
	*run
	decoder *vp8.Decoder
	scaled  *image.YCbCr // a smaller echo in the source's size
	frames  chan assembled
	spare   chan []byte
	told    chan netcheck.VideoHappened // by the goroutine that receives, for the meter to emit

	mu        sync.Mutex // guards the rest
	assembler *assembler
	askedAt   time.Time
	behind    int // coded pictures thrown away because decoding was behind
	unread    int // pictures whose time code could not be read
}

func newReceiver(r *run) (*receiver, error) {
	d, err := vp8.NewDecoder()
	if err != nil {
		return nil, err
	}
	in := &receiver{run: r, decoder: d, frames: make(chan assembled, decodeQueue), spare: make(chan []byte, decodeQueue+2),
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
		r.take(&p, r.Clock.Now())
	}
}

func (r *receiver) take(p *netcheck.MediaPacket, now time.Time) {
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

// arrived gives how many packets came back, distinct ones.
func (r *receiver) arrived() int {
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
	if !r.ours(f) {
		r.mu.Lock()
		r.unread++
		r.mu.Unlock()
		return
	}
	begin := r.Clock.Now()
	img, err := r.decoder.Decode(f.data)
	now := r.Clock.Now()
	if err != nil {
		r.mu.Lock()
		r.assembler.broken()
		r.mu.Unlock()
		r.askKey(now, false)
		return
	}
	n, read := r.number(img, f.timestamp)
	if !read {
		r.mu.Lock()
		r.unread++
		r.mu.Unlock()
	}
	us := now.Sub(r.Start).Microseconds()
	delay, first, known := r.record.shown(n, us)
	if !known {
		return
	}
	r.meter.shown(n, us, delay, first)
	r.record.change(n, func(x *row) { x.decodeUS = clamp32(now.Sub(begin).Microseconds()) })
	if r.keep != nil && !r.RecordSent && first {
		size := img.Bounds().Size()
		r.keep.Put(record.Frame{Data: f.data, Key: f.key, Width: size.X, Height: size.Y, At: r.sinceFirst(n)})
	}
	if first {
		r.compare(n, img)
	}
}

// ours tells whether a coded picture can be one that was sent: a peer could keep this computer busy with others.
func (r *receiver) ours(f assembled) bool {
	size, sent := r.record.size(r.numberOf(f.timestamp))
	if !sent || !f.key {
		return sent
	}
	_, width, height, err := vp8.Header(f.data)
	return err == nil && width == size.Width && height == size.Height
}

// numberOf gives the number of a picture by its RTP timestamp.
func (r *receiver) numberOf(timestamp uint32) int {
	return int(int64(timestamp-firstTimestamp) * int64(r.Plan.FPS) / rtpClock)
}

// number tells which picture this is. The time code in the picture says so; the RTP timestamp, which the far end keeps, says so
// too, and helps out where the code can not be read.
func (r *receiver) number(img *image.YCbCr, timestamp uint32) (n int, read bool) {
	n = r.numberOf(timestamp)
	c, _, ok := timecode.Read(img)
	return n, ok && c.Frame == uint32(n)&0xffffff //nolint:gosec // 24 bits
}

// compare holds an echo against the picture that was captured.
func (r *receiver) compare(n int, echo *image.YCbCr) {
	if echo.Bounds().Dx() != r.Plan.Width || echo.Bounds().Dy() != r.Plan.Height {
		if r.scaled == nil {
			r.scaled = picture.New(r.Plan.Width, r.Plan.Height)
		}
		picture.Scale(r.scaled, echo)
		echo = r.scaled
	}
	r.refs.use(n, func(captured *image.YCbCr) {
		if captured != nil {
			r.measure(n, captured, echo)
		}
		if r.Screen != nil {
			r.Screen.Echoed(r.Path, uint32(n), captured, echo) //nolint:gosec // bounded by the plan
		}
	})
}

func (r *receiver) measure(n int, captured, echo *image.YCbCr) {
	skip := timecode.Height(r.Plan.Width)
	psnr, ssim := quality.PSNR(captured, echo, skip), 0.0
	if n%ssimEvery == 0 {
		ssim = quality.SSIM(captured, echo, skip)
	}
	x := row{psnr: uint16(min(max(psnr, 0), 99)*100 + 0.5), ssim: uint16(min(max(ssim, 0), 1)*10_000 + 0.5)}
	r.record.change(n, func(y *row) { y.psnr, y.ssim = x.psnr, x.ssim })
	r.meter.compared(float64(x.psnr)/100, float64(x.ssim)/10_000)
}
