package netcheck

import (
	"slices"
	"strconv"
)

// noAnswerVerdict is what the evidence decides where no server answers.
type noAnswerVerdict int

const (
	verdictUndecided noAnswerVerdict = iota
	verdictNoUDP
)

// casesNoAnswer tells of servers that are all silent, and what can be concluded of it.
func casesNoAnswer(want noAnswerVerdict) func(*netView) []netCase {
	return func(v *netView) []netCase {
		legs := pick(v.legs, closed)
		if !has(legs, closedUDP) || !v.nothingCame() || has(legs, func(l netLeg) bool { return l.answer == answerRefused }) {
			return nil // refusals are another matter
		}
		verdict, why := v.decide(legs)
		if verdict != want {
			return nil
		}
		return []netCase{{results: slices.Concat(resultsOf(legs), v.webResults()), light: v.anyWay(), words: netWords{
			"n": strconv.Itoa(len(placesOf(legs))), "places": hostsOf(pick(legs, overUDP)), "spots": spotsOf(legs), "why": why,
			"accepted": v.acceptedWords(), "ask": askFor(legs), "asklow": lowerAsk(legs), "ways": v.waysLeft()}}}
	}
}

// independent tells of silent servers that do not all stand or fall together: one belongs to nobody here and another exists, or there are three.
func independent(silent []netLeg) bool {
	n := len(placesOf(silent))
	return n > 2 || n == 2 && has(silent, func(l netLeg) bool { return l.public })
}

// decide weighs what is known where every server is silent.
func (v *netView) decide(silent []netLeg) (noAnswerVerdict, string) {
	many, web := independent(silent), v.web()
	switch {
	case many && web == Yes:
		return verdictNoUDP, "The web answers from here, and that so many servers are down at the same time is unlikely: the network lets no such packets out, or no answers in."
	case many && web == Unknown:
		return verdictNoUDP, "That so many servers are down at the same time is unlikely. Whether the web answers from here was not tested."
	case many:
		return verdictUndecided, "Not even the web answered, so this may be more than UDP: the evidence does not decide between a network without Internet and one that blocks."
	case web == Yes:
		return verdictUndecided, "The web answers from here, so this computer is online. Too few servers were asked to tell a network that blocks from servers that are down."
	}
	if v.proxyAnswers() {
		return verdictUndecided, "Too few servers were asked to tell a network that blocks from servers that are down. This computer has a network: its proxy answers."
	}
	return verdictUndecided, "Too few servers were asked to tell a network that blocks from servers that are down, and nothing else shows whether this computer is online."
}

func (v *netView) webResults() []NetResult {
	return v.when(ProbePortal, func(r NetResult) bool { return r.State != NetNotTested })
}
