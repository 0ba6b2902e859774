package runner

import (
	"sync"
	"time"

	"echopath/netcheck"
)

// inbox is where events wait for the goroutine that draws. What it keeps is bounded by what a session measures, never by how
// often it tells: packets and frames stay out, and a sample replaces the one of the same window. The zero value is empty.
type inbox struct {
	mu      sync.Mutex
	events  []netcheck.Event
	holes   int            // in events: samples that were replaced, without a body
	places  map[window]int // of samples in events
	trouble error
	told    bool // trouble was set once
	result  *Result
	posted  bool // somebody is on the way to empty it

	start time.Time     // the session's, by this process's clock
	runs  bool          // the session's clock: from its first event to its last
	now   time.Duration // the newest that is known
}

// window is what a sample is about.
type window struct {
	path    netcheck.Path
	carrier netcheck.Carrier
	index   int
}

// carrierVideo and carrierCall stand for the samples of the video and of a call among those of the packets' carriers.
const (
	carrierVideo netcheck.Carrier = "video"
	carrierCall  netcheck.Carrier = "call"
)

// batch is what was in the inbox.
type batch struct {
	events  []netcheck.Event
	now     time.Duration
	trouble error
	result  *Result // nil: the run goes on
}

// put adds an event that came at a time. The order of what is kept is the order in which it came.
func (b *inbox) put(e netcheck.Event, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.start.IsZero() {
		b.start, b.runs = at.Add(-e.At), true
	}
	b.now = max(b.now, e.At) // an event is never ahead of the clock
	switch body := e.Body.(type) {
	case netcheck.PacketsDecided, netcheck.FramesDecided:
		return // many, large, and shown nowhere
	case netcheck.SampleTaken:
		b.replace(window{e.Path, body.Sample.Carrier, body.Sample.Index})
	case netcheck.VideoSampleTaken:
		b.replace(window{e.Path, carrierVideo, body.Sample.Index})
	case netcheck.CallSampleTaken:
		b.replace(window{e.Path, carrierCall, body.Sample.Index})
	case netcheck.SessionEnded:
		b.runs = false // files may still be written for a while
	}
	b.events = append(b.events, e)
}

// replace makes a hole where an older sample of the window waits, and remembers where the new one will be.
func (b *inbox) replace(w window) {
	if i, waits := b.places[w]; waits {
		b.events[i] = netcheck.Event{}
		b.holes++
	}
	const few = 256 // not worth moving anything for
	if b.holes > few && b.holes > len(b.events)/2 {
		b.compact()
	}
	if b.places == nil {
		b.places = map[window]int{}
	}
	b.places[w] = len(b.events)
}

// compact takes the holes out.
func (b *inbox) compact() {
	kept := b.events[:0]
	for _, e := range b.events {
		if e.Body == nil {
			continue
		}
		switch body := e.Body.(type) {
		case netcheck.SampleTaken:
			b.places[window{e.Path, body.Sample.Carrier, body.Sample.Index}] = len(kept)
		case netcheck.VideoSampleTaken:
			b.places[window{e.Path, carrierVideo, body.Sample.Index}] = len(kept)
		case netcheck.CallSampleTaken:
			b.places[window{e.Path, carrierCall, body.Sample.Index}] = len(kept)
		}
		kept = append(kept, e)
	}
	clear(b.events[len(kept):]) // they must not hold on to anything
	b.events, b.holes = kept, 0
}

// tell keeps the first trouble of the run.
func (b *inbox) tell(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.told {
		b.told, b.trouble = true, err
	}
}

// claim tells whether the caller has to have the inbox emptied: nobody else is on the way. A result is put in in any case.
func (b *inbox) claim(result *Result) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if result != nil {
		b.result = result
	}
	first := !b.posted
	b.posted = true
	return first
}

// take empties the inbox.
func (b *inbox) take(at time.Time) batch {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.compact()
	if b.runs && b.result == nil {
		b.now = max(b.now, at.Sub(b.start))
	}
	out := batch{events: b.events, now: b.now, trouble: b.trouble, result: b.result}
	b.events, b.trouble, b.result, b.posted = nil, nil, nil, false
	clear(b.places)
	return out
}

// untold takes what could not be kept out of a result that nobody has fetched.
func (b *inbox) untold() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.result == nil {
		return nil
	}
	err := b.result.SaveErr
	b.result = nil
	return err
}
