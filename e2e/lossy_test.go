//go:build linux

package e2e

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"echopath/internal/coturntest"
)

// lossyTURN is coturn behind a way that loses a share of the datagrams in each direction.
func lossyTURN(t *testing.T, up, down float64) *lossyWay {
	t.Helper()
	server := coturntest.Start(t, coturntest.Options{})
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	w := &lossyWay{front: front, server: net.UDPAddrFromAddrPort(server.Addr), up: up, down: down, backs: map[netip.AddrPort]*net.UDPConn{}}
	w.wg.Go(w.carryUp)
	t.Cleanup(w.close)
	return w
}

// lossyWay carries datagrams between clients and a server. Each client has a socket of its own towards the server.
type lossyWay struct {
	front    *net.UDPConn
	server   *net.UDPAddr
	up, down float64
	cut      atomic.Bool // nothing gets through
	wg       sync.WaitGroup

	mu     sync.Mutex
	backs  map[netip.AddrPort]*net.UDPConn
	closed bool
}

// url is the way as a server's address.
func (w *lossyWay) url() string { return "turn:" + w.front.LocalAddr().String() }

func (w *lossyWay) close() {
	w.mu.Lock()
	w.closed = true
	_ = w.front.Close()
	for _, b := range w.backs {
		_ = b.Close()
	}
	w.mu.Unlock()
	w.wg.Wait()
}

func (w *lossyWay) carryUp() {
	random := rand.New(rand.NewPCG(1, 2))
	buf := make([]byte, 65536)
	for {
		n, from, err := w.front.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		back := w.back(from)
		if back == nil {
			return
		}
		if random.Float64() >= w.up && !w.cut.Load() {
			_, _ = back.Write(buf[:n]) // a refused datagram is a lost one
		}
	}
}

func (w *lossyWay) back(client netip.AddrPort) *net.UDPConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if b := w.backs[client]; b != nil || w.closed {
		return b
	}
	b, err := net.DialUDP("udp4", nil, w.server)
	if err != nil {
		return nil
	}
	w.backs[client] = b
	w.wg.Go(func() { w.carryDown(client, b) })
	return b
}

func (w *lossyWay) carryDown(client netip.AddrPort, b *net.UDPConn) {
	random := rand.New(rand.NewPCG(3, 4))
	buf := make([]byte, 65536)
	for {
		n, err := b.Read(buf)
		if err != nil {
			return
		}
		if random.Float64() >= w.down && !w.cut.Load() {
			_, _ = w.front.WriteToUDPAddrPort(buf[:n], client)
		}
	}
}
