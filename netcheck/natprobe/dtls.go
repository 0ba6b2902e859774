package natprobe

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"golang.org/x/net/idna"

	"echopath/netcheck"
)

const (
	handshakeTimeout = 3 * time.Second
	// flightInterval is when an unanswered flight is sent again, doubled each time (RFC 6347, section 4.2.4.1): at 0.6 and 1.8 s.
	flightInterval = 600 * time.Millisecond
	alpnTURN       = "stun.turn" // RFC 7443
)

// errNoCertificate tells of a server that proves nothing.
var errNoCertificate = errors.New("the server shows no certificate")

// secure makes DTLS of a connected socket, which it closes if that fails. The server proves itself as it does for TLS: see netcheck.Trust.
func (d *diagnosis) secure(ctx context.Context, conn net.Conn, roots *x509.CertPool, log *timeline) (net.Conn, error) {
	begin := time.Now()
	heard := &hearing{Conn: conn}
	secured, evidence, err := d.handshake(ctx, heard, roots)
	if log != nil && evidence != nil {
		log.tls = evidence
	}
	if err != nil {
		err = d.dtlsFailure(ctx, err, heard.any.Load())
		log.did(netcheck.NetStepDTLS, begin, "", err)
		return nil, err
	}
	log.did(netcheck.NetStepDTLS, begin, evidence.Version+", verified by "+evidence.VerifiedBy, nil)
	return secured, nil
}

func (d *diagnosis) handshake(ctx context.Context, conn net.Conn, roots *x509.CertPool) (net.Conn, *netcheck.TLSEvidence, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	v := verifier{trust: d.srv.Trust, roots: roots, host: asciiHost(d.srv.URL.Host)}
	var evidence *netcheck.TLSEvidence
	var verdict error
	c, err := dtls.ClientWithOptions(packets{conn}, conn.RemoteAddr(),
		dtls.WithServerName(v.host), // a literal address is not sent
		dtls.WithSupportedProtocols(alpnTURN),
		dtls.WithFlightInterval(flightInterval),
		dtls.WithLoggerFactory(&logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}),
		dtls.WithInsecureSkipVerify(true), // it knows no pins: the verifier does all that this turns off
		dtls.WithVerifyConnection(func(s *dtls.State) error {
			evidence, verdict = v.verify(s.PeerCertificates, s.NegotiatedProtocol)
			return verdict
		}),
	)
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	if err = c.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		if verdict != nil {
			err = verdict
		}
		return nil, evidence, err
	}
	return secured{c}, evidence, nil
}

// asciiHost writes an internationalised name as certificates know it (RFC 5891), without the dot of a full name.
func asciiHost(host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	return strings.TrimSuffix(host, ".")
}

// hearing remembers whether anything has come back.
type hearing struct {
	net.Conn
	any atomic.Bool
}

func (h *hearing) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if n > 0 {
		h.any.Store(true)
	}
	return n, err
}

// packets makes of a connected socket what pion/dtls reads from.
type packets struct{ net.Conn }

func (p packets) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.Read(b)
	return n, p.RemoteAddr(), err
}

func (p packets) WriteTo(b []byte, _ net.Addr) (int, error) { return p.Write(b) }

// secured gives the deadlines of pion/dtls the error that those of package net have.
type secured struct{ net.Conn }

func (s secured) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	return n, asDeadline(err)
}

func (s secured) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	return n, asDeadline(err)
}

func asDeadline(err error) error {
	if e := net.Error(nil); errors.As(err, &e) && e.Timeout() {
		return os.ErrDeadlineExceeded
	}
	return err
}
