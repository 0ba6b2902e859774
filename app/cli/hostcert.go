package cli

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"time"
)

// soonOver is when a certificate's end is worth a warning: those that are renewed by themselves have been by then.
const soonOver = 14 * 24 * time.Hour

// certificate reads and checks --tls-cert and --tls-key. Without them it gives nil.
func (o *hostOptions) certificate(in inputs, now time.Time) (*tls.Certificate, error) {
	switch {
	case o.tlsCert == "" && o.tlsKey == "":
		return nil, nil
	case o.tlsCert == "" || o.tlsKey == "":
		return nil, wrongUse("--tls-cert and --tls-key belong together: give both, or none")
	}
	chain, err := in.read("tls-cert", o.tlsCert)
	if err != nil {
		return nil, err
	}
	key, err := in.read("tls-key", o.tlsKey)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, wrongUse("--tls-cert %s and --tls-key %s can not be used: %s", o.tlsCert, o.tlsKey, pairTrouble(err))
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, wrongUse("--tls-cert %s: its first certificate can not be read: give the server's own certificate first", o.tlsCert)
		}
	}
	return &pair, o.checkCertificate(pair.Leaf, in, now)
}

// pairTrouble says in words why a certificate and a key do not go together. Of the key nothing is repeated.
func pairTrouble(err error) string {
	switch text := err.Error(); {
	case strings.Contains(text, "does not match"):
		return "the key is not that of the certificate: give the two that were made together"
	case strings.Contains(text, "certificate input") || strings.Contains(text, "parse certificate"):
		return "there is no certificate in the first (a block that begins with -----BEGIN CERTIFICATE-----)"
	case strings.Contains(text, "key input") || strings.Contains(text, "private key"):
		return "there is no private key in the second, or one with a password (a block that begins with -----BEGIN PRIVATE KEY-----)"
	}
	return "give a certificate and its key in PEM form"
}

func (o *hostOptions) checkCertificate(leaf *x509.Certificate, in inputs, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return wrongUse("--tls-cert %s ended on %s: renew it", o.tlsCert, leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return wrongUse("--tls-cert %s begins on %s: check this computer's clock, or give another", o.tlsCert, leaf.NotBefore.Format(time.DateOnly))
	case len(leaf.DNSNames)+len(leaf.IPAddresses) == 0:
		return wrongUse("--tls-cert %s names no computer (subject alternative names): give a certificate for a server", o.tlsCert)
	}
	if leaf.NotAfter.Sub(now) < soonOver {
		in.warn("the certificate in %s ends on %s: renew it, and start again", o.tlsCert, leaf.NotAfter.Format(time.DateOnly))
	}
	named := false
	for _, text := range o.announce {
		host := text
		if h, _, err := net.SplitHostPort(text); err == nil {
			host = h
		}
		if leaf.VerifyHostname(host) == nil {
			named = true
			continue
		}
		in.warn("the certificate in %s is not for %s: echopath does not mind, since the invite holds its fingerprint, but proxies may", o.tlsCert, host)
	}
	if !named && len(leaf.DNSNames) > 0 {
		in.warn("no --announce names what the certificate in %s is for: add --announce %s, so that guests come by that name", o.tlsCert, leaf.DNSNames[0])
	}
	return nil
}
