package video

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stats"
	"echopath/netcheck/video/vp8"
)

// pipe is what everything at one end of a video works with: the sender, the receiver, and whoever measures.
type pipe struct {
	path   netcheck.Path
	plan   netcheck.VideoPlan // of what this end sends
	start  time.Time          // zero of all times
	clock  netcheck.Clock
	source Source
	screen netcheck.Screen    // may be nil
	first  func(at time.Time) // is called when the first picture has been captured; may be nil
	media  netcheck.MediaConn
	emit   func(netcheck.Body)
	id     uint32 // of the run, in control messages

	begin  time.Time               // of the grid: the first picture is due
	stop   context.CancelCauseFunc // ends capturing
	forced flag                    // the next picture is to be a key frame
}

// us is the time since the session's start in microseconds.
func (p *pipe) us(at time.Time) int64 { return at.Sub(p.start).Microseconds() }

// outgoing is told what becomes of each picture that is to be sent. It is called by the goroutine that sends.
type outgoing interface {
	// skipped tells that this computer was too late for a picture.
	skipped(due time.Time)
	// captured hands over a picture with its time code, and takes the one that is filled next: the same, if it need not be kept.
	captured(n int, at time.Time, img *image.YCbCr) (next *image.YCbCr)
	// dropped tells that the encoder left a picture out.
	dropped(n int, took time.Duration)
	// encoded tells of a coded picture before its first packet leaves.
	encoded(n int, p vp8.Packet, size netcheck.VideoSize, took time.Duration)
	// transmitted tells that all packets of a picture have been handed over, the last of them at a time.
	transmitted(n, packets int, sentUS int64)
	// target is the bitrate on the wire that the pictures may take, in kbit/s.
	target() float64
	// timestamp is a picture's time in RTP, from 0.
	timestamp(n int, captureUS int64) int64
}

// incoming is told of what is received. arrived is called by the goroutine that receives, the others by the one that decodes.
type incoming interface {
	// arrived takes a packet before it is put together with others. The payload is not to be kept.
	arrived(p *netcheck.MediaPacket, now time.Time)
	// wanted tells whether a coded picture can be one that was sent: a peer could keep this computer busy with others.
	wanted(f assembled) bool
	// decoded takes a picture.
	decoded(f assembled, img *image.YCbCr, began, now time.Time)
}

// newPipe fills in what both kinds of video have in common; a nil clock means the runtime's.
func newPipe(path netcheck.Path, plan netcheck.VideoPlan, start time.Time, clock netcheck.Clock, media netcheck.MediaConn) *pipe {
	p := &pipe{path: path, plan: plan, start: start, clock: clock, media: media, id: rand.Uint32()} //nolint:gosec // tells runs apart, guards nothing
	if p.clock == nil {
		p.clock = netcheck.RuntimeClock{}
	}
	return p
}

// granted waits for the answer to an order: its grant, or a *netcheck.Failure that tells what was not granted and why.
func (p *pipe) granted(ctx context.Context, what string) (control.Grant, error) {
	for {
		m, err := p.receive(ctx)
		switch {
		case errors.Is(err, control.ErrMessage):
			return control.Grant{}, &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The other end's answer can not be understood.",
				Advice: sameVersion, Err: err}
		case err != nil:
			return control.Grant{}, lost(err)
		case m.ID != p.id:
		case m.Refusal != nil:
			return control.Grant{}, &netcheck.Failure{Code: netcheck.ReasonFarRefused,
				Text: "The other end did not accept " + what + ": " + m.Refusal.Text + ".", Advice: sameVersion}
		case m.Grant != nil:
			return *m.Grant, nil
		}
	}
}

func (p *pipe) send(ctx context.Context, m control.Message) error {
	b, err := control.Encode(m)
	if err != nil {
		return err
	}
	return p.media.Control().Send(ctx, b)
}

func (p *pipe) receive(ctx context.Context) (control.Message, error) {
	b, err := p.media.Control().Receive(ctx)
	if err != nil {
		return control.Message{}, err
	}
	return control.Decode(b)
}

// takeEach hands the other end's messages of this run to take until ctx ends. It ends capturing when the link is lost, and with the
// error that take gives.
func (p *pipe) takeEach(ctx context.Context, take func(control.Message) error) {
	for {
		m, err := p.receive(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, control.ErrMessage):
			continue
		case err != nil:
			err = lost(err)
		case m.ID == p.id:
			err = take(m)
		}
		if err != nil {
			p.stop(err)
			return
		}
	}
}

// lastAccount asks for the other end's last account and hands its messages of this run to take until one was that, or take gives an
// error. It goes on for a moment after ctx has ended: that account is what makes a stopped run as exact as a whole one.
func (p *pipe) lastAccount(ctx context.Context, take func(control.Message) (last bool, err error)) error {
	limit := finishTimeout
	if ctx.Err() != nil {
		limit = graceFinish
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	if err := p.send(ctx, control.Message{ID: p.id, Finish: &control.Finish{}}); err != nil {
		return err
	}
	for last := false; !last; {
		m, err := p.receive(ctx)
		switch {
		case errors.Is(err, control.ErrMessage):
			continue
		case err == nil && m.ID == p.id:
			last, err = take(m)
		}
		if err != nil {
			return fmt.Errorf("the other end's account: %w", err)
		}
	}
	return nil
}

// cutOff is why a run has ended early, of which there is a summary. One that was stopped and had all it wanted was not cancelled.
func cutOff(ctx context.Context, partial bool, why error) error {
	if ctx.Err() != nil && partial {
		return cancelled()
	}
	return why
}

// passKeyFrameRequests passes the other end's requests for key frames to the encoder, until ctx ends.
func (p *pipe) passKeyFrameRequests(ctx context.Context) {
	for {
		select {
		case <-p.media.KeyFrameAsked():
			p.forced.raise()
		case <-ctx.Done():
			return
		}
	}
}

// everyWindow calls poll four times a window and once more when ctx ends, and window at the end of each.
func (p *pipe) everyWindow(ctx context.Context, poll func(), window func(index int, due time.Time)) {
	const part = netcheck.VideoSampleWidth / 4
	for i := 1; ; i++ {
		due := p.begin.Add(time.Duration(i) * part)
		if p.clock.SleepUntil(ctx, due) != nil {
			poll()
			return
		}
		if poll(); i%4 == 0 {
			window(i/4-1, due)
		}
	}
}

// countedSince is what the counters of a link have grown by.
func countedSince(k, b netcheck.MediaCounters) netcheck.MediaCounters {
	return netcheck.MediaCounters{
		PacketsSent: k.PacketsSent - b.PacketsSent, BytesSent: k.BytesSent - b.BytesSent, Retransmitted: k.Retransmitted - b.Retransmitted,
		PacketsReceived: k.PacketsReceived - b.PacketsReceived, BytesReceived: k.BytesReceived - b.BytesReceived,
		Expected: k.Expected - b.Expected, NACKSent: k.NACKSent - b.NACKSent, PLISent: k.PLISent - b.PLISent,
	}
}

// rttLog collects the round-trip times of RTCP's reports. Whoever uses it guards it.
type rttLog struct {
	seen uint64  // reports taken so far
	all  []int64 // microseconds, one a report
	sum  time.Duration
	n    int // since the last window
}

// note takes the newest time if there is a new one.
func (l *rttLog) note(k netcheck.MediaCounters) {
	if k.RTTCount == l.seen || k.RTT <= 0 {
		return
	}
	l.seen = k.RTTCount
	l.all = append(l.all, k.RTT.Microseconds())
	l.sum += k.RTT
	l.n++
}

// window gives the mean of the reports since the window before.
func (l *rttLog) window() (mean time.Duration, n int) {
	if n = l.n; n > 0 {
		mean = l.sum / time.Duration(n)
	}
	l.sum, l.n = 0, 0
	return mean, n
}

// distribution is that of all reports.
func (l *rttLog) distribution() stats.RTT {
	if len(l.all) == 0 {
		return stats.RTT{}
	}
	sorted := slices.Sorted(slices.Values(l.all))
	sum := int64(0)
	for _, v := range sorted {
		sum += v
	}
	at := func(share float64) int64 { return stats.NearestRank(sorted, share) }
	return stats.RTT{OK: true, N: len(sorted), MinUS: sorted[0], MeanUS: float64(sum) / float64(len(sorted)),
		P50US: at(0.5), P95US: at(0.95), P99US: at(0.99), MaxUS: sorted[len(sorted)-1]}
}
