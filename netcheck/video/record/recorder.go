package record

import (
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
)

// Limits.
const (
	DefaultQueue = 120 // frames, 4 s at 30 a second
	MaxQueue     = 10_000
	// MaxQueueBytes bounds the memory of the frames that wait for the disk, and so the size of a single one.
	MaxQueueBytes = 16 << 20
	// MaxSide is the longest side of a VP8 picture (RFC 6386, section 9.1), in pixels.
	MaxSide = 1<<14 - 1
	// MaxFiles is the most files that one recording may become by changes of size: whoever sends the pictures must not be able to
	// fill a folder.
	MaxFiles = 200
)

const (
	seekEvery = 10 * time.Second // a key frame is asked for this long after the last one
	askAgain  = time.Second      // and so often while nothing can be recorded without
)

// Frame is one VP8 frame.
type Frame struct {
	Data          []byte // copied if it is kept
	Key           bool
	Width, Height int // of the picture, 1..MaxSide; may change with a key frame only
	// At is since the recording's own zero and ascends. It is kept to the millisecond; of two frames in one, the second is put
	// into the next. Each file begins at its first frame.
	At time.Duration
}

// Options are what a recording is made with. Callbacks must not close the recorder.
type Options struct {
	// Path is the file to write. It ends in .webm, or that is added. If a file of that name is there, the recording goes to
	// NAME-2.webm, NAME-3.webm, the first that is free; so do the files that follow when the size changes.
	Path string
	// Queue is how many frames may wait for the disk: 1..MaxQueue, 0 means DefaultQueue. They are at most MaxQueueBytes in all.
	Queue int
	// NeedKey asks for a key frame, may be nil: when there is none to begin with, when frames had to be left out, and every 10 s
	// so that one can jump in the file. It is called by Put and must be quick.
	NeedKey func()
	// Note is told that a recording began (for each file), failed or ended, may be nil. It is called from the recorder's own
	// goroutine, the last time before Close returns. Failed comes at most once, and nothing after it.
	Note func(netcheck.VideoHappened)
	// Now is the clock for NeedKey and the date in the file, nil: time.Now. It is called by Put.
	Now func() time.Time
	// Create makes a file and fails with fs.ErrExist if there is one; nil: CreateFile.
	Create func(path string) (File, error)
}

// Saved is what a recording has come to.
type Saved struct {
	Files   []SavedFile
	Skipped int // frames that could not be kept: the disk was too slow, or had failed
}

// SavedFile is one file that plays.
type SavedFile struct {
	Path          string
	Frames        int
	Duration      time.Duration // with an estimate for how long the last frame is shown
	Width, Height int
	Bytes         int64
}

// Recorder writes one recording. Its methods may be called from several goroutines.
type Recorder struct {
	o     Options
	queue chan queued
	done  chan struct{} // closed when the writer has ended

	mu            sync.Mutex
	closed        bool
	failed        bool
	waiting       bool // for a key frame: what comes before it would not decode
	began         bool // a key frame has been kept
	width, height int  // of the last frame that was kept
	bytes         int  // in the queue or being written
	skipped       int
	asked         time.Time // when a key frame was last asked for, or kept

	w *writer // of its goroutine, until done
}

// queued is a frame with the time of its coming.
type queued struct {
	Frame
	came time.Time
}

// New begins a recording. The file is made when the first key frame arrives. The recorder must be closed.
func New(o Options) *Recorder {
	o = o.orDefault()
	r := &Recorder{o: o, queue: make(chan queued, o.Queue), done: make(chan struct{}), waiting: true}
	r.w = newWriter(o)
	go r.work()
	return r
}

func (o Options) orDefault() Options {
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	o.Queue = min(o.Queue, MaxQueue)
	if o.NeedKey == nil {
		o.NeedKey = func() {}
	}
	if o.Note == nil {
		o.Note = func(netcheck.VideoHappened) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Create == nil {
		o.Create = CreateFile
	}
	return o
}

// Put hands over a frame and never waits for the disk. It is false if the frame could have been recorded and is not: the disk
// is too slow, the recording has failed or is closed, or the frame is none (no data, no size, more than MaxQueueBytes). After a
// frame that was left out, all up to the next key frame are too, because they would not decode. Frames before the first key
// frame are ignored.
func (r *Recorder) Put(f Frame) bool {
	kept, ask := r.put(f)
	if ask {
		r.o.NeedKey()
	}
	return kept
}

// put is Put without the callback, which must not be called under the lock.
func (r *Recorder) put(f Frame) (ok, ask bool) {
	now := r.o.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return false, false
	case r.failed:
		r.skipped++
		return false, false
	}
	ok = r.take(f, now)
	if !ok {
		r.skipped++
	}
	return ok, r.mustAsk(now)
}

// take queues the frame, or leaves it out.
func (r *Recorder) take(f Frame, now time.Time) bool {
	if !f.Key && (f.Width != r.width || f.Height != r.height) {
		r.waiting = true // a size changes with a key frame, which must have been lost
	}
	if r.waiting && !f.Key {
		return !r.began
	}
	if !f.possible() || r.bytes+len(f.Data) > MaxQueueBytes || !r.push(f, now) {
		r.waiting = true
		return false
	}
	r.width, r.height = f.Width, f.Height
	if f.Key {
		r.waiting, r.began, r.asked = false, true, now
	}
	return true
}

func (f Frame) possible() bool {
	return len(f.Data) > 0 && f.Width > 0 && f.Height > 0 && f.Width <= MaxSide && f.Height <= MaxSide && f.At >= 0
}

// push is called under the lock, so that the queue has the order of the calls and is not yet closed.
func (r *Recorder) push(f Frame, now time.Time) bool {
	if len(r.queue) == cap(r.queue) {
		return false // before copying
	}
	f.Data = append([]byte(nil), f.Data...)
	r.bytes += len(f.Data)
	r.queue <- queued{f, now} // has room: nobody else adds to it
	return true
}

// mustAsk tells whether it is time to ask for a key frame.
func (r *Recorder) mustAsk(now time.Time) bool {
	every := seekEvery
	if r.waiting {
		every = askAgain
	}
	if !r.asked.IsZero() && now.Sub(r.asked) < every {
		return false
	}
	r.asked = now
	return true
}

// Close finishes the file and waits for the writer, and so for the disk. The error is what RecordingFailed told. Calls after the
// first return the same.
func (r *Recorder) Close() (Saved, error) {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.queue)
	}
	r.mu.Unlock()
	<-r.done
	r.mu.Lock()
	defer r.mu.Unlock()
	return Saved{Files: slices.Clone(r.w.saved), Skipped: r.skipped}, r.w.err
}

// work writes what is put into the queue until that is closed.
func (r *Recorder) work() {
	defer close(r.done)
	for f := range r.queue {
		r.wrote(f, r.w.put(f))
	}
	r.mu.Lock()
	skipped := r.skipped
	r.mu.Unlock()
	r.w.end(skipped)
}

// wrote frees the frame's room. After a failure the rest of the queue comes by here too.
func (r *Recorder) wrote(f queued, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes -= len(f.Data)
	if err != nil {
		r.failed = true
		r.skipped++
	}
}
