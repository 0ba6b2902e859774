package video

import (
	"math"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// row is a picture's fate in 48 bytes: an hour of 30 a second is 5 MB.
type row struct {
	captureUS     int64
	sentUS        int32 // after capture; 0: never
	shownUS       int32 // after capture; 0: not shown
	encodeUS      int32
	decodeUS      int32
	bytes         int32
	packets       uint16
	width, height uint16
	psnr          uint16 // 1/100 dB; 0: not measured
	ssim          uint16 // 1/10000; 0: not measured
	copies        uint8
	status        stats.FrameStatus
	key           bool
}

// pictureRecord holds the fate of every picture of a run.
type pictureRecord struct {
	mu      sync.Mutex // guards the rest
	rows    []row
	waiting int // sent, and not shown yet
	decided int // rows that have been emitted
}

func newPictureRecord(p netcheck.VideoPlan) *pictureRecord {
	const most = 4096 // grows beyond that
	return &pictureRecord{rows: make([]row, 0, min(pictures(p)+1, most))}
}

// open is the number of pictures that were sent and are not shown.
func (r *pictureRecord) open() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.waiting
}

// last is the capture of the newest picture that was sent, in microseconds; 0 if there is none.
func (r *pictureRecord) last() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.rows) - 1; i >= 0; i-- {
		if s := r.rows[i].status; s != stats.FrameDropped && s != stats.FrameSkipped {
			return r.rows[i].captureUS
		}
	}
	return 0
}

// newestDelay is the delay of the newest picture that was shown; 0 if there is none.
func (r *pictureRecord) newestDelay() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.rows) - 1; i >= 0; i-- {
		if r.rows[i].status == stats.FrameShown {
			return time.Duration(r.rows[i].shownUS) * time.Microsecond
		}
	}
	return 0
}

// size is the size in which a picture was sent; false if it was not.
func (r *pictureRecord) size(n int) (netcheck.VideoSize, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n < 0 || n >= len(r.rows) || r.rows[n].width == 0 {
		return netcheck.VideoSize{}, false
	}
	return netcheck.VideoSize{Width: int(r.rows[n].width), Height: int(r.rows[n].height)}, true
}

// add appends the next picture.
func (r *pictureRecord) add(x row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, x)
}

// sending changes the newest picture, before its first packet leaves.
func (r *pictureRecord) sending(n int, change func(*row)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := &r.rows[n]; x.status == stats.FrameUnknown {
		change(x)
		r.waiting++
	}
}

// change changes a picture.
func (r *pictureRecord) change(n int, change func(*row)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n >= 0 && n < len(r.rows) {
		change(&r.rows[n])
	}
}

// shown notes that a picture came back, and gives its delay. first is false for a copy, known for one that was sent.
func (r *pictureRecord) shown(n int, us int64) (delay time.Duration, first, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n < 0 || n >= len(r.rows) {
		return 0, false, false
	}
	x := &r.rows[n]
	delay = time.Duration(us-x.captureUS) * time.Microsecond
	switch {
	case n < r.decided || x.status == stats.FrameDropped || x.status == stats.FrameSkipped:
		return 0, false, false
	case x.status == stats.FrameShown:
		if x.copies < math.MaxUint8 {
			x.copies++
		}
		return delay, false, true
	}
	x.status, x.shownUS = stats.FrameShown, max(1, clamp32(us-x.captureUS))
	r.waiting--
	return delay, true, true
}

func clamp32(v int64) int32 { return int32(min(max(v, math.MinInt32), math.MaxInt32)) } //nolint:gosec // clamped

// decide emits the rows whose capture is before us, in blocks. What was sent and has not been shown is missing from then on,
// unless it was sent after undecidedUS.
func (r *pictureRecord) decide(us, undecidedUS int64, emit func([]stats.Frame)) {
	for {
		block := r.block(us, undecidedUS)
		if len(block) == 0 {
			return
		}
		emit(block)
	}
}

func (r *pictureRecord) block(us, undecidedUS int64) []stats.Frame {
	r.mu.Lock()
	defer r.mu.Unlock()
	var block []stats.Frame
	for r.decided < len(r.rows) && len(block) < netcheck.MaxFrameBlock {
		x := &r.rows[r.decided]
		if x.captureUS >= us {
			break
		}
		if x.status == stats.FrameUnknown && x.captureUS < undecidedUS {
			x.status = stats.FrameMissing
			r.waiting--
		}
		block = append(block, r.frame(r.decided))
		r.decided++
	}
	return block
}

// Len is the number of pictures; with At the record is a stats.FrameRows once nobody changes it any more.
func (r *pictureRecord) Len() int { return len(r.rows) }

// At is the picture with the number i.
func (r *pictureRecord) At(i int) stats.Frame { return r.frame(i) }

func (r *pictureRecord) frame(i int) stats.Frame {
	x := r.rows[i]
	f := stats.Frame{Number: uint32(i), CaptureUS: x.captureUS, SentUS: stats.NotMeasured, ShownUS: stats.NotMeasured, //nolint:gosec // bounded by the plan
		Width: int(x.width), Height: int(x.height), Bytes: int(x.bytes), Packets: int(x.packets), Key: x.key, Status: x.status,
		Copies: int(x.copies), PSNR: float64(x.psnr) / 100, SSIM: float64(x.ssim) / 10_000,
		EncodeUS: int64(x.encodeUS), DecodeUS: int64(x.decodeUS)}
	if x.sentUS != 0 {
		f.SentUS = x.captureUS + int64(x.sentUS)
	}
	if x.shownUS != 0 {
		f.ShownUS = x.captureUS + int64(x.shownUS)
	}
	return f
}
