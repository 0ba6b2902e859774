package netcheck

import (
	"slices"
	"strconv"
)

// netWebRules are about proxies and log-in pages.
var netWebRules = []netRule{
	{id: "net_captive_portal", area: AreaWeb, severity: SeverityCritical, lighter: SeverityWarning, holds: casesPortal,
		title:  "The network wants a log-in first",
		detail: "A page whose content is known was asked for, and something else answered in its place: {said} Until somebody logs in, little else gets through.",
		advice: "Open a browser, log in to the network, and test again.",
		seen:   "a log-in page answered in place of the web", overruled: byAnyPath},
	{id: "net_proxy_only", area: AreaWeb, severity: SeverityWarning, holds: casesProxyOnly,
		title:  "Only the HTTP proxy lets connections out",
		detail: "Nothing that was tried without a proxy got an answer, and {way}. Calls work by it, with more delay, and every lost packet holds up those behind it.",
		advice: "Use the proxy with a TURN server over TLS on port 443. For better calls, {asklow}",
		seen:   "the probes got through by the proxy alone", overruled: byPathPastProxy},
	{id: "net_proxy_forbids", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyForbids),
		title:  "The proxy forbids connections to {host}",
		detail: "{proxy} answers CONNECT to {spot} with {status}.",
		advice: "Ask for CONNECT to {spot} to be allowed on the proxy. Many proxies allow port 443 alone: a TURN server there may pass.",
		seen:   "the proxy forbade the probes", overruled: byPathThroughProxy},
	{id: "net_proxy_auth", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyWantsUser),
		title:  "The proxy wants a user and password",
		detail: "{proxy} answers CONNECT to {spot} with {status}{schemes}.",
		advice: "Ask for CONNECT to {spot} to be allowed on the proxy without a log-in. If it takes Basic, put user and password into HTTPS_PROXY.",
		seen:   "the proxy wanted the probes to log in", overruled: byPathThroughProxy},
	{id: "net_proxy_unreachable", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyFails),
		title:  "The proxy can not reach {host}",
		detail: "{proxy} let it be tried and answers CONNECT to {spot} with {status}: it found no way there.",
		advice: "Check that the server runs. If it does, ask for TCP from the proxy to {spot} to be allowed.",
		seen:   "the proxy could not reach the server for the probes", overruled: byPathThroughProxy},
	{id: "net_proxy_dead", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyDead),
		title:  "The proxy of this computer's settings does not work",
		detail: "{proxy} ({from}) did not serve: {said}",
		advice: "Check the proxy's address in the settings and in HTTPS_PROXY, and ask its administrators whether it runs.",
		seen:   "the proxy did not serve the probes", overruled: byPathThroughProxy},
	{id: "net_proxy_script", area: AreaWeb, severity: SeverityInfo, holds: casesScript,
		title:  "The proxy is chosen by a script, which was not run",
		detail: "This computer finds its proxy by {script}. Connections were tried without a proxy.",
		advice: "If other programs go through a proxy, set HTTPS_PROXY to its address, for example http://proxy.example.com:8080, and test again."},
}

// portals are the results that show a log-in page.
func (v *netView) portals() []NetResult {
	return v.when(ProbePortal, func(r NetResult) bool {
		return r.Code == ReasonPortal || r.Code != ReasonUndecided && (r.State == NetDegraded || answerOf(r) == answerNo)
	})
}

func casesPortal(v *netView) []netCase {
	found := v.portals()
	if len(found) == 0 {
		return nil
	}
	said := sentenceOf(found[0].Text, "no reason was given")
	if !has(v.legs, reached) { // it explains all of that
		found = append(found, resultsOf(pick(v.legs, closed))...)
	}
	return []netCase{{results: found, light: v.anyWay(), words: netWords{"said": said}}}
}

func casesProxyOnly(v *netView) []netCase {
	shut := pick(v.legs, closed)
	if !v.proxyWay() || len(shut) == 0 || has(v.legs, reached) {
		return nil
	}
	way, results := "", []NetResult(nil)
	if through := pick(v.legs, worksProxied); len(through) > 0 {
		way, results = "a relay works "+v.streamWay(), resultsOf(through)
	} else {
		results = v.when(ProbeProxy, opensProxy)
		way = proxyName(results[0]) + " opens connections"
	}
	return []netCase{{results: slices.Concat(results, resultsOf(shut)), words: netWords{"way": way, "asklow": lowerAsk(shut)}}}
}

// proxyTrouble is what is wrong with a proxy.
type proxyTrouble int

const (
	proxyFine proxyTrouble = iota
	proxyForbids
	proxyWantsUser
	proxyFails
	proxyDead
)

func proxyStatus(r NetResult) int {
	if p := r.Facts.Proxy; p != nil && p.Status != 0 {
		return p.Status
	}
	return failedCode(r)
}

func troubleOf(r NetResult) proxyTrouble {
	status := proxyStatus(r)
	refused := r.Code == ReasonProxyRefused || r.Code == ReasonProxyAuth
	switch {
	case !wentWrong(r) || !byProxy(r) || r.Kind == ProbeTURN && !refused:
		return proxyFine
	case r.Code == ReasonProxyAuth || status == 407:
		return proxyWantsUser
	case status >= 500: // it tried
		return proxyFails
	case r.Code == ReasonProxyRefused && (status != 0 || r.Kind == ProbeTURN || r.State == NetBlocked):
		return proxyForbids
	case r.Kind == ProbeProxy:
		return proxyDead
	}
	return proxyFine
}

// casesProxy tells of a proxy that does not serve. TURN probes that met it speak only where no probe of the proxy itself did.
func casesProxy(trouble proxyTrouble) func(*netView) []netCase {
	return func(v *netView) []netCase {
		found := v.when(ProbeProxy, func(r NetResult) bool { return troubleOf(r) != proxyFine })
		if len(found) == 0 {
			found = resultsOf(pick(v.legs, func(l netLeg) bool { return troubleOf(l.NetResult) != proxyFine }))
		}
		var out []netCase
		for _, r := range found {
			if troubleOf(r) != trouble {
				continue
			}
			c := proxyCase(r)
			same := func(o netCase) bool { return o.host == c.host && o.words["proxy"] == c.words["proxy"] }
			if i := slices.IndexFunc(out, same); i >= 0 {
				out[i].results = append(out[i].results, r)
				continue
			}
			c.light = v.anyWay()
			if r.Kind == ProbeProxy { // what else met it
				c.results = append(c.results, resultsOf(pick(v.legs, func(l netLeg) bool { return l.host == c.host && l.answer == answerProxy }))...)
			}
			out = append(out, c)
		}
		return out
	}
}

func proxyCase(r NetResult) netCase {
	host, port := r.place()
	c := netCase{results: []NetResult{r}, host: host, words: netWords{"host": orElse(host, "the server"), "spot": orElse(host, "the server"),
		"proxy": capital(proxyName(r)), "from": "from the settings", "status": "a refusal", "schemes": "", "said": sentenceOf(r.Text, "no reason was given")}}
	if port != 0 {
		c.words["spot"] += ", port " + strconv.Itoa(port)
	}
	if status := proxyStatus(r); status != 0 {
		c.words["status"] = "status " + strconv.Itoa(status)
		c.facts = evidence("proxy_status", strconv.Itoa(status))
	}
	if p := r.Facts.Proxy; p != nil {
		c.words["from"] = "from the " + orElse(p.From, "settings")
		if len(p.Schemes) > 0 {
			c.words["schemes"] = " and offers " + CleanText(list(p.Schemes), maxNetAddress)
		}
	}
	return c
}

func casesScript(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeProxy) {
		if p := r.Facts.Proxy; p != nil && p.PACURL != "" && p.Address == "" && len(out) == 0 {
			out = append(out, netCase{results: []NetResult{r}, words: netWords{"script": "a script (" + CleanText(p.PACURL, maxNetAddress) + ")"}})
		}
	}
	return out
}
