package localprobe_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/localprobe"
)

func server(t *testing.T, url string) netcheck.ICEServer {
	t.Helper()
	u, err := netcheck.ParseServerURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.ICEServer{URL: u}
}

// stunServer answers Binding requests on IPv6 loopback, of each lost ones first.
func stunServer(t *testing.T, lost int32) (addr netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Skipf("SKIPPED: no IPv6 loopback on this computer: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			if lost--; lost >= 0 {
				continue
			}
			request := &stun.Message{Raw: append([]byte(nil), buf[:n]...)}
			if request.Decode() != nil {
				continue
			}
			stray := stun.MustBuild(stun.TransactionID, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IPv6loopback, Port: 1})
			answer := stun.MustBuild(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())})
			for _, b := range [][]byte{{1, 2, 3}, stray.Raw, answer.Raw} {
				_, _ = conn.WriteToUDPAddrPort(b, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// six is a computer with IPv6.
func six() *localprobe.Prober {
	return computer("192.168.1.5", "2001:db8:7::5", lo, iface("eth0", "192.168.1.5", "fe80::5", "fd00::5", "2001:db8:7::5"))
}

// knows answers AAAA questions from a list.
func knows(p *localprobe.Prober, hosts map[string]string) *localprobe.Prober {
	p.Resolve = func(_ context.Context, host string, f netcheck.Family) ([]netip.Addr, error) {
		if a, ok := hosts[host]; ok && f == netcheck.Family6 {
			return []netip.Addr{netip.MustParseAddr(a)}, nil
		}
		return nil, &netcheck.Failure{Code: netcheck.ReasonNoFamily, Text: host + " has no IPv6 address.", Advice: "None."}
	}
	return p
}

func TestIPv6Works(t *testing.T) {
	at := stunServer(t, 1)
	p := knows(six(), map[string]string{"stun.example.com": "2001:db8::53"})
	var from atomic.Value
	p.Open = func(local netip.Addr, to netip.AddrPort) (net.Conn, error) {
		from.Store(local)
		if to != netip.MustParseAddrPort("[2001:db8::53]:3478") {
			t.Errorf("%v was asked", to)
		}
		return net.Dial("udp6", at.String())
	}
	chosen := netip.MustParseAddr("2001:db8:7::5")
	r := p.IPv6(within(t), []netcheck.ICEServer{server(t, "stun:old.example.com"), server(t, "turns:tls.example.com"), server(t, "stun:stun.example.com")}, chosen)
	check(t, r, want{netcheck.NetOK, "", []string{"IPv6 works", "[2001:db8::53]:3478", "sees this computer as ::1", "translates"}, nil})
	if r.Server != "stun:stun.example.com:3478" || r.Remote != "[2001:db8::53]:3478" || r.Local == "" || r.Facts.Mapped != r.Local || r.Facts.RTT < 250*time.Millisecond ||
		len(r.Facts.Addresses) != 1 || r.Facts.Addresses[0] != "2001:db8:7::5" || len(r.Steps) != 1 || !r.Steps[0].OK {
		t.Errorf("result %+v", r)
	}
	if from.Load() != chosen {
		t.Errorf("sent from %v", from.Load())
	}
	// An address of IPv4 stands for its interface, and none for the system's choice.
	for text, want6 := range map[string]netip.Addr{"192.168.1.5": chosen, "": {}} {
		local, _ := netip.ParseAddr(text)
		check(t, p.IPv6(within(t), []netcheck.ICEServer{server(t, "turn:stun.example.com")}, local), want{state: netcheck.NetOK})
		if from.Load() != want6 {
			t.Errorf("%q: sent from %v", text, from.Load())
		}
	}
	r = p.IPv6(within(t), []netcheck.ICEServer{server(t, "turn:stun.example.com")}, netip.MustParseAddr("192.168.9.9"))
	check(t, r, want{netcheck.NetNotTested, netcheck.ReasonNoFamily, []string{"The chosen interface has no global IPv6 address"}, nil})
}

// quiet is a socket whose packets are lost.
type quiet struct {
	net.Conn
	sent     atomic.Int32
	deadline chan time.Time
	err      error // of Write
}

func (q *quiet) Write(b []byte) (int, error)    { q.sent.Add(1); return len(b), q.err }
func (q *quiet) LocalAddr() net.Addr            { return &net.UDPAddr{IP: net.IPv6loopback, Port: 5} }
func (q *quiet) Close() error                   { return nil }
func (q *quiet) SetDeadline(at time.Time) error { q.deadline <- at; return nil }
func (q *quiet) Read([]byte) (int, error) {
	at := <-q.deadline
	for {
		select {
		case at = <-q.deadline:
		case <-time.After(time.Until(at)):
			return 0, os.ErrDeadlineExceeded
		}
	}
}

func opens(p *localprobe.Prober, conns ...*quiet) *localprobe.Prober {
	var next atomic.Int32
	p.Open = func(netip.Addr, netip.AddrPort) (net.Conn, error) {
		q := conns[next.Add(1)-1]
		q.deadline = make(chan time.Time, 4)
		return q, nil
	}
	return p
}

func TestIPv6Silence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &quiet{}, &quiet{}
		servers := []netcheck.ICEServer{server(t, "stun:[2001:db8::1]"), server(t, "stun:[2001:db8::2]:443"), server(t, "stun:[2001:db8::3]")}
		r := opens(six(), a, b).IPv6(t.Context(), servers, netip.Addr{})
		check(t, r, want{netcheck.NetBlocked, netcheck.ReasonNoAnswer, []string{"[2001:db8::1]:3478 and [2001:db8::2]:443", "gets no answer", "Ask for UDP over IPv6"}, nil})
		if a.sent.Load() != 3 || b.sent.Load() != 3 || r.Took != 1750*time.Millisecond {
			t.Errorf("%d and %d sent in %v", a.sent.Load(), b.sent.Load(), r.Took)
		}
	})
}

func TestIPv6Stopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		r := opens(six(), &quiet{}).IPv6(ctx, []netcheck.ICEServer{server(t, "stun:[2001:db8::1]")}, netip.Addr{})
		check(t, r, want{netcheck.NetNotTested, netcheck.ReasonCancelled, nil, nil})
		if r.Took != 100*time.Millisecond {
			t.Errorf("it took %v", r.Took)
		}
	})
}

func TestIPv6Refused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := []netcheck.ICEServer{server(t, "stun:[2001:db8::1]"), server(t, "stun:[2001:db8::2]")}
		refused := os.NewSyscallError("write", errno("refused"))
		r := opens(six(), &quiet{}, &quiet{err: refused}).IPv6(t.Context(), servers, netip.Addr{})
		check(t, r, want{netcheck.NetBlocked, netcheck.ReasonRefused, []string{"is refused"}, nil})
		r = opens(six(), &quiet{err: os.NewSyscallError("write", errno("unreachable"))}).IPv6(t.Context(), servers[:1], netip.Addr{})
		check(t, r, want{netcheck.NetBlocked, netcheck.ReasonUnreachable, []string{"no way to [2001:db8::1]:3478"}, nil})
		p := six()
		p.Open = func(netip.Addr, netip.AddrPort) (net.Conn, error) { return nil, errors.New("too many open files") }
		r = p.IPv6(t.Context(), servers[:1], netip.Addr{})
		check(t, r, want{netcheck.NetNotTested, netcheck.ReasonLocal, nil, nil})
		if r.Cause == "" {
			t.Error("no cause")
		}
	})
}

func TestIPv6NotTried(t *testing.T) {
	servers := []netcheck.ICEServer{server(t, "stun:old.example.com"), server(t, "stun:203.0.113.7")}
	p := knows(computer("192.168.1.5", "", lo, iface("eth0", "192.168.1.5", "fe80::5", "fd00::5")), nil)
	check(t, p.IPv6(within(t), servers, netip.Addr{}), want{netcheck.NetNotTested, netcheck.ReasonNoFamily, []string{"no global IPv6 address"}, nil})
	p = knows(computer("192.168.1.5", "", lo, iface("eth0", "192.168.1.5", "2001:db8:7::5")), nil)
	check(t, p.IPv6(within(t), servers, netip.Addr{}), want{netcheck.NetDegraded, netcheck.ReasonNoRoute, []string{"2001:db8:7::5", "no default route for IPv6"}, nil})
	for _, list := range [][]netcheck.ICEServer{nil, servers, {server(t, "turns:stun.example.com")}} {
		p = knows(six(), map[string]string{"stun.example.com": "2001:db8::53"})
		check(t, p.IPv6(within(t), list, netip.Addr{}), want{netcheck.NetNotTested, netcheck.ReasonNoIPv6Server, []string{"2001:db8:7::5", "not tried"}, nil})
	}
	p.List = func() ([]localprobe.Interface, error) { return nil, errors.New("no") }
	check(t, p.IPv6(within(t), servers, netip.Addr{}), want{netcheck.NetNotTested, netcheck.ReasonLocal, nil, nil})
}
