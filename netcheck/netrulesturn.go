package netcheck

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// netTURNRules are about what TURN servers say.
var netTURNRules = []netRule{
	{id: "net_wrong_password", area: AreaTURN, severity: SeverityCritical, lighter: SeverityWarning, holds: casesCode(ReasonAuth, netView.passwordWrong),
		title:  "{host} does not accept user or password",
		detail: "The TURN server answers, and refuses the credential ({code}), over {spots}. The network is not to blame for that.",
		advice: "Check user and password with the server's administrators. Where they are made for a time, get new ones.",
		seen:   "{host} refused the credential of the probes", overruled: byRelayOf},
	{id: "net_no_credentials", area: AreaTURN, severity: SeverityCritical, lighter: SeverityWarning, holds: casesCode(ReasonAuth, netView.noneGiven),
		title:  "{host} wants user and password, and none were given",
		detail: "The TURN server answers, and lets nobody in without a credential ({code}), over {spots}. The network is not to blame for that.",
		advice: "Give the user and the password of the server, or its TURN REST secret. Its administrators have them.",
		seen:   "{host} wanted user and password of the probes", overruled: byRelayOf},
	{id: "net_credential_expired", area: AreaTURN, severity: SeverityCritical, lighter: SeverityWarning, holds: casesCode(ReasonExpired, netView.reallyExpired),
		title:  "The credential for {host} has expired",
		detail: "The TURN server answers, and refuses the credential ({code}), over {spots}: its time was over {ago} ago.",
		advice: "Get a new user and password from where these came from.",
		seen:   "the credential for {host} had expired", overruled: byRelayOf},
	{id: "net_credential_clock", area: AreaTURN, severity: SeverityCritical, lighter: SeverityWarning, holds: casesCredentialClock,
		title:  "The credential for {host} is refused, and this computer's clock is wrong",
		detail: "The credential is good for a time only, and this computer's clock is {skew}: what holds or has expired by it does not by the server's. The server refused it ({code}).",
		advice: "Set this computer's clock right (turn on time from the Internet), get a new credential, and test again.",
		seen:   "{host} refused the credential of the probes", overruled: byRelayOf},
	{id: "net_turn_quota", area: AreaTURN, severity: SeverityWarning, holds: casesCode(ReasonQuota, nil),
		title:  "{host} refuses this user one more allocation",
		detail: "The TURN server has a limit of allocations for each user and says that it is reached ({code}), over {spots}. A test needs two at a time, a call one at each end.",
		advice: "If calls fail, end other calls and tests of this user and wait ten minutes for forgotten ones, or ask the server's administrators for a higher quota.",
		seen:   "{host} refused the probes an allocation", overruled: byRelayOf},
	{id: "net_turn_capacity", area: AreaTURN, severity: SeverityWarning, holds: casesCode(ReasonNoCapacity, nil),
		title:  "{host} has no relay port left",
		detail: "The TURN server can not allocate ({code}), over {spots}.",
		advice: "Ask the server's administrators to look at its range of relay ports and its load.",
		seen:   "{host} had no port for the probes", overruled: byRelayOf},
	{id: "net_turn_peer", area: AreaTURN, severity: SeverityWarning, lighter: SeverityInfo, holds: casesCode(ReasonPeerRefused, nil),
		title:  "{host} does not relay to the address that was asked",
		detail: "The TURN server allocates, over {spots}, and forbids the other end's address ({code}). Servers forbid private and local addresses, and some their own, which says nothing of calls to others.",
		advice: "Ask the server's administrators which addresses it may relay to. Two ends that both use this server need it to relay to itself.",
		seen:   "{host} forbade the probes an address", overruled: byRelayOf},
	{id: "net_turn_stale", area: AreaTURN, severity: SeverityWarning, holds: casesStatus(438),
		title:  "{host} finds its own fresh nonce stale",
		detail: "The TURN server refuses again and again with 438 what it has just given out, over {spots}.",
		advice: "Ask the server's administrators: its clock jumps, or requests reach several servers in turn that share no state.",
		seen:   "{host} found its own nonce stale", overruled: byRelayOf},
	{id: "net_turn_no_ipv6", area: AreaTURN, severity: SeverityInfo, holds: casesCode(ReasonNoFamily, nil),
		title:  "{host} has no relay of the asked IP version",
		detail: "The TURN server answers that it has no such relay ({code}), over {spots}. As a rule that is IPv6.",
		advice: "Nothing needs to be done where calls have IPv4. For ends with IPv6 alone, ask the server's administrators for an IPv6 relay."},
	{id: "net_turn_no_udp_relay", area: AreaTURN, severity: SeverityWarning, holds: casesStatus(442),
		title:  "{host} does not relay UDP",
		detail: "The TURN server refuses to relay UDP (442), which calls are made of, over {spots}.",
		advice: "Ask the server's administrators to allow UDP relaying.",
		seen:   "{host} refused the probes a relay of UDP", overruled: byRelayOf},
	{id: "net_turn_error", area: AreaTURN, severity: SeverityWarning, holds: casesServerError,
		title:  "{host} answers with an error",
		detail: "The TURN server answers, and says no ({code}), over {spots}. {said}",
		advice: "Ask the server's administrators what it means; the server's log will tell more.",
		seen:   "{host} answered the probes with an error", overruled: byRelayOf},
	{id: "net_not_turn", area: AreaTURN, severity: SeverityWarning, holds: casesCode(ReasonNotSTUN, nil),
		title:  "What answers as {host} is no STUN or TURN server",
		detail: "Something answers ({spots}), and not in STUN: the port is another program's, or something on the way answers in the server's place.",
		advice: "Check the server's address and port. If they are right, {asklow}",
		seen:   "what answered the probes as {host} did not speak STUN", overruled: byRelayOf},
	{id: "net_turn_silent", area: AreaTURN, severity: SeverityWarning, holds: casesSilentStream,
		title:  "{host} accepts TCP and does not answer TURN",
		detail: "A connection ({spots}) comes about, and no answer to TURN comes through it: another program listens there, or an inspection on the way holds TURN back.",
		advice: "Check that a TURN server listens there. If it does, ask for TCP to {spot} to be exempted from inspection.",
		seen:   "{host} accepted TCP and did not answer the probes", overruled: byRelayOf},
	{id: "net_turn_echo", area: AreaTURN, severity: SeverityWarning, holds: casesCode(ReasonNoData, nil),
		title:  "{host} grants relays, and no packet came through them",
		detail: "The TURN server allocates, over {spots}, and packets from one of its relay ports to another were lost.",
		advice: "Ask the server's administrators whether its own firewall lets UDP pass between its relay ports (by custom " + relayRange + "), and whether it knows its outside address.",
		seen:   "no packet of the probes came through the relays of {host}", overruled: byRelayOf},
	{id: "net_turn_slow", area: AreaTURN, severity: SeverityInfo, holds: casesSlow,
		title:  "{host}: {slow} is slower than {quick}",
		detail: "A round trip takes {slowms} ms over {slow} and {quickms} ms over {quick}.",
		advice: "Calls do well to prefer {quick}. If {slow} is needed, look for an inspection or a proxy on its way."},
}

// codeWords says by which code a leg was refused.
func codeWords(r NetResult) string {
	if code := failedCode(r); code != 0 {
		return fmt.Sprintf("error %d", code)
	}
	return string(r.Code)
}

// casesCode makes a case for each server that refused relays for a reason, and of which more holds.
func casesCode(code ReasonCode, and func(netView, NetResult) bool) func(*netView) []netCase {
	return func(v *netView) []netCase {
		return v.turnCases(func(r NetResult) bool { return r.Code == code && (and == nil || and(*v, r)) })
	}
}

func casesStatus(status int) func(*netView) []netCase {
	return func(v *netView) []netCase {
		return v.turnCases(func(r NetResult) bool { return r.Code == ReasonServerError && failedCode(r) == status })
	}
}

func casesServerError(v *netView) []netCase {
	return v.turnCases(func(r NetResult) bool {
		return r.Code == ReasonServerError && failedCode(r) != 438 && failedCode(r) != 442
	})
}

// turnCases gathers the legs that went wrong in one way, a case for each server.
func (v *netView) turnCases(meets func(NetResult) bool) []netCase {
	var out []netCase
	for _, h := range v.hosts {
		legs := pick(h.legs, func(l netLeg) bool { return (wentWrong(l.NetResult) || l.State == NetDegraded) && meets(l.NetResult) })
		if len(legs) == 0 {
			continue
		}
		c := h.caseOf(legs)
		c.light = v.relayWorks()
		if legs[0].Code == ReasonQuota && !has(legs, func(l netLeg) bool { return wentWrong(l.NetResult) }) {
			c.severity = SeverityInfo // the first one was allocated, and a call at this end needs one
		}
		c.words["code"] = codeWords(legs[0].NetResult)
		c.words["skew"] = skewWords(v.skew)
		c.words["ago"] = spanWords(legs[0].Facts.Expired)
		c.words["said"] = sentenceOf(legs[0].Text, "no reason was given")
		out = append(out, c)
	}
	return out
}

// casesSilentStream tells of servers that let themselves be reached over TCP and then say nothing.
func casesSilentStream(v *netView) []netCase {
	var out []netCase
	for _, h := range v.hosts {
		legs := pick(h.legs, func(l netLeg) bool {
			return l.stream && relays(l) && l.asked && l.reached && l.answer == answerSilent && !hangsInTLS(l.NetResult)
		})
		if len(legs) == 0 {
			continue
		}
		c := h.caseOf(legs)
		c.words["spot"] = legs[0].spot()
		out = append(out, c)
	}
	return out
}

// maxSkew is how wrong a clock may be: servers allow for about so much.
const maxSkew = time.Minute

func (v *netView) clockWrong() bool { return v.skew.Abs() > maxSkew }

// byClock tells of a refused credential that is good for a time, where the clock is wrong and expiry does not explain it by the server's clock.
func (v netView) byClock(r NetResult) bool {
	limited := r.Code == ReasonExpired || r.Facts.Expired != 0
	expired := r.Facts.Expired - v.skew // by the server's clock
	return limited && v.clockWrong() && (r.Code == ReasonAuth || r.Code == ReasonExpired && expired < 0)
}

func (v netView) passwordWrong(r NetResult) bool { return !v.byClock(r) && !v.noneGiven(r) }

// noneGiven tells that the server asked for a credential, and that nothing was sent after that: there was none to be refused.
func (v netView) noneGiven(r NetResult) bool {
	return stepDone(r, NetStepChallenge) && !slices.ContainsFunc(r.Steps, func(s NetStep) bool { return s.Name == NetStepAllocate })
}

func (v netView) reallyExpired(r NetResult) bool { return !v.byClock(r) }

func casesCredentialClock(v *netView) []netCase {
	cases := v.turnCases(func(r NetResult) bool { return (r.Code == ReasonAuth || r.Code == ReasonExpired) && v.byClock(r) })
	for i := range cases {
		cases[i].results = append(cases[i].results, v.skewOf...)
	}
	return cases
}

// skewWords says how wrong a clock is: "5 min ahead".
func skewWords(skew time.Duration) string {
	if skew < 0 {
		return spanWords(-skew) + " behind"
	}
	return spanWords(skew) + " ahead"
}

// spanWords words a duration as a user would.
func spanWords(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// slowBy is what a transport must be slower than another one, and slowTimes how many times: less is chance.
const (
	slowBy    = 50 * time.Millisecond
	slowTimes = 2
)

// casesSlow compares the round trips of relays at one server.
func casesSlow(v *netView) []netCase {
	var out []netCase
	for _, h := range v.hosts {
		legs := pick(h.legs, func(l netLeg) bool { return relays(l) && works(l) && l.Facts.RTT > 0 })
		if len(legs) < 2 {
			continue
		}
		byRTT := func(a, b netLeg) int { return int(a.Facts.RTT - b.Facts.RTT) }
		quick, slow := slices.MinFunc(legs, byRTT), slices.MaxFunc(legs, byRTT)
		if slow.Facts.RTT-quick.Facts.RTT < slowBy || slow.Facts.RTT < slowTimes*quick.Facts.RTT {
			continue
		}
		c := h.caseOf([]netLeg{quick, slow})
		c.words["quick"], c.words["slow"] = legWords(quick), legWords(slow)
		c.words["quickms"], c.words["slowms"] = millis(quick.Facts.RTT), millis(slow.Facts.RTT)
		out = append(out, c)
	}
	return out
}

// legWords names a transport and port: "TLS on port 443".
func legWords(l netLeg) string {
	return fmt.Sprintf("%s on port %d", strings.ToUpper(orElse(l.Transport, "udp")), l.port)
}
