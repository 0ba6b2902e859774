package natprobe

import (
	"context"
	"fmt"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// measureWait is how long an answer is waited for that only makes the round trip more exact.
const measureWait = time.Second

// UDP asks a server for a Binding answer (RFC 8489) over UDP, at the port of ask, whatever the transport of ask: three sendings with 250, 500
// and 1000 ms of patience, on a connected socket, because only those are told of ICMP messages. (On Windows none are: what is refused
// elsewhere is silence there.) A server that answers is asked twice more, for the round trip: Facts.RTT is that of the quickest answer.
//
// The result is ok with Facts.Mapped and Local; blocked for silence (ReasonNoAnswer), ICMP "port unreachable" (ReasonRefused) and other
// ICMP or no route (ReasonUnreachable); failed if something answers that is no STUN server (ReasonNotSTUN) or refuses (ReasonServerError);
// and not tested if this computer could not send or ctx ended first. It takes 1.75 s at most, or 3.75 s if answers get lost, and
// ends with ctx. The caller fills in ID and At.
func (p *Prober) UDP(ctx context.Context, ask Ask) netcheck.NetResult {
	ask.Transport = TransportUDP
	v := p.visit(netcheck.ProbeUDP, ask)
	return v.run(ctx, v.udp)
}

func (v *visit) udp(ctx context.Context) (string, error) {
	e, err := v.open(ctx, v.log)
	if err != nil {
		return "", err
	}
	defer e.close()
	s := &session{diagnosis: v.diagnosis, exchanger: e, log: v.log}
	defer func() { v.log.note(s) }()
	if err := s.binding(ctx); err != nil {
		return "", err
	}
	sendings := s.pace.sendings
	s.measure(ctx)
	text := fmt.Sprintf("%s answers over UDP", v.place())
	if rtt := s.pace.quickest; rtt > 0 {
		text += " in " + milliseconds(rtt)
	}
	text += fmt.Sprintf(" and sees this computer as %s", s.mapped)
	if sendings > 1 {
		text += fmt.Sprintf("; the first question had to be sent %d times", sendings)
	}
	return text + ".", nil
}

// measure asks a server that has answered for more answers, each sent once, until one is lost.
func (s *session) measure(ctx context.Context) {
	for range 2 {
		request, err := s.build(stun.MethodBinding)
		if err != nil {
			return
		}
		if _, err := s.askWithin(ctx, request, []time.Duration{measureWait}); err != nil {
			return
		}
	}
}
