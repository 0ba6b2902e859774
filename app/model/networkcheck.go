package model

import (
	"slices"

	"echopath/app/present"
	"echopath/netcheck"
)

// checkNetwork reads the form for the screen "Network". This computer alone has no network to look at, so that target means the outside
// STUN servers of the settings.
func (f Form) checkNetwork(u Units) Checked {
	r := newReading(f)
	r.plan.Network.Only = true
	if f.Target == netcheck.TargetSelf {
		r.readOutside()
	} else {
		r.readTarget()
	}
	r.plan.Target.Servers = netcheck.PublicLast(r.plan.Target.Servers)
	r.readNetwork()
	c := r.checked(u)
	if c.Problem == "" {
		c.Cost, c.CostHint = networkCost(r.grant())
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
func networkCost(granted netcheck.Plan) (short, whole string) {
	time := present.About(granted.Estimate().Duration)
	if granted.Target.Kind == netcheck.TargetInvite {
		return "small packets to the host's servers, about " + time,
			"Asking the servers of the other Echopath what passes on the way there, and what NATs and firewalls do with it: a few small packets for each " +
				"question; about " + time + ", at most " + present.About(granted.Network.Limit) + "."
	}
	return "small packets to " + present.Counted(len(hostsOf(granted)), "server") + ", about " + time, present.NetworkAnnouncement(granted)
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
func asksWhom(granted netcheck.Plan) string {
	whose := ""
	if public := slices.ContainsFunc(granted.Target.Servers, func(s netcheck.ICEServer) bool { return s.Public }); public {
		whose = " Public servers belong to others, who see this computer's address."
	}
	return forWindow("It sends a few small packets to " + list(hostsOf(granted)) + " and takes about " + present.About(granted.Estimate().Duration) + "." + whose)
}
