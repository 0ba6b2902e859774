package model

import (
	"slices"

	"echopath/app/present"
	"echopath/netcheck"
)

// checkNetwork reads the form for the screen "Network". This computer alone has no network to look at, so that target means the outside
// STUN servers of the settings. long are the questions that take minutes and can be asked.
func (f Form) checkNetwork(u Units, long []netcheck.ProbeKind) Checked {
	r := newReading(f)
	r.plan.Network.Only = true
	if f.Target == netcheck.TargetSelf {
		r.readOutside()
	} else {
		r.readTarget()
	}
	r.plan.Target.Servers = netcheck.PublicLast(r.plan.Target.Servers)
	r.readNetwork()
	r.readPortal()
	r.readLong(long)
	c := r.checked(u)
	if c.Problem == "" {
		c.Cost, c.CostHint = networkCost(r.grant(), f.Network)
	}
	return c
}

func (r *reading) readOutside() {
	r.plan.Target.Kind = netcheck.TargetTURN
	if r.plan.Target.Servers = r.form.OutsideSTUN(); len(r.plan.Target.Servers) == 0 {
		r.wrong(FieldTarget, "The settings name no outside STUN server: add one there, or choose “TURN servers” as the target.")
	}
}

// networkCost says what the network probes will send to whom: short for the header, and whole.
func networkCost(granted netcheck.Plan, f NetworkForm) (short, whole string) {
	time := present.About(granted.Estimate().Duration)
	to := present.Counted(len(hostsOf(granted)), "server")
	whole = present.NetworkAnnouncement(granted)
	if granted.Target.Kind == netcheck.TargetInvite {
		to, whole = "the host's servers", inviteAnnouncement(granted)
	}
	if owner := f.owner(); owner != "" {
		to += " and a page of " + forWindow(owner)
	}
	return "small packets to " + to + ", about " + time, whole
}

// inviteAnnouncement is what will be asked where the servers are known only when the host has been reached.
func inviteAnnouncement(granted netcheck.Plan) string {
	limit := "at most " + present.About(granted.Network.Limit)
	if len(granted.Network.Long) > 0 {
		limit = "most of it for the questions that take minutes"
	}
	text := "Asking the servers of the other Echopath what passes on the way there, and what NATs and firewalls do with it: a few small packets for each " +
		"question; about " + present.About(granted.Estimate().Duration) + ", " + limit + "."
	if page := granted.Network.Portal; page != "" {
		text += " The page " + forWindow(page) + " is fetched."
	}
	return text
}

// hostsOf are the hosts that are asked, each once.
func hostsOf(granted netcheck.Plan) []string {
	var hosts []string
	for _, s := range granted.Target.Servers {
		if !slices.Contains(hosts, s.URL.Host) {
			hosts = append(hosts, s.URL.Host)
		}
	}
	return hosts
}

// asksWhom says whom the network probes ask, short enough for the banner.
func asksWhom(granted netcheck.Plan, f NetworkForm) string {
	text := "It asks " + list(hostsOf(granted))
	if page := granted.Network.Portal; page != "" {
		text += ", and fetches " + page
	}
	text += ": a few small packets, about " + present.About(granted.Estimate().Duration) + "."
	public := slices.ContainsFunc(granted.Target.Servers, func(s netcheck.ICEServer) bool { return s.Public })
	switch {
	case public:
		text += " These belong to others, who see this computer's address."
	case granted.Network.Portal != "" && f.Portal != PortalOwn:
		text += " The page belongs to " + f.owner() + ", who sees this computer's address."
	}
	return forWindow(text)
}
