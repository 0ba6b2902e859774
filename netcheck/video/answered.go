package video

import (
	"context"
	"errors"
	"sync"
	"time"

	"echopath/netcheck/control"
)

// answered is one call that is answered.
type answered struct {
	*callEnd
	failed  func(error)
	running sync.WaitGroup
	calling context.Context // ends with this end's pictures
	started bool
}

// serve grants the call and carries it until it is finished, replaced or broken.
func (c *answered) serve(ctx context.Context, o control.Call) (*control.Message, error) {
	talking, end := context.WithCancel(ctx)
	defer end()
	c.calling, c.stop = context.WithCancelCause(talking)
	defer c.stop(nil)
	if err := c.expect(control.CallTerms{Width: o.Width, Height: o.Height, FPS: o.FPS, First: o.First}); err != nil {
		return nil, err
	}
	c.running.Go(c.in.receiveAll)
	c.running.Go(c.in.decodeAll)
	c.running.Go(func() { c.passKeyFrameRequests(talking) })
	next, finished, err := c.talk(talking)
	end()
	_ = c.media.SetReceiveDeadline(time.Unix(1, 0)) // wakes the receiver; a link that is closed has woken it already
	c.running.Wait()
	if err == nil && finished {
		err = c.tell(ctx, 0, true)
	}
	return next, err
}

// talk sends the grant and takes the caller's messages until the call is over: finished, or replaced by the order that is given back.
func (c *answered) talk(ctx context.Context) (next *control.Message, finished bool, err error) {
	terms := termsOf(c.plan)
	terms.First = c.out.packets.sequence
	if err := c.send(ctx, control.Message{ID: c.id, Grant: &control.Grant{Call: &terms}}); err != nil {
		return nil, false, err
	}
	for {
		m, err := c.receive(ctx)
		switch {
		case errors.Is(err, control.ErrMessage):
			if err := c.send(ctx, control.Message{ID: m.ID, Refusal: &control.Refusal{Code: control.Malformed, Text: err.Error()}}); err != nil {
				return nil, false, err
			}
		case err != nil:
			return nil, false, err
		case m.Call != nil || m.Video != nil || m.Order != nil:
			return &m, false, nil
		case m.ID != c.id: // of a call that is over
		case m.Finish != nil:
			return nil, true, nil
		case m.Account != nil:
			c.follow(ctx, *m.Account)
		}
	}
}

// follow takes an account of the caller. With its first one this end begins to send, and with the one that it has ended this end does
// too: a call that one end has left is over.
func (c *answered) follow(ctx context.Context, a control.CallAccount) {
	c.hear(a)
	if !c.started {
		c.started, c.begin = true, c.clock.Now()
		c.running.Go(func() { c.call(ctx) })
		c.running.Go(func() { c.everyWindow(ctx, c.poll, func(index int, due time.Time) { c.report(ctx, index, due) }) })
	}
	if a.Ended {
		c.stop(nil)
	}
}

// call sends this end's pictures until the call's end.
func (c *answered) call(ctx context.Context) {
	err := c.out.loop(c.calling)
	if sourceGone(err) != "" {
		c.failed(err)
	}
	c.out.tails(ctx)
	c.hangUp()
	_ = c.tell(ctx, 0, false) // once the link is gone ctx ends too; else the next one may do
}

// report accounts for what has happened until the end of a window.
func (c *answered) report(ctx context.Context, index int, due time.Time) {
	c.window(due)
	_ = c.tell(ctx, uint64(index+1), false) //nolint:gosec // counts up from 0; as above
}
