package rtc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// confirm compares, over the signalling, whose certificates the two ends really saw in DTLS. A fingerprint in a description says
// only what was signalled: whoever could change both descriptions sits between two connections, each of which is in order.
func (d *dialog) confirm(ctx context.Context) {
	select {
	case <-d.peer.secured.wait():
	case <-ctx.Done():
		return
	}
	own, err := d.peer.certificates()
	if err != nil {
		d.confirmed.set(localError("This computer could not tell whose certificates its connection uses.", err))
		return
	}
	if d.signals.Send(ctx, signaling.Signal{Confirm: &own}) != nil {
		return // run learns why when it receives
	}
	select {
	case <-d.theirs.wait():
	case <-ctx.Done():
		return
	}
	if theirs, _ := d.theirs.get(); !agree(own, theirs) {
		d.confirmed.set(impostor())
		return
	}
	d.confirmed.set(nil)
}

// unconfirmed tells why the two ends did not come to compare their certificates.
func (p *peer) unconfirmed(noDTLS func() *netcheck.Failure, after time.Duration) *netcheck.Failure {
	_, dead := p.dead.get()
	switch {
	case !p.secured.up():
		return noDTLS()
	case dead:
		return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Err: p.lost(),
			Text:   "The encrypted connection ended before the two ends had found that nobody is between them.",
			Advice: "Repeat the test; if it happens again, a firewall or the network on the way ends connections."}
	}
	return unanswered(after)
}

// agree tells whether two ends saw each other.
func agree(own, theirs signaling.Confirm) bool {
	return theirs.Own == own.Other && theirs.Other == own.Own
}

var errNoCertificate = errors.New("the DTLS connection shows no certificate")

// certificates are the SHA-256 of the certificate that this end showed, and of the one that it saw.
func (p *peer) certificates() (signaling.Confirm, error) {
	var c signaling.Confirm
	dtls := p.pc.SCTP().Transport()
	params, err := dtls.GetLocalParameters()
	if err != nil {
		return c, err
	}
	for _, f := range params.Fingerprints {
		if f.Algorithm == "sha-256" {
			c.Own = strings.ToLower(strings.ReplaceAll(f.Value, ":", ""))
		}
	}
	seen := dtls.GetRemoteCertificate()
	if len(seen) == 0 || c.Own == "" {
		return c, errNoCertificate
	}
	sum := sha256.Sum256(seen)
	c.Other = hex.EncodeToString(sum[:])
	return c, nil
}

func impostor() *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonImpostor,
		Text: "Something between the two computers takes part in the encrypted connection: each end sees another certificate than the one " +
			"that the other end shows.",
		Advice: "Nothing was measured. Get a new invite by another way, and if it happens again, ask whoever runs the network between what intercepts its traffic."}
}
