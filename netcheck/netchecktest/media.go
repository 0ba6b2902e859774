package netchecktest

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
)

// MediaImpair decides what becomes of a video packet: one delivery for every delay that it returns, none if it is lost. It is
// called with the number of the packet in its direction, from 0, in order.
type MediaImpair func(n int, p *netcheck.MediaPacket) []time.Duration

// MediaPerfect delivers everything once, after d.
func MediaPerfect(d time.Duration) MediaImpair {
	return func(int, *netcheck.MediaPacket) []time.Duration { return []time.Duration{d} }
}

// MediaOverhead is what every packet counts beside its payload, in bytes: RTP with the transport-wide number, SRTP, UDP, IPv4.
const MediaOverhead = 12 + 8 + 16 + 8 + 20

// Media is one end of video streams in memory. It repairs nothing and controls no congestion: the test says what the
// controllers find. Fields are to be set before the ends are used.
type Media struct {
	// Own, if set, is what this end's controller allows, in kbit/s. Without it that is DefaultMediaKbps.
	Own func() float64
	// Rated, if set, changes what Rate answers: the controller's state, usage and loss.
	Rated func(netcheck.MediaRate) netcheck.MediaRate
	// Counted, if set, changes what Counters answers: round trips, requests for repair.
	Counted func(netcheck.MediaCounters) netcheck.MediaCounters
	// Delay is that of key frame requests and return rates from this end to the other.
	Delay time.Duration

	control *messages
	impair  MediaImpair
	peer    *Media
	in      *queue[transmission]
	until   *deadline
	asked   chan struct{}

	mu       sync.Mutex // guards what follows
	sum      netcheck.MediaCounters
	arrived  map[int]bool // numbers of transmissions
	peerKbps float64
	sendErr  error
}

// DefaultMediaKbps is what a controller allows that the test does not script.
const DefaultMediaKbps = 2500

// transmission is a packet on its way.
type transmission struct {
	number int
	packet netcheck.MediaPacket
}

// NewMedia makes both ends of video streams. Nil impairments are perfect and immediate.
func NewMedia(out, back MediaImpair) (local, far *Media) {
	a, b := newMessages()
	local, far = newMediaEnd(a, out), newMediaEnd(b, back)
	local.peer, far.peer = far, local
	return local, far
}

func newMediaEnd(control *messages, impair MediaImpair) *Media {
	if impair == nil {
		impair = MediaPerfect(0)
	}
	return &Media{control: control, impair: impair, in: newQueue[transmission](), until: newDeadline(),
		asked: make(chan struct{}, 1), arrived: map[int]bool{}}
}

func (m *Media) close() {
	m.in.close()
	m.control.in.close()
}

// Close closes both ends, for tests without a Link.
func (m *Media) Close() {
	m.close()
	m.peer.close()
}

// SetSendError makes every Send fail.
func (m *Media) SetSendError(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sendErr = err
}

// Control gives the reliable channel of the video probe.
func (m *Media) Control() netcheck.MessageConn { return m.control }

// Send delivers copies as the impairment says.
func (m *Media) Send(p *netcheck.MediaPacket) error {
	select {
	case <-m.in.closed:
		return io.EOF
	default:
	}
	m.mu.Lock()
	err, n := m.sendErr, int(m.sum.PacketsSent) //nolint:gosec // counts up from 0
	if err == nil {
		m.sum.PacketsSent++
		m.sum.BytesSent += size(p)
	}
	m.mu.Unlock()
	if err != nil {
		return err
	}
	own := *p
	own.Payload = slices.Clone(p.Payload)
	for _, d := range m.impair(n, &own) {
		after(d, func() { m.peer.arrive(transmission{n, own}) })
	}
	return nil
}

func size(p *netcheck.MediaPacket) uint64 { return uint64(len(p.Payload) + MediaOverhead) } //nolint:gosec // not negative

// after calls f, at once if there is no delay.
func after(d time.Duration, f func()) {
	if d == 0 {
		f()
		return
	}
	time.AfterFunc(d, f)
}

// arrive counts a packet as soon as it is there, whether or not it is taken.
func (m *Media) arrive(t transmission) {
	m.mu.Lock()
	m.sum.BytesReceived += size(&t.packet)
	if m.arrived[t.number] {
		m.sum.Duplicate++
	} else {
		m.arrived[t.number] = true
		m.sum.PacketsReceived++
		m.sum.Expected = max(m.sum.Expected, uint64(t.number+1)) //nolint:gosec // counts up from 0
	}
	m.mu.Unlock()
	m.in.put(t)
}

// Expect does nothing: there is no repair.
func (m *Media) Expect(uint16) {}

// Receive waits for a packet.
func (m *Media) Receive(p *netcheck.MediaPacket) error {
	for {
		passed := m.until.wait()
		select {
		case <-passed:
			return os.ErrDeadlineExceeded
		default:
		}
		if t, ok := m.in.take(); ok {
			p.Sequence, p.Timestamp, p.Marker = t.packet.Sequence, t.packet.Timestamp, t.packet.Marker
			p.Payload = append(p.Payload[:0], t.packet.Payload...)
			return nil
		}
		select {
		case <-m.in.wake:
		case <-passed:
		case <-m.in.closed:
			return io.EOF
		}
	}
}

// SetReceiveDeadline sets the deadline as net.Conn does.
func (m *Media) SetReceiveDeadline(t time.Time) error {
	m.until.set(t)
	return nil
}

// KeyFrameAsked is signalled when the other end asks for a key frame.
func (m *Media) KeyFrameAsked() <-chan struct{} { return m.asked }

// AskKeyFrame asks the other end, after Delay.
func (m *Media) AskKeyFrame() error {
	return m.tell(func() {
		m.sum.PLISent++
	}, func() {
		m.peer.sum.PLIReceived++
		select {
		case m.peer.asked <- struct{}{}:
		default:
		}
	})
}

// ReturnRate tells the other end, after Delay.
func (m *Media) ReturnRate(kbps float64) error {
	if math.IsNaN(kbps) || math.IsInf(kbps, 0) || kbps <= 0 {
		return fmt.Errorf("bitrate of %v kbit/s: it must be above 0", kbps)
	}
	return m.tell(func() {}, func() { m.peer.peerKbps = kbps })
}

// tell does something at this end and then, after Delay, at the other; each holds its end's lock.
func (m *Media) tell(here, there func()) error {
	select {
	case <-m.in.closed:
		return io.EOF
	default:
	}
	m.mu.Lock()
	here()
	m.mu.Unlock()
	after(m.Delay, func() {
		m.peer.mu.Lock()
		defer m.peer.mu.Unlock()
		there()
	})
	return nil
}

// Rate answers what the test has scripted.
func (m *Media) Rate() netcheck.MediaRate {
	r := netcheck.MediaRate{Own: DefaultMediaKbps, State: "increase", Usage: "normal"}
	if m.Own != nil {
		r.Own = m.Own()
	}
	m.mu.Lock()
	r.Peer = m.peerKbps
	m.mu.Unlock()
	r.Target = r.Own
	if r.Peer > 0 {
		r.Target = min(r.Own, r.Peer)
	}
	if m.Rated != nil {
		r = m.Rated(r)
	}
	return r
}

// Counters count what was sent, arrived and asked for.
func (m *Media) Counters() netcheck.MediaCounters {
	m.mu.Lock()
	c := m.sum
	m.mu.Unlock()
	if m.Counted != nil {
		c = m.Counted(c)
	}
	return c
}

var _ netcheck.MediaConn = (*Media)(nil)
