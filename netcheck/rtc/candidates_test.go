package rtc

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func TestParseCandidate(t *testing.T) {
	const good = "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host ufrag x generation 0"
	for _, line := range []string{good, "a=" + good, "candidate:1 1 UDP 1 ::ffff:192.0.2.1 5000 typ host"} {
		if c, err := parseCandidate(line); err != nil || c.addr != netip.MustParseAddrPort("192.0.2.1:5000") || c.typ.String() != "host" {
			t.Errorf("%q: %+v, %v", line, c, err)
		}
	}
	for _, line := range []string{"", "candidate:", good + strings.Repeat(" x", 300), strings.Replace(good, "host", "ghost", 1),
		strings.Replace(good, "5000", "0", 1), strings.Replace(good, "5000", "65536", 1), strings.Replace(good, "udp", "tcp", 1),
		strings.Replace(good, "192.0.2.1", "4a1c0c2e-1111.local", 1), strings.Replace(good, "192.0.2.1", "example.com", 1),
		"candidate:1 1 udp 1 192.0.2.1 5000 typ", "candidate:1 1 udp 1 192.0.2.1 5000 x typ host", good + "\r\na=x"} {
		if c, err := parseCandidate(line); err == nil {
			t.Errorf("%.80q gives %+v", line, c)
		}
	}
}

func FuzzParseCandidate(f *testing.F) {
	f.Add("candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host")
	f.Add("a=candidate:2 1 udp 1 fe80::1%eth0 9 typ srflx raddr 192.0.2.1 rport 5000")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseCandidate(line)
		if err == nil && (!c.addr.IsValid() || c.addr.Port() == 0 || len(line) > signaling.MaxCandidate || c.addr.Addr().Is4In6()) {
			t.Errorf("%q gives %+v", line, c)
		}
		if err != nil {
			return
		}
		theirs, err := ice.UnmarshalCandidate(strings.TrimPrefix(c.line(), "candidate:"))
		if err != nil || netip.MustParseAddr(theirs.Address()) != c.addr.Addr() || theirs.Port() != int(c.addr.Port()) || theirs.Type().String() != c.typ.String() {
			t.Errorf("%q becomes %q, which pion reads as %v, %v", line, c.line(), theirs, err)
		}
	})
}

// No host can have these addresses, or they are this computer's own affair.
func TestUsable(t *testing.T) {
	lan, lo, link6 := netip.MustParseAddr("192.168.1.2"), netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("fe80::2")
	for _, tt := range []struct {
		addr string
		own  netip.Addr
		want bool
	}{
		{"192.168.1.9", lan, true}, {"203.0.113.7", netip.Addr{}, true}, {"2001:db8::1", netip.Addr{}, true},
		{"0.0.0.0", lan, false}, {"0.1.2.3", lan, false}, {"::", lan, false}, {"224.0.0.1", lan, false}, {"ff02::1", lan, false},
		{"255.255.255.255", lan, false}, {"240.0.0.1", lan, false},
		{"127.0.0.1", lan, false}, {"127.0.0.1", netip.Addr{}, false}, {"127.0.0.1", lo, true}, {"::1", lo, true}, {"::1", netip.Addr{}, false},
		{"169.254.1.1", lan, false}, {"fe80::1", lan, false}, {"fe80::1", link6, true},
	} {
		a, family := netip.MustParseAddr(tt.addr), netcheck.Family4
		if a.Is6() {
			family = netcheck.Family6
		}
		if usable(a, tt.own, family) != tt.want || usable(a, tt.own, otherFamily(family)) {
			t.Errorf("%s from %s: want %v", tt.addr, tt.own, tt.want)
		}
	}
}

func otherFamily(f netcheck.Family) netcheck.Family {
	if f == netcheck.Family4 {
		return netcheck.Family6
	}
	return netcheck.Family4
}

func TestAddressList(t *testing.T) {
	var all []netip.AddrPort
	for _, s := range []string{"203.0.113.7:40000", "10.0.0.1:5", "203.0.113.7:40007", "203.0.113.7:40001"} {
		all = append(all, netip.MustParseAddrPort(s))
	}
	if got := addressList(all); got != "203.0.113.7 ports 40000, 40001, 40007, 10.0.0.1 port 5" {
		t.Errorf("got %q", got)
	}
	for p := range uint16(5) {
		all = append(all, netip.AddrPortFrom(all[0].Addr(), 40010+p))
	}
	if got := addressList(all); got != "203.0.113.7 ports 40000-40014, 10.0.0.1 port 5" {
		t.Errorf("got %q", got)
	}
}

// flood sends a great many candidates before the one that is good.
func flood(far Signals, tb testing.TB, line func(i int) string) Signals {
	return &flooding{Signals: far, line: line, tb: tb}
}

type flooding struct {
	Signals
	tb   testing.TB
	line func(int) string
	once sync.Once
}

func (f *flooding) Send(ctx context.Context, s signaling.Signal) error {
	if s.Candidate == "" {
		return f.Signals.Send(ctx, s)
	}
	var err error
	f.once.Do(func() {
		for i := range 1000 {
			if err = f.Signals.Send(ctx, signaling.Signal{Candidate: f.line(i)}); err != nil {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return f.Signals.Send(ctx, s)
}

// Whatever an end is flooded with, it keeps little of it, and what it may not send to does not use up the room.
func TestCandidateFlood(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	h := loopbackHost(t)
	h.way = func() (Signals, Signals) {
		near, far := newMemory()
		return near, flood(far, t, func(i int) string {
			return fmt.Sprintf("candidate:%d 1 udp 1 169.254.%d.%d 99 typ host", i, i/256, i%256)
		})
	}
	near, _ := connectRemote(t, h, &Connector{}, remote(s.leg(netcheck.PathDirect)), nil)
	if n := len(near.peer.dialog.remotes()); n != 1 {
		t.Errorf("%d candidates are in use", n)
	}
	d := newDialog(&peer{role: nearRole(netcheck.PathDirect), net: newNetwork(nil, netip.Addr{}), family: netcheck.Family4}, nil,
		bounds{address: func(netip.Addr) bool { return false }})
	for i := range 1000 {
		d.candidate(fmt.Sprintf("candidate:%d 1 udp 1 203.0.113.%d 99 typ host", i, i%250))
		d.use(fmt.Sprintf("candidate:%d 1 udp 1 203.0.113.%d 99 typ host", i, i%250))
	}
	if len(d.early) != maxEarlyCandidates || len(d.waiting) != maxRemoteCandidates {
		t.Errorf("%d and %d candidates are kept", len(d.early), len(d.waiting))
	}
}

// plainOffer is a description without a media section.
const plainOffer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"

func TestNonsenseDescription(t *testing.T) {
	for _, d := range []signaling.Description{{Type: "offer", SDP: strings.Repeat("x", signaling.MaxDescription+1)}, {Type: "rollback"},
		{Type: "offer", SDP: plainOffer + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", maxMediaSections+1)},
		{Type: "offer", SDP: plainOffer + strings.Repeat("\n\rm=audio 9 UDP/TLS/RTP/SAVPF 111", 400)},
		{Type: "offer", SDP: plainOffer + "a=x\x00y\r\n"}, {Type: "offer", SDP: plainOffer + "\ra=x\r\n"}, {Type: "offer", SDP: "v=0"}} {
		if _, _, err := readDescription(d); err == nil {
			t.Errorf("%.40v is taken", d)
		}
	}
	noLeaks(t)
	leg := remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect))
	for _, d := range []signaling.Description{{Type: "answer", SDP: "v=0\r\n"}, {Type: "offer", SDP: "v=0\r\n"}} {
		c := &Connector{Remote: func(ctx context.Context, _ netcheck.Leg) (Signals, error) {
			near, far := newMemory()
			return near, far.Send(ctx, signaling.Signal{Description: &d})
		}}
		failure(t, c, leg, nil, netcheck.ReasonFarRefused)
	}
}

// Checks go to allowed addresses alone, and an address that is allowed a moment later is tried again. Behind its NAT the far end is
// reached by nobody whom it has not sent to.
func TestAllowed(t *testing.T) {
	noLeaks(t)
	for _, after := range []int32{2, 1 << 30} {
		lab, err := vlab.New(vlab.Config{Seed: 1, Far: vlab.PortRestricted})
		must(t, err)
		t.Cleanup(func() { must(t, lab.Stop()) })
		var asked atomic.Int32
		h := newHost(t, &Acceptor{Net: lab.Far(), Allowed: func(netip.Addr) bool { return asked.Add(1) > after }})
		leg := labLeg(lab, netcheck.PathDirect)
		if after == 2 {
			connectRemote(t, h, &Connector{Net: lab.Local()}, leg, nil)
			continue
		}
		leg.Timeout = time.Second
		failure(t, &Connector{Net: lab.Local(), Remote: h.order}, leg, nil, netcheck.ReasonNoPair)
		if got := <-h.links; got.err == nil || asked.Load() < 3 {
			t.Errorf("%v after %d questions", got.err, asked.Load())
		}
		for _, p := range lab.Log(vlab.Down) {
			t.Errorf("the far end sent %+v", p)
		}
	}
}

// Who is refused for its address is told so in the refusing end's words, before it takes that for a firewall. Where nothing is refused,
// or no word is at hand, it hears the usual.
func TestRefusalIsExplained(t *testing.T) {
	noLeaks(t)
	word := &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "It has not seen the address 192.0.2.1.", Advice: "Let it see it."}
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		for _, explain := range []*netcheck.Failure{word, nil} {
			lab, err := vlab.New(vlab.Config{Seed: 1, Far: vlab.PortRestricted})
			must(t, err)
			t.Cleanup(func() { must(t, lab.Stop()) })
			h := newHost(t, &Acceptor{Net: lab.Far(), Allowed: func(netip.Addr) bool { return false }, Explain: func() *netcheck.Failure { return explain }})
			want := netcheck.ReasonNoPair
			if explain != nil {
				want = explain.Code
			}
			leg := labLeg(lab, p)
			leg.Timeout = 2 * time.Second
			f := failure(t, &Connector{Net: lab.Local(), Remote: h.order}, leg, nil, want)
			if told := strings.Contains(f.Text, word.Text) && f.Advice == word.Advice; told != (explain != nil) {
				t.Errorf("%s: %+v", p, f)
			}
			if got := <-h.links; got.err == nil || explain != nil && !errors.Is(got.err, error(word)) {
				t.Errorf("%s: the refusing end: %v", p, got.err)
			}
		}
	}
}

// Where all is let through, Explain is not heard, whatever it says.
func TestExplainIsForRefusals(t *testing.T) {
	noLeaks(t)
	lab, err := vlab.New(vlab.Config{Seed: 1})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	h := newHost(t, &Acceptor{Net: lab.Far(), Allowed: func(netip.Addr) bool { return true }, Explain: func() *netcheck.Failure { return nil }})
	connectRemote(t, h, &Connector{Net: lab.Local()}, labLeg(lab, netcheck.PathDirect), nil)
}

// A host's sockets are in its range of ports, shown at its public address, and told of before and after.
func TestPublicAddressAndPorts(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	var mu sync.Mutex
	open, closed := map[netip.AddrPort]bool{}, 0
	h := newHost(t, &Acceptor{Address: netip.MustParseAddr("127.0.0.1"), Public: netip.MustParseAddr("127.0.0.2"), PortMin: 42000, PortMax: 42999, NamedServers: true,
		Opened: func(a netip.AddrPort) {
			mu.Lock()
			defer mu.Unlock()
			if open[a] {
				t.Errorf("%v was opened twice", a)
			}
			open[a] = true
		},
		Closed: func(a netip.AddrPort) {
			mu.Lock()
			defer mu.Unlock()
			if !open[a] {
				t.Errorf("%v was closed and not open", a)
			}
			delete(open, a)
			closed++
		}})
	var offered []netip.AddrPort
	h.way = func() (Signals, Signals) {
		near, far := newMemory()
		return near, &watching{far, func(s signaling.Signal) {
			if c, err := parseCandidate(s.Candidate); err == nil {
				mu.Lock()
				defer mu.Unlock()
				if !open[c.addr] {
					t.Errorf("%v was signalled and nobody told of it", c.addr)
				}
				offered = append(offered, c.addr)
			}
		}}
	}
	var rec recorder
	h.respond = echo
	_, far := connectRemote(t, h, &Connector{}, remote(s.leg(netcheck.PathDirect)), rec.trace)
	if c, _ := rec.connected(); c.NATBetween != netcheck.Yes || c.Far.Local.Address.Addr() != h.acceptor.Public {
		t.Errorf("connected %+v", c) // by the far end's checks: nothing here leads from 127.0.0.2 to 127.0.0.1
	}
	mu.Lock()
	if len(open) != 2 {
		t.Errorf("%v are open", open)
	}
	mu.Unlock()
	must(t, far.Close())
	if len(offered) != 1 || offered[0].Addr() != h.acceptor.Public || offered[0].Port() < 42000 || offered[0].Port() > 42999 {
		t.Errorf("offered %v", offered)
	}
	if len(open) != 0 || closed != 2 {
		t.Errorf("%v are open, %d were closed", open, closed)
	}
}

// watching sees what an end sends.
type watching struct {
	Signals
	see func(signaling.Signal)
}

func (w *watching) Send(ctx context.Context, s signaling.Signal) error {
	w.see(s)
	return w.Signals.Send(ctx, s)
}

func TestStunServersOfTheFarEnd(t *testing.T) {
	own := netcheck.ICEServer{URL: netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: "192.0.2.1", Port: 3478, Transport: "udp"}}
	stream := own
	stream.URL.Transport = "tcp"
	o := signaling.Leg{Path: netcheck.PathSTUN, Family: netcheck.Family4, Servers: []string{"stun:192.0.2.1:3478", "stun:192.0.2.2", "nonsense", "stun:127.0.0.1",
		"stun:192.0.2.3", "stun:192.0.2.4", "stun:192.0.2.5"}}
	for named, want := range map[bool][]string{false: {"stun:192.0.2.1:3478"}, true: {"stun:192.0.2.1:3478", "stun:192.0.2.2:3478"}} {
		a := &Acceptor{Servers: []netcheck.ICEServer{stream, own}, NamedServers: named}
		var got []string
		servers, foreign := a.stunServers(t.Context(), o)
		for _, s := range servers {
			got = append(got, s.URLs...)
		}
		if !slices.Equal(got, want) || foreign != named {
			t.Errorf("named %v: %q, foreign %v", named, got, foreign)
		}
	}
}
