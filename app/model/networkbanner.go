package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// sofar is the sentence of the answers that came before the questions that take minutes.
type sofar struct {
	run  string // whose it is
	text string
}

// Apply takes the next event of the session, as that of the other screens does.
func (n *Network) Apply(e netcheck.Event) {
	n.trial.Apply(e)
	if _, answered := e.Body.(netcheck.NetProbed); answered && n.sofar.run != n.RunKey() && n.onlyLong() {
		n.sofar = sofar{n.RunKey(), netcheck.Judge(n.report).Sentence}
	}
}

// onlyLong tells that all has been answered but questions that take minutes.
func (n *Network) onlyLong() bool {
	open := 0
	for _, p := range n.probes() {
		if p.State == netcheck.NetRunning {
			if open++; !p.Kind.Long() {
				return false
			}
		}
	}
	return open > 0
}

// runningWords are the banner's while a run goes on.
func (n *Network) runningWords() (text, more string) {
	switch {
	case n.report.Ended != netcheck.EndedUnknown:
		return "Finishing: the results are being kept …", n.warning
	case n.onlyLong():
		return n.longText(), orElse(n.warning, joined(n.sofarText(), "Stop keeps what has been found."))
	}
	return n.probesText(), orElse(n.warning, "Each answer has its place below. What it means is said when all have come.")
}

// longText says which of the questions that take minutes is being asked, and how long that takes: one runs after the other.
func (n *Network) longText() string {
	var open []netcheck.ProbeKind
	for _, p := range n.probes() {
		if p.State == netcheck.NetRunning {
			open = append(open, p.Kind)
		}
	}
	text := "Now measuring: " + longWords[open[0]].title + ", which takes about " + present.About(longTime(open[0]))
	if more := len(open) - 1; more > 0 {
		text += fmt.Sprintf("; then %d more", more)
	}
	return text + "."
}

// sofarText is what the quick questions have shown; "" if that is not known.
func (n *Network) sofarText() string {
	if n.sofar.run != n.RunKey() || n.sofar.text == "" {
		return ""
	}
	return "So far: " + forWindow(n.sofar.text)
}

// howEndedBriefly tells of a run that did not get to its end. Of one that was stopped the verdict's sentence says so.
func (n *Network) howEndedBriefly() string {
	if n.report.Ended == netcheck.EndedCancelled {
		return fmt.Sprintf("Stopped after %s.", present.About(n.report.Duration.Round(time.Second)))
	}
	return n.howEnded()
}

// whatToDo is the advice of what calls for action first, with its title where the verdict's sentence does not say it already.
func (n *Network) whatToDo() string {
	text := n.gravest()
	if text == "" {
		return ""
	}
	title := sentence(forWindow(n.verdict.Findings[0].Title))
	if strings.Contains(strings.ToLower(forWindow(n.verdict.Sentence)), strings.ToLower(strings.TrimSuffix(title, "."))) {
		return strings.TrimSpace(strings.TrimPrefix(text, title))
	}
	return text
}
