package webprobe

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// finding is a result in words.
type finding struct {
	state        netcheck.NetState
	code         netcheck.ReasonCode
	text, advice string
}

// reading is what is made of a handshake.
type reading struct {
	seen   dial.Inspection
	target TLSTarget
	place  string    // host:port
	now    time.Time // for the age of certificates
}

func (r reading) leaf() *x509.Certificate { return r.seen.Chain[0] }

// authority names who issued the certificate, and whose authority that is.
func (r reading) authority() string {
	issuer, root := r.seen.TLS.Issuer, r.seen.Root
	if root == "" || root == issuer {
		return fmt.Sprintf("%q", issuer)
	}
	return fmt.Sprintf("%q (below %q)", issuer, root)
}

func (r reading) pinned() finding {
	return finding{netcheck.NetOK, "", fmt.Sprintf("TLS with %s is with the server itself: its key is the pinned one, so nobody on the way reads along.", r.place), ""}
}

func (r reading) givenCA() finding {
	return finding{netcheck.NetOK, "", fmt.Sprintf("TLS with %s is as it should be: its certificate is from %s, the CA that was given for it.", r.place, r.authority()), ""}
}

func (r reading) public() finding {
	return finding{netcheck.NetOK, "", fmt.Sprintf("TLS with %s is as it should be: its certificate is from %s and in public logs, and no sign of anybody who reads along was seen.",
		r.place, r.authority()), ""}
}

// exception is what to ask for.
func (r reading) exception() string {
	return fmt.Sprintf("Ask for an exception from TLS inspection for %s.", r.place)
}

func (r reading) intercepted() finding {
	text := fmt.Sprintf("TLS with %s works, but somebody on the way can read along: its certificate was issued by %s", r.place, r.authority())
	advice := r.exception() + " Calls work as long as it only reads; a box that does not know the protocol may end them."
	if p := r.product(); p != "" {
		text += fmt.Sprintf(", which names a product that inspects TLS (%s)", p)
	} else {
		text += ", which this computer trusts, and which is no public authority: the certificate is in no public log"
	}
	return finding{netcheck.NetDegraded, netcheck.ReasonIntercepted, text + ".", advice}
}

// suspicious is about a private authority and a server that keeps quiet where TURN servers mostly speak. Not all do (RFC 7443, section 3).
func (r reading) suspicious() finding {
	return finding{netcheck.NetDegraded, netcheck.ReasonSuspicious,
		fmt.Sprintf("TLS with %s works, and it looks as if somebody on the way could read along: its certificate was issued by %s, a private authority that this computer trusts, "+
			"and the offered protocol (%s) was passed over. A server with its company's own certificate may look the same.", r.place, r.authority(), strings.Join(r.target.ALPN, ", ")),
		"To be certain, give the server's pin with --turn-pin sha256/... . If that authority is not the server's own, " + lower(r.exception())}
}

func (r reading) private() finding {
	return finding{netcheck.NetNotTested, netcheck.ReasonUndecided,
		fmt.Sprintf("TLS with %s works. Its certificate was issued by %s, a private authority that this computer trusts: whether that is the server's own "+
			"or of somebody on the way who reads along can not be told from here.", r.place, r.authority()),
		"To be certain, give the server's pin with --turn-pin sha256/... ."}
}

func (r reading) otherKey() finding {
	f := finding{netcheck.NetFailed, netcheck.ReasonTLSPin, "", ""}
	if r.seen.Logged && r.seen.Root != "" && r.leaf().VerifyHostname(r.target.Host) == nil {
		f.text = fmt.Sprintf("The key of %s is not the pinned one. Its certificate is from the public authority %s all the same, so the server has most likely got a new one.", r.place, r.authority())
		f.advice = "Ask the server's administrators for its present pin."
		return f
	}
	if r.selfSigned() {
		f.text = fmt.Sprintf("TLS with %s is not with the server that was meant: the key is not the pinned one, and its owner vouches for it alone. Somebody on the way takes the server's place, or it has a new key.", r.place)
		f.advice = "Ask the server's administrators for its present pin. If it is the one that you gave, " + lower(r.exception())
		return f
	}
	f.text = fmt.Sprintf("TLS with %s is intercepted: the key is not the pinned one but one of a certificate issued by %s. Whoever holds it can read along.", r.place, r.authority())
	f.advice = r.exception() + " If the server itself has a new certificate by that issuer, give its new pin."
	return f
}

func (r reading) otherName() finding {
	return finding{netcheck.NetFailed, netcheck.ReasonTLSName,
		fmt.Sprintf("The certificate of %s is the wrong one: it is for %s. That is no sign of anybody who reads along, who would have written the asked name into it.",
			r.place, dial.CertificateNames(r.leaf())),
		"Use a name that is in the certificate as the server's address, or ask the server's administrators for a certificate with this name; " +
			"in a network with a log-in page, log in first."}
}

func (r reading) productRefused() finding {
	return finding{netcheck.NetFailed, netcheck.ReasonIntercepted,
		fmt.Sprintf("TLS with %s is intercepted: its certificate was issued by %s, which names a product that inspects TLS (%s), and this computer does not trust it.",
			r.place, r.authority(), r.product()), r.exception()}
}

func (r reading) inPlaceOfPublic() finding {
	return finding{netcheck.NetFailed, netcheck.ReasonIntercepted,
		fmt.Sprintf("Somebody on the way takes the place of %s: its certificate was issued by %s, which this computer does not trust, and no public server has such a one.", r.place, r.authority()),
		r.exception() + " In a network with a log-in page, log in first."}
}

func (r reading) expired() finding {
	c, day := r.leaf(), "2 January 2006"
	f := finding{netcheck.NetFailed, netcheck.ReasonTLSDate, "", "Ask the server's administrators to renew it; if they have, check this computer's clock."}
	switch {
	case r.now.Before(c.NotBefore):
		f.text = fmt.Sprintf("The certificate of %s is valid from %s on, and this computer's clock says %s.", r.place, c.NotBefore.Format(day), r.now.Format(day))
		f.advice = "Set this computer's clock right; if it is right, the server needs another certificate."
	case r.now.After(c.NotAfter):
		f.text = fmt.Sprintf("The certificate of %s has expired on %s. That is a fault of the certificate, and by itself no sign of anybody who reads along.", r.place, c.NotAfter.Format(day))
	default:
		f.text = fmt.Sprintf("A certificate above that of %s is out of date by this computer's clock.", r.place)
	}
	return f
}

func (r reading) unknown() finding {
	f := finding{netcheck.NetFailed, netcheck.ReasonTLSUntrusted, "", ""}
	who := "it was issued by " + r.authority() + ", which this computer does not know"
	switch unknown := new(x509.UnknownAuthorityError); {
	case r.selfSigned():
		who = "its owner vouches for it alone"
	case !asUnknown(r.seen.Distrust, unknown):
		f.text = fmt.Sprintf("The certificate of %s is the wrong one: it is not fit for a TLS server.", r.place)
		f.advice = "Ask the server's administrators for another certificate."
		return f
	}
	f.text = fmt.Sprintf("The certificate of %s is not trusted: %s. It may be the server's own, or somebody on the way may read along: that can not be told from here.", r.place, who)
	f.advice = fmt.Sprintf("Compare the key's SHA-256, %s, with what the server's administrators say. If it is the server's, give the server's pin with --turn-pin sha256/... . If not, %s",
		r.seen.TLS.SPKISHA256, lower(r.exception()))
	return f
}

// way says by which proxy the connection went.
func (r reading) way() string {
	if r.seen.ViaProxy == "" {
		return ""
	}
	return fmt.Sprintf(" The connection went through the proxy %s.", r.seen.ViaProxy)
}

// evidence is what the certificate says, in short.
func (r reading) evidence() string {
	c := r.leaf()
	log, alpn := "no", "nothing"
	if r.seen.Logged {
		log = "yes"
	}
	if r.seen.TLS.ALPN != "" {
		alpn = r.seen.TLS.ALPN
	}
	if len(r.target.ALPN) > 0 {
		alpn += " of " + strings.Join(r.target.ALPN, ", ")
	}
	return fmt.Sprintf("for %s; issued by %s; valid from %s to %s; in a public log: %s; ALPN answered: %s",
		dial.CertificateNames(c), r.authority(), c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly), log, alpn)
}

func (r reading) selfSigned() bool {
	c := r.leaf()
	return string(c.RawIssuer) == string(c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

func lower(sentence string) string { return strings.ToLower(sentence[:1]) + sentence[1:] }
