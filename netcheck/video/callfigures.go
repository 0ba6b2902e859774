package video

import (
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
)

// direction joins what the sender and the receiver of a direction say. sent is the sender's account as of when the receiver stopped, last
// its newest; they differ where the sender was still sending then.
func direction(sent, last, received control.CallAccount, theirs control.CallTerms, known bool) netcheck.CallDirection {
	n := func(v uint64) int { return int(min(v, 1<<53)) } //nolint:gosec // bounded
	span := last.Span
	d := netcheck.CallDirection{
		Known: known, WidthAsked: theirs.Width, HeightAsked: theirs.Height, FPSAsked: theirs.FPS,
		Sent: n(last.FramesSent), SentFull: n(last.FramesFull), Dropped: n(last.FramesDropped), Skipped: n(last.FramesSkipped), KeyFrames: n(last.KeyFrames),
		TargetKbps: last.MeanKbps, Retransmitted: n(last.Retransmitted),
		Shown: n(received.FramesShown), Freezes: n(received.Freezes), FrozenUS: received.FrozenUS, LongestFreezeUS: received.LongestUS,
		Width: received.Width, Height: received.Height, JitterUS: received.JitterUS, JitterOK: received.JitterOK,
		DecodeP95US: received.DecodeP95US, QueueDropped: n(received.QueueDropped), NACK: n(received.NACKSent), PLI: n(received.PLISent),
	}
	if span > 0 {
		d.SentKbps, d.ReceivedKbps = kbps(last.BytesSent, span), kbps(received.BytesReceived, span)
	}
	if known {
		d.Lost = n(sent.FramesSent - min(sent.FramesSent, received.FramesShown))
		d.Undecided = n(last.FramesSent - min(last.FramesSent, max(sent.FramesSent, received.FramesShown)))
		d.BeforeRepair, d.AfterRepair = lossOf(sent.PacketsSent, received.PacketsReceived), lossOf(sent.Packets, received.Arrived)
	}
	return d
}

// possible tells whether the other end's last account agrees with what this end did itself. Both count the same pictures and packets.
func possible(own, far control.CallAccount, plan netcheck.VideoPlan, elapsed time.Duration) bool {
	const slack = 2 * time.Second
	most := uint64((plan.Duration + slack).Seconds() * float64(plan.FPS))
	return far.FramesShown <= own.FramesSent && far.Arrived <= own.Packets && far.PacketsReceived <= own.PacketsSent &&
		own.FramesShown <= far.FramesSent && own.Arrived <= far.Packets &&
		far.FramesSent+far.FramesDropped+far.FramesSkipped <= most && far.Span <= elapsed+slack &&
		far.FrozenUS <= (elapsed+slack).Microseconds() && far.LongestUS <= (elapsed+slack).Microseconds()
}

// selfOf is what an end says about itself.
func selfOf(a control.CallAccount) netcheck.CallSelfCheck {
	return netcheck.CallSelfCheck{CaptureErrorP95: a.CaptureError, UnreadCodes: int(min(a.UnreadCodes, 1<<53))} //nolint:gosec // bounded
}

// termsOf are the terms of this end's own pictures.
func termsOf(p netcheck.VideoPlan) control.CallTerms {
	return control.CallTerms{Width: p.Width, Height: p.Height, FPS: p.FPS, Source: string(p.Source.Kind)}
}
