package nat

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

// inWorld runs one probe in a bubble.
func inWorld(t *testing.T, n fakeNAT, servers []fakeServer, limit time.Duration, run func(context.Context, *Prober, Config) netcheck.NetResult) (r netcheck.NetResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(n)
		w.delay = 20 * time.Millisecond
		var c Config
		for _, s := range servers {
			c.Servers = append(c.Servers, w.serve(s))
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		r = run(ctx, w.prober(), c)
		for at := range w.sockets {
			t.Errorf("the socket %s was left open", at)
		}
	})
	return r
}

func TestLifetime(t *testing.T) {
	for _, tt := range []struct {
		name     string
		nat      fakeNAT
		most     time.Duration
		limit    time.Duration
		low      time.Duration // of what is allowed for AtLeast; AtMost is within the eighth of an eighth
		high     time.Duration
		state    netcheck.NetState
		words    string
		took     time.Duration
		advising bool
	}{
		{"for ever", fakeNAT{mapping: eim, filtering: apdm}, 0, time.Hour, 180 * time.Second, 0, netcheck.NetOK, "still lets answers in after 180 s", 182 * time.Second, false},
		{"30 s", fakeNAT{mapping: eim, filtering: apdm, lifetime: 30 * time.Second}, 0, time.Hour, 28 * time.Second, 31 * time.Second, netcheck.NetOK, "The NAT forgets a connection after", 2 * time.Minute, false},
		{"8 s, symmetric", fakeNAT{mapping: apdm, filtering: apdm, lifetime: 8 * time.Second}, 24 * time.Second, time.Hour, 7 * time.Second, 9 * time.Second, netcheck.NetDegraded, "forgets", time.Minute, true},
		{"a firewall", fakeNAT{mapping: none, filtering: apdm, lifetime: 20 * time.Second}, 64 * time.Second, time.Hour, 19 * time.Second, 21 * time.Second, netcheck.NetDegraded, "The firewall forgets", time.Minute, true},
		{"next to nothing", fakeNAT{mapping: eim, filtering: eim, lifetime: 100 * time.Millisecond}, 64 * time.Second, time.Hour, 0, time.Second, netcheck.NetDegraded, "after less than", 30 * time.Second, true},
		{"cut off", fakeNAT{mapping: eim, filtering: apdm}, 0, time.Minute, 45 * time.Second, 0, netcheck.NetOK, "45 s", time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := inWorld(t, tt.nat, []fakeServer{onePlain, twoAddresses}, tt.limit, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult {
				return p.Lifetime(ctx, c, tt.most)
			})
			least, most := r.Facts.AtLeast, r.Facts.AtMost
			if least < tt.low || tt.high == 0 && (most != 0 || least != tt.low) || most > tt.high || r.State != tt.state || !strings.Contains(r.Text, tt.words) {
				t.Errorf("%s to %s, %q: %s", least, most, r.State, r.Text)
			}
			if life := tt.nat.lifetime; tt.high > 0 && (least > life || most < life) {
				t.Errorf("%s to %s, and it is %s", least, most, life)
			}
			if r.Took > tt.took || (r.Advice != "") != tt.advising || r.Kind != netcheck.ProbeLifetime {
				t.Errorf("it took %s; advice %q", r.Took, r.Advice)
			}
		})
	}
}

// Where the lifetime can not be measured, that is said, and why.
func TestLifetimeNotTested(t *testing.T) {
	ignoring, refusing := twoAddresses, twoAddresses
	ignoring.noPort, refusing.code = true, 400
	for _, tt := range []struct {
		name   string
		nat    fakeNAT
		server fakeServer
		limit  time.Duration
		state  netcheck.NetState
		code   netcheck.ReasonCode
		words  string
	}{
		{"no RESPONSE-PORT", fakeNAT{mapping: eim}, ignoring, time.Hour, netcheck.NetNotTested, netcheck.ReasonNoServer, "passes over"},
		{"errors alone", fakeNAT{mapping: eim}, refusing, time.Hour, netcheck.NetFailed, netcheck.ReasonServerError, "error 400"},
		{"several addresses", fakeNAT{mapping: eim, pool: []string{"203.0.113.1", "203.0.113.2"}}, twoAddresses, time.Hour, netcheck.NetNotTested, netcheck.ReasonNoServer, "different outside addresses"},
		{"silence", fakeNAT{blockUDP: true}, twoAddresses, time.Hour, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "does not answer"},
		{"no time", fakeNAT{mapping: eim}, twoAddresses, 10 * time.Millisecond, netcheck.NetNotTested, netcheck.ReasonCancelled, "time"},
		{"hardly any time", fakeNAT{mapping: eim, lifetime: time.Minute}, twoAddresses, 5 * time.Second, netcheck.NetNotTested, netcheck.ReasonCancelled, "time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := inWorld(t, tt.nat, []fakeServer{tt.server}, tt.limit, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult { return p.Lifetime(ctx, c, 0) })
			if r.State != tt.state || r.Code != tt.code || !strings.Contains(r.Text, tt.words) || r.Facts.AtLeast != 0 || r.Facts.AtMost != 0 {
				t.Errorf("%+v", r)
			}
			if r.Took > 6*time.Second {
				t.Errorf("it took %s", r.Took)
			}
		})
	}
}

func TestMTU(t *testing.T) {
	echoing := onePlain
	echoing.noPadding, echoing.pads = false, 1500
	six := fakeServer{a1: "2001:db8::1", p1: 3478}
	for _, tt := range []struct {
		name   string
		mtu    int
		server fakeServer
		state  netcheck.NetState
		words  string
	}{
		{"no limit", 0, onePlain, netcheck.NetOK, "Packets of 1500 bytes arrive whole"},
		{"answers with padding", 0, echoing, netcheck.NetOK, "On the way back an answer of"},
		{"a tunnel", 1400, onePlain, netcheck.NetOK, "Of the way back nothing is known."},
		{"PPPoE", 1492, onePlain, netcheck.NetOK, "up to 1492 bytes"},
		{"an odd one", 1337, onePlain, netcheck.NetOK, "lost on the way"},
		{"small", 900, onePlain, netcheck.NetDegraded, "lost on the way"},
		{"very small", 500, onePlain, netcheck.NetDegraded, "lost on the way"},
		{"IPv6", 1280, six, netcheck.NetOK, "up to 1280 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := inWorld(t, fakeNAT{mapping: none, mtu: tt.mtu}, []fakeServer{tt.server}, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult {
				return p.MTU(ctx, c)
			})
			if r.State != tt.state || !strings.Contains(r.Text, tt.words) || (r.Advice != "") != (tt.state != netcheck.NetOK) || r.Facts.RTT != 20*time.Millisecond {
				t.Errorf("%+v", r)
			}
			checkMTU(t, r, tt.mtu)
			if r.Took > 3500*time.Millisecond {
				t.Errorf("it took %s", r.Took)
			}
		})
	}
}

func checkMTU(t *testing.T, r netcheck.NetResult, mtu int) {
	t.Helper()
	most, lost := r.Facts.MTU, r.Facts.MTULost
	switch {
	case mtu == 0 && (most != 1500 || lost != 0), mtu > 0 && (most > mtu || lost <= mtu), mtu >= 548 && lost-most > mtuGrain:
		t.Errorf("%d passed and %d did not, of %d", most, lost, mtu)
	}
}

// An interface that takes no larger packets says so itself.
func TestMTUOfThisComputer(t *testing.T) {
	r := inWorld(t, fakeNAT{mapping: none}, []fakeServer{onePlain}, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult {
		inner := p.Listen
		p.Listen = func(local netip.AddrPort) (net.PacketConn, error) {
			conn, err := inner(local)
			return narrow{conn, 1420 - 28, errTooLong}, err
		}
		return p.MTU(ctx, c)
	})
	if !strings.Contains(r.Text, "this computer's own interface") || r.Facts.MTU > 1420 || r.Facts.MTU < 1412 {
		t.Errorf("%+v", r)
	}
}

// A system that refuses for another reason says nothing of sizes, and ends the search.
func TestMTURefused(t *testing.T) {
	r := inWorld(t, fakeNAT{mapping: none, mtu: 1400}, []fakeServer{onePlain}, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult {
		inner := p.Listen
		p.Listen = func(local netip.AddrPort) (net.PacketConn, error) {
			conn, err := inner(local)
			return narrow{PacketConn: conn, most: 1280 - 28, err: errors.New("no buffer space")}, err
		}
		return p.MTU(ctx, c)
	})
	if r.State != netcheck.NetNotTested || r.Facts.MTU != 1280 || r.Facts.MTULost != 0 || r.Took > 4*time.Second {
		t.Errorf("%+v", r)
	}
}

type narrow struct {
	net.PacketConn
	most int
	err  error
}

func (c narrow) WriteTo(b []byte, to net.Addr) (int, error) {
	if len(b) > c.most {
		return 0, &net.OpError{Op: "write", Err: c.err}
	}
	return c.PacketConn.WriteTo(b, to)
}

func TestMTUNotTested(t *testing.T) {
	r := inWorld(t, fakeNAT{mapping: none}, []fakeServer{onePlain}, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult {
		p.DontFragment = func(net.PacketConn) error { return errors.ErrUnsupported }
		return p.MTU(ctx, c)
	})
	if r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonLocal || !strings.Contains(r.Text, "forbid the splitting") {
		t.Errorf("%+v", r)
	}
	r = inWorld(t, fakeNAT{blockUDP: true}, []fakeServer{onePlain}, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult { return p.MTU(ctx, c) })
	if r.State != netcheck.NetBlocked || r.Code != netcheck.ReasonNoAnswer || r.Facts.MTU != 0 {
		t.Errorf("%+v", r)
	}
	r = inWorld(t, fakeNAT{mapping: none, mtu: 1400}, []fakeServer{onePlain}, 300*time.Millisecond, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult { return p.MTU(ctx, c) })
	if r.State != netcheck.NetNotTested || r.Facts.MTULost != 0 {
		t.Errorf("cut off: %+v", r)
	}
}

func TestDSCP(t *testing.T) {
	telling := fakeServer{a1: "198.51.100.9", p1: 3478, tells: true}
	for _, tt := range []struct {
		name    string
		nat     fakeNAT
		servers []fakeServer
		state   netcheck.NetState
		arrived int
		words   string
	}{
		{"it arrives", fakeNAT{mapping: eim}, []fakeServer{onePlain, telling}, netcheck.NetOK, 46, "arrives at 198.51.100.9:3478."},
		{"it is removed", fakeNAT{mapping: eim, bleach: true}, []fakeServer{telling}, netcheck.NetDegraded, 0, "is removed"},
		{"marked packets are dropped", fakeNAT{mapping: eim, dropMarked: true}, []fakeServer{telling}, netcheck.NetDegraded, -1, "do not arrive"},
		{"nobody tells", fakeNAT{mapping: eim}, []fakeServer{onePlain, twoAddresses}, netcheck.NetNotTested, -1, "only an Echopath host tells"},
		{"silence", fakeNAT{blockUDP: true}, []fakeServer{telling}, netcheck.NetBlocked, -1, "does not answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := inWorld(t, tt.nat, tt.servers, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult { return p.DSCP(ctx, c) })
			if r.State != tt.state || r.Facts.DSCPArrived != tt.arrived || r.Facts.DSCPSent != 46 || !strings.Contains(r.Text, tt.words) || r.Took > 1800*time.Millisecond {
				t.Errorf("%+v", r)
			}
		})
	}
	r := inWorld(t, fakeNAT{mapping: eim}, []fakeServer{telling}, 15*time.Second, func(ctx context.Context, p *Prober, c Config) netcheck.NetResult {
		p.Mark = func(net.PacketConn, byte) error { return errors.ErrUnsupported }
		return p.DSCP(ctx, c)
	})
	if r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonLocal || r.Facts.DSCPArrived != -1 {
		t.Errorf("%+v", r)
	}
}
