package model

import (
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// Network is the state of the screen "Network": the form, the network probes that go on or have ended, and what is shown of both. The
// zero value is not ready; NewNetwork makes one.
type Network struct {
	*trial
	long  []netcheck.ProbeKind // the questions that take minutes and can be asked
	sofar sofar
}

// NewNetwork makes the screen's state with the form that a first-time user finds.
func NewNetwork(units Units) *Network {
	n := &Network{}
	n.trial = newTrial(units, networkWords, func(f Form, u Units) Checked { return f.checkNetwork(u, n.long) })
	n.SetForm(DefaultForm())
	return n
}

// NetworkView is everything that the screen "Network" shows. View has no rows.
type NetworkView struct {
	View
	Map   NetMap
	Cards []NetCard // one for each area there is, from this computer outwards, so that no card moves
}

// View makes what the screen shows. now is the time since the session's start, which counts while a run goes on.
func (n *Network) View(now time.Duration) NetworkView {
	v := NetworkView{View: n.view(now), Map: n.netMap(), Cards: n.cards()}
	switch n.phase {
	case PhaseRunning:
		v.Banner.Text, v.Banner.More = n.runningWords()
		v.Status.Text = n.probesText()
	case PhaseDone:
		v.Banner.More = joined(n.notKept(), n.howEndedBriefly(), n.hostGone(), orElse(n.whatToDo(), n.whereKept()))
	case PhaseIdle, PhaseStarting, PhaseStopping, PhaseFailed:
	}
	if b, ok := n.invitation(v.Banner); ok {
		v.Banner = b
	}
	return v
}

// invitation is the banner of a screen on which nothing has happened yet and nothing is in the way: what to do, and whom it asks.
func (n *Network) invitation(b Banner) (Banner, bool) {
	ready := n.phase == PhaseIdle && n.checked.Problem == "" && n.inTheWay() == "" && n.elsewhere == ""
	if _, remote := n.Join(); !ready || remote {
		return b, false
	}
	b.Text = n.words.servers
	if n.form.Target == netcheck.TargetSelf {
		b.Text = n.words.self
	}
	granted, _ := n.checked.Plan.Grant() // the check has granted it already
	b.More = asksWhom(granted, n.form.Network)
	return b, true
}

// probesText is how far the probes are: "Network: 4 of 9 probes have answered".
func (n *Network) probesText() string {
	if n.report.Network == nil {
		return "Getting ready to ask"
	}
	text := present.Count(len(n.report.Network.Results)) + " of " + present.Counted(len(n.report.Network.Planned), "question") + " answered"
	if open := n.openTitles(); len(open) > 0 && len(open) <= 2 {
		text += ", waiting for " + list(open)
	}
	return text
}

// openTitles names the probes that have not ended, each name once.
func (n *Network) openTitles() []string {
	var out []string
	seen := map[string]bool{}
	for _, p := range n.probes() {
		title := present.ProbeTitle(p)
		if p.State == netcheck.NetRunning && !seen[title] {
			seen[title] = true
			out = append(out, title)
		}
	}
	return out
}

// probes are all that were asked, in their order; those that have not ended have no state.
func (n *Network) probes() []netcheck.NetResult {
	if n.report.Network == nil {
		return nil
	}
	done := map[string]netcheck.NetResult{}
	for _, r := range n.report.Network.Results {
		done[r.ID] = r
	}
	var out []netcheck.NetResult
	for _, p := range n.report.Network.Planned {
		r, ok := done[p.ID]
		if !ok {
			r = netcheck.NetResult{ID: p.ID, Kind: p.Kind, Server: p.Server, Transport: p.Transport, Port: p.Port}
		}
		out = append(out, r)
	}
	return out
}

// FirewallText is what a firewall team needs of a run that has ended; ok is false if none has.
func (n *Network) FirewallText() (text string, ok bool) {
	if n.phase != PhaseDone {
		return "", false
	}
	return netcheck.FirewallText(n.report, n.verdict), true
}
