package rtc

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// thirdParty is a socket at an address that has asked for nothing. What is sent from it stands for packets whose source is forged.
func thirdParty(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

// got counts what has come to a socket by now: on the loopback interface it is there when it was sent.
func got(t *testing.T, c *net.UDPConn) int {
	t.Helper()
	n, b := 0, make([]byte, 2000)
	must(t, c.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	for {
		if _, _, err := c.ReadFromUDP(b); err != nil {
			return n
		}
		n++
	}
}

func refuseAll(netip.Addr) bool { return false }

// A line of a description that pion would read, and that a look at the text misses, brings no check to anybody: neither where the
// guest offers nor where the host answers.
func TestHiddenCandidates(t *testing.T) {
	noLeaks(t)
	for name, end := range map[string]string{"plain": "", "carriage return": "\r", "two line feeds": "\n\n", "the wrong way round": "\n\r", "tab": "\t", "separator": "\u2028"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			victim := thirdParty(t)
			g := newStranger(t, &Acceptor{Allowed: refuseAll}, strangersLeg(time.Second))
			g.datagrams(labelData, false)
			d := g.offer()
			port := victim.LocalAddr().(*net.UDPAddr).Port
			d.SDP += fmt.Sprintf("%sa=candidate:1 1 udp 2130706431 127.0.0.2 %d typ host\r\n", end, port)
			g.send(d)
			if a := <-g.done; a.err == nil {
				t.Error("there is a link")
				_ = a.link.Close()
			}
			if n := got(t, victim); n > 0 {
				t.Errorf("%d packets came to an address that is not allowed", n)
			}
		})
	}
}

func TestHiddenCandidatesOfAnAnswer(t *testing.T) {
	noLeaks(t)
	victim := thirdParty(t)
	h := newHost(t, &Acceptor{Address: netip.MustParseAddr("127.0.0.1")})
	h.way = func() (Signals, Signals) {
		near, far := newMemory()
		return near, &rewriting{far, func(s *signaling.Signal) {
			s.Candidate = ""
			if s.Description != nil {
				s.Description.SDP += fmt.Sprintf("\ra=candidate:1 1 udp 2130706431 127.0.0.2 %d typ host\r\n", victim.LocalAddr().(*net.UDPAddr).Port)
			}
		}}
	}
	failure(t, &Connector{Remote: h.order}, remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect)), nil, netcheck.ReasonFarRefused)
	if n := got(t, victim); n > 0 {
		t.Errorf("%d packets came", n)
	}
}

// rewriting changes what an end sends.
type rewriting struct {
	Signals
	change func(*signaling.Signal)
}

func (r *rewriting) Send(ctx context.Context, s signaling.Signal) error {
	if s.Description != nil {
		d := *s.Description
		s.Description = &d
	}
	r.change(&s)
	return r.Signals.Send(ctx, s)
}

// What is left of a description has no candidate for pion either, and as few sections as were counted.
func FuzzReadDescription(f *testing.F) {
	for _, s := range []string{"0", plainOffer, plainOffer + "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n",
		plainOffer + "\ra=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n", plainOffer + "\n\rm=audio 9 X 1",
		plainOffer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na= candidate:1\r\na=mid:0\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest, candidates, err := readDescription(signaling.Description{Type: "offer", SDP: text})
		if err != nil {
			return
		}
		again := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: rest}
		parsed, err := again.Unmarshal()
		if err != nil {
			return // pion refuses it as well
		}
		if len(parsed.MediaDescriptions) > maxMediaSections || len(candidates) > maxRemoteCandidates {
			t.Fatalf("%q becomes %q", text, rest)
		}
		all := slices.Clone(parsed.Attributes)
		for _, m := range parsed.MediaDescriptions {
			all = append(all, m.Attributes...)
		}
		for _, a := range all {
			if a.IsICECandidate() {
				t.Errorf("%q keeps the candidate %q", text, a.Value)
			}
		}
	})
}

// forge sends a check with the right password from a socket, as the guest could with a source that is not its own, until Accept has ended.
// It gives how many packets the socket's address was sent.
func forge(t *testing.T, a *Acceptor) (sent int) {
	t.Helper()
	victim := thirdParty(t)
	g := newStranger(t, a, strangersLeg(time.Second))
	g.datagrams(labelData, false)
	offer := g.offer()
	g.send(offer)
	var ufrag, pwd string
	var at netip.AddrPort
	for !at.IsValid() || ufrag == "" {
		s, err := g.near.Receive(t.Context())
		must(t, err)
		if s.Description != nil {
			ufrag, pwd = attributeOf(s.Description.SDP, "ice-ufrag"), attributeOf(s.Description.SDP, "ice-pwd")
		}
		if s.Candidate != "" {
			c, err := parseCandidate(s.Candidate)
			must(t, err)
			at = c.addr
		}
	}
	check, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(ufrag+":"+attributeOf(offer.SDP, "ice-ufrag")),
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}, stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x40, 0, 0, 0}},
		stun.NewShortTermIntegrity(pwd), stun.Fingerprint)
	must(t, err)
	_, err = victim.WriteToUDPAddrPort(check.Raw, at)
	must(t, err)
	<-g.done
	return got(t, victim)
}

func attributeOf(sdp, name string) string {
	_, rest, _ := strings.Cut(sdp, "a="+name+":")
	v, _, _ := strings.Cut(rest, "\r\n")
	return v
}

// A check whose source is forged makes this end send nothing there, unless that address, and that port of it, are allowed.
func TestForgedSource(t *testing.T) {
	noLeaks(t)
	yes := func(netip.Addr) bool { return true }
	for name, tt := range map[string]struct {
		a    *Acceptor
		sent bool
	}{
		"an allowed address": {&Acceptor{Allowed: yes}, true},
		"no bounds":          {&Acceptor{}, true},
		"another address":    {&Acceptor{Allowed: refuseAll}, false},
		"another port":       {&Acceptor{Allowed: yes, AllowedPort: func(netip.AddrPort) bool { return false }}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n := forge(t, tt.a); (n > 0) != tt.sent {
				t.Errorf("%d packets came there", n)
			}
		})
	}
}

// An end that asked knows the other one by its candidates, and by few addresses more; none has candidates without end.
func TestSourcesAreBounded(t *testing.T) {
	p := &peer{role: nearRole(netcheck.PathDirect), net: newNetwork(nil, netip.Addr{}), family: netcheck.Family4}
	p.dialog = newDialog(p, nil, bounds{})
	p.dialog.taken = []netip.AddrPort{netip.MustParseAddrPort("203.0.113.1:5000")}
	addr := func(last byte) net.IP { return net.IPv4(203, 0, 113, last) }
	for i, want := range []bool{true, true, true, true, false, false} { // 1, 1, two strangers twice each, and then no more
		last := byte(1)
		if i >= 2 {
			last = byte(i)
		}
		if p.admits(addr(last)) != want || want && !p.admits(addr(last)) {
			t.Errorf("%d: want %v", i, want)
		}
	}
	for _, ip := range []net.IP{nil, net.IPv4zero, net.IPv4bcast, net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.ParseIP("2001:db8::1")} {
		if p.admits(ip) {
			t.Errorf("%v", ip)
		}
	}
	n := 0
	for range 200 {
		if p.admits(addr(1)) {
			n++
		}
	}
	if total := n + 8; total != maxSources {
		t.Errorf("%d candidates", total)
	}
	p.dialog.forgetRemotes()
	if p.dialog.sources.count != 0 {
		t.Error("a new generation begins with the candidates of the old one")
	}
}

func TestIsBindingRequest(t *testing.T) {
	request := stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw
	if !isBindingRequest(request) {
		t.Error("a request")
	}
	for _, b := range [][]byte{nil, request[:19], stun.MustBuild(stun.TransactionID, stun.BindingSuccess).Raw, append([]byte{0x80}, request[1:]...),
		append([]byte{0, 1, 0, 0, 0, 0, 0, 0}, request[8:]...)} {
		if isBindingRequest(b) {
			t.Errorf("%x", b)
		}
	}
}

// AllowedPort is asked about candidates that are signalled, with what they name.
func TestAllowedPort(t *testing.T) {
	noLeaks(t)
	var mu sync.Mutex
	asked := map[uint16]int{}
	h := newHost(t, &Acceptor{Address: netip.MustParseAddr("127.0.0.1"), Allowed: func(netip.Addr) bool { return true },
		AllowedPort: func(a netip.AddrPort) bool {
			mu.Lock()
			defer mu.Unlock()
			asked[a.Port()]++
			return a.Port() >= 1024
		}})
	h.way = func() (Signals, Signals) {
		near, far := newMemory()
		return &doubled{near}, far
	}
	_, far := connectRemote(t, h, &Connector{}, remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect)), nil)
	mu.Lock()
	defer mu.Unlock()
	if list := far.peer.dialog.remotes(); len(list) != 1 || list[0].Port() < 1024 || asked[53] == 0 || asked[list[0].Port()] == 0 {
		t.Errorf("%v is used, asked were %v", list, asked)
	}
}

// doubled names a service's port before each candidate.
type doubled struct{ Signals }

func (d *doubled) Send(ctx context.Context, s signaling.Signal) error {
	if s.Candidate != "" {
		if err := d.Signals.Send(ctx, signaling.Signal{Candidate: "candidate:1 1 udp 1 127.0.0.1 53 typ host"}); err != nil {
			return err
		}
	}
	return d.Signals.Send(ctx, s)
}
