package rtc

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// dialog is one end's part of what the two ends of a leg tell each other beside their link: descriptions, candidates as they are
// found (RFC 8838), whose certificates they saw, and why there is no link.
type dialog struct {
	peer    *peer
	signals Signals
	allowed bounds // where checks may be sent

	heard     flag                     // a candidate of the other end is in use
	answered  flag                     // its description came
	exhausted flag                     // it has told all its candidates
	confirmed latch[*netcheck.Failure] // nil inside: both ends saw each other's certificates
	theirs    latch[signaling.Confirm] // what the other end saw
	restarted chan webrtc.SDPType      // a description was applied after the first one; has room for one
	over      flag                     // nobody is there any more to exchange signals with

	last time.Time // that an ICE restart was answered; run's alone

	mu      sync.Mutex // guards what follows
	sources sources    // from which checks are answered
	told    bool       // our description is on its way, and candidates may follow
	held    []signaling.Signal
	early   []string // came before the description that they belong to
	waiting []string // candidates that are not allowed, yet
	taken   []netip.AddrPort
}

func newDialog(p *peer, s Signals, allowed bounds) *dialog {
	p.checks.Store(&allowed)
	return &dialog{peer: p, signals: s, allowed: allowed, restarted: make(chan webrtc.SDPType, 1)}
}

// retryAllowed is how often candidates are tried again that were not allowed.
const retryAllowed = 100 * time.Millisecond

// run exchanges signals until ctx ends, in which case the error is nil, or until there is nobody any more to exchange them with.
func (d *dialog) run(ctx context.Context) error {
	p := d.peer
	defer d.over.fire()
	p.pc.OnICECandidate(func(c *webrtc.ICECandidate) { d.found(ctx, c) })
	var helpers sync.WaitGroup
	defer helpers.Wait()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	helpers.Go(func() { d.confirm(inner) })
	if d.allowed.some() {
		helpers.Go(func() { d.retry(inner) })
	}
	if p.role.offers {
		if err := d.offer(ctx, nil); err != nil {
			return ended(ctx, d.lastWord(ctx, err))
		}
	}
	for {
		in, err := d.signals.Receive(ctx)
		if err == nil {
			if err = d.take(ctx, in); err != nil {
				err = d.lastWord(ctx, err)
			}
		}
		if err != nil {
			return ended(ctx, err)
		}
	}
}

// ended makes nothing of an error that is the context's end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// lastWord looks whether the other end has said why, before or after this end came upon err: that tells more.
func (d *dialog) lastWord(ctx context.Context, err error) error {
	var told *netcheck.Failure
	if errors.As(err, &told) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	for range maxLastWords {
		s, end := d.signals.Receive(ctx)
		if end != nil {
			return err
		}
		if s.Failure != nil {
			return d.peer.toldFailure(*s.Failure)
		}
	}
	return err
}

// hearOut waits a moment for what the other end has to say about a connection that is over: whose certificate it saw, or why it ended.
func (d *dialog) hearOut(broken <-chan struct{}) {
	wait := time.NewTimer(tellTime)
	defer wait.Stop()
	select {
	case <-broken:
	case <-d.confirmed.wait():
	case <-wait.C:
	}
}

// maxLastWords is more than what can wait to be read.
const maxLastWords = 2 * signalDepth

var errSignal = errors.New("the other end's signalling makes no sense")

func (d *dialog) take(ctx context.Context, s signaling.Signal) error {
	switch {
	case s.Failure != nil:
		return d.peer.toldFailure(*s.Failure)
	case s.Description != nil:
		return d.accept(ctx, *s.Description)
	case s.Candidate != "":
		d.candidate(s.Candidate)
	case s.Gathered:
		d.exhausted.fire()
	case s.Confirm != nil:
		d.theirs.set(*s.Confirm)
	}
	return nil
}

// offer makes and sends an offer.
func (d *dialog) offer(ctx context.Context, o *webrtc.OfferOptions) error {
	offer, err := d.peer.pc.CreateOffer(o)
	if err != nil {
		return fmt.Errorf("create offer: %w", err)
	}
	return d.describe(ctx, offer)
}

// describe applies a description of this end and sends it, in this order (RFC 9429, section 3.2): when ICE restarts it is another goroutine
// that takes the answer, which may be here before Send returns. Candidates follow a description and never go before it: the other end
// could not know whose they are.
func (d *dialog) describe(ctx context.Context, desc webrtc.SessionDescription) error {
	sdp, _, err := splitDescription(desc.SDP)
	if err != nil {
		return fmt.Errorf("own %s: %w", desc.Type, err)
	}
	if err := d.peer.pc.SetLocalDescription(desc); err != nil {
		return fmt.Errorf("set local %s: %w", desc.Type, err)
	}
	if err := d.signals.Send(ctx, signaling.Signal{Description: &signaling.Description{Type: desc.Type.String(), SDP: sdp}}); err != nil {
		return fmt.Errorf("send %s: %w", desc.Type, err)
	}
	return d.release(ctx)
}

// release sends the candidates that were found before the description had been sent, and lets those that follow pass.
func (d *dialog) release(ctx context.Context) error {
	for {
		d.mu.Lock()
		held := d.held
		d.held, d.told = nil, len(held) == 0
		d.mu.Unlock()
		if len(held) == 0 {
			return nil
		}
		for _, s := range held {
			if err := d.signals.Send(ctx, s); err != nil {
				return fmt.Errorf("send candidate: %w", err)
			}
		}
	}
}

// found runs on a goroutine of pion's. A nil candidate tells that gathering has ended.
func (d *dialog) found(ctx context.Context, c *webrtc.ICECandidate) {
	out := signaling.Signal{Gathered: true}
	if c != nil {
		if !d.peer.role.gives.has(c.Typ) {
			return
		}
		d.peer.opening(*c)
		d.peer.gathered.set(*c)
		out = signaling.Signal{Candidate: c.ToJSON().Candidate}
	} else {
		d.peer.gatherEnded.fire()
	}
	d.mu.Lock()
	hold := !d.told
	if hold {
		d.held = append(d.held, out)
	}
	d.mu.Unlock()
	if !hold {
		_ = d.signals.Send(ctx, out)
	}
}

// accept applies a description of the other end, and answers an offer.
func (d *dialog) accept(ctx context.Context, in signaling.Description) error {
	sdp, inside, err := readDescription(in)
	if err != nil {
		return fmt.Errorf("%w: %w", errSignal, err)
	}
	if (in.Type == "offer") == d.peer.role.offers {
		return fmt.Errorf("%w: %s from the end that does not send it", errSignal, in.Type)
	}
	again := d.answered.up()
	desc := webrtc.SessionDescription{Type: webrtc.NewSDPType(in.Type), SDP: sdp}
	if again && in.Type == "offer" {
		if err := d.anew(ctx); err != nil {
			return err
		}
	}
	if err := d.peer.pc.SetRemoteDescription(desc); err != nil {
		return fmt.Errorf("set remote %s: %w", desc.Type, err)
	}
	d.answered.fire()
	d.useEarly(inside)
	if in.Type == "offer" {
		if err := d.answer(ctx); err != nil {
			return err
		}
	}
	if again {
		select {
		case d.restarted <- desc.Type:
		default:
		}
	}
	return nil
}

// answer makes and sends an answer to the offer that was applied last.
func (d *dialog) answer(ctx context.Context) error {
	answer, err := d.peer.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("create answer: %w", err)
	}
	return d.describe(ctx, answer)
}

// anew prepares the end that answers for another generation of candidates. One that is offered restarts again and again is patient.
func (d *dialog) anew(ctx context.Context) error {
	if wait := restartPause - time.Since(d.last); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	d.last = time.Now()
	d.peer.renew()
	d.forgetRemotes()
	return nil
}

// restartPause is the least time between two ICE restarts that the other end can ask for.
const restartPause = 500 * time.Millisecond
