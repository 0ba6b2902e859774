package rtc

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// labPaths are those that the lab can carry.
var labPaths = []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP}

// mediaLab is a link with video between the two sites of a lab.
type mediaLab struct {
	*vlab.Lab
	path       netcheck.Path
	link       netcheck.Link
	local, far netcheck.MediaConn
	farLink    netcheck.Link
}

// newMediaLab connects over clean wires.
func newMediaLab(t *testing.T, seed uint64, path netcheck.Path, respond func(context.Context, netcheck.Link) error) *mediaLab {
	t.Helper()
	lab, err := vlab.New(vlab.Config{Seed: seed})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	at := lab.Server()
	u := netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: at.Addr().String(), Port: int(at.Port()), Transport: "udp"}
	leg := withVideo(netcheck.Leg{Target: netcheck.TargetTURN, Path: path, Family: netcheck.Family4, Timeout: netcheck.DefaultConnectTimeout,
		Servers: []netcheck.ICEServer{{URL: u, Username: vlab.User, Password: vlab.Password}}})
	far := make(chan netcheck.Link, 1)
	l := connect(t, &Connector{LocalNet: lab.Local(), FarNet: lab.Far(), Respond: func(ctx context.Context, l netcheck.Link) error {
		far <- l
		return respond(ctx, l)
	}}, leg, nil)
	m := &mediaLab{Lab: lab, path: path, link: l, local: l.Media(), farLink: <-far}
	m.far = m.farLink.Media()
	return m
}

// shapeBoth shapes both directions from now on.
func (l *mediaLab) shapeBoth(s vlab.Shape) {
	for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
		l.Shape(d, vlab.Phase{Shape: s})
	}
}

// rtpPacket is an RTP packet as the lab's log shows it: the header is not encrypted, but its extensions are (RFC 9335).
type rtpPacket struct {
	payloadType uint8
	sequence    uint16
	ssrc        uint32
	extended    bool
	size        int // of the UDP payload
	dropped     bool
	copies      int
}

// rtpOf reads what the lab carried, without the checks of STUN, DTLS and RTCP.
func rtpOf(log []vlab.Packet) []rtpPacket {
	var out []rtpPacket
	for _, e := range log {
		h := e.Head[:]
		if h[0]>>4 == 4 { // ChannelData (RFC 8656, section 12.4)
			h = h[4:]
		}
		if h[0]>>6 != 2 || h[1]&0x7f >= 72 && h[1]&0x7f <= 95 { // RFC 5761, section 4
			continue
		}
		out = append(out, rtpPacket{payloadType: h[1] & 0x7f, sequence: binary.BigEndian.Uint16(h[2:]), ssrc: binary.BigEndian.Uint32(h[8:]),
			extended: h[0]&0x10 != 0, size: e.Size, dropped: e.Dropped, copies: e.Copies})
	}
	return out
}

// truth is what the log says about one direction of video.
type truth struct {
	sent, bytes              uint64
	received, copied, bytesR uint64
	expected                 uint64
	arrived                  map[uint16]bool // sequence numbers
	lost, repaired           int             // sequence numbers whose first transmission was dropped; those of them that came later
}

const ipUDP = 28

func truthOf(log []vlab.Packet) truth {
	w := truth{arrived: map[uint16]bool{}}
	first := map[uint16]bool{} // whether the first transmission arrived
	for _, p := range rtpOf(log) {
		if p.payloadType != uint8(vp8.PayloadType) {
			continue
		}
		w.sent++
		w.bytes += uint64(p.size + ipUDP)
		if _, again := first[p.sequence]; !again {
			first[p.sequence] = !p.dropped
		}
		if p.dropped {
			continue
		}
		w.received++
		w.copied += uint64(p.copies)
		w.bytesR += uint64((1 + p.copies) * (p.size + ipUDP))
		w.expected = w.sent // the transport-wide numbers are given in the order of sending
		w.arrived[p.sequence] = true
	}
	for number, came := range first {
		if !came {
			w.lost++
			if w.arrived[number] {
				w.repaired++
			}
		}
	}
	return w
}

// wrong compares the counters of a sender and a receiver with the truth.
func (w truth) wrong(from, to netcheck.MediaCounters) string {
	var diff []string
	for _, c := range []struct {
		name      string
		got, want uint64
	}{
		{"sent", from.PacketsSent, w.sent}, {"bytes sent", from.BytesSent, w.bytes},
		{"received", to.PacketsReceived, w.received}, {"duplicate", to.Duplicate, w.copied}, {"bytes received", to.BytesReceived, w.bytesR},
		{"expected", to.Expected, w.expected},
	} {
		if c.got != c.want {
			diff = append(diff, fmt.Sprintf("%s %d, the wire says %d", c.name, c.got, c.want))
		}
	}
	return strings.Join(diff, "; ")
}

// settles waits until all that is under way has arrived and been counted: until check finds nothing wrong.
func settles(t *testing.T, check func() string) {
	t.Helper()
	ctx := bounded(t, 30*time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		wrong := check()
		if wrong == "" {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(wrong)
		}
	}
}

// check compares the counters of both ends with the truth.
func (l *mediaLab) check() string {
	up, down := truthOf(l.Log(vlab.Up)), truthOf(l.Log(vlab.Down))
	near, far := l.local.Counters(), l.far.Counters()
	if w := up.wrong(near, far); w != "" {
		return "up: " + w
	}
	if w := down.wrong(far, near); w != "" {
		return "down: " + w
	}
	return ""
}

// drain reads what may still come until the deadline of the receiver, which settles needs to have read.
func drain(m netcheck.MediaConn) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		var p netcheck.MediaPacket
		for m.Receive(&p) == nil {
		}
	}()
	return func() {
		_ = m.SetReceiveDeadline(time.Unix(1, 0))
		<-done
	}
}

func TestMediaCountsWhatIsOnTheWire(t *testing.T) {
	noLeaks(t)
	for _, p := range labPaths {
		t.Run(string(p), func(t *testing.T) {
			l := newMediaLab(t, 1, p, echoMedia)
			roundMedia(t, l.local, 300)
			settles(t, l.check)
			if c := l.local.Counters(); c.PacketsSent != 300 || c.PacketsReceived != 300 || c.Retransmitted != 0 {
				t.Errorf("counters %+v", c)
			}
		})
	}
}

func TestMediaUnderLoss(t *testing.T) {
	noLeaks(t)
	for _, p := range labPaths {
		t.Run(string(p), func(t *testing.T) {
			l := newMediaLab(t, 2, p, echoMedia)
			l.shapeBoth(vlab.Shape{Loss: 0.05, Duplicate: 0.02, Delay: 10 * time.Millisecond})
			const n = 600
			stop := drain(l.local)
			sendMedia(t, l.local, n, 300)
			settles(t, func() string { // each packet has been returned, or given up
				if c := l.far.Counters(); c.Expected < n {
					return fmt.Sprintf("%d of %d packets have been told of", c.Expected, n)
				}
				return l.check()
			})
			stop()
			near, far := l.local.Counters(), l.far.Counters()
			up := truthOf(l.Log(vlab.Up))
			if up.lost < 10 || up.repaired < up.lost*3/4 || len(up.arrived) < n*99/100 {
				t.Errorf("%d packets were lost, %d of them repaired", up.lost, up.repaired)
			}
			if near.Retransmitted != near.PacketsSent-n || near.NACKReceived == 0 || far.NACKSent < near.NACKReceived || near.NACKReceived < near.Retransmitted {
				t.Errorf("repair: local %+v, far %+v", near, far)
			}
		})
	}
}

func TestMediaRoundTripAndReturnRate(t *testing.T) {
	noLeaks(t)
	const delay = 20 * time.Millisecond
	l := newMediaLab(t, 3, netcheck.PathSTUN, echoMedia)
	if r := l.local.Rate(); r.Own != testVideo.StartKbps || r.Peer != 0 || r.Target != r.Own || r.Usage != "normal" || r.State == "" {
		t.Errorf("rate before anything is known: %+v", r)
	}
	if c := l.local.Counters(); c.RTT != 0 || c.RTTCount != 0 {
		t.Errorf("round trips before anything was sent: %+v", c)
	}
	l.shapeBoth(vlab.Shape{Delay: delay})
	must(t, l.far.ReturnRate(700))
	settles(t, func() string {
		if r := l.local.Rate(); r.Peer != 700 || r.Target != 700 || r.Own <= 700 {
			return fmt.Sprintf("rate %+v", r)
		}
		return ""
	})
	must(t, l.far.ReturnRate(8000))
	roundMedia(t, l.local, 150)
	settles(t, func() string {
		if c := l.local.Counters(); c.RTTCount < 3 {
			return fmt.Sprintf("counters %+v", c)
		}
		return ""
	})
	for end, m := range map[string]netcheck.MediaConn{"local": l.local, "far": l.far} {
		if c := m.Counters(); c.RTT < 2*delay-100*time.Microsecond {
			t.Errorf("%s: round trip %v, the wire alone takes %v", end, c.RTT, 2*delay)
		}
	}
	if r := l.local.Rate(); r.Target != r.Own || r.Own > testVideo.MaxKbps || r.Peer != 8000 {
		t.Errorf("rate %+v", r)
	}
	for _, bad := range []float64{0, -1} {
		if l.far.ReturnRate(bad) == nil {
			t.Errorf("a return rate of %v was sent", bad)
		}
	}
}

// The srtp carrier has no numbers, no repair and no reports of its own, beside video or without it.
func TestVideoLeavesTheCarrierAlone(t *testing.T) {
	noLeaks(t)
	l := newMediaLab(t, 4, netcheck.PathSTUN, func(ctx context.Context, far netcheck.Link) error {
		go func() { _ = echo(ctx, far) }()
		return echoMedia(ctx, far)
	})
	roundMedia(t, l.local, 60)
	for range 100 {
		checkEcho(t, l.link, netcheck.CarrierSRTP, 200)
	}
	settles(t, func() string { // reports have gone out meanwhile
		if l.local.Counters().RTTCount == 0 {
			return "no report came"
		}
		return ""
	})
	for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
		log := l.Log(d)
		ssrc, n := uint32(0), 0
		for _, p := range rtpOf(log) {
			if p.payloadType != uint8(opus.PayloadType) {
				continue
			}
			ssrc = p.ssrc
			if n++; p.extended || p.size != rtpHeader+200+16 {
				t.Errorf("%v: %+v", d, p)
			}
		}
		if n != 100 {
			t.Errorf("%v: %d packets of the carrier, want 100", d, n)
		}
		if reports := senderReports(log); reports[ssrc] != 0 || len(reports) != 1 {
			t.Errorf("%v: sender reports by SSRC %v, the carrier's is %d", d, reports, ssrc)
		}
	}
}

// senderReports counts the sender reports of each SSRC: the first 8 bytes of RTCP are not encrypted (RFC 3711, section 3.4).
func senderReports(log []vlab.Packet) map[uint32]int {
	n := map[uint32]int{}
	for _, e := range log {
		if h := e.Head[:]; h[0]>>6 == 2 && h[1] == 200 {
			n[binary.BigEndian.Uint32(h[4:])]++
		}
	}
	return n
}

// A capacity below what the controllers begin with is found, and the two ends' controllers are each their own leg's. In a bubble of time of
// its own nothing is late, however slow the computer is: no delay but the lab's counts as one of the network.
func TestMediaAdapts(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		l := newMediaLab(t, 5, netcheck.PathSTUN, echoMedia)
		t.Cleanup(func() { l.shapeBoth(vlab.Shape{Block: true}) }) // what closes one end must not meet the other one's closing, see closed
		begun := l.local.Rate().Own
		l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Kbps: 600}})
		stop := drain(l.local)
		sendMediaBy(t, l.local, 900, 300, func(at time.Time) { time.Sleep(time.Until(at)) }) // 1.1 Mbit/s
		stop()
		near, far := l.local.Rate(), l.far.Rate()
		t.Logf("from %v kbit/s to %v through 600, and to %v where the way is free", begun, near.Own, far.Own)
		if near.Own >= begun || near.Own > 1100 {
			t.Errorf("%v kbit/s, through 600: %+v", near.Own, near)
		}
		if far.Own <= near.Own {
			t.Errorf("the way back is free, and the far end allows itself %v kbit/s where the way there has %v", far.Own, near.Own)
		}
	})
}
