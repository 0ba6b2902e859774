package netcheck

import (
	"fmt"
	"slices"
	"strconv"
)

// When the probes have lost enough for it to be no chance. A short silence of a radio link takes one question from each socket that asks
// at that moment, so one probe has to have lost two. With 1 % lost each way, three of the dozen questions to one server are lost in 1 of
// 600 runs; with 40 %, in nearly all in which the server answers at all.
const (
	minLostQuestions = 3
	minLostShare     = 0.15
	manyLostShare    = 0.4 // with which calls can not be understood: a fifth each way
)

var netLossRules = []netRule{
	{id: "net_packets_lost", area: AreaPath, severity: SeverityWarning, holds: casesLost,
		title:  "Packets are lost on the way",
		detail: "{lost} of {asked} questions to {places} over UDP lost a packet, there or back, so that they had to be sent again or were in vain. Relays that break off may do so for the same reason.",
		advice: "Run the loss test to the same server, which measures how much is lost and in which direction. If this computer is on Wi-Fi, try a cable; then ask the network team about full lines, or limits for UDP.",
		seen:   "the probes lost packets", overruled: byLosslessUDP},
}

// lossSeen are the figures of a network that loses packets.
type lossSeen struct {
	asked, lost int
	legs        []netLeg
}

func (s lossSeen) share() float64 { return float64(s.lost) / float64(max(1, s.asked)) }

// loses tells that the probes lost more packets than a network in order does now and then.
func (v *netView) loses() (s lossSeen, yes bool) {
	most := 0
	for _, l := range v.legs {
		f := l.Facts
		if l.stream || f.Questions <= 0 || f.Lost < 0 || f.Lost > f.Questions {
			continue
		}
		s.asked += f.Questions
		s.lost += f.Lost
		most = max(most, f.Lost)
		if f.Lost > 0 {
			s.legs = append(s.legs, l)
		}
	}
	many := s.lost >= minLostQuestions && most > 1 || s.lost > 1 && has(v.legs, fellSilent)
	return s, many && s.share() >= minLostShare
}

// fellSilent tells of a relay over UDP that answered, and then did not any more, or let no packet through. A faulty server does that too,
// but then nothing else is lost.
func fellSilent(l netLeg) bool {
	quiet := []ReasonCode{ReasonNoAnswer, ReasonNoData, ReasonServerError}
	return overUDP(l) && relays(l) && l.reached && l.Facts.Lost > 0 && slices.Contains(quiet, l.Code) && failedCode(l.NetResult) == 0
}

func casesLost(v *netView) []netCase {
	s, yes := v.loses()
	if !yes {
		return nil
	}
	c := netCase{results: resultsOf(s.legs), facts: evidence("questions", strconv.Itoa(s.asked), "lost", strconv.Itoa(s.lost)),
		words: netWords{"lost": strconv.Itoa(s.lost), "asked": strconv.Itoa(s.asked), "places": hostsOf(s.legs)}}
	if s.share() >= manyLostShare {
		c.severity = SeverityCritical
	}
	return []netCase{c}
}

// byLosslessUDP tells of a path over UDP on which next to nothing was lost.
func byLosslessUDP(_ netCase, p PathReport) bool {
	c, ok := judged(p)
	return !p.Path.Stream() && ok && c.Stats.Total.RatioOK && c.Stats.Total.LossRatio < 0.01
}

// lossWords say of how much loss the probes are evidence.
func (s lossSeen) String() string {
	return fmt.Sprintf("%d of %d questions over UDP lost a packet", s.lost, s.asked)
}

// byLoss tells that a relay which answered and then did not is explained by the loss that was seen.
func (v *netView) byLoss(p netPlace) bool {
	_, lossy := v.loses()
	return lossy && p.relay && !has(p.deciding(), func(l netLeg) bool { return !fellSilent(l) })
}
