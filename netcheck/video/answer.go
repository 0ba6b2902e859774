package video

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
)

// Answer is the other end of a [Call]: it takes the caller's pictures and sends its own. It is ready with Open set; one Answer may serve
// many links at once, if Open gives each of them a source of its own.
type Answer struct {
	// Open opens where this end's pictures come from, in a size of netcheck.VideoSizes and 15 or 30 a second. A source that is an
	// io.Closer is closed when its call has ended.
	Open func(ctx context.Context, width, height, fps int) (Source, netcheck.SourceKind, error)
	// Failed, if not nil, is told why a source could not be opened or gave out; the caller is told only that it did.
	Failed func(error)
	Path   netcheck.Path   // for Screen
	Screen netcheck.Screen // Sent: this end's pictures, Echoed: the caller's. May be nil
	Clock  netcheck.Clock  // nil means the runtime's
	Limits AnswerLimits
}

// AnswerLimits bound what a caller may ask for, beyond what package control allows. What is zero has no limit of its own, unless Strict.
type AnswerLimits struct {
	MaxKbps     float64 // of one stream
	MaxWidth    int     // of this end's own pictures: they are granted smaller
	MaxDuration time.Duration
	// Strict makes a MaxKbps or MaxDuration of zero allow nothing: for limits that the caller itself has named.
	Strict bool
}

// Handles tells whether a message is an order for Take.
func (a *Answer) Handles(m control.Message) bool { return m.Call != nil }

// Serve answers calls on a link until it closes or ctx ends, and returns nil then. Orders of other kinds are refused. It returns when
// everything it started has ended.
func (a *Answer) Serve(ctx context.Context, media netcheck.MediaConn) error {
	p := newPipe(a.Path, netcheck.VideoPlan{}, time.Time{}, a.Clock, media)
	for {
		m, err := p.receive(ctx)
		p.id = m.ID
		switch {
		case errors.Is(err, control.ErrMessage):
			err = p.refuse(ctx, control.Malformed, err.Error())
		case err == nil:
			err = a.answer(ctx, p, &m)
		}
		if err != nil {
			return served(ctx, err)
		}
	}
}

// answer answers an order, and the ones that come in its place.
func (a *Answer) answer(ctx context.Context, p *pipe, m *control.Message) (err error) {
	for err == nil && m != nil {
		if !a.Handles(*m) {
			p.id = m.ID
			return p.refuse(ctx, "unexpected", "only calls are answered here")
		}
		m, err = a.Take(ctx, p.media, *m)
	}
	return err
}

// served is the result of serving: that the link closed or ctx ended is no error.
func served(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return fmt.Errorf("answering a call: %w", err)
}

func (p *pipe) refuse(ctx context.Context, code, text string) error {
	return p.send(ctx, control.Message{ID: p.id, Refusal: &control.Refusal{Code: code, Text: text}})
}

// Take answers one call from its order to its end, and reads the control channel meanwhile. It returns when everything it started has
// ended: nil, nil after a call that was finished or refused; the message that came instead, if another order took the call's place;
// an error if the link failed, io.EOF if it closed. A message of the call that comes after its end is for nobody.
func (a *Answer) Take(ctx context.Context, media netcheck.MediaConn, m control.Message) (next *control.Message, err error) {
	p := newPipe(a.Path, a.plan(*m.Call), time.Time{}, a.Clock, media)
	p.start = p.clock.Now()
	p.id, p.screen, p.emit = m.ID, a.Screen, func(netcheck.Body) {}
	if why := a.refusal(*m.Call); why != "" {
		return nil, p.refuse(ctx, "limit", why)
	}
	source, kind, err := a.Open(ctx, p.plan.Width, p.plan.Height, p.plan.FPS)
	if err != nil {
		a.failed(err)
		return nil, p.refuse(ctx, "no_source", "its camera or other source of pictures can not be opened")
	}
	if c, ok := source.(io.Closer); ok {
		defer c.Close() //nolint:errcheck // nothing is lost with it
	}
	p.source, p.plan.Source.Kind = source, kind
	end, err := newCallEnd(p, uint16(rand.Uint32())) //nolint:gosec // any number will do
	if err != nil {
		a.failed(err)
		return nil, p.refuse(ctx, "no_codec", "it can not code video")
	}
	defer end.release()
	c := &answered{callEnd: end, failed: a.failed}
	return c.serve(ctx, *m.Call)
}

func (a *Answer) failed(err error) {
	if a.Failed != nil {
		a.Failed(err)
	}
}

// plan is what this end sends in a call.
func (a *Answer) plan(o control.Call) netcheck.VideoPlan {
	p := netcheck.VideoPlan{Mode: netcheck.VideoCall, Width: o.Width, Height: o.Height, FPS: o.FPS, StartKbps: o.StartKbps, MaxKbps: o.MaxKbps,
		Duration: o.Duration, Adapt: !o.FixedSize}
	if most := a.Limits.MaxWidth; most > 0 && p.Width > most {
		for i, s := range netcheck.VideoSizes() {
			if i == 0 || s.Width <= most {
				p.Width, p.Height = s.Width, s.Height
			}
		}
	}
	return p
}

// refusal says in words what is wrong with an order; "" if nothing is.
func (a *Answer) refusal(o control.Call) string {
	switch {
	case !slices.Contains(netcheck.VideoSizes(), netcheck.VideoSize{Width: o.Width, Height: o.Height}):
		return fmt.Sprintf("%dx%d is not a picture size", o.Width, o.Height)
	case o.FPS != 15 && o.FPS != 30:
		return "pictures a second must be 15 or 30"
	case (a.Limits.Strict || a.Limits.MaxKbps > 0) && o.MaxKbps > a.Limits.MaxKbps:
		return fmt.Sprintf("the call asks for %.0f kbit/s and this end sends at most %.0f: lower the bitrate", o.MaxKbps, a.Limits.MaxKbps)
	case (a.Limits.Strict || a.Limits.MaxDuration > 0) && o.Duration > a.Limits.MaxDuration:
		return fmt.Sprintf("the call asks for %v and this end answers for at most %v: make it shorter", o.Duration, a.Limits.MaxDuration)
	}
	return ""
}
