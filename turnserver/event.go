package turnserver

import (
	"net/netip"
	"sync"
	"time"
)

// EventKind says what an [Event] is about.
type EventKind int

// Kinds of events.
const (
	EventUnknown EventKind = iota
	EventAllocationCreated
	EventAllocationDeleted
	EventAuthFailed // rate limited: at most 10 at once, then one a second
	EventPeerDenied // rate limited in the same way
)

// String names the kind in words for a log.
func (k EventKind) String() string {
	switch k {
	case EventAllocationCreated:
		return "allocation created"
	case EventAllocationDeleted:
		return "allocation deleted"
	case EventAuthFailed:
		return "authentication failed"
	case EventPeerDenied:
		return "peer denied"
	default:
		return "unknown"
	}
}

// Event is something that happened at the server. It holds no credentials.
type Event struct {
	Kind      EventKind
	Time      time.Time
	Session   string // Session.ID; empty if the client named none that is open
	Transport Transport
	Client    netip.AddrPort // the client as the server sees it
	Relay     netip.AddrPort // not valid for EventAuthFailed
	Peer      netip.AddrPort // of EventPeerDenied; port 0 if a permission was asked for, not valid if of the other IP family
	Reason    string         // a few words on a failure

	// Suppressed counts the events of this kind that the rate limit swallowed since the last one shown.
	Suppressed uint64
}

// Strangers can cause failures as fast as they can send, and each one costs the observer work.
const (
	failureEventBurst   = 10
	failureEventsPerSec = 1
)

// notifier hands events to the observer, one at a time.
type notifier struct {
	now     func() time.Time
	observe func(Event) // may be nil

	mu    sync.Mutex // guards what follows, and serialises observe
	gates map[EventKind]*eventGate
}

type eventGate struct {
	bucket     bucket
	suppressed uint64
}

func newNotifier(now func() time.Time, observe func(Event)) *notifier {
	return &notifier{now: now, observe: observe, gates: map[EventKind]*eventGate{EventAuthFailed: {}, EventPeerDenied: {}}}
}

func (n *notifier) notify(e Event) {
	if n.observe == nil {
		return
	}
	e.Time = n.now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if gate := n.gates[e.Kind]; gate != nil {
		if !gate.bucket.take(e.Time, failureEventsPerSec, failureEventBurst) {
			gate.suppressed++
			return
		}
		e.Suppressed, gate.suppressed = gate.suppressed, 0
	}
	n.observe(e)
}
