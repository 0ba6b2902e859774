package webprobe_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/webprobe"
)

// talker says the same to everybody who says anything, and listens on until they go.
type talker struct {
	words string
	net.Listener
	serving sync.WaitGroup
}

func (b *talker) Start(addr string) (err error) {
	if b.Listener, err = net.Listen("tcp", addr); err != nil {
		return err
	}
	b.serving.Go(func() {
		for {
			conn, err := b.Accept()
			if err != nil {
				return
			}
			b.serving.Go(func() {
				defer func() { _ = conn.Close() }()
				if n, _ := conn.Read(make([]byte, 4096)); n > 0 {
					_, _ = io.WriteString(conn, b.words)
				}
				_, _ = io.Copy(io.Discard, conn)
			})
		}
	})
	return nil
}

func (b *talker) Addr() string { return b.Listener.Addr().String() }

func (b *talker) Close() error {
	err := b.Listener.Close()
	b.serving.Wait()
	return err
}

// secured is a TLS server that echoes.
type secured struct {
	config *tls.Config
	net.Listener
	serving sync.WaitGroup
}

func (s *secured) Start(addr string) (err error) {
	if s.Listener, err = tls.Listen("tcp", addr, s.config); err != nil {
		return err
	}
	s.serving.Go(func() {
		for {
			conn, err := s.Accept()
			if err != nil {
				return
			}
			s.serving.Go(func() { _, _ = io.Copy(conn, conn); _ = conn.Close() })
		}
	})
	return nil
}

func (s *secured) Addr() string { return s.Listener.Addr().String() }

func (s *secured) Close() error {
	err := s.Listener.Close()
	s.serving.Wait()
	return err
}

// serving starts a server with a certificate, which answers the ALPN of TURN.
func serving(t *testing.T, cert *tls.Certificate, alpn ...string) string {
	t.Helper()
	return started(t, &secured{config: &tls.Config{Certificates: []tls.Certificate{*cert}, NextProtos: alpn}})
}

func issue(t *testing.T, a *middlebox.Authority, change func(*x509.Certificate), names ...string) *tls.Certificate {
	t.Helper()
	c, err := a.Issue(change, names...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// logged gives a certificate the receipt of a public log.
func logged(c *tls.Certificate) *tls.Certificate {
	c.SignedCertificateTimestamps = [][]byte{[]byte("a receipt")}
	return c
}

func pinOf(c *tls.Certificate) netcheck.SPKIHash {
	return netcheck.SPKIHash(sha256.Sum256(c.Leaf.RawSubjectPublicKeyInfo))
}

// to is the target on loopback that has a name.
func to(t *testing.T, host, addr string) webprobe.TLSTarget {
	t.Helper()
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return webprobe.TLSTarget{Host: host, Port: int(at.Port()), Addr: at, ALPN: []string{"stun.turn"}}
}

// selfSigned is a certificate that nobody but its owner vouches for.
func selfSigned(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "turn"}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
