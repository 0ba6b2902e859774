package dial

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"strings"
	"time"

	"echopath/netcheck"
)

// handshakeFailure says why TLS with a server did not come about. via is the proxy on the way, if any.
func (w words) handshakeFailure(kind Kind, err error, server, via string) error {
	if verdict := (*netcheck.Failure)(nil); errors.As(err, &verdict) {
		return verdict
	}
	f := &netcheck.Failure{Code: netcheck.ReasonTLSFailed, Err: err}
	alert, record := (*net.OpError)(nil), tls.RecordHeaderError{}
	switch {
	case errors.As(err, &record):
		f.Text = fmt.Sprintf("%s does not speak TLS on that port: what it answers is %s.", server, recordKind(record.RecordHeader))
		f.Advice = w.wrongPort
	case errors.As(err, &alert) && alert.Op == "remote error": // how crypto/tls words an alert from the other side
		f.Text = fmt.Sprintf("%s refused the TLS handshake (%s).", server, strings.TrimPrefix(alert.Err.Error(), "tls: "))
		f.Advice = w.alert
	case kind == KindTimeout:
		f.Code, f.Text = netcheck.ReasonNoAnswer, fmt.Sprintf("%s accepts TCP and does not answer TLS.", server)
		f.Advice = "Check that it speaks TLS on that port; if it does, a firewall on the way holds TLS up (ask for an exception for it), or large packets are lost on the way (try with a smaller MTU on this computer)."
	case kind == KindClosed:
		f.Text = fmt.Sprintf("The connection to %s was closed during the TLS handshake: it does not speak TLS on that port, or a firewall on the way cuts it off.", server)
		f.Advice = w.cutOff
	default:
		f.Text = fmt.Sprintf("TLS with %s failed.", server)
		f.Advice = "The technical message names the cause."
	}
	if via != "" {
		f.Advice += " The connection went through the proxy " + via + ", which may be the one that interferes."
	}
	return f
}

// recordKind guesses what answered a TLS handshake in another language from its first five bytes.
func recordKind(b [5]byte) string {
	switch {
	case string(b[:4]) == "HTTP":
		return "plain HTTP"
	case b[0] < 0x40 && b[0] != 0x15 && b[0] != 0x16: // the two upper bits of STUN are zero (RFC 8489, section 5)
		return "plain STUN or another protocol"
	}
	return "another protocol"
}

func noCertificates(file string) error {
	if file == "" {
		file = "The CA that was given"
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonTLSUntrusted, Text: file + " holds no certificate in PEM form.",
		Advice: "Give a file with a block that begins with -----BEGIN CERTIFICATE-----.",
	}
}

func chainFailure(err error, v verifier, leaf *x509.Certificate) error {
	f := &netcheck.Failure{Code: netcheck.ReasonTLSUntrusted, Err: err}
	if invalid := (x509.CertificateInvalidError{}); errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		f.Code = netcheck.ReasonTLSDate
		f.Text, f.Advice = validity(v.host, invalid.Cert, time.Now())
		return f
	}
	if unknown := (x509.UnknownAuthorityError{}); !errors.As(err, &unknown) {
		f.Text = fmt.Sprintf("The certificate of %s can not be trusted: %s.", v.host, printable(err.Error()))
		f.Advice = "Ask the server's administrators for a certificate that is fit for a TLS server."
		return f
	}
	issuer, seen := issuerName(leaf), netcheck.SPKIHash(sha256.Sum256(leaf.RawSubjectPublicKeyInfo))
	if len(v.trust.CAPEM) > 0 {
		f.Text = fmt.Sprintf("The certificate of %s was issued by %q and not by the given CA.", v.host, issuer)
		f.Advice = fmt.Sprintf("Check that the file given with --turn-ca is that of the server; if it is, TLS is being intercepted by %q: ask for an exception for this server.", issuer)
		return f
	}
	f.Text = fmt.Sprintf("The certificate of %s is not trusted: it was issued by %q, which this computer does not know.", v.host, issuer)
	f.Advice = fmt.Sprintf("If the server's administrators confirm the issuer %q, give its CA with --turn-ca FILE or its pin with --turn-pin sha256/... (key seen: %s). "+
		"If not, TLS is being intercepted: ask for an exception for this server.", issuer, seen)
	return f
}

// validity says that a certificate is out of date. The one at fault may be an intermediate one.
func validity(host string, c *x509.Certificate, now time.Time) (text, advice string) {
	const day = "2 January 2006"
	if now.Before(c.NotBefore) {
		return fmt.Sprintf("The certificate of %s is valid from %s on, and this computer's clock says %s.", host, c.NotBefore.Format(day), now.Format(day)),
			"Set this computer's clock right; if it is right, the server needs another certificate."
	}
	days := int(math.Ceil(now.Sub(c.NotAfter).Hours() / 24))
	return fmt.Sprintf("The certificate of %s has expired on %s (%d days ago).", host, c.NotAfter.Format(day), days),
		"Ask the server's administrators to renew it; if they have, check this computer's clock."
}

func nameFailure(err error, host string, leaf *x509.Certificate) error {
	return &netcheck.Failure{
		Code:   netcheck.ReasonTLSName,
		Text:   fmt.Sprintf("The certificate is for another name: %s was asked, and it is for %s.", host, certificateNames(leaf)),
		Advice: "Use the name in the certificate as the server's address, or give the server's pin with --turn-pin sha256/... .",
		Err:    err,
	}
}

func (w words) pinFailure(host string, seen netcheck.SPKIHash, leaf *x509.Certificate) error {
	return &netcheck.Failure{Code: netcheck.ReasonTLSPin, Text: fmt.Sprintf(w.otherKey, host, seen, issuerName(leaf)), Advice: w.otherKeyAdvice}
}
