package netcheck

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// When a measurement is in doubt. A share of skipped packets above the limit means that the asked rate could not be carried;
// dropped datagrams count when they could explain a tenth of the loss; a timer that is late by an interval or more, within
// bounds, for one packet in twenty has measured this computer rather than the network: packets that should have left one after
// another left together.
const (
	maxSkippedShare = 0.01
	dropsOfLoss     = 0.1
	minSendErrorP95 = 2 * time.Millisecond // less is usual on a computer that does other things too
	maxSendErrorP95 = 10 * time.Millisecond
)

// sendErrorLimit is the lateness of the worst packet in twenty up to which a result can be trusted.
func sendErrorLimit(plan LossPlan) time.Duration {
	return max(minSendErrorP95, min(plan.Interval(), maxSendErrorP95))
}

// assess tells from the measurer's own check how far the result can be trusted. other is the second computer, nil if there is none.
func assess(plan LossPlan, sum LossSummary, other *OtherEnd) PathEnded {
	for _, rule := range []func(LossPlan, LossSummary, *OtherEnd) *Failure{checkNoData, checkBroken, checkSkips, checkDrops, checkTimer, checkLog} {
		if f := rule(plan, sum, other); f != nil {
			ended := endedBy(f)
			if harmless(f.Code, sum) { // the reason stays as a remark
				ended.State = StateOK
			}
			return ended
		}
	}
	return PathEnded{State: StateOK}
}

func checkNoData(_ LossPlan, sum LossSummary, _ *OtherEnd) *Failure {
	for _, c := range sum.Carriers {
		if c.Stats.Up.Sent > 0 {
			return nil
		}
	}
	for _, c := range sum.Carriers {
		if c.Self.MissedSends+c.Self.SkippedSender+c.Self.SendFailed > 0 {
			return nil // the next rule says why
		}
	}
	return &Failure{Code: ReasonNoData, Text: "No probe packet was sent, so nothing is known of this path.",
		Advice: "Run the test for longer."}
}

func longestSilence(sum LossSummary) time.Duration {
	longest := int64(0)
	for _, c := range sum.Carriers {
		longest = max(longest, c.Stats.Silence.LongestUS)
	}
	return time.Duration(longest) * time.Microsecond
}

// checkBroken tells of a connection that ended before the test did: answers came, then none on any carrier, and the other end's log did
// not come either. Without any answer at all the path is judged by its loss.
func checkBroken(_ LossPlan, sum LossSummary, other *OtherEnd) *Failure {
	least, answered := time.Duration(math.MaxInt64), 0
	for _, c := range sum.Carriers {
		if c.Stats.Up.Known || c.Self.LogComplete {
			return nil
		}
		answered += c.Stats.Total.Received
		least = min(least, time.Duration(c.Stats.Silence.AtEndUS)*time.Microsecond)
	}
	if len(sum.Carriers) == 0 || answered == 0 || least < outage {
		return nil
	}
	return &Failure{Code: ReasonLinkLost,
		Text:   fmt.Sprintf("The connection broke: nothing came back from %s in the last %.1f s.", farEndWord(other), least.Seconds()),
		Advice: "What was measured until then is kept. See whether the network connection of both computers stayed up, and run the test again."}
}

func checkSkips(plan LossPlan, sum LossSummary, other *OtherEnd) *Failure {
	if longestSilence(sum) >= outage {
		return nil // while nothing passes, queues fill and packets are skipped: that says nothing about the rate
	}
	for _, c := range decisive(sum.Carriers) {
		missed, queued, refused := c.Self.MissedSends, c.Self.SkippedSender, c.Self.SendFailed
		asked := c.Stats.Up.Sent + missed + queued + refused
		if asked == 0 {
			continue
		}
		sender := float64(missed+queued+refused) / float64(asked)
		far := float64(c.Self.SkippedReflector) / float64(asked)
		switch {
		case sender > maxSkippedShare && refused > max(missed, queued):
			return &Failure{Code: ReasonSenderLimit,
				Text: fmt.Sprintf("%s of the packets on the %s carrier could not be handed to the network: the system refused to send them.",
					Percent(float64(refused)/float64(asked)), c.Carrier.Title()),
				Advice: "Check that the network connection stays up, and look for security software on this computer that limits what programs send."}
		case sender > maxSkippedShare && missed >= queued:
			return &Failure{Code: ReasonSenderLimit,
				Text: fmt.Sprintf("This computer could not keep up with %s packets a second on the %s carrier: it gave up %s of them.",
					number(plan.Rate), c.Carrier.Title(), Percent(sender)),
				Advice: "Close other programs, or ask for a lower rate."}
		case sender > maxSkippedShare:
			return &Failure{Code: ReasonSenderLimit,
				Text: fmt.Sprintf("The path does not carry the asked rate: %s of the packets on the %s carrier could not be sent because too much was queued.",
					Percent(sender), c.Carrier.Title()),
				Advice: "The line is slower than the test's bitrate. Ask for a lower rate or size to see what it can carry."}
		case far > maxSkippedShare:
			return &Failure{Code: ReasonReflectorBusy,
				Text: fmt.Sprintf("%s does not carry the asked rate: %s could not send %s of its answers on the %s carrier.",
					wayBack(other), farEndWord(other), Percent(far), c.Carrier.Title()),
				Advice: slowWayBack(other)}
		}
	}
	return nil
}

// checkDrops compares what the kernels threw away with what was lost: such loss is made by the computers, not by the network.
func checkDrops(_ LossPlan, sum LossSummary, other *OtherEnd) *Failure {
	lost := 0
	for _, c := range sum.Carriers {
		lost += c.Stats.Total.Lost
	}
	drops := sum.Pair.Drops + sum.Pair.FarDrops
	if !sum.Pair.DropsKnown || drops == 0 || lost == 0 || float64(drops) < dropsOfLoss*float64(lost) {
		return nil
	}
	if other != nil {
		return farDrops(sum.Pair, lost, other)
	}
	return &Failure{Code: ReasonSocketDrops,
		Text:   fmt.Sprintf("This computer threw away %d packets that had arrived because it could not read them fast enough, so the %d losses are not the network's alone.", drops, lost),
		Advice: "Close other programs, or ask for a lower rate."}
}

// farDrops tells which of two computers threw packets away.
func farDrops(pair PairCheck, lost int, other *OtherEnd) *Failure {
	who, where := "This computer", "here"
	switch here, there := float64(pair.Drops), float64(pair.FarDrops); {
	case there < dropsOfLoss*float64(lost) && here > 0:
	case here < dropsOfLoss*float64(lost) && there > 0:
		who, where = other.begins(), "on "+other.called()
	default:
		who, where = "This computer and "+other.called(), "at both ends"
	}
	return &Failure{Code: ReasonSocketDrops,
		Text: fmt.Sprintf("%s threw away %d packets that had arrived because they could not be read fast enough, so the %d losses are not the network's alone.",
			who, pair.Drops+pair.FarDrops, lost),
		Advice: "Close other programs " + where + ", or ask for a lower rate."}
}

// wayBack names the direction from the far end to this one, at the beginning of a sentence.
func wayBack(other *OtherEnd) string {
	if other == nil {
		return "The way back"
	}
	return "The download"
}

// slowWayBack is what to do about a way back that does not carry the answers.
func slowWayBack(other *OtherEnd) string {
	const lower = " Ask for a lower rate or size to see what it can carry."
	if other == nil {
		return "The line is slower than the test's bitrate." + lower
	}
	return fmt.Sprintf("The line of %s outwards or this computer's line inwards is slower than the test's bitrate, or %s is busy.", other.called(), other.called()) + lower
}

// farEndWord names the far end in the middle of a sentence.
func farEndWord(other *OtherEnd) string {
	if other == nil {
		return otherEndWord
	}
	return other.called()
}

// checkTimer doubts a result whose packets left late. While nothing passes, a sender waits for the system, which keeps what it can not send:
// that is no busy computer.
func checkTimer(plan LossPlan, sum LossSummary, _ *OtherEnd) *Failure {
	cut := slices.ContainsFunc(sum.Carriers, func(c CarrierResult) bool { return cutsOf(c.Stats).N > 0 })
	for _, c := range sum.Carriers {
		late := c.Self.SendErrorP95
		if cut {
			late = c.Self.SendErrorBeside
		}
		if late > sendErrorLimit(plan) {
			return &Failure{Code: ReasonBusy,
				Text:   fmt.Sprintf("This computer was too busy to measure: one packet in twenty left %s ms or more after its time.", millis(late)),
				Advice: "Close other programs and run the test again."}
		}
	}
	return nil
}

// checkLog doubts a result whose losses have no direction. Where nothing came back at all there is nothing to tell apart.
func checkLog(_ LossPlan, sum LossSummary, _ *OtherEnd) *Failure {
	for _, c := range decisive(sum.Carriers) {
		if !c.Stats.Up.Known && c.Stats.Total.Lost > 0 && c.Stats.Total.Received > 0 {
			return &Failure{Code: ReasonLogMissing,
				Text:   "The other end's log did not arrive, so it is not known on which way packets were lost.",
				Advice: "Run the test again."}
		}
	}
	return nil
}

// assessVideo tells how far a video result can be trusted.
func assessVideo(sum VideoSummary) PathEnded {
	made := sum.Stats.Sent + sum.Stats.Dropped
	asked := made + sum.Stats.Skipped
	switch {
	case sum.Stats.Sent == 0:
		return endedBy(&Failure{Code: ReasonNoData, Text: "No picture was sent, so nothing is known of this path.", Advice: "Run the test for longer."})
	case float64(sum.Stats.Skipped+sum.Self.QueueDropped) > maxSkippedPictures*float64(asked):
		return endedBy(&Failure{Code: ReasonBusy,
			Text: fmt.Sprintf("This computer could not keep up with the video: it left out %d of %d pictures.",
				sum.Stats.Skipped+sum.Self.QueueDropped, asked),
			Advice: "Close other programs, or ask for a smaller picture or fewer of them a second."})
	case sum.Self.CaptureErrorP95 > time.Second/time.Duration(2*max(sum.Plan.FPS, 1)):
		return endedBy(&Failure{Code: ReasonBusy,
			Text:   fmt.Sprintf("This computer was too busy to measure: one picture in twenty was taken %s ms or more after its time.", millis(sum.Self.CaptureErrorP95)),
			Advice: "Close other programs and run the test again."})
	}
	return PathEnded{State: StateOK}
}

// maxSkippedPictures is the share of pictures left out by this computer up to which a video result can be trusted.
const maxSkippedPictures = 0.05
