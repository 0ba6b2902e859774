package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// This file is about the places that were given, which are those that calls will try: what the probes find beside them is an offer.

// netPlace is a place that was given: a server, a transport and a port.
type netPlace struct {
	host, transport string
	port            int
	public          bool
	relay           bool     // whether it relays was found out, which then decides
	legs            []netLeg // that were given
}

// given lists the places that calls depend on: the user's own, or public ones where no other was given.
func (v *netView) given() []netPlace {
	var out []netPlace
	for _, l := range pick(v.legs, func(l netLeg) bool { return l.asked }) {
		i := slices.IndexFunc(out, func(p netPlace) bool {
			return p.host == l.host && p.port == l.port && p.transport == l.Transport
		})
		if i < 0 {
			out, i = append(out, netPlace{host: l.host, transport: l.Transport, port: l.port, public: l.public}), len(out)
		}
		out[i].legs = append(out[i].legs, l)
		out[i].relay = out[i].relay || relays(l) && decided(l)
	}
	if v.ownGiven() {
		out = slices.DeleteFunc(out, func(p netPlace) bool { return p.public })
	}
	return out
}

// ownGiven tells that servers were asked, or will be, that belong to somebody here.
func (v *netView) ownGiven() bool {
	own := func(s ICEServer) bool { return !s.Public }
	return has(v.legs, func(l netLeg) bool { return l.asked && !l.public }) || v.pending() && slices.ContainsFunc(v.servers, own)
}

func decided(l netLeg) bool { return works(l) || wentWrong(l.NetResult) }

// deciding are the legs that decide about a place.
func (p netPlace) deciding() []netLeg {
	return pick(p.legs, func(l netLeg) bool { return decided(l) && (relays(l) || !p.relay) })
}

func (p netPlace) udp() bool     { return p.transport == "udp" || p.transport == "" }
func (p netPlace) works() bool   { return has(p.deciding(), works) }
func (p netPlace) proxied() bool { return has(p.deciding(), func(l netLeg) bool { return l.proxied }) }

// fails tells of a place that was tried in vain.
func (p netPlace) fails() bool {
	return !p.works() && has(p.legs, func(l netLeg) bool { return wentWrong(l.NetResult) })
}

// fault tells that a place fails, or works in part only. What a proxy does, or this computer, is another matter.
func (p netPlace) fault() bool {
	return p.partly() || p.fails() && has(p.legs, func(l netLeg) bool {
		return wentWrong(l.NetResult) && l.answer != answerProxy && l.answer != answerUnknown && l.Code != ReasonNoFamily
	})
}

// partly tells of a relay that was granted, and by which packets were not seen to pass.
func (p netPlace) partly() bool {
	return has(p.deciding(), works) && !has(p.deciding(), func(l netLeg) bool {
		return works(l) && !slices.Contains([]ReasonCode{ReasonNoAnswer, ReasonNoData, ReasonServerError, ReasonLinkLost}, l.Code)
	})
}

// words names a place: "TLS to port 443 of turn.example.com".
func (p netPlace) words() string {
	return fmt.Sprintf("%s to port %d of %s", strings.ToUpper(orElse(p.transport, "udp")), p.port, p.host)
}

// placesThat lists the given places that meet a condition.
func (v *netView) placesThat(meets func(netPlace) bool) []netPlace {
	return slices.DeleteFunc(v.given(), func(p netPlace) bool { return !meets(p) })
}

// faults lists the user's own places that fail, also those whose server's name led to no address.
func (v *netView) faults() []netPlace {
	return v.placesThat(func(p netPlace) bool {
		return !p.public && (p.fault() || !p.works() && !p.proxied() && v.nameless(p.host))
	})
}

// nameless tells of a server whose name was looked up in vain.
func (v *netView) nameless(host string) bool {
	return len(v.when(ProbeDNS, func(r NetResult) bool {
		at, _ := r.place()
		return at == host && wentWrong(r)
	})) > 0
}

// relayWorks tells that one of the given relays works.
func (v *netView) relayWorks() bool {
	return len(v.placesThat(func(p netPlace) bool { return p.relay && p.works() })) > 0
}

// relaysFail tells that relays were given, and that all of those that were tried failed.
func (v *netView) relaysFail() bool {
	return !v.relayWorks() && len(v.placesThat(func(p netPlace) bool { return p.relay })) > 0
}

// givenUDP tells whether UDP works at a place that was given. Where a relay was tried there, it is the relay that counts.
func (v *netView) givenUDP() bool {
	return len(v.placesThat(func(p netPlace) bool { return p.udp() && p.works() })) > 0
}

// udpMissed tells that UDP was asked for and did not come about, be it at a public place.
func (v *netView) udpMissed() bool {
	own := v.placesThat(func(p netPlace) bool { return p.udp() && p.fails() })
	return len(own) > 0 || has(v.legs, closedUDP)
}

// offer says what would work beside what was given and fails; "" if nothing would, or what was given works as well.
func (v *netView) offer() string {
	if v.givenUDP() {
		return ""
	}
	answered := func(l netLeg) bool { return worksUDP(l) && l.Transport == "udp" }
	shut := v.placesThat(func(p netPlace) bool { return p.udp() && p.fails() && has(p.legs, closed) && !has(p.legs, reached) })
	for _, p := range shut {
		if l, ok := v.extra(answered, []netPlace{p}); ok {
			slip := ""
			if !slices.Contains(usualPorts, p.port) {
				slip = fmt.Sprintf(" (port %d may be a slip)", p.port)
			}
			return fmt.Sprintf("%s is answered: try %s in the application%s.", l.extraWords(), l.url(), slip)
		}
	}
	for _, relayed := range []func(netLeg) bool{func(l netLeg) bool { return worksStream(l) && l.Transport == "tcp" }, worksStream, worksProxied} {
		if v.worksGiven(relayed) {
			return ""
		}
		if l, ok := v.extra(relayed, v.placesThat(netPlace.fails)); ok {
			return fmt.Sprintf("%s works: add %s to the application.", l.extraWords(), l.url())
		}
	}
	return ""
}

// extra finds an answer at a place that nobody gave, at the server of one of some places; at the most usual port first.
func (v *netView) extra(meets func(netLeg) bool, of []netPlace) (netLeg, bool) {
	found := pick(v.legs, func(l netLeg) bool {
		return !l.asked && !l.public && meets(l) && slices.ContainsFunc(of, func(p netPlace) bool { return p.host == l.host })
	})
	if i := slices.IndexFunc(found, func(l netLeg) bool { return l.port == usualPorts[0] }); i >= 0 && !found[i].stream {
		return found[i], true
	}
	if len(found) == 0 {
		return netLeg{}, false
	}
	return found[0], true
}

// worksGiven tells that a given place works in a way.
func (v *netView) worksGiven(way func(netLeg) bool) bool {
	return len(v.placesThat(func(p netPlace) bool { return has(p.deciding(), way) })) > 0
}

// url is how an application is given a leg's place.
func (l netLeg) url() string {
	place := ServerURL{Host: l.host, Port: l.port}.HostPort()
	switch l.Transport {
	case "tls":
		return "turns:" + place
	case "tcp":
		return "turn:" + place + "?transport=tcp"
	}
	return "turn:" + place
}

// extraWords names a place that nobody gave.
func (l netLeg) extraWords() string {
	protocol := "UDP"
	if l.stream {
		protocol = streamWords(l)
	}
	s := fmt.Sprintf("%s to port %d of the same server (%s)", protocol, l.port, l.host)
	if l.proxied {
		s += " through " + proxyName(l.NetResult)
	}
	return s
}
