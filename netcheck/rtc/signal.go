package rtc

import (
	"context"
	"fmt"
	"time"

	"github.com/pion/webrtc/v4"
)

// signaller carries to the other end what it must know before there is a link. It keeps the order and loses nothing.
type signaller interface {
	send(ctx context.Context, s signal) error
	receive(ctx context.Context) (signal, error)
}

// signal is a description or a candidate.
type signal struct {
	description *webrtc.SessionDescription
	candidate   *webrtc.ICECandidateInit
}

// pipe is one end of a signaller within this process.
type pipe struct {
	out chan<- signal
	in  <-chan signal
}

// signalDepth holds a description and more candidates than a machine has addresses, so that pion's callbacks do not wait.
const signalDepth = 64

func newPipe() (pipe, pipe) {
	there, back := make(chan signal, signalDepth), make(chan signal, signalDepth)
	return pipe{there, back}, pipe{back, there}
}

func (p pipe) send(ctx context.Context, s signal) error {
	select {
	case p.out <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p pipe) receive(ctx context.Context) (signal, error) {
	select {
	case s := <-p.in:
		return s, nil
	case <-ctx.Done():
		return signal{}, ctx.Err()
	}
}

// heldBack delivers the far end's relay candidate once the far end's relay lets packets through, so that the first check is
// not lost there: the next one follows 200 ms later. The wait is short against the round trips after which the order no
// longer matters.
type heldBack struct {
	signaller
	until <-chan struct{}
}

const longestHold = 20 * time.Millisecond

func (h heldBack) receive(ctx context.Context) (signal, error) {
	s, err := h.signaller.receive(ctx)
	if err != nil || s.candidate == nil {
		return s, err
	}
	hold := time.NewTimer(longestHold)
	defer hold.Stop()
	select {
	case <-h.until:
	case <-hold.C:
	case <-ctx.Done():
	}
	return s, nil
}

// negotiate exchanges descriptions and trickles candidates (RFC 8838) until ctx ends. The end that offers is the controlling
// one (RFC 8445, section 6.1.1).
func (p *peer) negotiate(ctx context.Context, s signaller, offers bool) error {
	p.pc.OnICECandidate(func(c *webrtc.ICECandidate) { p.onCandidate(ctx, s, c) })
	if offers {
		offer, err := p.pc.CreateOffer(nil)
		if err != nil {
			return fmt.Errorf("create offer: %w", err)
		}
		if err := p.describe(ctx, s, offer); err != nil {
			return err
		}
	}
	var early []webrtc.ICECandidateInit // came before the description that they belong to
	for {
		in, err := s.receive(ctx)
		if err != nil {
			return err
		}
		switch {
		case in.description != nil:
			if err := p.accept(ctx, s, *in.description); err != nil {
				return err
			}
			for _, c := range early {
				p.addCandidate(c)
			}
			early = nil
		case in.candidate == nil || !candidateAllowed(in.candidate.Candidate, p.want):
		case p.pc.RemoteDescription() == nil:
			if len(early) < signalDepth {
				early = append(early, *in.candidate)
			}
		default:
			p.addCandidate(*in.candidate)
		}
	}
}

// describe sends a description and then applies it, which starts the gathering: so it arrives before the first candidate.
func (p *peer) describe(ctx context.Context, s signaller, d webrtc.SessionDescription) error {
	out := webrtc.SessionDescription{Type: d.Type, SDP: filterSDP(d.SDP, p.want)}
	if err := p.pc.SetLocalDescription(d); err != nil {
		return fmt.Errorf("set local %s: %w", d.Type, err)
	}
	return s.send(ctx, signal{description: &out})
}

func (p *peer) accept(ctx context.Context, s signaller, d webrtc.SessionDescription) error {
	d.SDP = filterSDP(d.SDP, p.want)
	if err := p.pc.SetRemoteDescription(d); err != nil {
		return fmt.Errorf("set remote %s: %w", d.Type, err)
	}
	if d.Type != webrtc.SDPTypeOffer {
		return nil
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("create answer: %w", err)
	}
	return p.describe(ctx, s, answer)
}

// addCandidate ignores what pion can not read: another candidate may do.
func (p *peer) addCandidate(c webrtc.ICECandidateInit) { _ = p.pc.AddICECandidate(c) }

// onCandidate runs on a goroutine of pion's. A nil candidate tells that gathering has ended.
func (p *peer) onCandidate(ctx context.Context, s signaller, c *webrtc.ICECandidate) {
	if c == nil {
		p.gatherEnded.fire()
		return
	}
	if c.Typ != p.want {
		return
	}
	p.gathered.set(*c)
	line := c.ToJSON()
	_ = s.send(ctx, signal{candidate: &line})
}
