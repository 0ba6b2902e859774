package emulator

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"echopath/internal/netns"
	"echopath/internal/pace"
	"echopath/lab/wire"
)

const prefix = "eplink-"

var (
	addrA = netip.MustParseAddr("10.9.0.1")
	addrB = netip.MustParseAddr("10.9.0.2")
)

// needNamespaces skips where there are none.
func needNamespaces(tb testing.TB) {
	tb.Helper()
	if err := netns.Available(); err != nil {
		tb.Skipf("a link between two namespaces can not be had here: %v", err)
	}
}

// end is one node's place on the link.
func end(node string, a netip.Addr) netns.End {
	return netns.End{Node: node, Interface: "eth0", Addresses: []netip.Prefix{netip.PrefixFrom(a, 24)}}
}

// cable joins two namespaces by a veth pair.
func cable(tb testing.TB) *netns.Network {
	tb.Helper()
	return build(tb, netns.Topology{Nodes: []netns.Node{{Name: "a"}, {Name: "b"}}, Links: []netns.Link{{A: end("a", addrA), B: end("b", addrB)}}})
}

func build(tb testing.TB, top netns.Topology) *netns.Network {
	tb.Helper()
	n, err := netns.Build(tb.Context(), prefix, top)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := n.Close(); err != nil {
			tb.Error(err)
		}
	})
	return n
}

// link joins two namespaces by an emulator.
func link(tb testing.TB, c Config) (*netns.Network, *Emulator) {
	tb.Helper()
	n := build(tb, netns.Topology{Nodes: []netns.Node{{Name: "a"}, {Name: "b"}}})
	c.A, c.B = End{n.Name("a"), "eth0"}, End{n.Name("b"), "eth0"}
	e, err := Open(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	for node, a := range map[string]netip.Addr{"a": addrA, "b": addrB} {
		if err := n.Plug(tb.Context(), end(node, a)); err != nil {
			tb.Fatal(err)
		}
	}
	return n, e
}

// listen opens a UDP socket in a node.
func listen(tb testing.TB, n *netns.Network, node string, a netip.Addr) *net.UDPConn {
	tb.Helper()
	var c *net.UDPConn
	err := inNamespace(n.Name(node), func() error {
		var err error
		c, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 4000)))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// oneWay sends packets from a to b and gives how long each took from one program to the other, sorted.
func oneWay(tb testing.TB, n *netns.Network, rate, count, size int) []time.Duration {
	tb.Helper()
	from, to := listen(tb, n, "a", addrA), listen(tb, n, "b", addrB)
	_ = to.SetReadBuffer(4 << 20)
	start := time.Now()
	took := make(chan []time.Duration)
	go func() { took <- receive(to, start, count) }()
	buf := make([]byte, size-28)
	for i := range count {
		if err := (pace.Clock{}).SleepUntil(context.Background(), start.Add(50*time.Millisecond+time.Duration(i)*time.Second/time.Duration(rate))); err != nil {
			tb.Fatal(err)
		}
		binary.BigEndian.PutUint64(buf, uint64(time.Since(start))) //nolint:gosec // not negative
		if _, err := from.WriteToUDPAddrPort(buf, netip.AddrPortFrom(addrB, 4000)); err != nil {
			tb.Fatal(err)
		}
	}
	_ = to.SetReadDeadline(time.Now().Add(time.Second))
	all := <-took
	slices.Sort(all)
	return all
}

// receive sleeps in the kernel and not in the runtime, whose poller would be part of what is measured.
func receive(c *net.UDPConn, start time.Time, count int) []time.Duration {
	var all []time.Duration
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	buf := make([]byte, 1500)
	_ = raw.Control(func(fd uintptr) {
		until := time.Now().Add(time.Duration(count)*time.Second + 5*time.Second)
		for len(all) < count && time.Now().Before(until) {
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}} //nolint:gosec // small
			if n, err := unix.Poll(fds, 1000); err != nil && !errors.Is(err, unix.EINTR) || err == nil && n == 0 {
				return
			}
			for {
				n, err := unix.Read(int(fd), buf)
				if err != nil || n < 8 {
					break
				}
				all = append(all, time.Since(start)-time.Duration(binary.BigEndian.Uint64(buf))) //nolint:gosec // as written
			}
		}
	})
	return all
}

func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))].Nanoseconds()) / 1000
}

// BenchmarkAdded tells how long a packet takes over a cable and over links that add nothing, or a known delay, which is left out.
func BenchmarkAdded(b *testing.B) {
	needNamespaces(b)
	const delay = 20 * time.Millisecond
	for _, rate := range []int{100, 1000, 10_000} {
		for name, c := range map[string]*Config{
			"cable": nil, "link": {},
			"delay": {Up: wire.Config{Phases: []wire.Phase{{Treatment: wire.Treatment{Delay: delay}}}}},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, rate), func(b *testing.B) {
				var n *netns.Network
				var e *Emulator
				if c == nil {
					n = cable(b)
				} else {
					n, e = link(b, *c)
				}
				count := 3 * rate
				for b.Loop() {
					all := oneWay(b, n, rate, count, 200)
					var added time.Duration
					if c != nil && len(c.Up.Phases) > 0 {
						added = delay
					}
					b.ReportMetric(quantile(all, 0.5)-float64(added.Microseconds()), "p50-us")
					b.ReportMetric(quantile(all, 0.95)-float64(added.Microseconds()), "p95-us")
					b.ReportMetric(quantile(all, 0.99)-float64(added.Microseconds()), "p99-us")
					b.ReportMetric(float64(count-len(all)), "missing")
					if e != nil {
						lateness(b, e)
					}
				}
			})
		}
	}
}

// lateness tells how late packets left, by the link's own log.
func lateness(b *testing.B, e *Emulator) {
	var late []time.Duration
	for _, r := range e.Records(wire.Up) {
		if r.Departed != wire.Never {
			late = append(late, r.Departed-r.Due)
		}
	}
	slices.Sort(late)
	b.ReportMetric(quantile(late, 0.5), "late-p50-us")
	b.ReportMetric(quantile(late, 0.99), "late-p99-us")
}
