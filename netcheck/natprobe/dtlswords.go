package natprobe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// plainWait is how long plain STUN is waited for on a port that is silent to DTLS.
const plainWait = 500 * time.Millisecond

// dtlsFailure says why no DTLS came about. heard tells whether anything has come back at all.
func (d *diagnosis) dtlsFailure(ctx context.Context, err error, heard bool) error {
	if verdict := (*netcheck.Failure)(nil); errors.As(err, &verdict) {
		return verdict
	}
	kind := dial.KindOf(err)
	switch {
	case ctx.Err() != nil, kind == dial.KindRefused, kind == dial.KindUnreachable, kind == dial.KindForbidden:
		return d.socketFailure(ctx, err)
	case kind == dial.KindTimeout && !heard:
		return d.silentToDTLS(ctx, err)
	}
	f := &netcheck.Failure{Code: netcheck.ReasonDTLS, Err: err}
	switch {
	case kind == dial.KindTimeout:
		f.Text = fmt.Sprintf("%s begins the DTLS handshake and does not end it: its larger packets are lost on the way, or something holds them back.", d.place())
		f.Advice = fmt.Sprintf("Ask for %s to be exempted from inspection, and for fragments of UDP to be let through.", d.port())
	default:
		f.Text = fmt.Sprintf("DTLS with %s failed: it refused the handshake, or what answers there does not speak DTLS.", lowerFirst(d.place()))
		f.Advice = fmt.Sprintf("Ask the server's administrators whether DTLS is on at that port; if it is, ask for %s to be exempted from inspection.", d.port())
	}
	return f
}

// silentToDTLS tells a port that is blocked or dead from one that answers STUN and has no DTLS, by asking.
func (d *diagnosis) silentToDTLS(ctx context.Context, err error) error {
	blocked := d.socketFailure(ctx, err)
	local, localErr := d.local()
	if localErr != nil {
		return blocked
	}
	conn, openErr := d.datagrams(ctx, local)
	if openErr != nil {
		return blocked
	}
	e := &exchanger{conn: conn}
	defer e.close()
	request, buildErr := stun.Build(stun.TransactionID, stun.BindingRequest, stun.Fingerprint)
	if buildErr != nil {
		return blocked
	}
	if _, askErr := e.askWithin(ctx, request, []time.Duration{plainWait}); askErr != nil {
		return blocked
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonDTLS, Text: fmt.Sprintf("%s answers STUN over plain UDP and is silent to DTLS: DTLS is off there, or a firewall drops it.", d.place()),
		Advice: "Use TURN over UDP, which passes here; if DTLS is wanted, ask the server's administrators whether it is on at that port.", Err: err,
	}
}
