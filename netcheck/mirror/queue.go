package mirror

import (
	"unsafe"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// Bounds of what waits in memory, in bytes.
const (
	maxRows    = 64 << 20 // rows of packets and pictures
	maxSamples = 4 << 20  // samples, when the other end does not take them
)

// queue holds what is to be sent, in order, and apart from it the rows that wait until no probe runs.
type queue struct {
	events  []netcheck.Event
	held    []netcheck.Event
	end     *netcheck.Event // the end of the session, which the rows come before
	running map[string]bool // probes, by path and name
	rows    int             // bytes of held
	samples int             // bytes of the samples in events
	at      netcheck.Event  // the newest: for the time and path of a remark

	maxRows, maxSamples int
	told                map[kind]bool
}

func newQueue() queue {
	return queue{running: map[string]bool{}, maxRows: maxRows, maxSamples: maxSamples, told: map[kind]bool{}}
}

func (q *queue) add(e netcheck.Event) {
	q.at = e
	size, kind := measure(e)
	switch kind {
	case kindRows:
		if q.rows+size > q.maxRows {
			q.lose(kind, "The other end does not get all rows of packets and pictures: there are more than are kept for it.")
			return
		}
		q.rows += size
		q.held = append(q.held, e)
		return
	case kindSample:
		if q.samples+size > q.maxSamples {
			q.lose(kind, "The other end does not get all samples: it takes them too slowly.")
			return
		}
		q.samples += size
	case kindOther:
		q.follow(e)
	}
	if _, ends := e.Body.(netcheck.SessionEnded); ends {
		q.end = &e
		return
	}
	q.events = append(q.events, e)
}

// follow notes which probes run.
func (q *queue) follow(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.ProbeStarted:
		q.running[string(e.Path)+" "+b.Probe] = true
	case netcheck.ProbeEnded:
		delete(q.running, string(e.Path)+" "+b.Probe)
	case netcheck.PathEnded, netcheck.SessionEnded:
		clear(q.running)
	}
}

// lose says once that something of a kind is left out.
func (q *queue) lose(k kind, text string) {
	if q.told[k] {
		return
	}
	q.told[k] = true
	q.events = append(q.events, netcheck.Event{At: q.at.At, Path: q.at.Path, Body: netcheck.Noted{Text: text}})
}

// take gives what may be sent now: everything but rows, or one block of rows, or the end. Nothing: there is no more for now.
func (q *queue) take() []netcheck.Event {
	switch {
	case len(q.events) > 0:
		out := q.events
		q.events, q.samples = nil, 0
		return out
	case len(q.held) > 0 && len(q.running) == 0:
		out := q.held[:1:1]
		size, _ := measure(out[0])
		q.held, q.rows = q.held[1:], q.rows-size
		return out
	case len(q.held) == 0 && q.end != nil:
		out := []netcheck.Event{*q.end}
		q.end = nil
		return out
	}
	return nil
}

type kind int

const (
	kindOther kind = iota
	kindSample
	kindRows
)

// measure gives about how much memory an event takes.
func measure(e netcheck.Event) (bytes int, k kind) {
	switch b := e.Body.(type) {
	case netcheck.PacketsDecided:
		return len(b.Packets) * int(unsafe.Sizeof(stats.Packet{})), kindRows
	case netcheck.FramesDecided:
		return len(b.Frames) * int(unsafe.Sizeof(stats.Frame{})), kindRows
	case netcheck.SampleTaken:
		return int(unsafe.Sizeof(b)), kindSample
	case netcheck.CallSampleTaken:
		return int(unsafe.Sizeof(b)), kindSample
	case netcheck.VideoSampleTaken:
		return int(unsafe.Sizeof(b)), kindSample
	}
	return 0, kindOther
}
