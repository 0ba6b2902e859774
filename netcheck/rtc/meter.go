package rtc

import (
	"errors"
	"io"
	"math"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"

	"echopath/netcheck"
)

// meter counts an end's video at the wire: it is the interceptor next to it, so that repair is counted like everything else. It
// also keeps from the other interceptors what they could not read, since their errors would end the reader.
type meter struct {
	interceptor.NoOp
	framing framing
	now     func() time.Time // as the reports' own

	mu       sync.Mutex // guards what follows
	sum      netcheck.MediaCounters
	sent     tally
	received tally
	numbers  numbers
}

func newMeter(f framing) *meter { return &meter{framing: f, now: time.Now} }

func (m *meter) counters(tag int) netcheck.MediaCounters {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.sum
	c.PacketsSent, c.BytesSent = m.sent.packets(), m.framing.bytes(m.sent, tag)
	c.BytesReceived = m.framing.bytes(m.received, tag)
	c.PacketsReceived, c.Duplicate, c.Expected = m.numbers.distinct, m.numbers.copies, m.numbers.expected()
	return c
}

// rtt is the newest round-trip time; 0: none yet.
func (m *meter) rtt() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sum.RTT
}

// sight is the bitrate in kbit/s up to which the controller sees what becomes of packets, for the size that they have had and
// the newest round-trip time.
func (m *meter) sight() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sum.RTT == 0 || m.sent.packets() == 0 {
		return math.Inf(1)
	}
	return sight(float64(m.sent.bytes)/float64(m.sent.packets()), m.sum.RTT)
}

// transportNumber is the identifier of the extension with the transport-wide number; 0 if the stream has none.
func transportNumber(info *interceptor.StreamInfo) uint8 {
	for _, e := range info.RTPHeaderExtensions {
		if e.URI == sdp.TransportCCURI {
			return uint8(e.ID) //nolint:gosec // 1 to 14
		}
	}
	return 0
}

// BindLocalStream counts what is sent. What the socket refuses was not.
func (m *meter) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		n, err := w.Write(h, payload, a)
		if err != nil {
			return n, err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.sent.add(h.MarshalSize() + len(payload))
		if a.Get(firstTime{}) == nil {
			m.sum.Retransmitted++
		}
		return n, nil
	})
}

// BindRemoteStream counts what arrives.
func (m *meter) BindRemoteStream(info *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	id := transportNumber(info)
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attr, err := r.Read(b, a)
			if errors.Is(err, io.ErrShortBuffer) {
				continue // larger than any packet of ours; it is gone
			}
			if err != nil {
				return n, attr, err
			}
			if attr == nil {
				attr = interceptor.Attributes{}
			}
			if header, err := attr.GetRTPHeader(b[:n]); err == nil && m.arrived(header, id, n) {
				return n, attr, nil
			}
		}
	})
}

// arrived counts a packet of size bytes, and tells whether it can be used.
func (m *meter) arrived(h *rtp.Header, id uint8, size int) bool {
	var number rtp.TransportCCExtension
	ext := h.GetExtension(id)
	if ext != nil && number.Unmarshal(ext) != nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.received.add(size)
	if ext == nil {
		m.numbers.unnumbered()
	} else {
		m.numbers.see(number.TransportSequence)
	}
	return true
}

// BindRTCPWriter counts what this end asks for.
func (m *meter) BindRTCPWriter(w interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(pkts []rtcp.Packet, a interceptor.Attributes) (int, error) {
		n, err := w.Write(pkts, a)
		if err != nil {
			return n, err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, p := range pkts {
			switch p := p.(type) {
			case *rtcp.TransportLayerNack:
				m.sum.NACKSent += asked(p)
			case *rtcp.PictureLossIndication:
				m.sum.PLISent++
			}
		}
		return n, nil
	})
}

// BindRTCPReader passes on what can be read.
func (m *meter) BindRTCPReader(r interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attr, err := r.Read(b, a)
			if errors.Is(err, io.ErrShortBuffer) {
				continue
			}
			if err != nil {
				return n, attr, err
			}
			if attr == nil {
				attr = interceptor.Attributes{}
			}
			if _, err := attr.GetRTCPPackets(b[:n]); err == nil {
				return n, attr, nil
			}
		}
	})
}

// asked is the number of packets that a NACK asks for.
func asked(n *rtcp.TransportLayerNack) uint64 {
	var sum int
	for _, p := range n.Nacks {
		sum += len(p.PacketList())
	}
	return uint64(sum) //nolint:gosec // not negative
}

// keyFrameAsked counts a request of the other end.
func (m *meter) keyFrameAsked() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.PLIReceived++
}

// repairAsked counts packets that the other end asks for.
func (m *meter) repairAsked(n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.NACKReceived += n
}

// roundTrip takes the round-trip time from a report on what this end sends.
func (m *meter) roundTrip(r rtcp.ReceptionReport) {
	rtt, ok := roundTrip(m.now(), r.LastSenderReport, r.Delay)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.RTT = rtt
	m.sum.RTTCount++
}

// ntpEpoch is the number of seconds from 1900 to 1970.
const ntpEpoch = 2208988800

// middleNTP is the middle 32 bits of an NTP time: units of 1/65536 s (RFC 3550, section 4).
func middleNTP(t time.Time) uint32 {
	return uint32(uint64(t.Unix()+ntpEpoch)<<16) | uint32(uint64(t.Nanosecond())<<16/1e9) //nolint:gosec // wraps by design
}

// Bounds of a round-trip time, in units of 1/65536 s: two numbers that were cut off may make it look as if it were below 0, and
// one above a minute is no measurement.
const (
	rttUnit     = 65536
	rttRounding = 4
	longestRTT  = 60 * rttUnit
)

// roundTrip is RFC 3550's, section 6.4.1: now less the time of the sender report that the other end has seen last, less how
// long it had it.
func roundTrip(now time.Time, lsr, dlsr uint32) (time.Duration, bool) {
	if lsr == 0 {
		return 0, false // it has seen none
	}
	units := int32(middleNTP(now) - lsr - dlsr) //nolint:gosec // wraps by design
	if units < -rttRounding || units > longestRTT {
		return 0, false
	}
	return time.Duration(max(units, 1)) * time.Second / rttUnit, true
}
