package model

import (
	"net/netip"
	"slices"

	"echopath/netcheck"
)

// readPaths takes the chosen paths and says of each what it is, and why it can not be measured, if so.
func (r *reading) readPaths() {
	var fit bool
	for _, p := range netcheck.AllPaths() {
		why := r.whyUnfit(p)
		r.unfit[p] = why
		r.hints[p] = pathHint(p)
		if why != "" {
			r.hints[p] = joined(pathHint(p), "Not measured here.", why)
		}
		if r.form.Paths[p] {
			r.plan.Paths = append(r.plan.Paths, p)
			fit = fit || why == ""
		}
	}
	switch {
	case len(r.plan.Paths) == 0:
		r.wrong(FieldPaths, "Choose at least one path.")
	case !fit && r.problems[FieldURLs] == "":
		r.wrong(FieldPaths, r.noneFits())
	}
}

// whyUnfit says why a path can not be measured with the servers of the plan; "" if it can.
func (r *reading) whyUnfit(p netcheck.Path) string {
	if r.plan.Target.Kind != netcheck.TargetTURN || r.problems[FieldURLs] != "" {
		return ""
	}
	if p == netcheck.PathDirect {
		return "Both ends are on this computer: a direct path would never leave it."
	}
	var serving []netcheck.ServerURL
	for _, s := range r.plan.Target.Servers {
		if s.URL.Serves(p) {
			serving = append(serving, s.URL)
		}
	}
	if len(serving) == 0 {
		return "No server offers it. Add " + exampleURL(p) + " if yours does."
	}
	if v := otherVersion(r.plan.Target.Servers, serving, r.form.Family); v != "" {
		return "The server's address is not of IP version " + v + "."
	}
	return ""
}

// otherVersion gives the IP version of the session if none of the serving addresses is of it, else "". Auto is one version for
// all paths: 6 only if every server is a literal IPv6 address.
func otherVersion(all []netcheck.ICEServer, serving []netcheck.ServerURL, family netcheck.Family) string {
	is := func(u netcheck.ServerURL, six bool) bool {
		a, err := netip.ParseAddr(u.Host)
		return err != nil || a.Unmap().Is6() == six
	}
	six := family == netcheck.Family6
	if family == netcheck.FamilyAuto || family == "" {
		six = !slices.ContainsFunc(all, func(s netcheck.ICEServer) bool {
			a, err := netip.ParseAddr(s.URL.Host)
			return err != nil || !a.Unmap().Is6()
		})
	}
	if slices.ContainsFunc(serving, func(u netcheck.ServerURL) bool { return is(u, six) }) {
		return ""
	}
	if six {
		return "6"
	}
	return "4"
}

func (r *reading) noneFits() string {
	if len(r.plan.Paths) == 1 && r.plan.Paths[0] == netcheck.PathDirect {
		return "The direct path can not be measured with TURN servers: choose another path, or this computer as the target."
	}
	if len(r.plan.Paths) == 1 {
		return "None of the servers offers this path: choose another path, or add " + exampleURL(r.plan.Paths[0]) + " to the servers."
	}
	return "None of the chosen paths can be measured with these servers: choose other paths, or add a server that offers one of them."
}

func exampleURL(p netcheck.Path) string {
	switch p {
	case netcheck.PathSTUN:
		return "stun:HOST:3478"
	case netcheck.PathRelayTCP:
		return "turn:HOST:3478?transport=tcp"
	case netcheck.PathRelayTLS:
		return "turns:HOST:5349"
	}
	return "turn:HOST:3478"
}
