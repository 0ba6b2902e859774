package netcheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// FirewallText is what a helpdesk person pastes into a ticket for the firewall team: when it was, this computer's addresses, what was
// tried with what result, and what to allow. It is plain text of lines that end in a newline, and holds no user name and no secret.
// A report without network probes gives what its paths say.
func FirewallText(r Report, v Verdict) string {
	t := &firewallText{view: viewNetwork(r), verdict: v}
	t.head()
	t.computer()
	t.tried()
	t.paths()
	t.found()
	t.allow()
	t.allowNames()
	t.allowProxy()
	return t.b.String()
}

type firewallText struct {
	view    *netView
	verdict Verdict
	b       strings.Builder
}

func (t *firewallText) line(format string, args ...any) { fmt.Fprintf(&t.b, format+"\n", args...) }

// table writes rows of cells that stand below each other.
func (t *firewallText) table(rows [][]string) {
	w := tabwriter.NewWriter(&t.b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i := range row {
			row[i] = CleanText(row[i], maxNetAddress)
		}
		_, _ = fmt.Fprintln(w, "  "+strings.Join(row, "\t")) // a strings.Builder takes everything
	}
	_ = w.Flush()
}

func (t *firewallText) head() {
	r := t.view.report
	t.line("Network test for voice and video calls")
	if !r.Started.IsZero() {
		t.line("Date: %s", r.Started.UTC().Format("2006-01-02 15:04 UTC"))
	}
	t.line("Made with: Echopath %s on %s", orElse(CleanText(r.AppVersion, maxName), "(no version)"), orElse(CleanText(r.OS, maxName), "an unknown system"))
	if open := t.view.untested(); len(open) > 0 {
		t.line("This test is incomplete. Not tested: %s.", CleanText(strings.Join(open, "; "), maxFinding))
	}
	t.line("Result: %s", CleanText(t.verdict.Sentence, maxFinding))
}

// computer lists the addresses from which packets left, and under which they arrived.
func (t *firewallText) computer() {
	var rows [][]string
	own := t.view.own()
	for _, r := range t.view.of(ProbeInterfaces) {
		for _, i := range r.Facts.Interfaces {
			rows = append(rows, []string{i.Name, strings.Join(i.Addresses, ", "), routeWords(i)})
		}
	}
	if len(rows) == 0 {
		var local []string
		for _, a := range own {
			local = append(local, a.String())
		}
		for _, a := range unique(local) {
			rows = append(rows, []string{"address", a})
		}
	}
	var outside []string
	for _, s := range t.view.seen() {
		if !slices.Contains(own, s.at) {
			outside = append(outside, s.at.String())
		}
	}
	for _, a := range unique(outside) {
		rows = append(rows, []string{"seen from outside at", a})
	}
	if len(rows) > 0 {
		t.line("\nThis computer:")
		t.table(rows)
	}
}

func routeWords(i InterfaceFacts) string {
	var words []string
	if i.Default4 {
		words = append(words, "default route of IPv4")
	}
	if i.Default6 {
		words = append(words, "default route of IPv6")
	}
	if i.VPN == Yes {
		words = append(words, "VPN")
	}
	return strings.Join(words, ", ")
}

// tried lists each question to the network with its answer.
func (t *firewallText) tried() {
	var rows [][]string
	for _, r := range t.view.results {
		protocol := protocolWords(r)
		if protocol == "" || r.State == NetRunning || r.State == NetNotTested && !t.view.open(r) {
			continue
		}
		at := ""
		if start := t.view.report.Started; !start.IsZero() {
			at = start.UTC().Add(r.At).Format("15:04:05")
		}
		rows = append(rows, []string{at, protocol, placeWords(r), resultWords(r) + throughWords(r)})
	}
	if len(rows) == 0 {
		return
	}
	t.line("\nWhat was tried (time in UTC, protocol, server, result):")
	t.table(rows)
}

// protocolWords says what a firewall sees of a probe; "" for one that is not about a single server.
func protocolWords(r NetResult) string {
	switch r.Kind {
	case ProbeUDP:
		return "UDP (STUN)"
	case ProbeTURN:
		switch r.Transport {
		case "tcp":
			return "TCP (TURN)"
		case "tls":
			return "TCP (TURN over TLS)"
		case "dtls":
			return "UDP (TURN over DTLS)"
		}
		return "UDP (TURN)"
	case ProbeProxy:
		if r.Facts.Proxy == nil {
			return ""
		}
		return "TCP (HTTP CONNECT)"
	case ProbeTLS:
		return "TCP (TLS)"
	case ProbePortal:
		return "TCP (HTTP)"
	case ProbeDNS:
		return "DNS"
	}
	return ""
}

// wholeMillis is a time as precise as a firewall's log is searched.
func wholeMillis(d time.Duration) string {
	if d < time.Millisecond {
		return "less than 1 ms"
	}
	return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + " ms"
}

// placeWords names address and port, and the server's name behind it where it is another.
func placeWords(r NetResult) string {
	host, port := r.place()
	named := host
	if port != 0 && host != "" {
		named = ServerURL{Host: host, Port: port}.HostPort()
	}
	if r.Remote == "" || r.Remote == named {
		return named
	}
	return r.Remote + " (" + orElse(named, "no name") + ")"
}

// resultWords says how a probe ended, as a firewall team reads it.
func resultWords(r NetResult) string {
	took := wholeMillis(r.Took)
	switch {
	case r.State == NetNotTested && r.Code == ReasonCancelled && r.Remote != "":
		return "no answer yet when the test ended, after " + took
	case r.State == NetNotTested:
		return "not tried: " + strings.TrimSuffix(strings.TrimPrefix(orElse(r.Text, "no reason was given"), "Not asked: "), ".")
	}
	switch answerOf(r) {
	case answerWorks:
		if r.State == NetDegraded {
			return "answered after " + took + ", not as it should be"
		}
		return "answered after " + took
	case answerRefused:
		return "refused after " + took
	case answerSilent:
		return "no answer within " + took
	case answerNoName:
		return "the name was not resolved"
	case answerNo:
		if code := failedCode(r); code != 0 {
			return fmt.Sprintf("answered with error %d after %s", code, took)
		}
		return fmt.Sprintf("answered wrongly (%s) after %s", orElse(string(r.Code), "no reason"), took)
	case answerProxy:
		if status := proxyStatus(r); status != 0 {
			return fmt.Sprintf("the proxy answered with status %d after %s", status, took)
		}
		return proxyName(r) + " did not let it through"
	}
	return "could not be tried (" + orElse(string(r.Code), "no reason") + ")"
}

// paths lists the calls that were tried.
func (t *firewallText) paths() {
	var rows [][]string
	for _, p := range t.view.report.Paths {
		if p.State == StateNotApplicable || p.State == StateNotRun || p.State == StateUnknown {
			continue
		}
		result := strings.ReplaceAll(string(p.State), "_", " ")
		if p.Code != ReasonNone {
			result += " (" + string(p.Code) + ")"
		}
		rows = append(rows, []string{p.Path.Title(), orElse(p.Server, "no server"), result})
	}
	if len(rows) > 0 {
		t.line("\nCalls that were tried:")
		t.table(rows)
	}
}

// maxFinding bounds what is said of a finding, in characters.
const maxFinding = 2000

// found lists what was found beyond the merely interesting, with what to do.
func (t *firewallText) found() {
	grave := slices.DeleteFunc(slices.Clone(t.verdict.Findings), func(f Finding) bool { return f.Severity == SeverityInfo })
	if len(grave) == 0 {
		return
	}
	t.line("\nWhat was found:")
	for _, f := range grave {
		t.line("- %s", CleanText(f.Title+". "+f.Detail+" "+f.Advice, maxFinding))
	}
}
