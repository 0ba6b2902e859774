package rtc

import (
	"net"
	"net/netip"
	"testing"

	"github.com/pion/stun/v3"
)

// loopbackSTUN is a STUN server on 127.0.0.1, which says of everybody what it is told to say.
func loopbackSTUN(tb testing.TB, says func(from netip.AddrPort) netip.AddrPort) netip.AddrPort {
	tb.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(tb, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		serveSTUN(conn, says)
	}()
	tb.Cleanup(func() {
		must(tb, conn.Close())
		<-done
	})
	return addrOf(conn.LocalAddr())
}

// serveSTUN answers Binding requests until its socket is closed.
func serveSTUN(conn net.PacketConn, says func(from netip.AddrPort) netip.AddrPort) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		in := &stun.Message{Raw: append([]byte(nil), buf[:n]...)}
		if in.Decode() != nil {
			continue
		}
		a := says(addrOf(from))
		if out, err := stun.Build(in, stun.BindingSuccess, &stun.XORMappedAddress{IP: a.Addr().AsSlice(), Port: int(a.Port())}, stun.Fingerprint); err == nil {
			_, _ = conn.WriteTo(out.Raw, from)
		}
	}
}

// truthful is what an honest server says.
func truthful(from netip.AddrPort) netip.AddrPort { return from }
