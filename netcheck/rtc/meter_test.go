package rtc

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"

	"echopath/netcheck"
)

func TestNumbers(t *testing.T) {
	for name, tt := range map[string]struct {
		in                         []uint16
		distinct, copies, expected uint64
	}{
		"in order":             {[]uint16{0, 1, 2}, 3, 0, 3},
		"lost and repeated":    {[]uint16{0, 2, 2, 5, 0}, 3, 2, 6},
		"reordered":            {[]uint16{1, 0, 3, 2}, 4, 0, 4},
		"first ones lost":      {[]uint16{7, 8}, 2, 0, 9},
		"a foreign beginning":  {[]uint16{40000, 40002}, 2, 0, 3},
		"a foreign one behind": {[]uint16{40000, 39999}, 2, 0, 2},
		"around the end":       {[]uint16{65534, 65535, 1, 0, 1}, 4, 1, 4},
		"before zero":          {[]uint16{0, 65535}, 2, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var n numbers
			for _, v := range tt.in {
				n.see(v)
			}
			if n.distinct != tt.distinct || n.copies != tt.copies || n.expected() != tt.expected {
				t.Errorf("%d distinct, %d copies, %d expected; want %d, %d, %d", n.distinct, n.copies, n.expected(), tt.distinct, tt.copies, tt.expected)
			}
		})
	}
}

// Four rounds of the 16 bits with every seventh packet lost and every eleventh repeated a little later.
func TestNumbersWrap(t *testing.T) {
	const total = 4 << 16
	var n numbers
	var distinct, copies uint64
	for i := range total {
		if i%7 == 3 {
			continue
		}
		n.see(uint16(i))
		distinct++
		if i%11 == 0 && i%7 != 3 {
			n.see(uint16(i))
			copies++
		}
	}
	if n.distinct != distinct || n.copies != copies || n.expected() != total {
		t.Errorf("%d distinct, %d copies, %d expected; want %d, %d, %d", n.distinct, n.copies, n.expected(), distinct, copies, total)
	}
}

// What a peer sends must neither crash the counters nor make them contradict each other.
func FuzzNumbers(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0x80, 0, 0xff, 0xff, 0, 0})
	f.Add([]byte{0x7f, 0xff, 0xff, 0xff, 0x7f, 0xfe})
	f.Fuzz(func(t *testing.T, b []byte) {
		var n numbers
		for ; len(b) >= 2; b = b[2:] {
			before := n
			n.see(binary.BigEndian.Uint16(b))
			if n.distinct+n.copies != before.distinct+before.copies+1 {
				t.Fatalf("a packet was counted %d times", n.distinct+n.copies-before.distinct-before.copies)
			}
			if n.expected() < before.expected() || n.distinct > n.expected() {
				t.Fatalf("%d distinct of %d expected, %d before", n.distinct, n.expected(), before.expected())
			}
		}
	})
}

func TestRoundTrip(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 250e6, time.UTC)
	at := func(before time.Duration) uint32 { return middleNTP(now.Add(-before)) }
	half := uint32(rttUnit / 2)
	for name, tt := range map[string]struct {
		lsr, dlsr uint32
		want      time.Duration
		ok        bool
	}{
		"plain":                      {at(time.Second), half, 500 * time.Millisecond, true},
		"nothing seen":               {0, 0, 0, false},
		"below the resolution":       {at(0), 2, time.Second / rttUnit, true},
		"held longer than it is old": {at(time.Second), 2 * rttUnit, 0, false},
		"over a minute":              {at(2 * time.Minute), 0, 0, false},
		"from the future":            {at(-time.Hour), 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := roundTrip(now, tt.lsr, tt.dlsr)
			if ok != tt.ok || (got-tt.want).Abs() > 2*time.Second/rttUnit {
				t.Errorf("%v, %v; want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestFraming(t *testing.T) {
	for name, tt := range map[string]struct {
		path   netcheck.Path
		family netcheck.Family
		size   int
		tag    int
		want   uint64
	}{
		"direct":             {netcheck.PathDirect, netcheck.Family4, 101, 16, 101 + 16 + 28},
		"direct IPv6":        {netcheck.PathDirect, netcheck.Family6, 101, 10, 101 + 10 + 48},
		"relay":              {netcheck.PathRelayUDP, netcheck.Family4, 100, 16, 100 + 16 + 4 + 28},
		"relay with padding": {netcheck.PathRelayUDP, netcheck.Family4, 101, 16, 101 + 16 + 4 + 3 + 28},
		"relay, other tag":   {netcheck.PathRelayUDP, netcheck.Family4, 101, 10, 101 + 10 + 4 + 1 + 28},
		"relay over TCP":     {netcheck.PathRelayTCP, netcheck.Family4, 101, 16, 101 + 16 + 28},
	} {
		t.Run(name, func(t *testing.T) {
			var sum tally
			for range 3 {
				sum.add(tt.size)
			}
			if got := framingOf(netcheck.Leg{Path: tt.path, Family: tt.family}).bytes(sum, tt.tag); got != 3*tt.want {
				t.Errorf("three packets of %d bytes, want %d", got, 3*tt.want)
			}
		})
	}
}

// reads gives packets one after the other and io.EOF then.
func reads(packets ...[]byte) func([]byte, interceptor.Attributes) (int, interceptor.Attributes, error) {
	return func(b []byte, _ interceptor.Attributes) (int, interceptor.Attributes, error) {
		if len(packets) == 0 {
			return 0, nil, io.EOF
		}
		p := packets[0]
		if packets = packets[1:]; len(p) > len(b) {
			return 0, nil, io.ErrShortBuffer
		}
		return copy(b, p), nil, nil
	}
}

// A malformed packet of the other end's must not end the reading of the good ones.
func TestMeterSkipsWhatCanNotBeRead(t *testing.T) {
	good := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96}, Payload: []byte("x")}
	must(t, good.SetExtension(1, []byte{0, 5}))
	wire, err := good.Marshal()
	must(t, err)
	short := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96}, Payload: []byte("x")}
	must(t, short.SetExtension(1, []byte{5}))
	bad, err := short.Marshal()
	must(t, err)
	m := newMeter(framing{headers: 28})
	info := &interceptor.StreamInfo{MimeType: vp8.MimeType, RTPHeaderExtensions: []interceptor.RTPHeaderExtension{{URI: sdp.TransportCCURI, ID: 1}}}
	r := m.BindRemoteStream(info, interceptor.RTPReaderFunc(reads([]byte{1, 2}, make([]byte, 9000), bad, nil, wire)))
	n, _, err := r.Read(make([]byte, 1500), nil)
	if err != nil || n != len(wire) {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if c := m.counters(16); c.PacketsReceived != 1 || c.Expected != 6 || c.BytesReceived != uint64(len(wire)+16+28) {
		t.Errorf("counters %+v", c)
	}
	if _, _, err := r.Read(make([]byte, 1500), nil); !errors.Is(err, io.EOF) {
		t.Errorf("the end came as %v", err)
	}
}

// Feedback about packets that were never sent, or after the controller has ended, is no reason to stop reading feedback.
func TestFeedbackThatIsNoUse(t *testing.T) {
	noLeaks(t)
	early := &rtcp.TransportLayerCC{Header: rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5},
		PacketStatusCount: 7, PacketChunks: []rtcp.PacketStatusChunk{
			&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketNotReceived, RunLength: 7}}}
	wire, err := early.Marshal()
	must(t, err)
	pli, err := (&rtcp.PictureLossIndication{MediaSSRC: 1}).Marshal()
	must(t, err)
	c, err := newGCC(testVideo, logs{})
	must(t, err)
	defer c.close()
	m := newMeter(framing{})
	bind := func(packets ...[]byte) interceptor.RTCPReader {
		return c.BindRTCPReader(m.BindRTCPReader(interceptor.RTCPReaderFunc(reads(packets...))))
	}
	r := bind([]byte{0x8f, 205, 0, 0}, make([]byte, 9000), wire, pli)
	for _, want := range []int{len(wire), len(pli)} {
		if n, attr, err := r.Read(make([]byte, 1500), nil); n != want || attr == nil || err != nil {
			t.Errorf("read %d bytes, %v; want %d", n, err, want)
		}
	}
	if _, _, err := r.Read(make([]byte, 1500), nil); !errors.Is(err, io.EOF) {
		t.Errorf("the end came as %v", err)
	}
	must(t, c.Close())
	c.close()
	if n, _, err := bind(pli).Read(make([]byte, 1500), nil); n != len(pli) || err != nil {
		t.Errorf("after the controller's end: %d bytes, %v", n, err)
	}
}

func TestHeedIsAboutOwnStream(t *testing.T) {
	m := &media{meter: newMeter(framing{}), keyAsked: make(chan struct{}, 1)}
	const own, other = 7, 8
	m.out.header.SSRC = own
	now := time.Now()
	m.meter.now = func() time.Time { return now }
	lsr := middleNTP(now.Add(-time.Second))
	for _, ssrc := range []uint32{own, other} {
		m.heed([]rtcp.Packet{
			&rtcp.PictureLossIndication{MediaSSRC: ssrc},
			&rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: ssrc}}},
			&rtcp.TransportLayerNack{MediaSSRC: ssrc, Nacks: []rtcp.NackPair{{PacketID: 1, LostPackets: 0b101}}},
			&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: ssrc, LastSenderReport: lsr}}},
			&rtcp.SenderReport{Reports: []rtcp.ReceptionReport{{SSRC: ssrc, LastSenderReport: lsr}}},
			&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: float32(ssrc) * 100_000, SSRCs: []uint32{ssrc}},
		})
	}
	c := m.meter.counters(16)
	if c.PLIReceived != 2 || c.NACKReceived != 3 || c.RTTCount != 2 || len(m.keyAsked) != 1 || m.peerRate() != own*100 {
		t.Errorf("counters %+v, %d requests waiting, %v kbit/s", c, len(m.keyAsked), m.peerRate())
	}
}

// The streams of other kinds must go through the chain as if it were not there.
func TestVideoOnlyLeavesOtherStreams(t *testing.T) {
	v := &videoOnly{interceptor.NewChain([]interceptor.Interceptor{newMeter(framing{})})}
	info := &interceptor.StreamInfo{MimeType: opus.MimeType}
	w, r := &nowhere{}, &nowhere{}
	if got := v.BindLocalStream(info, w); got != interceptor.RTPWriter(w) {
		t.Errorf("the writer became a %T", got)
	}
	if got := v.BindRemoteStream(info, reader{r}); got != interceptor.RTPReader(reader{r}) {
		t.Errorf("the reader became a %T", got)
	}
}

type nowhere struct{ n int }

func (w *nowhere) Write(*rtp.Header, []byte, interceptor.Attributes) (int, error) { return w.n, nil }

type reader struct{ *nowhere }

func (reader) Read([]byte, interceptor.Attributes) (int, interceptor.Attributes, error) {
	return 0, nil, nil
}

// A controller must not be led to where it can not see: at 10 Mbit/s that is a quarter of a second.
func TestSight(t *testing.T) {
	m := newMeter(framing{})
	if got := m.sight(); !math.IsInf(got, 1) {
		t.Errorf("%v kbit/s before there was a round trip", got)
	}
	for range 10 {
		m.sent.add(1200)
	}
	for rtt, want := range map[time.Duration]float64{20 * time.Millisecond: 16000, 100 * time.Millisecond: 9600, 700 * time.Millisecond: 2400} {
		if m.sum.RTT = rtt; m.sight() != want {
			t.Errorf("at %v: %v kbit/s, want %v", rtt, m.sight(), want)
		}
	}
}
