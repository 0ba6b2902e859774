package rtc

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"echopath/netcheck"
)

func TestPaths(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		t.Run(string(p), func(t *testing.T) { checkPath(t, s.leg(p)) })
	}
}

func TestPathsIPv6(t *testing.T) {
	noLeaks(t)
	conn, err := net.ListenPacket("udp6", "[::1]:0")
	if err != nil {
		t.Skipf("this machine has no ::1: %v", err)
	}
	must(t, conn.Close())
	// turn/v4 has no IPv6 relay addresses, so relays are not tested here.
	s := newTestServer(t, "::1")
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN} {
		t.Run(string(p), func(t *testing.T) { checkPath(t, s.leg(p)) })
	}
}

// checkPath connects, looks at the proof from both ends, and has datagrams echoed over both carriers.
func checkPath(t *testing.T, leg netcheck.Leg) {
	var rec recorder
	far := make(chan netcheck.Link, 1)
	l := connect(t, &Connector{Respond: func(ctx context.Context, l netcheck.Link) error {
		far <- l
		return echo(ctx, l)
	}}, leg, rec.trace)
	checkProof(t, leg, l, <-far)
	checkEvents(t, leg, &rec)
	for _, c := range netcheck.AllCarriers() {
		for _, size := range []int{64, netcheck.MaxSize} {
			checkEcho(t, l, c, size)
		}
	}
	checkControl(t, l)
	n := l.Counters()
	if n.PacketsSent == 0 || n.PacketsReceived == 0 || n.BytesSent == 0 {
		t.Errorf("counters %+v", n)
	}
}

func checkProof(t *testing.T, leg netcheck.Leg, near, far netcheck.Link) {
	t.Helper()
	local, remote, err := near.Pairs(t.Context())
	must(t, err)
	own, other, err := far.Pairs(t.Context())
	must(t, err)
	if own != remote && leg.Path != netcheck.PathRelayTLS || own.Local.Address != remote.Local.Address || other.Local.Address != local.Local.Address {
		t.Errorf("the ends disagree: near sees %+v and %+v, far sees %+v and %+v", local, remote, own, other)
	}
	for _, c := range []netcheck.Candidate{local.Local, remote.Local} {
		if c.Type != wanted(leg.Path).String() || !c.Address.Addr().IsLoopback() || c.Protocol != "udp" {
			t.Errorf("candidate %+v", c)
		}
		if isTLS := leg.Path == netcheck.PathRelayTLS; isTLS != (c.TLS != nil) || isTLS && (c.TLS.VerifiedBy != "pin" || c.RelayProtocol != "tls") {
			t.Errorf("TLS evidence %+v of %+v", c.TLS, c)
		}
		if leg.Path != netcheck.PathDirect && c.Server != leg.Servers[0].URL.String() {
			t.Errorf("server %q", c.Server)
		}
	}
	if local.Remote.Address != remote.Local.Address {
		t.Errorf("near sends to %v, far is at %v", local.Remote.Address, remote.Local.Address)
	}
}

func checkEvents(t *testing.T, leg netcheck.Leg, rec *recorder) {
	t.Helper()
	c, ok := rec.connected()
	if !ok || c.Connect <= 0 || c.Direction != netcheck.DirectionLoop || c.NATBetween != netcheck.No {
		t.Errorf("connected: %+v", c)
	}
	if leg.Path == netcheck.PathSTUN && c.Note == "" || leg.Path.Stream() && c.Note == "" {
		t.Error("there is no note on what the proof does not show")
	}
	want := []netcheck.StepName{netcheck.StepGather, netcheck.StepGather, netcheck.StepCheck, netcheck.StepOpen, netcheck.StepProve}
	if leg.Path != netcheck.PathDirect {
		want = append(want, netcheck.StepResolve)
	}
	if leg.Path.Stream() {
		want = append(want, netcheck.StepDial, netcheck.StepDial)
	}
	if leg.Path == netcheck.PathRelayTLS {
		want = append(want, netcheck.StepTLS, netcheck.StepTLS)
	}
	got := map[netcheck.StepName]int{}
	for _, name := range want {
		got[name]--
	}
	for name := range got {
		for _, s := range rec.steps(name) {
			if got[name]++; !s.OK {
				t.Errorf("step %+v", s)
			}
		}
	}
	for name, n := range got {
		if n != 0 {
			t.Errorf("%d too many steps %s", n, name)
		}
	}
}

func checkEcho(t *testing.T, l netcheck.Link, c netcheck.Carrier, size int) {
	t.Helper()
	d := l.Datagrams(c)
	must(t, d.SetReceiveDeadline(time.Now().Add(5*time.Second)))
	out, back := bytes.Repeat([]byte{byte(size)}, size), make([]byte, 2000)
	must(t, d.Send(out))
	n, err := d.Receive(back)
	must(t, err)
	if !bytes.Equal(out, back[:n]) {
		t.Errorf("%s: %d bytes came back as %d others", c, size, n)
	}
}

func checkControl(t *testing.T, l netcheck.Link) {
	t.Helper()
	ctx := bounded(t, 20*time.Second) // against hanging
	out := bytes.Repeat([]byte{7}, netcheck.MaxMessage)
	for range 20 { // more than the queue holds at once
		must(t, l.Control().Send(ctx, out))
	}
	for range 20 {
		back, err := l.Control().Receive(ctx)
		must(t, err)
		if !bytes.Equal(out, back) {
			t.Fatalf("%d bytes came back as %d others", len(out), len(back))
		}
	}
	if err := l.Control().Send(ctx, make([]byte, netcheck.MaxMessage+1)); err == nil {
		t.Error("a message that is too long was sent")
	}
}

// The first packets must not be lost because an end was not ready: they are counted like all others.
func TestNoLossAtStart(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		t.Run(string(p), func(t *testing.T) {
			l := connect(t, &Connector{Respond: echo}, s.leg(p), nil)
			const packets = 40 // of each carrier: all fit into each socket's buffer, however late who reads it gets to it
			for _, c := range netcheck.AllCarriers() {
				d, b := l.Datagrams(c), make([]byte, 200)
				for i := range packets {
					binary.BigEndian.PutUint32(b, uint32(i))
					must(t, d.Send(b))
				}
			}
			for _, c := range netcheck.AllCarriers() {
				d, b, seen := l.Datagrams(c), make([]byte, 2000), map[uint32]bool{}
				must(t, d.SetReceiveDeadline(time.Now().Add(5*time.Second)))
				for len(seen) < packets {
					n, err := d.Receive(b)
					if err != nil {
						t.Fatalf("%s: %v after %d packets", c, err, len(seen))
					}
					seen[binary.BigEndian.Uint32(b[:n])] = true
				}
			}
		})
	}
}

// A host candidate would be the better pair; it must neither be gathered nor taken.
func TestRelayIsForced(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	leg := s.leg(netcheck.PathRelayUDP)
	leg.Target = netcheck.TargetTURN // without the limit to loopback addresses
	l := connect(t, &Connector{}, leg, nil).(*link)
	for _, p := range []*peer{l.peer, l.far.peer} {
		pair, err := p.pair()
		must(t, err)
		if pair.Local.Type != "relay" || pair.Local.RelayProtocol != "udp" || pair.Remote.Type != "relay" {
			t.Errorf("%s end: %+v", p.end, pair)
		}
		for _, stat := range p.pc.GetStats() {
			if c, ok := asCandidate(stat); ok && c != "relay" {
				t.Errorf("%s end knows a candidate of type %s", p.end, c)
			}
		}
	}
}
