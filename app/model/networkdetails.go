package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// Details is what the card of an area opens to: for each probe its words, its figures and its timeline, and what a NAT was asked.
func (n *Network) Details(a netcheck.Area) []Section {
	out := []Section{{Title: present.AreaTitle(a), Intro: areaHints[a]}}
	for _, p := range n.probes() {
		if p.Kind.Area() == a {
			out = append(out, n.probeSections(p)...)
		}
	}
	if len(out) == 1 {
		out[0].Intro = joined(out[0].Intro, "What was asked and what was answered will be here.")
		if n.report.Network != nil {
			out[0].Intro = joined(areaHints[a], "Nothing was asked here.")
		}
	}
	return out
}

func (n *Network) probeSections(r netcheck.NetResult) []Section {
	s := Section{Title: n.probeTitle(r) + ": " + present.NetStateMark(r.State).Word}
	if r.State == netcheck.NetRunning {
		s.Intro = "No answer yet."
		return []Section{s}
	}
	s.Intro = probeText(r)
	s.add("What to do", forWindow(r.Advice), "")
	s.add("Asked", forWindow(r.Server), "")
	s.add("At", forWindow(r.Remote), "")
	s.add("From", forWindow(r.Local), "")
	s.add("Time", present.Millis(r.Took)+" ms", "")
	s.addFacts(r.Facts)
	s.add("Cause", forWindow(r.Cause), "")
	s.add("Reason code", string(r.Code), "")
	out := []Section{s}
	if steps, ok := n.timeline(r); ok {
		out = append(out, steps)
	}
	if r.Facts.NAT != nil {
		out = append(out, natSections(*r.Facts.NAT)...)
	}
	return out
}

// probeTitle names a probe, with the server where there may be several.
func (n *Network) probeTitle(r netcheck.NetResult) string {
	title := sentence(present.ProbeTitle(r))
	title = strings.TrimSuffix(title, ".")
	if u, err := netcheck.ParseServerURL(r.Server); err == nil {
		return fmt.Sprintf("%s, %s", title, forWindow(fmt.Sprintf("%s:%d", u.Host, u.Port)))
	}
	if r.Server != "" {
		return title + ", " + forWindow(r.Server)
	}
	return title
}

// addFacts puts the figures that a probe has.
func (s *Section) addFacts(f netcheck.NetFacts) {
	s.add("Seen by the server as", forWindow(f.Mapped), "")
	s.add("Address of the relay", forWindow(f.Relayed), "")
	s.add("Addresses", forWindow(strings.Join(f.Addresses, ", ")), "")
	s.add("NAT64 prefix", forWindow(f.Prefix), "")
	if f.RTT > 0 {
		s.add("Round trip", present.Millis(f.RTT)+" ms", "")
	}
	if f.MTU > 0 {
		s.add("Largest packet that passed", fmt.Sprintf("%d bytes", f.MTU), "")
	}
	if f.MTULost > 0 {
		s.add("Smallest packet that was lost", fmt.Sprintf("%d bytes", f.MTULost), "")
	}
	if f.Skew != 0 {
		s.add("Clock ahead by", f.Skew.Round(time.Second).String(), "")
	}
	for _, i := range f.Interfaces {
		s.add("Interface "+forWindow(i.Name), forWindow(interfaceWords(i)), "")
	}
	if p := f.Proxy; p != nil {
		s.add("Proxy", forWindow(p.Address), "")
		s.add("Known from", forWindow(p.From), "")
		s.add("Proxy script", forWindow(p.PACURL), "")
	}
}

func interfaceWords(i netcheck.InterfaceFacts) string {
	words := []string{strings.Join(i.Addresses, ", ")}
	if i.MTU > 0 {
		words = append(words, fmt.Sprintf("MTU %d", i.MTU))
	}
	if i.Default4 || i.Default6 {
		words = append(words, "leads to the Internet")
	}
	if i.VPN == netcheck.Yes {
		words = append(words, "VPN")
	}
	return strings.Join(words, "; ")
}

// netStepTitles are the steps of network probes in words, beside those of connecting.
var netStepTitles = map[string]string{
	netcheck.NetStepBinding: "Binding answer", netcheck.NetStepDTLS: "DTLS handshake", netcheck.NetStepChallenge: "Challenge (realm, nonce)",
	netcheck.NetStepAllocate: "Relay allocated", netcheck.NetStepPermission: "Permission", netcheck.NetStepChannel: "Channel bound",
	netcheck.NetStepEcho: "Packet through and back", netcheck.NetStepRefresh: "Relay refreshed",
	"http": "HTTP answer", "certificate": "Certificate checked", "route_ipv4": "Route by IPv4", "route_ipv6": "Route by IPv6",
}

// timeline lists the steps of a probe.
func (n *Network) timeline(r netcheck.NetResult) (Section, bool) {
	if len(r.Steps) < 2 {
		return Section{}, false
	}
	s := Section{Title: "Timeline of " + n.probeTitle(r), Columns: []string{"Step", "Result", "Begin (ms)", "Time (ms)", "Code", "Detail"}}
	for _, step := range r.Steps {
		result, code := "ok", ""
		switch {
		case !step.OK && r.Kind == netcheck.ProbeInterfaces: // that there is no route by IPv6 is no failure
			result = "none"
		case !step.OK:
			result = "failed"
		}
		if step.Code != 0 {
			code = fmt.Sprint(step.Code)
		}
		title := orElse(netStepTitles[step.Name], stepTitle(netcheck.StepName(step.Name)))
		s.Rows = append(s.Rows, []Cell{{Text: title}, {Text: result}, {Text: present.Millis(step.At)}, {Text: present.Millis(step.Took)}, {Text: code}, {Text: forWindow(step.Detail)}})
	}
	return s, true
}

// natSections are what is known of a NAT, what was asked for it, and what it means for calls.
func natSections(b netcheck.NATBehavior) []Section {
	s := Section{Title: "Behaviour of the NAT"}
	s.add("Mapping (RFC 4787)", behaviorWords(b.Mapping, b.MappingNote), "")
	s.add("Filtering (RFC 4787)", behaviorWords(b.Filtering, b.FilteringNote), "")
	s.add("Known as", b.Gloss(), "")
	s.add("Inside", forWindow(b.Local), "")
	s.add("Outside", forWindow(b.Mapped), "")
	if b.PortsTried > 0 {
		s.add("Ports kept", fmt.Sprintf("%d of %d", b.PortsPreserved, b.PortsTried), "")
	}
	if b.NAT == netcheck.Yes {
		s.add("Hairpin", triWords(b.Hairpin), "")
	}
	s.add("Found by", strings.ReplaceAll(string(b.Method), "_", " "), "")
	out := []Section{s}
	if expected := present.ExpectedCalls(b); len(expected) > 0 {
		calls := Section{Title: "What that means for calls", Intro: "By reasoning and not by measurement."}
		for _, e := range expected {
			calls.add(sentence(e.How), "with ends "+list(e.With), "")
		}
		out = append(out, calls)
	}
	tests := Section{Title: "Tests of the NAT", Columns: []string{"Test", "Asked", "From", "Answer from", "Seen as", "Time (ms)"}}
	for _, t := range b.Tests {
		tests.Rows = append(tests.Rows, []Cell{{Text: strings.ReplaceAll(t.Name, "_", " ")}, {Text: forWindow(t.Server)}, {Text: forWindow(t.Local)},
			{Text: orElse(forWindow(t.From), "none came")}, {Text: orElse(forWindow(t.Mapped), present.None)}, {Text: present.Millis(t.Took)}})
	}
	if len(tests.Rows) > 0 {
		out = append(out, tests)
	}
	return out
}

// behaviorWords puts a behaviour into the words of RFC 4787.
func behaviorWords(b netcheck.Behavior, note string) string {
	word := strings.ReplaceAll(string(b), "_", "-")
	word = strings.ReplaceAll(word, "-or-", " or ")
	switch b {
	case netcheck.BehaviorNotTested:
		word = "not tested"
	case netcheck.BehaviorNone:
		word = "none"
	case netcheck.BehaviorNotSeenToVary:
		word = "not seen to vary"
	}
	if note = forWindow(note); note != "" {
		word += ". " + note
	}
	return word
}
