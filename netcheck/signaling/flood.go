package signaling

import (
	"context"
	"encoding/json"
	"time"
)

// What one end takes from the other in one session, whatever wires carry it: frames of every kind, the unknown, the repeated and the
// falsified ones included, and their bytes. A run needs some twenty messages a leg and five a second for its view; at its end the view
// brings up to a hundred a second, of 33 kB if nothing could be compressed. Whoever sends more tests nothing.
const (
	framesPerSecond = 500
	frameBurst      = 5000
	bytesPerSecond  = 4 << 20
	byteBurst       = 16 << 20 // an end holds back 5 MiB at the most while the network is away
)

// allowance is so much at once, and then so much a second. It begins whole.
type allowance struct {
	perSecond, burst float64
	used             float64 // of burst
	last             time.Time
}

// take is false when n is more than there is.
func (a *allowance) take(n float64, now time.Time) bool {
	if passed := now.Sub(a.last).Seconds(); passed > 0 {
		a.used = max(a.used-passed*a.perSecond, 0)
	}
	a.last = now
	a.used += n
	return a.used <= a.burst
}

// intake counts what comes over the wires of one session. It belongs to the one that reads: a wire ends before the next one begins.
type intake struct{ frames, bytes allowance }

func newIntake() intake {
	return intake{allowance{perSecond: framesPerSecond, burst: frameBurst}, allowance{perSecond: bytesPerSecond, burst: byteBurst}}
}

// takes counts a frame. It is false if that is too much.
func (i *intake) takes(frame []byte, now time.Time) bool {
	return i.frames.take(1, now) && i.bytes.take(float64(len(frame)), now)
}

// flooded ends the session of an end that sends too much, and tells it why as the last over the wire. Nothing more is read.
func (s *session) flooded(l *link) error {
	g := s.role.floodedBy()
	s.finish(g, true)
	l.writer.Wait()
	body, _ := json.Marshal(Leave{Code: string(g.Code)}) // two strings
	s.mu.Lock()
	plain := append(s.plain(kindBye, len(body)), body...)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	if l.unsent != nil { // frames are numbered: without it the next one would count as falsified
		_ = l.wire.Send(ctx, l.unsent)
	}
	if frame, err := l.channel.seal(plain); err == nil {
		_ = l.wire.Send(ctx, frame) // if it does not arrive, who comes back is told
	}
	return g
}
