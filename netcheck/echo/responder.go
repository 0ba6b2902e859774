package echo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
)

// Responder answers the orders that come over a link. The zero value is ready. One Responder may serve many links at once.
type Responder struct {
	// Now gives the time with its monotonic reading; nil means time.Now.
	Now func() time.Time
	// Limits are what the orders of one link may ask for, if there is no Ledger.
	Limits Limits
	// Ledger holds all the links together that are served with it, and nothing else limits them then.
	Ledger *Ledger
	// Call answers the order of a two-way call, in which this end sends pictures of its own, until that call's end. It reads the
	// media's control channel meanwhile, and gives the message that came in place of the end; video.Answer.Take is one. Nil: calls
	// are refused.
	Call func(ctx context.Context, m netcheck.MediaConn, order control.Message) (next *control.Message, err error)
}

// Serve answers orders until the link closes or ctx ends, and returns nil then; ErrGivenUp if a newer order took the place of this link's.
// It returns when everything it started has ended. A message that can not be used is refused and does not end it.
func (r Responder) Serve(ctx context.Context, l netcheck.Link) error {
	if r.Now == nil {
		r.Now = time.Now
	}
	ledger := r.Ledger
	if ledger == nil {
		ledger = ledgerOf(r.Limits)
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	limits := ledger.open(func() { end(ErrGivenUp) })
	defer limits.close()
	err := r.serve(ctx, l, limits)
	if context.Cause(ctx) == ErrGivenUp { //nolint:errorlint // as it was given
		return ErrGivenUp
	}
	return err
}

func (r Responder) serve(ctx context.Context, l netcheck.Link, limits *share) (err error) {
	s := &session{link: l, now: r.Now, limits: limits, clock: stamp.NewClock(r.Now()), resolution: netcheck.Resolution(r.Now)}
	defer s.stop()
	if m := l.Media(); m != nil {
		video := make(chan error, 1)
		ctx, cancel := context.WithCancel(ctx)
		go func() { video <- serveVideo(ctx, m, s.limits, r.Call) }()
		defer func() {
			cancel()
			if videoErr := <-video; err == nil {
				err = videoErr
			}
		}()
	}
	for {
		b, err := l.Control().Receive(ctx)
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("echo: control channel: %w", err)
		}
		if err := s.handle(ctx, b); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("echo: %w", err)
		}
	}
}

// session is what one link's orders share.
type session struct {
	link       netcheck.Link
	now        func() time.Time
	limits     *share
	clock      stamp.Clock
	resolution time.Duration

	id         uint32 // of the order that runs
	order      *control.Order
	reflectors []*reflector
	wg         sync.WaitGroup
	before     netcheck.PairCounters
}

func (s *session) handle(ctx context.Context, b []byte) error {
	m, err := control.Decode(b)
	switch {
	case err != nil:
		return s.refuse(ctx, m.ID, "malformed", err.Error())
	case m.Order != nil:
		return s.begin(ctx, m.ID, *m.Order)
	case m.Finish != nil && s.order != nil && m.ID == s.id:
		return s.finish(ctx)
	}
	return s.refuse(ctx, m.ID, "unexpected", "no such probe is running here")
}

func (s *session) refuse(ctx context.Context, id uint32, code, text string) error {
	return s.send(ctx, control.Message{ID: id, Refusal: &control.Refusal{Code: code, Text: text}})
}

func (s *session) send(ctx context.Context, m control.Message) error {
	b, err := control.Encode(m)
	if err != nil {
		return err
	}
	return s.link.Control().Send(ctx, b)
}

// begin starts a reflector for each carrier, and only then grants: the first datagram may follow the grant at once. An order
// that comes while another runs replaces it; the one who ordered has given that one up.
func (s *session) begin(ctx context.Context, id uint32, o control.Order) error {
	s.stop()
	s.order, s.reflectors = nil, nil
	s.limits.ended()
	for _, name := range o.Carriers {
		if s.link.Datagrams(netcheck.Carrier(name)) == nil {
			return s.refuse(ctx, id, "no_carrier", fmt.Sprintf("this link has no carrier %q", name))
		}
	}
	if why := s.limits.begin(o); why != "" {
		return s.refuse(ctx, id, "limit", why)
	}
	var reflectors []*reflector
	for _, name := range o.Carriers {
		carrier := netcheck.Carrier(name)
		reflectors = append(reflectors, newReflector(s, s.link.Datagrams(carrier), carrier, o))
	}
	s.id, s.order, s.reflectors = id, &o, reflectors
	s.before = s.link.Counters()
	for _, r := range reflectors {
		if err := r.conn.SetReceiveDeadline(time.Time{}); err != nil {
			return s.refuse(ctx, id, "no_carrier", err.Error())
		}
		s.wg.Go(r.run)
	}
	return s.send(ctx, control.Message{ID: id, Grant: &control.Grant{ClockStart: s.clock.NTP(0), ClockResolution: s.resolution}})
}

// stop ends the reflectors and waits for them. It is idempotent.
func (s *session) stop() {
	for _, r := range s.reflectors {
		// A deadline in the past is the only way to wake a reader without closing the link, which others may share.
		_ = r.conn.SetReceiveDeadline(time.Unix(1, 0))
	}
	s.wg.Wait()
}

// finish hands over the log of each carrier in blocks and closes with the counters.
func (s *session) finish(ctx context.Context) error {
	s.stop()
	after := s.link.Counters()
	out := control.Counters{Pair: control.PairCounters{
		PacketsSent: after.PacketsSent - s.before.PacketsSent, PacketsReceived: after.PacketsReceived - s.before.PacketsReceived,
		Drops: after.Drops - s.before.Drops, DropsKnown: after.DropsKnown,
	}}
	for _, r := range s.reflectors {
		for block := range r.log.Blocks(s.order.Session, r.wire, stamp.MaxBlock) {
			if err := s.link.Control().Send(ctx, block); err != nil {
				return fmt.Errorf("send the log: %w", err)
			}
		}
		out.Carriers = append(out.Carriers, r.counters())
	}
	id := s.id
	s.order, s.reflectors = nil, nil
	s.limits.ended()
	return s.send(ctx, control.Message{ID: id, Counters: &out})
}
