package nat

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

// Servers that are not what they say, and networks that cut off a part of one.
func TestDiscoverOddServers(t *testing.T) {
	portRestricted := fakeNAT{mapping: eim, filtering: apdm}
	blocked := func(what string) fakeNAT {
		n := portRestricted
		n.blocked = func(to netip.AddrPort) bool {
			return strings.HasPrefix(to.String(), what) || strings.HasSuffix(to.String(), what)
		}
		return n
	}
	with := func(change func(*fakeServer)) []fakeServer {
		s := twoAddresses
		change(&s)
		return []fakeServer{s}
	}
	for _, tt := range []struct {
		name               string
		nat                fakeNAT
		servers            []fakeServer
		mapping, filtering netcheck.Behavior
		method             netcheck.NATMethod
		note               string
	}{
		{"one address pretends to be two", fakeNAT{mapping: eim, filtering: eim}, with(func(s *fakeServer) { s.pretends = true }),
			unknown, unknown, netcheck.NATByOneServer, "names a second address"},
		{"the same address announced", portRestricted, with(func(s *fakeServer) { s.a2, s.announces = "", "198.51.100.1:3479" }),
			unknown, unknown, netcheck.NATByOneServer, "names a second address"},
		{"an inside address announced", portRestricted, with(func(s *fakeServer) { s.announces = "10.0.0.5:3479" }),
			unknown, unknown, netcheck.NATByOneServer, "can not be right"},
		{"the same port announced", portRestricted, with(func(s *fakeServer) { s.announces = "198.51.100.2:3478" }),
			unknown, unknown, netcheck.NATByOneServer, "can not be right"},
		{"error 420", portRestricted, with(func(s *fakeServer) { s.noChange = true }), eim, unknown, netcheck.NATByTwoAddresses, "error 420"},
		{"error 420 to another address alone", portRestricted, with(func(s *fakeServer) { s.noChangeIP = true }), eim, apdm, netcheck.NATByTwoAddresses, ""},
		{"changes passed over", portRestricted, with(func(s *fakeServer) { s.ignores = true }), unknown, unknown, netcheck.NATByOneServer, "names a second address"},
		{"the second address is blocked", blocked("198.51.100.2:"), with(func(*fakeServer) {}), either, unknown, netcheck.NATByTwoPorts, "198.51.100.2, never answered"},
		{"the second address is mute", fakeNAT{mapping: eim, filtering: eim}, with(func(s *fakeServer) { s.mute2 = true }), either, either, netcheck.NATByTwoPorts, "never answered"},
		{"the second address is blocked, symmetric", fakeNAT{mapping: apdm, filtering: apdm, blocked: func(to netip.AddrPort) bool { return to.Addr().String() == "198.51.100.2" }},
			with(func(*fakeServer) {}), apdm, unknown, netcheck.NATByTwoPorts, "never answered"},
		{"the second address and the second port are blocked", fakeNAT{mapping: apdm, filtering: apdm, blocked: func(to netip.AddrPort) bool { return to.String() != "198.51.100.1:3478" }},
			with(func(*fakeServer) {}), unknown, unknown, netcheck.NATByOneServer, "never answered"},
		{"the second port is blocked", blocked(":3479"), with(func(*fakeServer) {}), steady, depends, netcheck.NATByTwoAddresses, "second port of the server 198.51.100.1:3478, 3479, never answered"},
		{"one address, changes passed over", portRestricted, []fakeServer{{a1: "198.51.100.1", p1: 3478, p2: 3479, ignores: true}},
			either, unknown, netcheck.NATByTwoPorts, "does not answer from its second port"},
		{"one address, error 420", portRestricted, []fakeServer{{a1: "198.51.100.1", p1: 3478, p2: 3479, noChange: true}}, either, unknown, netcheck.NATByTwoPorts, "error 420"},
		{"one address, the second port is dead", blocked(":3479"), []fakeServer{twoPorts}, unknown, unknown, netcheck.NATByOneServer, "second port"},
		{"the first is dead", blocked("198.51.100.7:"), []fakeServer{onePlain, twoAddresses}, eim, apdm, netcheck.NATByTwoAddresses, ""},
		{"outside addresses by destination, seen by another server", fakeNAT{mapping: adm, filtering: apdm, byServer: true, preserve: true,
			pool: []string{"203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2"}}, []fakeServer{{a1: "198.51.100.1", a2: "198.51.100.2", p1: 3478, p2: 3479}, onePlain},
			adm, apdm, netcheck.NATByTwoAddresses, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := discover(t, tt.nat, tt.servers, nil)
			b := r.Facts.NAT
			if b.Mapping != tt.mapping || b.Filtering != tt.filtering || b.Method != tt.method {
				t.Errorf("mapping %q, filtering %q by %q; want %q, %q by %q", b.Mapping, b.Filtering, b.Method, tt.mapping, tt.filtering, tt.method)
			}
			if !strings.Contains(b.MappingNote+b.FilteringNote, tt.note) {
				t.Errorf("notes %q, %q; want %q", b.MappingNote, b.FilteringNote, tt.note)
			}
			if b.Mapping == unknown && b.MappingNote == "" || b.Filtering == unknown && b.FilteringNote == "" {
				t.Errorf("not tested without a note: %q, %q", b.MappingNote, b.FilteringNote)
			}
			if r.Took > 4*time.Second {
				t.Errorf("it took %s", r.Took)
			}
		})
	}
}

// Nothing is sent where a server must not send us: as its second address, or as the outside address of this computer.
func TestDiscoverIsNotDirectedInside(t *testing.T) {
	for name, change := range map[string]func(*fakeServer){
		"a second address":      func(s *fakeServer) { s.announces = "10.0.0.5:3479" },
		"an outside address":    func(s *fakeServer) { s.lies = "10.0.0.5:161" },
		"this computer":         func(s *fakeServer) { s.lies = "192.168.1.2:631" },
		"this computer's inner": func(s *fakeServer) { s.lies = "127.0.0.1:631" },
	} {
		s := twoAddresses
		change(&s)
		var w *world
		discover(t, fakeNAT{mapping: eim, filtering: eim}, []fakeServer{s}, func(used *world, _ *Config) { w = used })
		if len(w.sent) == 0 || slices.ContainsFunc(w.sent, func(a netip.AddrPort) bool { return private(a.Addr()) }) {
			t.Errorf("%s: sent to %v", name, w.sent)
		}
	}
}

// What comes from elsewhere than asked, and what is no answer, counts as none; what refuses is told from silence.
func TestDiscoverWithoutAnswer(t *testing.T) {
	refusing := func(err error) func(*Prober) {
		return func(p *Prober) {
			inner := p.Dial
			p.Dial = func(local, remote netip.AddrPort) (net.Conn, error) {
				c, e := inner(local, remote)
				return refusedConn{c, err}, e
			}
		}
	}
	plainServer := fakeServer{a1: "198.51.100.7", p1: 3478}
	with := func(change func(*fakeServer)) fakeServer { s := plainServer; change(&s); return s }
	for _, tt := range []struct {
		name   string
		nat    fakeNAT
		server fakeServer
		prober func(*Prober)
		state  netcheck.NetState
		code   netcheck.ReasonCode
		text   string
		advice string
	}{
		{"silence", fakeNAT{blockUDP: true}, plainServer, nil, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "dropped", "Ask for UDP to 198.51.100.7, port 3478, to be allowed."},
		{"refused", fakeNAT{blockUDP: true}, plainServer, refusing(syscall.ECONNREFUSED), netcheck.NetBlocked, netcheck.ReasonRefused, "refuses UDP", "Ask for UDP to 198.51.100.7"},
		{"unreachable", fakeNAT{blockUDP: true}, plainServer, refusing(syscall.EHOSTUNREACH), netcheck.NetBlocked, netcheck.ReasonUnreachable, "ICMP unreachable", "Ask for UDP"},
		{"forbidden", fakeNAT{blockUDP: true}, plainServer, refusing(syscall.EPERM), netcheck.NetBlocked, netcheck.ReasonUnreachable, "forbidden", "Ask for UDP"},
		{"not STUN", fakeNAT{mapping: eim}, with(func(s *fakeServer) { s.garbage = true }), nil, netcheck.NetFailed, netcheck.ReasonNotSTUN, "does not speak STUN", "Check"},
		{"error", fakeNAT{mapping: eim}, with(func(s *fakeServer) { s.code = 500 }), nil, netcheck.NetFailed, netcheck.ReasonServerError, "error 500", "another STUN server"},
		{"from elsewhere", fakeNAT{mapping: eim, filtering: eim}, with(func(s *fakeServer) { s.hops = true }), nil, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "does not answer", "Ask for UDP"},
		{"no way", fakeNAT{}, plainServer, func(p *Prober) {
			p.Source = func(netip.AddrPort) (netip.Addr, error) { return netip.Addr{}, syscall.ENETUNREACH }
		}, netcheck.NetBlocked, netcheck.ReasonUnreachable, "no way to 198.51.100.7", "VPN"},
		{"no socket", fakeNAT{}, plainServer, func(p *Prober) {
			p.Listen = func(netip.AddrPort) (net.PacketConn, error) { return nil, errors.New("too many open files") }
		}, netcheck.NetNotTested, netcheck.ReasonLocal, "could not open", "technical"},
		{"own addresses unknown", fakeNAT{}, plainServer, func(p *Prober) {
			p.Addresses = func() ([]netip.Addr, error) { return nil, errors.New("no") }
		}, netcheck.NetNotTested, netcheck.ReasonLocal, "own addresses", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tt.nat)
				p := w.prober()
				if tt.prober != nil {
					tt.prober(p)
				}
				r := p.Discover(t.Context(), Config{Servers: []Server{w.serve(tt.server)}})
				if r.State != tt.state || r.Code != tt.code || !strings.Contains(r.Text, tt.text) || !strings.Contains(r.Advice, tt.advice) {
					t.Errorf("state %q, code %q, text %q, advice %q, cause %q", r.State, r.Code, r.Text, r.Advice, r.Cause)
				}
				if b := r.Facts.NAT; b != nil && (b.NAT != netcheck.Unknown || b.Mapping != unknown || b.Filtering != unknown || b.MappingNote == "" || len(b.Servers) > 0) {
					t.Errorf("%+v", b)
				}
				if r.Took > 1760*time.Millisecond {
					t.Errorf("it took %s", r.Took)
				}
			})
		})
	}
}

// refusedConn is told by ICMP that nobody is there.
type refusedConn struct {
	net.Conn
	err error
}

func (c refusedConn) Write([]byte) (int, error) { return 0, &net.OpError{Op: "write", Err: c.err} }

func TestDiscoverNobody(t *testing.T) {
	p := newWorld(fakeNAT{}).prober()
	r := p.Discover(t.Context(), Config{})
	if r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonNoServer || r.Kind != netcheck.ProbeNAT {
		t.Errorf("%+v", r)
	}
	r = p.Discover(t.Context(), Config{Family: netcheck.Family6, Servers: []Server{{Addr: netip.MustParseAddrPort("198.51.100.7:3478")}, {}}})
	if r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonNoFamily || !strings.Contains(r.Text, "IPv6") {
		t.Errorf("%+v", r)
	}
	r = p.Discover(t.Context(), Config{Interface: "no-such-interface", Servers: []Server{{Addr: netip.MustParseAddrPort("198.51.100.7:3478")}}})
	if r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonLocal || !strings.Contains(r.Text, "no-such-interface") {
		t.Errorf("%+v", r)
	}
}

// Losses are made good: each packet of a run, and each pair of neighbours, may be missing.
func TestDiscoverLoss(t *testing.T) {
	clean := discover(t, fakeNAT{mapping: eim, filtering: adm, hairpin: netcheck.Yes}, []fakeServer{twoAddresses}, nil)
	for gone := 1; gone <= 24; gone++ {
		r := discover(t, fakeNAT{mapping: eim, filtering: adm, hairpin: netcheck.Yes}, []fakeServer{twoAddresses}, func(w *world, _ *Config) {
			w.lose = func(n int, _, _ netip.AddrPort) bool { return n == gone || n == gone+1 }
		})
		b, want := r.Facts.NAT, clean.Facts.NAT
		if b.Mapping != want.Mapping || b.Filtering != want.Filtering || b.Hairpin != want.Hairpin || b.PortsTried != want.PortsTried {
			t.Errorf("without packets %d and %d: %+v", gone, gone+1, b)
		}
	}
}

// The end of the time says nothing of the network: what was not waited out is not tested.
func TestDiscoverCutOff(t *testing.T) {
	for _, tt := range []struct {
		after  time.Duration
		cancel bool
		state  netcheck.NetState
		code   netcheck.ReasonCode
		words  string
	}{
		{10 * time.Millisecond, true, netcheck.NetNotTested, netcheck.ReasonCancelled, "stopped"},
		{10 * time.Millisecond, false, netcheck.NetNotTested, netcheck.ReasonCancelled, "time"},
		{500 * time.Millisecond, false, netcheck.NetOK, "", "The time was over"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(fakeNAT{mapping: eim, filtering: apdm})
			w.delay = 20 * time.Millisecond
			server := w.serve(twoAddresses)
			ctx, cancel := context.WithTimeout(t.Context(), tt.after)
			defer cancel()
			if tt.cancel {
				var stop context.CancelFunc
				ctx, stop = context.WithCancel(t.Context())
				time.AfterFunc(tt.after, stop)
			}
			r := w.prober().Discover(ctx, Config{Servers: []Server{server}})
			if r.State != tt.state || r.Code != tt.code || !strings.Contains(r.Text, tt.words) || r.Took != tt.after {
				t.Errorf("%+v", r)
			}
			if b := r.Facts.NAT; b == nil || b.Filtering != unknown || b.FilteringNote == "" || b.Hairpin != netcheck.Unknown {
				t.Errorf("after %s: %+v", tt.after, b)
			}
		})
	}
}

// What the outside addresses and ports say.
func TestDiscoverFigures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		nat   fakeNAT
		check func(*netcheck.NATBehavior) bool
		words string
	}{
		{"ports kept", fakeNAT{mapping: eim, preserve: true}, func(b *netcheck.NATBehavior) bool {
			return b.PortsTried == 5 && b.PortsPreserved == 5 && b.ParityPreserved == netcheck.Unknown && b.PortStep == 0
		}, "Ports are kept (5 of 5)."},
		{"counting", fakeNAT{mapping: eim, step: 3}, func(b *netcheck.NATBehavior) bool {
			return b.PortsPreserved == 0 && b.ParityPreserved == netcheck.No && b.PortStep == 3
		}, "goes on by +3"},
		{"parity", fakeNAT{mapping: eim, step: 6, parity: true}, func(b *netcheck.NATBehavior) bool {
			return b.ParityPreserved == netcheck.Yes && b.PortStep == 0
		}, "Ports are not kept (0 of 5)."},
		{"carrier", fakeNAT{mapping: eim, pool: []string{"100.64.7.7"}}, func(b *netcheck.NATBehavior) bool { return b.SharedAddress && !b.PrivateMapped }, "carrier"},
		{"private", fakeNAT{mapping: eim, pool: []string{"10.1.2.3"}}, func(b *netcheck.NATBehavior) bool {
			return b.PrivateMapped && !b.SharedAddress && b.Hairpin == netcheck.Unknown
		}, "private one"},
		{"pool", fakeNAT{mapping: eim, pool: []string{"203.0.113.1", "203.0.113.2"}}, func(b *netcheck.NATBehavior) bool { return b.SeveralAddresses }, "Several outside addresses"},
		{"hairpin", fakeNAT{mapping: eim, filtering: apdm, hairpin: netcheck.Yes}, func(b *netcheck.NATBehavior) bool { return b.Hairpin == netcheck.Yes && !b.HairpinInternal }, "(hairpinning)"},
		{"hairpin inside", fakeNAT{mapping: eim, filtering: eim, hairpin: netcheck.Yes, internal: true}, func(b *netcheck.NATBehavior) bool {
			return b.Hairpin == netcheck.Yes && b.HairpinInternal
		}, "REQ-9"},
		{"no hairpin", fakeNAT{mapping: eim}, func(b *netcheck.NATBehavior) bool { return b.Hairpin == netcheck.No }, "(no hairpinning)"},
		{"no NAT", fakeNAT{mapping: none, hairpin: netcheck.Yes}, func(b *netcheck.NATBehavior) bool { return b.Hairpin == netcheck.Unknown && !b.SharedAddress }, "There is no NAT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := discover(t, tt.nat, []fakeServer{twoAddresses}, nil)
			if !tt.check(r.Facts.NAT) || !strings.Contains(r.Text, tt.words) {
				t.Errorf("%s\n%+v", r.Text, r.Facts.NAT)
			}
		})
	}
}

func TestDiscoverIPv6(t *testing.T) {
	six := fakeServer{a1: "2001:db8::1", a2: "2001:db8::2", p1: 3478, p2: 3479, needsPad: true}
	n := fakeNAT{mapping: apdm, filtering: adm, pool: []string{"2001:db8:ffff::1"}}
	r := discover(t, n, []fakeServer{onePlain, six}, func(w *world, c *Config) {
		w.local, c.Family = netip.MustParseAddr("fd00::2"), netcheck.Family6
	})
	b := r.Facts.NAT
	if b.Mapping != apdm || b.Filtering != adm || b.Family != netcheck.Family6 || r.Family != netcheck.Family6 || len(b.Servers) != 1 || b.Mapped != "[2001:db8:ffff::1]:20001" && b.Mapped != "[2001:db8:ffff::1]:20008" {
		t.Errorf("%+v", b)
	}
}

// Servers that are reached from another address of this computer would see another socket: they are told, and not asked.
func TestDiscoverOtherWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(fakeNAT{mapping: eim, filtering: apdm})
		p := w.prober()
		p.Source = func(to netip.AddrPort) (netip.Addr, error) {
			if to.Addr().String() == onePlain.a1 {
				return netip.MustParseAddr("10.8.0.2"), nil
			}
			return w.local, nil
		}
		r := p.Discover(t.Context(), Config{Servers: []Server{w.serve(twoAddresses), w.serve(onePlain)}})
		if len(r.Facts.NAT.Servers) != 1 || len(r.Steps) != 2 || r.Steps[1].OK || !strings.Contains(r.Steps[1].Detail, "another address") {
			t.Errorf("%+v", r)
		}
	})
}

// The evidence has each question with its answer, in order of time.
func TestDiscoverEvidence(t *testing.T) {
	r := discover(t, fakeNAT{mapping: eim, filtering: adm}, []fakeServer{twoAddresses}, nil)
	found := map[string]netcheck.NATTest{}
	for _, test := range r.Facts.NAT.Tests {
		if test.Local == "" || test.Server == "" {
			t.Errorf("%+v", test)
		}
		found[test.Name] = test
	}
	for name, from := range map[string]string{
		"mapping_1": "198.51.100.1:3478", "mapping_2": "198.51.100.2:3478", "mapping_3": "198.51.100.2:3479", "mapping_port": "198.51.100.1:3479",
		"filtering_control": "198.51.100.1:3478", "filtering_port": "198.51.100.1:3479", "filtering_address_and_port": "",
		"hairpin": "", "port_1": "198.51.100.1:3478", "port_5": "198.51.100.1:3478", "contact": "198.51.100.1:3478",
	} {
		if test, ok := found[name]; !ok || test.From != from {
			t.Errorf("%s: %t, %+v", name, ok, test)
		}
	}
	if took := found["filtering_address_and_port"].Took; took != 1750*time.Millisecond {
		t.Errorf("silence was waited for during %s", took)
	}
}
