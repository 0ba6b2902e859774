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
)

// videoReturner sends the video of one link back as it comes, packet by packet and without decoding it. Each leg repairs its own
// losses and controls its own congestion; what this end may send back is told to the origin, which alone can send less.
type videoReturner struct {
	media  netcheck.MediaConn
	limits *share
	call   func(context.Context, netcheck.MediaConn, control.Message) (*control.Message, error) // nil: refused

	id     uint32 // of the order that runs
	cancel context.CancelFunc
	wg     sync.WaitGroup
	before netcheck.MediaCounters

	mu     sync.Mutex // guards failed
	failed uint64
}

// serveVideo answers the orders for video until the link closes or ctx ends. It returns when everything it started has ended.
func serveVideo(ctx context.Context, m netcheck.MediaConn, limits *share,
	call func(context.Context, netcheck.MediaConn, control.Message) (*control.Message, error)) error {
	v := &videoReturner{media: m, limits: limits, call: call}
	defer v.stop()
	for {
		b, err := m.Control().Receive(ctx)
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("echo: control channel of the video: %w", err)
		}
		if err := v.handle(ctx, b); err != nil {
			if ctx.Err() != nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
				return nil // the link closed before the answer was out
			}
			return fmt.Errorf("echo: video: %w", err)
		}
	}
}

func (v *videoReturner) handle(ctx context.Context, b []byte) error {
	m, err := control.Decode(b)
	for next := &m; err == nil && m.Call != nil && v.call != nil; m = *next {
		if next, err = v.answer(ctx, m); err != nil || next == nil {
			return err
		}
	}
	switch {
	case err != nil:
		return v.send(ctx, control.Message{ID: m.ID, Refusal: &control.Refusal{Code: "malformed", Text: err.Error()}})
	case m.Video != nil:
		return v.begin(ctx, m.ID, *m.Video)
	case m.Finish != nil && v.cancel != nil && m.ID == v.id:
		return v.finish(ctx)
	}
	return v.send(ctx, control.Message{ID: m.ID, Refusal: &control.Refusal{Code: "unexpected", Text: "no such video is returned here"}})
}

// answer has a call answered. A video that was returned gives way to it, as to any other order.
func (v *videoReturner) answer(ctx context.Context, m control.Message) (next *control.Message, err error) {
	v.stop()
	if why := v.limits.beginVideo(control.Video{MaxKbps: m.Call.MaxKbps}); why != "" {
		return nil, v.send(ctx, control.Message{ID: m.ID, Refusal: &control.Refusal{Code: "limit", Text: why}})
	}
	defer v.limits.videoEnded()
	return v.call(ctx, v.media, m)
}

func (v *videoReturner) send(ctx context.Context, m control.Message) error {
	b, err := control.Encode(m)
	if err != nil {
		return err
	}
	return v.media.Control().Send(ctx, b)
}

// begin grants and returns packets from then on. An order that comes while another runs replaces it.
func (v *videoReturner) begin(ctx context.Context, id uint32, order control.Video) error {
	v.stop()
	if why := v.limits.beginVideo(order); why != "" {
		return v.send(ctx, control.Message{ID: id, Refusal: &control.Refusal{Code: "limit", Text: why}})
	}
	v.media.Expect(order.First)
	if err := v.media.SetReceiveDeadline(time.Time{}); err != nil {
		return err
	}
	v.id, v.before, v.failed = id, v.media.Counters(), 0
	running, cancel := context.WithCancel(ctx)
	v.cancel = cancel
	v.wg.Go(func() { v.returnPackets(&budget{kbps: budgetShare * order.MaxKbps}) })
	v.wg.Go(func() { v.passKeyFrameRequests(running) })
	if err := v.send(ctx, control.Message{ID: id, Grant: &control.Grant{}}); err != nil {
		return err
	}
	v.wg.Go(func() { v.tell(running) })
	return nil
}

// stop ends the return and waits. It is idempotent.
func (v *videoReturner) stop() {
	if v.cancel == nil {
		return
	}
	v.cancel()
	_ = v.media.SetReceiveDeadline(time.Unix(1, 0)) // wakes the reader; a link that is closed has woken it already
	v.wg.Wait()
	v.cancel = nil
}

func (v *videoReturner) finish(ctx context.Context) error {
	v.stop()
	v.limits.videoEnded()
	account := v.account()
	account.Last = true
	return v.send(ctx, control.Message{ID: v.id, Returned: &account})
}

// returnPackets keeps the numbers of the origin: a packet that was lost on the way here leaves a hole on the way back, until its
// repaired copy fills it.
func (v *videoReturner) returnPackets(allowed *budget) {
	var p netcheck.MediaPacket
	for v.media.Receive(&p) == nil {
		now := time.Now()
		if !allowed.take(len(p.Payload), now) || !v.limits.take(len(p.Payload), now) || v.media.Send(&p) != nil {
			v.mu.Lock()
			v.failed++
			v.mu.Unlock()
		}
	}
}

// passKeyFrameRequests hands on that the origin's receiver needs a key frame: only the origin's encoder can make one.
func (v *videoReturner) passKeyFrameRequests(ctx context.Context) {
	for {
		select {
		case <-v.media.KeyFrameAsked():
			_ = v.media.AskKeyFrame() // the origin asks again if this one gets lost
		case <-ctx.Done():
			return
		}
	}
}

// tell reports at each interval what can be returned, and what has been; that less can be returned it tells at once.
func (v *videoReturner) tell(ctx context.Context) {
	tick := time.NewTicker(rateTick)
	defer tick.Stop()
	told, again := 0.0, control.RepairShare{}
	for i := 1; ; i++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		whole := time.Duration(i)*rateTick%control.ReturnedInterval == 0
		k := v.media.Counters()
		own := again.Leave(v.media.Rate().Own, k.PacketsSent, k.Retransmitted, k.BytesSent, time.Now())
		if whole || own < lessRate*told {
			told = own
			_ = v.media.ReturnRate(own)
		}
		if !whole {
			continue
		}
		account := v.account()
		_ = v.send(ctx, control.Message{ID: v.id, Returned: &account}) // once the link is gone ctx ends too; else the next one may do
	}
}

// How often this end looks at what it can return, and how much less is news.
const (
	rateTick = control.ReturnedInterval / 8
	lessRate = 0.9
)

// account is what happened since the grant.
func (v *videoReturner) account() control.Returned {
	k, b := v.media.Counters(), v.before
	v.mu.Lock()
	failed := v.failed
	v.mu.Unlock()
	return control.Returned{
		PacketsSent: k.PacketsSent - b.PacketsSent, BytesSent: k.BytesSent - b.BytesSent,
		PacketsReceived: k.PacketsReceived - b.PacketsReceived, BytesReceived: k.BytesReceived - b.BytesReceived,
		Expected: k.Expected - b.Expected, Retransmitted: k.Retransmitted - b.Retransmitted,
		NACKSent: k.NACKSent - b.NACKSent, PLISent: k.PLISent - b.PLISent,
		SendFailed: failed, OwnKbps: v.media.Rate().Own,
	}
}
