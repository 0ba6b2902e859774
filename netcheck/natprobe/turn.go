package natprobe

import (
	"context"
	"fmt"

	"echopath/netcheck"
)

// TURN uses a TURN server (RFC 8656) by one transport as a call does: it connects, answers the challenge, allocates a relay, asks leave to
// send, binds a channel, sends a packet through the relay to a second one of its own on the same server and back, refreshes the
// allocation and gives both back. Facts has the address of the relay, the one under which the server sees this end, the round trip of
// the quickest answer (RTT, to the server and back) and how long the credential holds; Steps has the timeline of the first relay, with
// the server's codes. The caller fills in ID and At, and adds the step of resolving if it likes.
//
// The result is
//   - ok, if all of that works,
//   - degraded, if a relay is granted and something after it does not work (the code says what; ReasonPeerRefused means that the server
//     does not relay to its own address, as many do not, and that neither a relay of one of ask's Others nor a socket of this computer,
//     under its outside address, could be the far end in its place, which says nothing of calls to others),
//   - blocked or failed, if no relay is granted, with the code of the reason,
//   - not tested, if this computer could not send, or ctx ended before it was decided.
//
// Its limits are 2 s for TCP, 3 s for TLS and DTLS each, and 4 s for the allocation; ctx bounds the whole.
func (p *Prober) TURN(ctx context.Context, ask Ask) netcheck.NetResult {
	v := p.visit(netcheck.ProbeTURN, ask)
	if ask.Server.Fresh == nil { // one that makes credentials is asked when the server wants one
		user, _ := ask.Server.Credential(v.now())
		v.noteExpiry(user)
	}
	defer v.leave()
	return v.run(ctx, v.turn)
}

func (v *visit) turn(ctx context.Context) (string, error) {
	near, err := v.within(ctx, v.log)
	if err != nil {
		return "", err
	}
	defer near.leave(ctx)
	defer func() { v.log.note(near) }()
	works := fmt.Sprintf("%s grants a relay over %s", v.place(), v.transport.word())
	far, err := v.second(ctx)
	if err != nil {
		return "", &partial{works: works + ", and not the second one that it takes to send a packet through.", f: netcheck.AsFailure(err, netcheck.ReasonLocal)}
	}
	defer far.leave(ctx)
	if err := v.through(ctx, near, far); err != nil {
		return "", &partial{works: works + ".", f: netcheck.AsFailure(err, netcheck.ReasonLocal)}
	}
	return v.wellText(near), nil
}

// second makes the other end of the echo. Only what goes wrong with it has a place in the timeline.
func (v *visit) second(ctx context.Context) (*session, error) {
	log := &timeline{begin: v.log.begin, count: v.log.count}
	far, err := v.within(ctx, log)
	if err == nil {
		far.log = nil
		return far, nil
	}
	if step, ok := log.failed(); ok {
		step.Detail = "the second relay: " + step.Detail
		v.log.steps = append(v.log.steps, step)
	}
	return nil, err
}

// through does with a relay what a call does. It goes on after a failure that leaves something to be tried, and gives the first that
// matters to a call: packets, then their channel, then the refresh.
func (v *visit) through(ctx context.Context, near, far *session) error {
	err := near.permit(ctx, far.relayed)
	if err == nil {
		err = far.permit(ctx, near.relayed)
	}
	if refusesPeer(err) && ctx.Err() == nil {
		if other := v.elsewhere(ctx, near); other != nil {
			defer other.close(ctx)
			return v.carry(ctx, near, other, other.way)
		}
	}
	if err != nil {
		return first(err, near.refresh(ctx))
	}
	return v.carry(ctx, near, relayEnd{far}, "through two relays")
}

// carry binds a channel to the far end, sends a packet there and back, and refreshes.
func (v *visit) carry(ctx context.Context, near *session, far mirror, way string) error {
	channel := near.bind(ctx, far.at())
	sent := near.send(ctx, far, way)
	return first(sent, channel, near.refresh(ctx))
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// wellText is the sentence for a server in order.
func (v *visit) wellText(near *session) string {
	over := "over " + v.transport.word()
	if v.log.proxy != "" {
		over += " through the proxy " + v.log.proxy
	}
	text := fmt.Sprintf("%s relays %s: a packet went through and came back", v.place(), over)
	if rtt := near.pace.quickest; rtt > 0 {
		text += fmt.Sprintf(", and the server itself answers in %s", milliseconds(rtt))
	}
	text += "." + v.detour
	if v.expired > 0 {
		text += fmt.Sprintf(" It does so although the credential expired %s ago by this computer's clock.", span(v.expired))
	}
	return text
}
