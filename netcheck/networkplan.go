package netcheck

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// maxNetworkLimit bounds what a slip of the unit could ask for.
const maxNetworkLimit = time.Minute

// networkTypical is how long the probes take that are not long ones, where some of them meet silence.
const networkTypical = 5 * time.Second

func (n NetworkPlan) filled() NetworkPlan {
	n.On = n.On || n.Only
	if n.On && n.Limit == 0 {
		n.Limit = DefaultNetworkLimit
	}
	return n
}

// check gives all that is wrong with a filled plan.
func (n NetworkPlan) check() []error {
	var errs []error
	if n.On && (n.Limit < time.Second || n.Limit > maxNetworkLimit) {
		errs = append(errs, fmt.Errorf("the limit of the network probes must be from 1s to %v", maxNetworkLimit))
	}
	for i, k := range n.Long {
		switch {
		case !k.Long():
			errs = append(errs, fmt.Errorf("%q is not a long probe: use %s, %s or %s", k, ProbeLifetime, ProbeRate, ProbeIdle))
		case slices.Contains(n.Long[:i], k):
			errs = append(errs, fmt.Errorf("the long probe %s is given twice", k))
		}
	}
	if n.Portal != "" {
		// Over TLS a portal can not answer in another's place, which is what is looked for.
		if u, err := url.Parse(n.Portal); err != nil || u.Scheme != "http" || u.Host == "" || u.User != nil {
			errs = append(errs, errors.New("the page that shows a captive portal must be a http:// address without user and password"))
		}
	}
	return errs
}

func (n NetworkPlan) estimate() time.Duration {
	if !n.On {
		return 0
	}
	d := networkTypical
	for _, k := range n.Long {
		d += k.typical()
	}
	return d
}

// typical is about how long a long probe takes.
func (k ProbeKind) typical() time.Duration {
	switch k {
	case ProbeLifetime:
		return 3 * time.Minute
	case ProbeIdle:
		return 5 * time.Minute
	case ProbeRate:
		return 2 * time.Minute
	}
	return 0
}

// networkServers are the servers that the network probes ask: the target's, then the plan's own.
func (p Plan) networkServers() []ICEServer {
	var out []ICEServer
	for _, s := range slices.Concat(p.Target.Servers, p.Network.Servers) {
		if !slices.ContainsFunc(out, func(o ICEServer) bool { return o.URL == s.URL && o.Username == s.Username }) {
			out = append(out, s)
		}
	}
	return out
}

// probeNetwork runs the network probes. What they emit after their end is a fault of the prober, and is lost rather than written
// into a session that has gone on.
func (s *session) probeNetwork(ctx context.Context) {
	began := s.deps.Clock.Now()
	s.deps.Network.Probe(ctx, NetworkAsked{
		Plan: s.plan.Network, Servers: s.plan.networkServers(), Family: s.plan.Family, Interface: s.plan.Interface, Start: s.start,
	}, func(b Body) { s.emit(Event{Body: b}) })
	s.emit(Event{Body: NetworkEnded{Took: s.deps.Clock.Now().Sub(began)}})
}
