package vlab_test

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/transport/v5"
	"go.uber.org/goleak"

	"echopath/internal/vlab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func newLab(tb testing.TB, c vlab.Config) *vlab.Lab {
	tb.Helper()
	l, err := vlab.New(c)
	must(tb, err)
	tb.Cleanup(func() { must(tb, l.Stop()) })
	return l
}

func socket(tb testing.TB, n transport.Net) transport.UDPConn {
	tb.Helper()
	c, err := n.ListenUDP("udp4", nil)
	must(tb, err)
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// address is where others reach a socket of an open site.
func address(c transport.UDPConn, ip string) *net.UDPAddr {
	return &net.UDPAddr{IP: net.ParseIP(ip), Port: c.LocalAddr().(*net.UDPAddr).Port}
}

const (
	localIP = "203.0.113.21"
	farIP   = "203.0.113.22"
	size    = 101
)

// send sends numbered packets of one size, in one go.
func send(tb testing.TB, from transport.UDPConn, to *net.UDPAddr, n int) {
	tb.Helper()
	b := make([]byte, size)
	for i := range n {
		binary.BigEndian.PutUint32(b, uint32(i))
		_, err := from.WriteTo(b, to)
		must(tb, err)
	}
}

// receive reads the numbers of n packets.
func receive(tb testing.TB, c transport.UDPConn, n int) []int {
	tb.Helper()
	must(tb, c.SetReadDeadline(time.Now().Add(5*time.Second)))
	var got []int
	b := make([]byte, 2000)
	for len(got) < n {
		_, _, err := c.ReadFrom(b)
		if err != nil {
			tb.Fatalf("%v after %d of %d packets", err, len(got), n)
		}
		got = append(got, int(binary.BigEndian.Uint32(b)))
	}
	return got
}

// through sends n packets up through the shape and gives what arrived and the log.
func through(tb testing.TB, seed uint64, n int, s vlab.Shape) ([]int, []vlab.Packet) {
	tb.Helper()
	l := newLab(tb, vlab.Config{Seed: seed})
	from, to := socket(tb, l.Local()), socket(tb, l.Far())
	l.Shape(vlab.Up, vlab.Phase{Shape: s})
	send(tb, from, address(to, farIP), n)
	log := l.Log(vlab.Up)
	if len(log) != n {
		tb.Fatalf("%d packets in the log, want %d", len(log), n)
	}
	arrivals := 0
	for _, p := range log {
		if !p.Dropped {
			arrivals += 1 + p.Copies
		}
	}
	got := receive(tb, to, arrivals)
	return got, l.Log(vlab.Up)
}

func dropped(log []vlab.Packet) []int {
	var out []int
	for i, p := range log {
		if p.Dropped {
			out = append(out, i)
		}
	}
	return out
}

func TestLossIsWhatTheLogSays(t *testing.T) {
	const n = 800
	got, log := through(t, 1, n, vlab.Shape{Loss: 0.1})
	want := make([]int, 0, n)
	for i, p := range log {
		if !p.Dropped {
			want = append(want, i)
		}
		if p.Full || p.Queued != 0 || p.Sending != 0 {
			t.Fatalf("packet %d met a bottleneck: %+v", i, p)
		}
		if p.Size != size || p.Dropped == (p.Order > 0) || binary.BigEndian.Uint32(p.Head[:]) != uint32(i) {
			t.Fatalf("packet %d: %+v", i, p)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("received %v\nlog says %v", got, want)
	}
	if lost := n - len(got); lost < 48 || lost > 120 { // seven standard deviations; the seed is fixed anyway
		t.Errorf("%d of %d lost, want about 80", lost, n)
	}
}

func TestFateDependsOnSeedAndNumberAlone(t *testing.T) {
	_, a := through(t, 7, 300, vlab.Shape{Loss: 0.1})
	_, b := through(t, 7, 300, vlab.Shape{Loss: 0.1, Reorder: vlab.Reorder{Share: 0.2, By: time.Millisecond}})
	_, c := through(t, 8, 300, vlab.Shape{Loss: 0.1})
	if !slices.Equal(dropped(a), dropped(b)) {
		t.Errorf("another impairment changed the losses: %v and %v", dropped(a), dropped(b))
	}
	if slices.Equal(dropped(a), dropped(c)) {
		t.Error("another seed did not change the losses")
	}
}

func TestBurst(t *testing.T) {
	_, log := through(t, 1, 300, vlab.Shape{Burst: vlab.Burst{Length: 5, Every: 100}})
	want := []int{95, 96, 97, 98, 99, 195, 196, 197, 198, 199, 295, 296, 297, 298, 299}
	if !slices.Equal(dropped(log), want) {
		t.Errorf("lost %v, want %v", dropped(log), want)
	}
}

func TestReorderingKeepsTheOthersInOrder(t *testing.T) {
	got, log := through(t, 3, 200, vlab.Shape{Delay: time.Millisecond, Reorder: vlab.Reorder{Share: 0.1, By: 20 * time.Millisecond}})
	var inOrder, held []int
	order := make([]int, len(got)+1)
	for i, n := range got {
		order[i+1] = n
		if log[n].Held {
			held = append(held, n)
		} else {
			inOrder = append(inOrder, n)
		}
	}
	if !slices.IsSorted(inOrder) || len(held) < 5 || slices.IsSorted(got) {
		t.Errorf("%d held back; the others came as %v", len(held), inOrder)
	}
	for i, p := range log {
		if order[p.Order] != i {
			t.Errorf("packet %d: the log gives place %d, where %d came", i, p.Order, order[p.Order])
		}
	}
}

func TestDuplication(t *testing.T) {
	got, log := through(t, 5, 200, vlab.Shape{Duplicate: 0.1})
	counts := map[int]int{}
	for _, n := range got {
		counts[n]++
	}
	twice := 0
	for i, p := range log {
		if counts[i] != 1+p.Copies {
			t.Errorf("packet %d came %d times, the log says %d copies", i, counts[i], p.Copies)
		}
		twice += p.Copies
	}
	if twice < 5 {
		t.Errorf("%d packets came twice", twice)
	}
}

func TestPhases(t *testing.T) {
	l := newLab(t, vlab.Config{})
	from, to := socket(t, l.Local()), socket(t, l.Far())
	l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Delay: 50 * time.Millisecond}}, vlab.Phase{From: time.Hour, Shape: vlab.Shape{Block: true}})
	begin := time.Now()
	send(t, from, address(to, farIP), 1)
	receive(t, to, 1)
	if took := time.Since(begin); took < 50*time.Millisecond {
		t.Errorf("arrived after %v, want 50 ms at least", took)
	}
	l.Shape(vlab.Up, vlab.Phase{From: 0, Shape: vlab.Shape{}}, vlab.Phase{From: time.Nanosecond, Shape: vlab.Shape{Block: true}})
	send(t, from, address(to, farIP), 3)
	if log := l.Log(vlab.Up); len(dropped(log)) != 3 || len(log) != 4 {
		t.Errorf("%d of %d dropped in the second phase, want 3 of 4", len(dropped(log)), len(log))
	}
	send(t, to, address(from, localIP), 1) // the way down is not touched
	receive(t, from, 1)
}

// A line in real time: nothing comes early, all in order, and what does not fit is told apart.
func TestBottleneck(t *testing.T) {
	const n, kbps = 120, 1032 // 1 ms for each packet of 129 bytes on the wire
	l := newLab(t, vlab.Config{})
	from, to := socket(t, l.Local()), socket(t, l.Far())
	l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Kbps: kbps, Queue: 80 * time.Millisecond, Delay: 5 * time.Millisecond}})
	begin := time.Now()
	send(t, from, address(to, farIP), n)
	log := l.Log(vlab.Up)
	full := dropped(log)
	got := receive(t, to, n-len(full))
	if took, least := time.Since(begin), time.Duration(len(got))*time.Millisecond+5*time.Millisecond; took < least {
		t.Errorf("%d packets came in %v, want %v at least", len(got), took, least)
	}
	if !slices.IsSorted(got) || len(got) < 81 || len(full) == 0 && time.Since(begin) < 100*time.Millisecond {
		t.Errorf("%d dropped; got %v", len(full), got)
	}
	var last time.Duration
	for i, p := range l.Log(vlab.Up) {
		if p.Dropped {
			if !p.Full || p.Left != 0 {
				t.Errorf("packet %d: %+v", i, p)
			}
			continue
		}
		out := p.At + p.Queued + p.Sending
		if p.Sending != time.Millisecond || p.Queued > 80*time.Millisecond || out < last+p.Sending || p.Left < out+p.Delay {
			t.Errorf("packet %d: %+v, the one before was out at %v", i, p, last)
		}
		last = out
	}
}

// What waits is served at once when the limit is lifted: an hour's worth of packets arrives.
func TestLiftingTheLimit(t *testing.T) {
	l := newLab(t, vlab.Config{})
	from, to := socket(t, l.Local()), socket(t, l.Far())
	l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Kbps: 0.01, Queue: time.Hour}})
	send(t, from, address(to, farIP), 20)
	l.Shape(vlab.Up)
	if got := receive(t, to, 20); !slices.IsSorted(got) {
		t.Errorf("got %v", got)
	}
}

// mapped asks the lab's server for the address under which it sees a socket.
func mapped(t *testing.T, l *vlab.Lab, c transport.UDPConn) *net.UDPAddr {
	t.Helper()
	m := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	_, err := c.WriteTo(m.Raw, net.UDPAddrFromAddrPort(l.Server()))
	must(t, err)
	must(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
	b := make([]byte, 1500)
	n, _, err := c.ReadFrom(b)
	must(t, err)
	answer := &stun.Message{Raw: b[:n]}
	must(t, answer.Decode())
	var a stun.XORMappedAddress
	must(t, a.GetFrom(answer))
	return &net.UDPAddr{IP: a.IP, Port: a.Port}
}

func TestNATs(t *testing.T) {
	tests := []struct {
		nat      vlab.NAT
		ip       string
		unasked  bool // a stranger's packet gets in
		answered bool // so does one from a host that was sent to, from another port
	}{
		{vlab.Open, farIP, true, true},
		{vlab.FullCone, farIP, true, true},
		{vlab.RestrictedCone, farIP, false, true},
		{vlab.PortRestricted, farIP, false, false},
		{vlab.Symmetric, farIP, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.nat.String(), func(t *testing.T) {
			l := newLab(t, vlab.Config{Far: tt.nat})
			stranger, asked, far := socket(t, l.Local()), socket(t, l.Local()), socket(t, l.Far())
			at := mapped(t, l, far)
			if at.IP.String() != tt.ip {
				t.Errorf("the server sees %v, want %s", at, tt.ip)
			}
			checkGetsIn(t, stranger, far, at, tt.unasked)
			send(t, far, address(asked, localIP), 1)
			receive(t, asked, 1)
			checkGetsIn(t, stranger, far, at, tt.answered)
		})
	}
}

// checkGetsIn sends a packet to a site's outside address. Silence is waited for briefly: a lab that is wrong answers at once.
func checkGetsIn(t *testing.T, from, to transport.UDPConn, at *net.UDPAddr, want bool) {
	t.Helper()
	send(t, from, at, 1)
	limit := 5 * time.Second
	if !want {
		limit = 50 * time.Millisecond
	}
	must(t, to.SetReadDeadline(time.Now().Add(limit)))
	_, _, err := to.ReadFrom(make([]byte, 1500))
	var timeout net.Error
	if got := err == nil; got != want || err != nil && !(errors.As(err, &timeout) && timeout.Timeout()) && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a packet to %v got in: %v (%v), want %v", at, got, err, want)
	}
}

// A connected socket must know its address, as a real one does: the route to a server is found so.
func TestDialBindsToTheRoute(t *testing.T) {
	l := newLab(t, vlab.Config{Local: vlab.Symmetric})
	c, err := l.Local().DialUDP("udp", nil, net.UDPAddrFromAddrPort(l.Server()))
	must(t, err)
	defer func() { _ = c.Close() }()
	if ip := c.LocalAddr().(*net.UDPAddr).IP.String(); ip != "10.1.0.2" {
		t.Errorf("bound to %s", ip)
	}
}

func TestStopIsIdempotentAndDropsWhatIsUnderWay(t *testing.T) {
	l, err := vlab.New(vlab.Config{})
	must(t, err)
	from := socket(t, l.Local())
	l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Delay: time.Hour}})
	send(t, from, net.UDPAddrFromAddrPort(l.Server()), 3)
	must(t, l.Stop())
	must(t, l.Stop())
	send(t, from, net.UDPAddrFromAddrPort(l.Server()), 3)
	if n := len(l.Log(vlab.Up)); n != 3 {
		t.Errorf("%d packets in the log, want the 3 from before Stop", n)
	}
}
