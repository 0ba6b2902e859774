package natprobe

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/netip"
	"os"
	"time"
)

// echoing sends numbered packets through a relay to an end that sends them back through its own.
type echoing struct {
	near *session
	far  mirror
	tag  [16]byte // tells this conversation's packets from strangers'
	sent []time.Time
}

// mirror is the far end of an echo: it gets what the near one's relay sends to it, and sends it back to that.
type mirror interface {
	at() netip.AddrPort                              // where packets for it go
	hear() ([]byte, error)                           // the next packet from the near end's relay
	reply(relayed netip.AddrPort, data []byte) error // to that relay
	until(deadline time.Time)                        // zero: without one
}

// relayEnd is a far end with a relay of its own.
type relayEnd struct{ *session }

func (r relayEnd) at() netip.AddrPort                              { return r.relayed }
func (r relayEnd) hear() ([]byte, error)                           { return r.receive(r.conn) }
func (r relayEnd) reply(relayed netip.AddrPort, data []byte) error { return r.forward(relayed, data) }
func (r relayEnd) until(deadline time.Time)                        { _ = r.conn.SetDeadline(deadline) } // an error comes again from what is bound by it

// echo sends a packet from one allocation to another and back, three at most, and gives how long the one that came back first was on its
// way. The error is os.ErrDeadlineExceeded if none came back, ctx's, or that of a socket.
func echo(ctx context.Context, near *session, far mirror) (took time.Duration, err error) {
	e := &echoing{near: near, far: far}
	if _, err := rand.Read(e.tag[:]); err != nil {
		return 0, err
	}
	stop := e.reflect(ctx)
	defer stop()
	end := context.AfterFunc(ctx, func() { _ = near.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer end()
	for i, wait := range retransmits {
		near.sent = i + 1
		took, err = e.send(ctx, byte(i), near.pace.patient(wait))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return took, err
		}
	}
	return 0, err
}

// send sends packet number i and waits for any of them.
func (e *echoing) send(ctx context.Context, i byte, wait time.Duration) (time.Duration, error) {
	begin := time.Now()
	from, err := e.near.wait(ctx, wait)
	if err != nil {
		return 0, err
	}
	e.sent = append(e.sent, begin)
	if err := e.near.forward(e.far.at(), append(e.tag[:], i)); err != nil {
		return 0, err
	}
	for range maxStray {
		data, err := e.near.receive(from)
		if cause := ctx.Err(); err != nil && cause != nil {
			return 0, cause
		}
		if err != nil {
			return 0, err
		}
		if n, ok := e.number(data); ok {
			return time.Since(e.sent[n]), nil
		}
	}
	return 0, errNotSTUN
}

// number reads the number of a packet of this conversation.
func (e *echoing) number(data []byte) (int, bool) {
	if len(data) != len(e.tag)+1 || !bytes.HasPrefix(data, e.tag[:]) {
		return 0, false
	}
	n := int(data[len(e.tag)])
	return n, n < len(e.sent)
}

// reflect sends back at the far end what arrives there, until stop is called, which waits.
func (e *echoing) reflect(ctx context.Context) (stop func()) {
	e.far.until(time.Time{})
	interrupt := func() { e.far.until(time.Unix(1, 0)) }
	end := context.AfterFunc(ctx, interrupt)
	done := make(chan struct{})
	go func() {
		defer close(done)
		to := e.near.relayed
		for range maxStray {
			data, err := e.far.hear()
			if err != nil {
				return
			}
			if len(data) == len(e.tag)+1 && bytes.HasPrefix(data, e.tag[:]) && e.far.reply(to, data) != nil {
				return
			}
		}
	}()
	return func() { end(); interrupt(); <-done }
}

// receive reads until a peer's packet is there. What else comes is passed over: late answers.
func (s *session) receive(from io.Reader) ([]byte, error) {
	for range maxStray {
		raw, err := s.read(from)
		if err != nil {
			return nil, err
		}
		if data, ok := s.payload(raw); ok {
			return data, nil
		}
	}
	return nil, errNotSTUN
}
