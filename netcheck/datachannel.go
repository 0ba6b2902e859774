package netcheck

import (
	"fmt"

	"echopath/netcheck/stats"
)

// decisive gives the carriers that decide whether a path was measured: SRTP alone where it was measured. What a data channel held back
// beside it was its own doing (its congestion control waits after a loss, and TCP below it repairs), and is a remark: SRTP shows what the
// network loses. Only where the data channel was held back and SRTP lost packets behind a full queue, it was the test that filled the line.
func decisive(all []CarrierResult) []CarrierResult {
	if heldBack(all) {
		return all
	}
	for _, c := range all {
		if c.Carrier == CarrierSRTP && c.Stats.Total.Sent >= minJudged {
			return []CarrierResult{c}
		}
	}
	return all
}

// whole tells of a carrier on which enough was sent, and nearly all of what was asked for.
func whole(c CarrierResult) bool {
	asked, sender, far := unsent(c)
	return c.Stats.Total.Sent >= minJudged && float64(max(sender, far)) <= maxSkippedShare*float64(asked)
}

// lossy tells of a carrier that lost more than is good, on the round trip and beside outages.
func lossy(c CarrierResult) bool {
	m := metricByID("loss_total")
	lost := m.value(CarrierResult{Stats: stats.Summary{Total: besideCuts(c.Stats).Total}})
	return lost.known && lost.value > m.good
}

// unsent counts what was asked for on a carrier, and what of it this end and the other did not send.
func unsent(c CarrierResult) (asked, sender, far int) {
	sender = c.Self.MissedSends + c.Self.SkippedSender + c.Self.SendFailed
	return c.Stats.Up.Sent + sender, sender, c.Self.SkippedReflector
}

// findUnsent remarks on a data channel that did not send everything beside an SRTP carrier that did.
func findUnsent(r Report, p PathReport) []Finding {
	dc, ok1 := p.Carrier(CarrierDataChannel)
	srtp, ok2 := figures(p)
	asked, sender, far := unsent(dc)
	if !ok1 || !ok2 || srtp.Carrier != CarrierSRTP || !whole(srtp) || longestSilence(LossSummary{Carriers: []CarrierResult{dc}}) >= outage ||
		float64(max(sender, far)) <= maxSkippedShare*float64(asked) {
		return nil
	}
	f := Finding{ID: "datachannel_unsent", Severity: SeverityInfo, Path: p.Path, Title: p.Path.Title() + ": the data channel did not send everything",
		Detail:   fmt.Sprintf("This computer gave up %d of %d packets of the data channel before they were sent.", sender, asked),
		Advice:   "Calls are not affected. If programs on this network use data channels, ask for a lower rate to see what one carries.",
		Evidence: evidence("asked", fmt.Sprint(asked), "given_up", fmt.Sprint(sender), "given_up_far", fmt.Sprint(far))}
	if far > sender {
		f.Detail = fmt.Sprintf("%s gave up %d answers on the data channel before they were sent.", beginning(farEndWord(r.Other)), far)
	}
	if lossy(srtp) {
		f.Advice = "That follows from the losses: look after those first."
	}
	f.Detail += " A data channel holds packets back by itself when some are lost or late. Media packets (SRTP) at the same time were all sent, and the verdict rests on those."
	return []Finding{f}
}

// findReorderingAsLoss explains loss that only the data channel has. Its sender gives every message up at once, so what is
// overtaken is thrown away at the receiver (RFC 3758; pion/sctp issue 505).
func findReorderingAsLoss(_ Report, p PathReport) []Finding {
	dc, ok1 := p.Carrier(CarrierDataChannel)
	srtp, ok2 := figures(p)
	if !ok1 || !ok2 || srtp.Carrier != CarrierSRTP || !dc.Stats.Total.RatioOK || !srtp.Stats.Total.RatioOK || dc.Stats.Total.Lost == 0 ||
		besideCuts(dc.Stats).Total.CI95Low <= besideCuts(srtp.Stats).Total.CI95High {
		return nil
	}
	f := Finding{ID: "datachannel_only_loss", Severity: SeverityWarning, Path: p.Path,
		Title: fmt.Sprintf("%s: the data channel loses packets that the network delivers", p.Path.Title()),
		Detail: fmt.Sprintf("The data channel lost %s. Media packets (SRTP) sent at the same time lost %s.",
			lossText(dc.Stats.Total.Lost, dc.Stats.Total.Sent, dc.Stats.Total.CI95High),
			lossText(srtp.Stats.Total.Lost, srtp.Stats.Total.Sent, srtp.Stats.Total.CI95High)),
		Advice: "Calls are not affected, but programs that use unreliable data channels (games, remote control) are.",
		Evidence: evidence("datachannel_lost", fmt.Sprint(dc.Stats.Total.Lost), "srtp_lost", fmt.Sprint(srtp.Stats.Total.Lost),
			"srtp_reordered_out", fmt.Sprint(srtp.Stats.Up.Reordered), "srtp_reordered_back", fmt.Sprint(srtp.Stats.Down.Reordered))}
	if n := srtp.Stats.Up.Reordered + srtp.Stats.Down.Reordered; n > 0 {
		f.ID = "reordering_as_loss"
		f.Title = fmt.Sprintf("%s: packets arrive out of order, and the data channel drops those", p.Path.Title())
		f.Detail += fmt.Sprintf(" The network delivered %d packets out of order; a data channel throws away those that others have overtaken.", n)
		f.Advice += " Ask the network team why the packets of one call take different routes (load balancing by packet instead of by flow)."
	}
	return []Finding{f}
}

// bundledWorthSaying is the share of bundled messages from which bursts on the data channel are no longer the network's.
const bundledWorthSaying = 0.02

func findBundling(r Report, p PathReport) []Finding {
	dc, ok := p.Carrier(CarrierDataChannel)
	if !ok || !dc.Self.BundledKnown || dc.Self.Bundled < bundledWorthSaying || r.Granted.Loss.Rate <= BundlingRate {
		return nil
	}
	return []Finding{{ID: "datachannel_bundled", Severity: SeverityInfo, Path: p.Path,
		Title:    fmt.Sprintf("%s: the data channel put several messages into one packet", p.Path.Title()),
		Detail:   fmt.Sprintf("About %s of the messages left in one packet with the message before, so one lost packet takes several messages with it. Bursts of loss on the data channel say nothing about the network here.", Percent(dc.Self.Bundled)),
		Advice:   "Go by the SRTP figures, or ask for at most 500 packets a second.",
		Evidence: evidence("bundled_share", Percent(dc.Self.Bundled), "rate", number(r.Granted.Loss.Rate))}}
}
