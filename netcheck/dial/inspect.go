package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"net"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// Inspection is what the other side of TLS showed, trusted or not.
type Inspection struct {
	Evidence
	Local  string // address of this end, host:port
	Remote string // address that the connection is to, host:port; the proxy's if there is one
	// Chain is what was shown, the server's own certificate first and never missing.
	Chain []*x509.Certificate
	// Root names the authority that vouches for the chain; "" if none of those that are trusted does.
	Root string
	// Logged tells that the certificate came with a receipt of a public log (RFC 6962, section 3.3), as those of public authorities
	// do and those of a company or of a program on this computer do not. The receipt's signature is not checked.
	Logged bool
	// Distrust is why a program would refuse the certificate, nil if it would not.
	Distrust *netcheck.Failure
}

// Inspect makes TLS with the other side only to look at it, and closes it again; to.TLS does not matter. It has the steps, limits
// and errors of Stream, but that a certificate which is not trusted is no error: it is what was looked for.
func (d *Dialer) Inspect(ctx context.Context, to To, trace func(netcheck.StepDone)) (Inspection, error) {
	to.TLS = false
	w := &way{dialer: d, to: to, label: to.hostPort(), about: aboutServer, trace: trace}
	raw, err := w.open(ctx)
	if err != nil {
		return Inspection{}, err
	}
	defer func() { _ = raw.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	begin := time.Now()
	out, err := w.look(ctx, raw)
	if err = w.about.contextFailure(ctx, err); err != nil {
		w.done(netcheck.StepTLS, begin, "", err)
		return out, w.fail(err)
	}
	w.done(netcheck.StepTLS, begin, out.TLS.Version+", issued by "+out.TLS.Issuer, nil)
	return out, nil
}

// look shakes hands to the end, whatever the certificate is.
func (w *way) look(ctx context.Context, conn net.Conn) (Inspection, error) {
	out := Inspection{Evidence: w.evidence, Local: conn.LocalAddr().String(), Remote: conn.RemoteAddr().String()}
	if err := conn.SetDeadline(deadline(ctx, tlsTimeout)); err != nil {
		return out, err
	}
	v := verifier{trust: w.to.Trust, roots: w.dialer.Roots, host: strings.TrimSuffix(asciiHost(w.to.Host), "."), about: w.about}
	secured := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: v.host,
		NextProtos: w.to.ALPN,
		// Nothing is sent over this connection: it is made to see what cs holds.
		InsecureSkipVerify: true, //nolint:gosec // see above
		VerifyConnection: func(cs tls.ConnectionState) error {
			evidence, err := v.verify(cs)
			if err != nil {
				out.Distrust = netcheck.AsFailure(err, netcheck.ReasonTLSUntrusted)
			}
			w.evidence.TLS = evidence
			out.TLS, out.Chain, out.Root, out.Logged = evidence, cs.PeerCertificates, v.root(cs.PeerCertificates), logged(cs)
			return nil
		},
	})
	if err := secured.HandshakeContext(ctx); err != nil {
		return out, w.about.handshakeFailure(kindIn(ctx, err), err, w.to.hostPort(), w.evidence.ViaProxy)
	}
	return out, nil
}

// root names the authority at the end of the first chain that holds.
func (v verifier) root(shown []*x509.Certificate) string {
	roots := v.roots
	if len(v.trust.CAPEM) > 0 {
		roots = x509.NewCertPool()
		roots.AppendCertsFromPEM(v.trust.CAPEM)
	}
	between := x509.NewCertPool()
	for _, c := range shown[1:] {
		between.AddCert(c)
	}
	chains, err := shown[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
	if err != nil || len(chains) == 0 || len(chains[0]) == 0 {
		return ""
	}
	return subjectName(chains[0][len(chains[0])-1])
}

func subjectName(c *x509.Certificate) string {
	name := c.Subject.CommonName
	if name == "" {
		name = c.Subject.String()
	}
	return printable(name)
}

// receipts is the extension of a certificate that holds receipts of public logs (RFC 6962, section 3.3).
var receipts = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}

func logged(cs tls.ConnectionState) bool {
	leaf := cs.PeerCertificates[0]
	for _, e := range leaf.Extensions {
		if e.Id.Equal(receipts) {
			return true
		}
	}
	return slices.ContainsFunc(cs.SignedCertificateTimestamps, func(receipt []byte) bool { return len(receipt) > 0 })
}

// CertificateNames lists whom a certificate is for, at most a few of them, fit to be shown.
func CertificateNames(c *x509.Certificate) string { return certificateNames(c) }
