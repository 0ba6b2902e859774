package cli

import (
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// natName is the command that runs the network probes alone.
const natName = "nat"

func (o *options) natGroups() flagGroups {
	return flagGroups{
		{"Whom to ask", []flagSpec{
			{name: "target", value: "turn|INVITE", text: &o.target, help: "turn: your STUN/TURN servers; implied by --turn, --stun and --servers. An invite: the servers of the computer that it is from; " +
				"give it as @FILE, as - for standard input, or as invite, which takes it from ECHOPATH_INVITE. Without any of these two public STUN servers are asked, which then see this computer's address"},
			{name: "ip", value: "auto|4|6", text: &o.family, help: "version of IP (default auto: the one by which this computer reaches others)"},
			{name: "interface", value: "NAME|IP", text: &o.iface, help: "network interface, or its address, to ask from"},
		}},
		o.inviteFlags(),
		o.serverFlags(),
		{"What to ask", []flagSpec{
			{name: "portal", value: "URL", text: &o.portal, help: "page over plain HTTP that answers with status 204 and nothing else: another answer shows a captive portal, and its date shows whether this computer's clock is right (default: none is fetched)"},
			{name: "long", value: "LIST", text: &o.long, help: "questions that take minutes, asked after all others, with commas between: lifetime (how long a NAT keeps the port of a connection that is quiet, about 3 minutes), " +
				"idle (how long a connection to your TURN server may be quiet before a firewall forgets it, over UDP and over TCP or TLS, about 5 minutes), " +
				"rate (whether one connection is held to less than 4 Mbit/s: sends up to 15 MB through your TURN server and back, and twice as much where something is lost, 1 to 3 minutes)"},
			{name: "limit", value: "TIME", text: &o.limit, help: "end of all other questions, whatever answers or not, 1s to 1m (default 15s; usually it takes less than 8s)"},
		}},
		{"What to get", []flagSpec{
			{name: "json", value: "FILE|-", text: &o.json, help: "write the report as JSON, with every question and its answer; - writes it to standard output instead of the text"},
			{name: "firewall-text", value: "FILE|-", text: &o.firewallText.name, help: "write what a firewall team needs: addresses, ports, times, and what to allow; - writes it to standard output instead of the report"},
			{name: "title", value: "TEXT", text: &o.title, help: "title for the report, for example where you are"},
			{name: "quiet", set: &o.quiet, help: "no announcement and no progress on standard error"},
		}},
	}
}

// natPlan turns the flags of nat into a plan.
func (o *options) natPlan(in inputs) (p, granted netcheck.Plan, err error) {
	p.Network.Only = true
	for _, fill := range []func(*netcheck.Plan) error{
		o.fillTitle,
		o.fillPaths, // of which there are none: the version of IP is with them
		func(p *netcheck.Plan) error { return o.fillAsked(p, in) },
		o.fillInterface,
		func(p *netcheck.Plan) error { return o.fillQuestions(&p.Network, in.long) },
	} {
		if err := fill(&p); err != nil {
			return p, granted, err
		}
	}
	p.Paths = nil
	if granted, err = p.Grant(); err != nil {
		return p, granted, wrongUse("%s", err)
	}
	return p, granted, nil
}

// fillAsked says which servers are asked: the given ones, those of a host, or else public ones.
func (o *options) fillAsked(p *netcheck.Plan, in inputs) error {
	given := o.hasServers()
	switch {
	case o.target == "self":
		return wrongUse("--target self has no network to look at: leave it out, or use --stun, --turn or an invite")
	case o.target == "turn" && !given:
		return wrongUse("--target turn needs a server: add --turn turn:HOST:3478 or --stun stun:HOST:3478")
	}
	if err := o.misplaced(); err != nil {
		return err
	}
	p.Target.Kind = netcheck.TargetTURN
	if o.invited() {
		if err := o.fillInvite(p, in); err != nil {
			return err
		}
	}
	if err := o.fillServers(p, in); err != nil {
		return err
	}
	if !given && !o.invited() {
		p.Target.Servers = netcheck.PublicSTUN()
	}
	p.Target.Servers = netcheck.PublicLast(p.Target.Servers) // names of others are not even looked up
	return nil
}

// fillQuestions reads what is asked beside the usual. long are the long probes that there are.
func (o *options) fillQuestions(n *netcheck.NetworkPlan, long []netcheck.ProbeKind) (err error) {
	n.Portal = o.portal
	if o.given["limit"] {
		if n.Limit, err = parseTime("limit", o.limit, "15s"); err != nil {
			return err
		}
		if n.Limit < time.Second { // the engine would take 0 for "not given"
			return wrongUse("--limit must be from 1s to 1m")
		}
	}
	if !o.given["long"] {
		return nil
	}
	for word := range strings.SplitSeq(o.long, ",") {
		kind := netcheck.ProbeKind(strings.ToLower(strings.TrimSpace(word)))
		switch {
		case !slices.Contains(long, kind) && len(long) == 0:
			return wrongUse("--long: this version has no questions that take minutes: leave it out")
		case !slices.Contains(long, kind):
			return wrongUse("--long: %q is not one of the questions that take minutes: use %s", word, listedKinds(long))
		}
		n.Long = append(n.Long, kind)
	}
	return nil
}

func listedKinds(kinds []netcheck.ProbeKind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return listed(names)
}
