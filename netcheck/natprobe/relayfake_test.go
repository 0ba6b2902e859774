package natprobe_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/pion/stun/v3"
)

// relayFake is a fakeTURN over UDP that passes packets on between its two clients.
type relayFake struct {
	fakeTURN
	lose func(n int) bool // of the packets that clients send to each other, from 1; nil: none

	mu      sync.Mutex
	clients map[netip.AddrPort]bool // whether a channel is bound
	passed  int
}

// serve runs it until the test ends.
func (f *relayFake) listen(t *testing.T) netip.AddrPort {
	t.Helper()
	f.clients = map[netip.AddrPort]bool{}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			for to, b := range f.reply(from, buf[:n]) {
				_, _ = conn.WriteToUDPAddrPort(b, to)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func (f *relayFake) reply(from netip.AddrPort, b []byte) map[netip.AddrPort][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(b) > 4 && b[0] == 0x40 {
		if !f.clients[from] {
			return nil
		}
		return f.pass(from, b[4:][:binary.BigEndian.Uint16(b[2:])])
	}
	m := &stun.Message{}
	if _, err := m.Write(b); err != nil {
		return nil
	}
	if m.Type == stun.NewType(stun.MethodSend, stun.ClassIndication) {
		data, _ := m.Get(stun.AttrData)
		return f.pass(from, data)
	}
	answer := f.answer(m)
	if answer == nil {
		return nil
	}
	if answer.Type.Class == stun.ClassSuccessResponse {
		f.clients[from] = f.clients[from] || m.Type.Method == stun.MethodChannelBind
	}
	return map[netip.AddrPort][]byte{from: answer.Raw}
}

func (f *relayFake) pass(from netip.AddrPort, data []byte) map[netip.AddrPort][]byte {
	f.passed++
	if f.lose != nil && f.lose(f.passed) {
		return nil
	}
	out := map[netip.AddrPort][]byte{}
	for to, channel := range f.clients {
		switch {
		case to == from:
		case channel:
			b := binary.BigEndian.AppendUint16([]byte{0x40, 0}, uint16(len(data)))
			out[to] = append(b, data...)
		default:
			peer := stun.XORMappedAddress{IP: relayIP, Port: 50000}
			m := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodData, stun.ClassIndication), stun.RawAttribute{Type: stun.AttrData, Value: data})
			if peer.AddToAs(m, stun.AttrXORPeerAddress) != nil {
				return nil
			}
			out[to] = m.Raw
		}
	}
	return out
}
