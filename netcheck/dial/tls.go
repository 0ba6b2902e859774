package dial

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// secure makes TLS of a stream.
func (w *way) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	begin := time.Now()
	secured, err := w.handshake(ctx, conn)
	err = w.about.contextFailure(ctx, err)
	detail := ""
	if err == nil {
		detail = w.evidence.TLS.Version + ", verified by " + w.evidence.TLS.VerifiedBy
	}
	w.done(netcheck.StepTLS, begin, detail, err)
	return secured, err
}

func (w *way) handshake(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if err := conn.SetDeadline(deadline(ctx, tlsTimeout)); err != nil {
		return nil, err
	}
	v := verifier{trust: w.to.Trust, roots: w.dialer.Roots, host: strings.TrimSuffix(asciiHost(w.to.Host), "."), about: w.about}
	secured := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: v.host, // a literal address is not sent as SNI
		NextProtos: w.to.ALPN,
		// crypto/tls knows neither pins nor which of trust and name failed: verifyConnection does all that this turns off.
		InsecureSkipVerify: true, //nolint:gosec // see above
		VerifyConnection: func(cs tls.ConnectionState) error {
			evidence, err := v.verify(cs)
			w.evidence.TLS = evidence
			return err
		},
	})
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, w.about.handshakeFailure(kindIn(ctx, err), err, w.to.hostPort(), w.evidence.ViaProxy)
	}
	return secured, nil
}

// verifier decides whether a server is the one that was meant.
type verifier struct {
	trust netcheck.Trust
	roots *x509.CertPool
	host  string
	about words
}

// verify checks a finished handshake. The evidence is complete also when it fails, but for VerifiedBy.
func (v verifier) verify(cs tls.ConnectionState) (*netcheck.TLSEvidence, error) {
	leaf := cs.PeerCertificates[0] // there is one: anonymous cipher suites do not exist in crypto/tls
	spki := netcheck.SPKIHash(sha256.Sum256(leaf.RawSubjectPublicKeyInfo))
	evidence := &netcheck.TLSEvidence{
		Version:    tls.VersionName(cs.Version),
		ServerName: v.host,
		SPKISHA256: spki.String(),
		Issuer:     issuerName(leaf),
		ALPN:       cs.NegotiatedProtocol,
	}
	var by []string
	if len(v.trust.CAPEM) > 0 || len(v.trust.Pins) == 0 {
		if err := v.verifyChain(cs.PeerCertificates); err != nil {
			return evidence, err
		}
		by = append(by, v.authority())
	}
	if len(v.trust.Pins) > 0 {
		if !slices.Contains(v.trust.Pins, spki) {
			return evidence, v.about.pinFailure(v.host, spki, leaf)
		}
		by = append(by, "pin")
	}
	evidence.VerifiedBy = strings.Join(by, "+")
	return evidence, nil
}

func (v verifier) authority() string {
	if len(v.trust.CAPEM) > 0 {
		return "ca_file"
	}
	return "system"
}

// verifyChain checks the chain first and the name after it: the name in a certificate that nobody vouches for says nothing.
func (v verifier) verifyChain(chain []*x509.Certificate) error {
	roots := v.roots
	if len(v.trust.CAPEM) > 0 {
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(v.trust.CAPEM) {
			return noCertificates(v.trust.CAFile)
		}
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	leaf := chain[0]
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between}); err != nil {
		return chainFailure(err, v, leaf)
	}
	if err := leaf.VerifyHostname(v.host); err != nil {
		return nameFailure(err, v.host, leaf)
	}
	return nil
}

// issuerName is the issuer's common name, or what else names it. It comes from the network, so it is cut and made printable.
func issuerName(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if name == "" {
		name = c.Issuer.String()
	}
	return printable(name)
}

// printable drops what could steer a terminal and bounds the rest.
func printable(s string) string {
	const most = 120
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufffd' {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}

// certificateNames lists whom a certificate is for.
func certificateNames(c *x509.Certificate) string {
	const most = 4
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		if a, ok := netip.AddrFromSlice(ip); ok {
			names = append(names, a.Unmap().String())
		}
	}
	switch {
	case len(names) == 0:
		return "no name at all"
	case len(names) > most:
		names = append(names[:most], "…")
	}
	return printable(strings.Join(names, ", "))
}
