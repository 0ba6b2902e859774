package localprobe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/pion/stun/v3"
)

// retransmits are the waits after each sending of a question: those of natprobe.
var retransmits = []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}

// binding asks a STUN server, over a connected socket, under which address it sees this end. The error is
// os.ErrDeadlineExceeded for silence, ctx's, or that of the socket.
func binding(ctx context.Context, conn net.Conn) (mapped netip.AddrPort, err error) {
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	if err != nil {
		return mapped, err
	}
	// The deadline is set first and ctx looked at afterwards, so that the one set here is not overwritten unseen.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	for _, wait := range retransmits {
		if err = conn.SetDeadline(time.Now().Add(wait)); err != nil {
			return mapped, err
		}
		if ctx.Err() != nil {
			return mapped, ctx.Err()
		}
		if _, err = conn.Write(request.Raw); err != nil {
			break
		}
		if mapped, err = awaitBinding(conn, request); err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return mapped, err
}

// awaitBinding reads until the answer is there. Whatever is no answer to the request is passed over.
func awaitBinding(conn net.Conn, request *stun.Message) (netip.AddrPort, error) {
	const maxStray = 64 // datagrams
	buf := make([]byte, 1500)
	for range maxStray {
		n, err := conn.Read(buf)
		if err != nil {
			return netip.AddrPort{}, err
		}
		if mapped, ok := parseBinding(buf[:n], request.TransactionID); ok {
			return mapped, nil
		}
	}
	return netip.AddrPort{}, os.ErrDeadlineExceeded
}

// parseBinding reads a success response with a XOR-MAPPED-ADDRESS (RFC 8489, section 14.2).
func parseBinding(datagram []byte, id [stun.TransactionIDSize]byte) (netip.AddrPort, bool) {
	m := &stun.Message{}
	if _, err := m.Write(datagram); err != nil || m.Type != stun.BindingSuccess || m.TransactionID != id {
		return netip.AddrPort{}, false
	}
	var x stun.XORMappedAddress
	if x.GetFrom(m) != nil {
		return netip.AddrPort{}, false
	}
	a, ok := netip.AddrFromSlice(x.IP)
	if !ok || x.Port <= 0 || x.Port > 65535 {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(x.Port)), true
}
