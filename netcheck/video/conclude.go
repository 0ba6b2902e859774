package video

import (
	"context"
	"errors"
	"math"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func (r *run) emitFrames(rows []stats.Frame) { r.emit(netcheck.FramesDecided{Frames: rows}) }

// conclude decides what is still open and makes the summary.
func (r *run) conclude(ctx context.Context, sendErr, finishErr error) (netcheck.Summary, error) {
	if r.record.Len() == 0 {
		return nil, errors.Join(sendErr, finishErr)
	}
	undecided := int64(math.MaxInt64)
	if sendErr != nil || ctx.Err() != nil { // it was not waited for as long as for others
		undecided = r.us(r.heard) - minDrain.Microseconds()
	}
	r.record.decide(math.MaxInt64, undecided, r.emitFrames)
	partial := sendErr != nil && r.unfinished()
	r.meter.settle()
	skipped := r.closeRecording()
	sum := r.summary(partial)
	sum.Self.SkippedRecording = skipped
	switch {
	case sendErr != nil:
		return sum, cutOff(ctx, partial, sendErr)
	case finishErr != nil:
		r.emit(netcheck.Noted{Text: "The other end's account of the video did not arrive, so the direction of losses is not known."})
	}
	return sum, nil
}

func (r *run) summary(partial bool) *netcheck.VideoSummary {
	first := r.record.At(0).CaptureUS
	last := r.record.At(r.record.Len() - 1).CaptureUS
	span := time.Duration(last-first)*time.Microsecond + time.Second/time.Duration(r.Plan.FPS)
	t := r.meter.totals()
	account, _ := r.far.get()
	known := account.Last
	s := &netcheck.VideoSummary{
		Plan: r.Plan, Stats: stats.SummarizeFrames(r.record, lastShown(r.record)), Partial: partial,
		Begin: time.Duration(first) * time.Microsecond, Span: span,
		SentKbps: kbps(t.near.BytesSent, span), ReceivedKbps: kbps(t.near.BytesReceived, span), TargetKbps: r.meter.meanTarget(),
		RTT: r.meter.rtts.distribution(), DirectionKnown: known,
		NACK:          int(t.near.NACKSent + t.far.NACKSent), //nolint:gosec // counts
		PLI:           int(t.near.PLISent + t.far.PLISent),   //nolint:gosec // counts
		Retransmitted: int(t.near.Retransmitted + t.far.Retransmitted),
		Self:          netcheck.VideoSelfCheck{CaptureErrorP95: r.out.lag.Percentile(0.95), QueueDropped: r.in.behind, UnreadCodes: r.in.unread},
	}
	if known {
		s.Up, s.Down = lossOf(t.near.PacketsSent, t.far.PacketsReceived), lossOf(t.far.PacketsSent, t.near.PacketsReceived)
	} else if account.Expected > 0 { // as far as the far end had come when it was last heard of
		s.Up = lossOf(account.Expected, account.PacketsReceived)
	}
	sent, open := r.record.packets()
	// Of pictures that are still under way some packets may have arrived: then a loss is told too small rather than too large.
	s.AfterRepair = stats.LossOf(sent-open, max(sent-open-r.in.distinct(), 0))
	return s
}

// lossOf is the loss of so many packets, of which so many arrived.
func lossOf(sent, received uint64) stats.Loss {
	return stats.LossOf(int(sent), int(sent-min(sent, received))) //nolint:gosec // counts of packets
}

func kbps(bytes uint64, span time.Duration) float64 {
	return float64(bytes) * 8 / 1000 / span.Seconds()
}

// meanTarget is the mean of the windows' targets.
func (m *meter) meanTarget() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.windows == 0 {
		return 0
	}
	return m.targets / float64(m.windows)
}

// lastShown is the time of the end of a record for freezes: when the last picture that was sent ought to have been shown.
func lastShown(r *pictureRecord) int64 {
	end := int64(math.MinInt64)
	for i := range r.Len() {
		f := r.At(i)
		if f.Status == stats.FrameShown {
			end = max(end, f.ShownUS)
		}
		if f.Status == stats.FrameMissing {
			end = max(end, f.CaptureUS)
		}
	}
	return end
}

// packets is the number of packets of all pictures, each counted once, and of those of which nobody knows what became of them.
func (r *pictureRecord) packets() (all, open int) {
	for _, x := range r.rows {
		if all += int(x.packets); x.status == stats.FrameUnknown {
			open += int(x.packets)
		}
	}
	return all, open
}

// closeRecording finishes the file and gives the number of pictures that it is missing.
func (r *run) closeRecording() (skipped int) {
	if r.keep == nil {
		return 0
	}
	saved, _ := r.keep.Close() // what failed has been told as it happened
	return saved.Skipped
}
