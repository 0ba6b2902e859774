package webprobe

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// TLSTarget is a server whose TLS is looked at.
type TLSTarget struct {
	Server string         // as the plan has it; "" = host:port
	Host   string         // name or literal address, without brackets
	Port   int            // TCP
	Addr   netip.AddrPort // what Host was resolved to; may be zero
	// Trust is how the server proves itself. A pin decides for certain whether somebody reads along.
	Trust netcheck.Trust
	ALPN  []string // protocols that are offered (RFC 7301) and that the server itself is known to answer
	// Public marks a server of the public web: its own certificate is from a public authority and in public logs (RFC 6962).
	Public bool
}

// TLSOf is the target that a turns: server is; ok is false for others.
func TLSOf(srv netcheck.ICEServer) (target TLSTarget, ok bool) {
	return TLSTarget{Server: srv.URL.String(), Host: srv.URL.Host, Port: srv.URL.Port, Trust: srv.Trust, ALPN: []string{"stun.turn"}},
		srv.URL.Scheme == netcheck.SchemeTURNS
}

// TLS makes TLS with a server, through the proxy if one is set for it, and looks whether it is the server's own. Nothing is sent
// over it. Facts.TLS is the evidence, and the step NetStepCertificate has more of it.
//
//   - ok: nobody reads along: the key is the pinned one, or the given CA or a public authority vouches for the certificate.
//   - degraded, with netcheck.ReasonIntercepted: TLS works, and somebody on the way can read along; with netcheck.ReasonSuspicious: it looks so, but a
//     server with its company's own certificate may look the same.
//   - failed: the key is not the pinned one (ReasonTLSPin): interception for certain, unless the server itself has got a new key. Or
//     somebody takes the place of a public server (netcheck.ReasonIntercepted). Or the certificate is wrong, which is another thing: for
//     another name (ReasonTLSName), expired or not valid yet (netcheck.ReasonTLSDate), or of an unknown authority (ReasonTLSUntrusted). Or something answers that is no TLS.
//   - blocked: the server accepts TCP and does not answer TLS.
//   - not tested: there was no connection to look at, or the certificate is of a private authority that may be the server's own.
//
// It takes at most 2 s for TCP, 3 s for a proxy and 3 s for TLS.
func (p *Prober) TLS(ctx context.Context, target TLSTarget) netcheck.NetResult {
	place := net.JoinHostPort(target.Host, strconv.Itoa(target.Port))
	if target.Server == "" {
		target.Server = place
	}
	t := start(netcheck.ProbeTLS, target.Server)
	t.result.Transport, t.result.Port = "tls", target.Port
	seen, err := p.inspect(ctx, t, target)
	if err != nil {
		// What ends TLS alone is about TLS; what ends all before it is another probe's.
		if last, _ := t.last(); last == string(netcheck.StepTLS) {
			return t.failed(ctx, err)
		}
		return t.notTested(ctx, err, "Whether somebody reads along in TLS was not seen, since there was no connection to "+place)
	}
	t.result.Local, t.result.Remote, t.result.Facts.TLS = seen.Local, seen.Remote, seen.TLS
	if seen.Distrust != nil {
		t.cause(seen.Distrust)
	}
	r := reading{seen: seen, target: target, place: place, now: p.now()}
	t.trace(netcheck.StepDone{Name: NetStepCertificate, OK: seen.Distrust == nil, Detail: r.evidence()})
	f := r.judge()
	return t.end(f.state, f.code, f.text+r.way(), f.advice)
}

func (p *Prober) inspect(ctx context.Context, t *trial, target TLSTarget) (seen dial.Inspection, err error) {
	d := p.dialer()
	to := dial.To{Host: target.Host, Port: target.Port, Addr: target.Addr, Trust: target.Trust, ALPN: target.ALPN}
	err = p.reach(ctx, t, d, to, func(to dial.To) error {
		seen, err = d.Inspect(ctx, to, t.trace)
		return err
	})
	return seen, err
}

// judge decides what the handshake showed.
func (r reading) judge() finding {
	switch f := r.seen.Distrust; {
	case f == nil:
		return r.trusted()
	case f.Code == netcheck.ReasonTLSPin:
		return r.otherKey()
	case f.Code == netcheck.ReasonTLSName:
		return r.otherName()
	case r.product() != "":
		return r.productRefused()
	case r.outOfDate():
		return r.expired()
	case r.target.Public:
		return r.inPlaceOfPublic()
	}
	return r.unknown()
}

// trusted is about a certificate that programs accept.
func (r reading) trusted() finding {
	switch {
	case len(r.target.Trust.Pins) > 0:
		return r.pinned()
	case len(r.target.Trust.CAPEM) > 0:
		return r.givenCA()
	case r.seen.Logged:
		return r.public()
	case r.product() != "", r.target.Public:
		return r.intercepted()
	case r.unansweredALPN():
		return r.suspicious()
	}
	return r.private()
}

func (r reading) outOfDate() bool {
	invalid := x509.CertificateInvalidError{}
	return errors.As(r.seen.Distrust, &invalid) && invalid.Reason == x509.Expired
}

// unansweredALPN tells that the server was offered a protocol that it should know, and passed over the offer. (One that knows
// ALPN and none of the offered ends the handshake, RFC 7301, section 3.2.)
func (r reading) unansweredALPN() bool { return len(r.target.ALPN) > 0 && r.seen.TLS.ALPN == "" }
