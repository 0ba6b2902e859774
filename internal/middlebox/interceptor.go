package middlebox

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Interceptor ends TLS itself, with certificates of its own for the names that are asked for, and makes TLS anew with the server
// behind it: it reads along. Its fields are set before it is used.
type Interceptor struct {
	server

	Authority *Authority // issues the certificates; must be set
	// ALPN is what it speaks of; nil: it takes no part in ALPN, as boxes do that do not know the protocol.
	ALPN []string
	// Server is where connections to its own address go on to, host:port. It is not needed behind a Proxy.
	Server string
	// Read, if set, is told of each piece that came from the client, in the clear.
	Read func(piece []byte)
	Dial func(ctx context.Context, network, addr string) (net.Conn, error) // to the servers; nil = net.Dialer
}

// Start listens on addr, host:port; port 0 takes a free one.
func (i *Interceptor) Start(addr string) error {
	return i.start(addr, func(ctx context.Context, conn net.Conn) { i.readAlong(ctx, conn, i.Server) })
}

// readAlong stands between a client and the server target.
func (i *Interceptor) readAlong(ctx context.Context, conn net.Conn, target string) {
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return
	}
	near := tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: i.ALPN,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := hello.ServerName
			if name == "" {
				name = host
			}
			i.note(name)
			return i.Authority.For(name)
		},
	})
	_ = near.SetDeadline(time.Now().Add(patience))
	if near.HandshakeContext(ctx) != nil {
		return
	}
	_ = near.SetDeadline(time.Time{})
	raw, err := dialing(i.Dial)(ctx, "tcp", target)
	if err != nil {
		return
	}
	defer closing(ctx, raw)()
	far := tls.Client(raw, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, InsecureSkipVerify: true}) //nolint:gosec // it is the attacker
	if far.HandshakeContext(ctx) != nil {
		return
	}
	join(near, tap{near, i.Read}, far)
}

// tap shows what is read.
type tap struct {
	net.Conn
	show func([]byte)
}

func (t tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if n > 0 && t.show != nil {
		t.show(p[:n])
	}
	return n, err
}
