package netcheck

import "slices"

// netWebRules are about proxies and log-in pages.
var netWebRules = []netRule{
	{id: "net_captive_portal", area: AreaWeb, severity: SeverityCritical, lighter: SeverityWarning, holds: casesPortal,
		title:  "{title}",
		detail: "{said} {so}",
		advice: "{then}",
		seen:   "a log-in page answered in place of the web", overruled: byAnyPath},
	{id: "net_proxy_only", area: AreaWeb, severity: SeverityWarning, holds: casesProxyOnly,
		title:  "Only the HTTP proxy lets connections out",
		detail: "Nothing that was tried without the proxy got through, and {way}. Calls work by it, with more delay, and every lost packet holds up those behind it.",
		advice: "Use the proxy with a TURN server over TLS on port 443. For better calls, {asklow}",
		seen:   "the probes got through by the proxy alone", overruled: byPathPastProxy},
	{id: "net_proxy_forbids", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyForbids),
		title:  "The proxy forbids connections to {host}",
		detail: "{proxy} answers CONNECT to {spot}, with {status}.{opens}",
		advice: "Ask for CONNECT to {spot}, to be allowed on the proxy.{hint}",
		seen:   "the proxy forbade the probes", overruled: byPathThroughProxy},
	{id: "net_proxy_auth", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyWantsUser),
		title:  "The proxy wants a user and password",
		detail: "{proxy} answers CONNECT to {spot}, with {status}{schemes}.{opens}",
		advice: "Ask for CONNECT to {spot}, to be allowed on the proxy without a log-in. If it takes Basic, put user and password into HTTPS_PROXY.",
		seen:   "the proxy wanted the probes to log in", overruled: byPathThroughProxy},
	{id: "net_proxy_unreachable", area: AreaWeb, severity: SeverityCritical, lighter: SeverityInfo, holds: casesProxy(proxyFails),
		title:  "The proxy can not reach {host}",
		detail: "{proxy} tried, and answers CONNECT to {spot}, with {status}: it found no way there.{opens}",
		advice: "Check that a server runs there. If it does, ask for TCP from the proxy to {spot}, to be allowed.",
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
	c := netCase{light: v.anyWay(), words: netWords{"said": sentenceOf(found[0].Text, "no reason was given"), "title": "The network wants a log-in first",
		"so": "Until somebody logs in, little else gets through.", "then": "Open a browser, log in to the network, and test again."}}
	switch {
	case has(v.legs, worksUDP) && (has(v.legs, worksStream) || v.proxyAnswers()): // as after a log-in where the page stays
		c.severity = SeverityInfo
		c.words["title"] = "There is a log-in page, and calls get past it"
		c.words["so"] = "Servers for calls answered over UDP all the same, and TCP leads out too."
		c.words["then"] = "Nothing needs to be done for calls. If web pages do not open, log in to the network in a browser."
	case v.anyWay():
		c.words["so"] = "Servers for calls answered all the same; programs that have to reach the web before a call may not get so far."
	case !has(v.legs, v.answered): // it explains all of that
		found = append(found, resultsOf(pick(v.legs, closed))...)
	}
	c.results = found
	return []netCase{c}
}

func casesProxyOnly(v *netView) []netCase {
	shut := pick(v.legs, closed)
	if !v.proxyWay() || len(shut) == 0 || has(v.legs, reached) {
		return nil
	}
	way, results := "", []NetResult(nil)
	if through := pick(v.legs, func(l netLeg) bool { return worksProxied(l) && l.asked }); len(through) > 0 {
		way, results = "a relay works "+v.streamWay(), resultsOf(through)
	} else {
		results = v.when(ProbeProxy, opensProxy)
		way = proxyName(results[0]) + " opens connections"
	}
	return []netCase{{results: slices.Concat(results, resultsOf(shut)), words: netWords{"way": way, "asklow": lowerAsk(shut)}}}
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
