package natprobe

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// verifier decides whether a DTLS server is the one that was meant, by the rules of package dial: a pin decides alone, with a CA beside
// it both must hold, and without either the authorities that this computer knows decide.
type verifier struct {
	trust netcheck.Trust
	roots *x509.CertPool // nil = the system's
	host  string
}

// verify checks a server's chain. The evidence is complete also when it fails, but for VerifiedBy.
func (v verifier) verify(raw [][]byte, alpn string) (*netcheck.TLSEvidence, error) {
	chain, err := parseChain(raw)
	if err != nil {
		return nil, err
	}
	spki := netcheck.SPKIHash(sha256.Sum256(chain[0].RawSubjectPublicKeyInfo))
	evidence := &netcheck.TLSEvidence{
		Version: "DTLS 1.2", ServerName: v.host, SPKISHA256: spki.String(), Issuer: issuer(chain[0]), ALPN: bounded([]byte(alpn)),
	}
	var by []string
	if len(v.trust.CAPEM) > 0 || len(v.trust.Pins) == 0 {
		authority, err := v.chain(chain)
		if err != nil {
			return evidence, err
		}
		by = append(by, authority)
	}
	if len(v.trust.Pins) > 0 {
		if !slices.Contains(v.trust.Pins, spki) {
			return evidence, otherKey(v.host, spki, evidence.Issuer)
		}
		by = append(by, "pin")
	}
	evidence.VerifiedBy = strings.Join(by, "+")
	return evidence, nil
}

func parseChain(raw [][]byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for _, der := range raw {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errNoCertificate
	}
	return chain, nil
}

// chain checks who vouches for the certificate, and then that it is for the server. It gives the name of that authority.
func (v verifier) chain(chain []*x509.Certificate) (authority string, err error) {
	roots, authority := v.roots, "system"
	if len(v.trust.CAPEM) > 0 {
		roots, authority = x509.NewCertPool(), "ca_file"
		if !roots.AppendCertsFromPEM(v.trust.CAPEM) {
			return "", &netcheck.Failure{
				Code: netcheck.ReasonTLSUntrusted, Text: "The CA that was given holds no certificate in PEM form.",
				Advice: "Give a file with a block that begins with -----BEGIN CERTIFICATE-----.",
			}
		}
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between}); err != nil {
		return "", untrusted(err, v.host, chain[0])
	}
	if err := chain[0].VerifyHostname(v.host); err != nil {
		return "", &netcheck.Failure{
			Code: netcheck.ReasonTLSName, Text: fmt.Sprintf("The certificate that is shown over DTLS is not for %s.", v.host),
			Advice: "Use the name in the certificate as the server's address, or give the server's pin with --turn-pin sha256/... .", Err: err,
		}
	}
	return authority, nil
}

func untrusted(err error, host string, leaf *x509.Certificate) error {
	f := &netcheck.Failure{Code: netcheck.ReasonTLSUntrusted, Err: err}
	if invalid := (x509.CertificateInvalidError{}); errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		const day = "2 January 2006"
		f.Code = netcheck.ReasonTLSDate
		f.Text = fmt.Sprintf("The certificate of %s holds from %s to %s, and this computer's clock says %s.",
			host, invalid.Cert.NotBefore.Format(day), invalid.Cert.NotAfter.Format(day), time.Now().Format(day))
		f.Advice = "Ask the server's administrators to renew it; if it is new, check this computer's clock."
		return f
	}
	f.Text = fmt.Sprintf("The certificate of %s over DTLS is not trusted: it was issued by %q.", host, issuer(leaf))
	f.Advice = fmt.Sprintf("If the server's administrators confirm the issuer %q, give its CA with --turn-ca FILE or its pin with --turn-pin sha256/... (key seen: %s).",
		issuer(leaf), netcheck.SPKIHash(sha256.Sum256(leaf.RawSubjectPublicKeyInfo)))
	return f
}

func otherKey(host string, seen netcheck.SPKIHash, issuer string) error {
	return &netcheck.Failure{
		Code:   netcheck.ReasonTLSPin,
		Text:   fmt.Sprintf("%s shows another certificate over DTLS than the pinned one (key seen: %s, issued by %q): something answers in its place, or the server changed.", host, seen, issuer),
		Advice: "Ask the server's administrators for its present pin. If it is the one you gave, a firewall reads this connection: ask for an exception for this server.",
	}
}

// issuer is who issued a certificate, fit to be shown.
func issuer(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if name == "" {
		name = c.Issuer.String()
	}
	return bounded([]byte(name))
}
