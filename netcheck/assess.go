package netcheck

import (
	"fmt"
	"time"
)

// When a measurement is in doubt. A share of skipped packets above the limit means that the asked rate could not be carried;
// dropped datagrams count when they could explain a tenth of the loss; a timer that is late by more than the limit for one
// packet in twenty has measured this computer rather than the network.
const (
	maxSkippedShare = 0.01
	dropsOfLoss     = 0.1
	maxSendErrorP95 = 25 * time.Millisecond
)

// assess tells from the measurer's own check how far the result can be trusted.
func assess(plan LossPlan, sum LossSummary) PathEnded {
	for _, rule := range []func(LossPlan, LossSummary) *Failure{checkNoData, checkSkips, checkDrops, checkTimer, checkLog} {
		if f := rule(plan, sum); f != nil {
			return endedBy(f)
		}
	}
	return PathEnded{State: StateOK}
}

func checkNoData(_ LossPlan, sum LossSummary) *Failure {
	for _, c := range sum.Carriers {
		if c.Stats.Up.Sent > 0 {
			return nil
		}
	}
	for _, c := range sum.Carriers {
		if c.Self.MissedSends+c.Self.SkippedSender > 0 {
			return nil // the next rule says why
		}
	}
	return &Failure{Code: ReasonNoData, Text: "No probe packet was sent, so nothing is known of this path.",
		Advice: "Run the test for longer."}
}

func checkSkips(plan LossPlan, sum LossSummary) *Failure {
	for _, c := range sum.Carriers {
		asked := c.Stats.Up.Sent + c.Self.MissedSends + c.Self.SkippedSender
		if asked == 0 {
			continue
		}
		sender := float64(c.Self.MissedSends+c.Self.SkippedSender) / float64(asked)
		far := float64(c.Self.SkippedReflector) / float64(asked)
		switch {
		case sender > maxSkippedShare && c.Self.MissedSends >= c.Self.SkippedSender:
			return &Failure{Code: ReasonSenderLimit,
				Text: fmt.Sprintf("This computer could not keep up with %s packets a second on the %s carrier: it gave up %s of them.",
					number(plan.Rate), c.Carrier.Title(), percent(sender)),
				Advice: "Close other programs, or ask for a lower rate."}
		case sender > maxSkippedShare:
			return &Failure{Code: ReasonSenderLimit,
				Text: fmt.Sprintf("The path does not carry the asked rate: %s of the packets on the %s carrier could not be sent because too much was queued.",
					percent(sender), c.Carrier.Title()),
				Advice: "The line is slower than the test's bitrate. Ask for a lower rate or size to see what it can carry."}
		case far > maxSkippedShare:
			return &Failure{Code: ReasonReflectorBusy,
				Text: fmt.Sprintf("The way back does not carry the asked rate: the other end could not send %s of its answers on the %s carrier.",
					percent(far), c.Carrier.Title()),
				Advice: "The line is slower than the test's bitrate. Ask for a lower rate or size to see what it can carry."}
		}
	}
	return nil
}

// checkDrops compares what the kernels threw away with what was lost: such loss is made by the computers, not by the network.
func checkDrops(_ LossPlan, sum LossSummary) *Failure {
	lost := 0
	for _, c := range sum.Carriers {
		lost += c.Stats.Total.Lost
	}
	drops := sum.Pair.Drops + sum.Pair.FarDrops
	if !sum.Pair.DropsKnown || drops == 0 || lost == 0 || float64(drops) < dropsOfLoss*float64(lost) {
		return nil
	}
	return &Failure{Code: ReasonSocketDrops,
		Text:   fmt.Sprintf("This computer threw away %d packets that had arrived because it could not read them fast enough, so the %d losses are not the network's alone.", drops, lost),
		Advice: "Close other programs, or ask for a lower rate."}
}

func checkTimer(_ LossPlan, sum LossSummary) *Failure {
	for _, c := range sum.Carriers {
		if c.Self.SendErrorP95 > maxSendErrorP95 {
			return &Failure{Code: ReasonBusy,
				Text:   fmt.Sprintf("This computer was too busy to measure: one packet in twenty left %s ms or more after its time.", millis(c.Self.SendErrorP95)),
				Advice: "Close other programs and run the test again."}
		}
	}
	return nil
}

// checkLog doubts a result whose losses have no direction.
func checkLog(_ LossPlan, sum LossSummary) *Failure {
	for _, c := range sum.Carriers {
		if !c.Stats.Up.Known && c.Stats.Total.Lost > 0 {
			return &Failure{Code: ReasonLogMissing,
				Text:   "The other end's log did not arrive, so it is not known on which way packets were lost.",
				Advice: "Run the test again."}
		}
	}
	return nil
}
