package emulator

import (
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"echopath/lab/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchange sends packets from a to b until as many as wanted have been read there, and gives them.
func exchange(t *testing.T, c Config, count int) (*Emulator, []byte) {
	t.Helper()
	n, e := link(t, c)
	from, to := listen(t, n, "a", addrA), listen(t, n, "b", addrB)
	for i := range count {
		if _, err := from.WriteToUDPAddrPort([]byte{byte(i), 1, 2, 3}, netip.AddrPortFrom(addrB, 4000)); err != nil {
			t.Fatal(err)
		}
	}
	var got []byte
	buf := make([]byte, 100)
	for wire.Count(probes(e)).Packets < count || len(got) < arrivals(e) {
		if err := to.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		size, err := to.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) { // the last ones may be lost: look at the log again
			continue
		}
		if err != nil || size != 4 {
			t.Fatalf("%d bytes: %v; the link knows %+v", size, err, wire.Count(probes(e)))
		}
		got = append(got, buf[0])
	}
	return e, got
}

func probes(e *Emulator) []wire.Record {
	return wire.Select(e.Records(wire.Up), wire.Selector{Protocol: wire.UDP, Low: 32, High: 32})
}

// arrivals is how many packets the link's log lets one expect.
func arrivals(e *Emulator) int {
	sum := 0
	for _, r := range probes(e) {
		if r.Fate == wire.Passed {
			sum += 1 + r.Copies
		}
	}
	return sum
}

// What the log says is what arrives: each packet, its copies, in the order in which they were due.
func TestWhatArrivesIsWhatTheLogSays(t *testing.T) {
	needNamespaces(t)
	up := wire.Config{Seed: 1, Phases: []wire.Phase{{Treatment: wire.Treatment{Loss: 0.2, Delay: 20 * time.Millisecond, Duplicate: 0.2}}}}
	const count = 200
	e, got := exchange(t, Config{Up: up}, count)
	var want []byte
	for i, r := range probes(e) {
		if r.Head[0] != byte(i) {
			t.Fatalf("packet %d came to the link as number %d", r.Head[0], i)
		}
		for n := 0; r.Fate == wire.Passed && n <= r.Copies; n++ {
			want = append(want, byte(i))
		}
		if r.Fate == wire.Passed && r.Delay() < 20*time.Millisecond {
			t.Errorf("packet %d left after %v", i, r.Delay())
		}
	}
	if string(got) != string(want) {
		t.Errorf("%v arrived, want %v", got, want)
	}
	if len(want) == count || e.Refused() != 0 || e.Unrecorded() != 0 {
		t.Errorf("%d arrived, %d were refused, %d are not in the log", len(want), e.Refused(), e.Unrecorded())
	}
	a, b, err := e.Kernels()
	if err != nil || a != (Kernel{}) || b != (Kernel{}) {
		t.Errorf("the kernels dropped %+v and %+v: %v", a, b, err)
	}
}

// A rejected packet comes back to its program as an error.
func TestRejectedPacketsComeBackAsErrors(t *testing.T) {
	needNamespaces(t)
	n, e := link(t, Config{Up: wire.Config{Firewall: wire.Firewall{UDP: wire.Reject}}})
	c := listen(t, n, "a", addrA)
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_RECVERR, 1) // or an unconnected socket is not told
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteToUDPAddrPort([]byte("anybody there?"), netip.AddrPortFrom(addrB, 4000)); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 10)); !errors.Is(err, unix.EHOSTUNREACH) && !errors.Is(err, unix.EACCES) {
		t.Errorf("the program was told %v", err)
	}
	if got := wire.Count(e.Records(wire.Up)).ByFate[wire.Rejected]; got != 1 {
		t.Errorf("%d rejected by the log", got)
	}
}

func TestOpenAndClose(t *testing.T) {
	needNamespaces(t)
	if e, err := Open(Config{A: End{"no-such-namespace", "eth0"}, B: End{"neither", "eth0"}}); err == nil {
		t.Error("a link between nothing", e.Close())
	}
	_, e := link(t, Config{})
	for range 2 {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestCounters(t *testing.T) {
	const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0:   11     12   13   14   15    16         17        18       21     22    23   24   25    26      27         28
`
	if k, err := parseCounters(text, "eth0"); err != nil || k != (Kernel{NotTaken: 24, NotGiven: 14}) {
		t.Errorf("%+v, %v", k, err)
	}
	if _, err := parseCounters(text, "eth1"); err == nil {
		t.Error("a device that is not there has counters")
	}
}
