package netcheck

import (
	"slices"
	"strconv"
)

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

// casesProxy tells of proxies that do not serve, a case each with all places that one does not lead to.
func casesProxy(trouble proxyTrouble) func(*netView) []netCase {
	return func(v *netView) []netCase {
		var out []netCase
		for _, met := range v.troubledProxies() {
			if met.trouble == trouble {
				out = append(out, v.proxyCase(met))
			}
		}
		return out
	}
}

// metProxy is one trouble of one proxy, with the results that met it, those of probes of the proxy itself first.
type metProxy struct {
	name    string // "" if no result names it
	trouble proxyTrouble
	results []NetResult
}

// troubledProxies gathers what the proxies did not do. Of TURN probes those count that were at places where no probe of the proxy was.
func (v *netView) troubledProxies() []metProxy {
	var out []metProxy
	add := func(r NetResult) {
		trouble, name := troubleOf(r), ""
		if p := r.Facts.Proxy; p != nil {
			name = p.Address
		}
		if trouble == proxyFine {
			return
		}
		same := func(m metProxy) bool { return m.trouble == trouble && (m.name == name || m.name == "" || name == "") }
		i := slices.IndexFunc(out, same)
		if i < 0 {
			out, i = append(out, metProxy{name: name, trouble: trouble}), len(out)
		}
		out[i].name = orElse(out[i].name, name)
		out[i].results = append(out[i].results, r)
	}
	asked := v.of(ProbeProxy)
	for _, r := range asked {
		add(r)
	}
	for _, l := range v.legs {
		if !slices.ContainsFunc(asked, func(r NetResult) bool { return samePlace(r, l.NetResult) }) {
			add(l.NetResult)
		}
	}
	return out
}

func samePlace(a, b NetResult) bool {
	host, port := a.place()
	otherHost, otherPort := b.place()
	return host == otherHost && port == otherPort
}

func (v *netView) proxyCase(met metProxy) netCase {
	var hosts, statuses, schemes []string
	for _, r := range met.results {
		host, _ := r.place()
		hosts = append(hosts, orElse(host, "the server"))
		if status := proxyStatus(r); status != 0 {
			statuses = append(statuses, strconv.Itoa(status))
		}
		if r.Facts.Proxy != nil {
			schemes = append(schemes, r.Facts.Proxy.Schemes...)
		}
	}
	hosts, statuses, schemes = unique(hosts), unique(statuses), unique(schemes)
	first := met.results[0]
	c := netCase{results: met.results, light: v.anyWay(), words: netWords{"host": list(hosts), "spot": resultSpots(met.results), "proxy": "The proxy",
		"from": "from the settings", "status": "a refusal", "schemes": "", "said": sentenceOf(first.Text, "no reason was given"), "opens": v.openedBy(met.name), "hint": " Many proxies allow port 443 alone: a TURN server there may pass."}}
	if slices.ContainsFunc(met.results, func(r NetResult) bool { _, port := r.place(); return port == 443 }) {
		c.words["hint"] = ""
	}
	if met.name != "" {
		c.words["proxy"] += " " + met.name
	}
	if len(statuses) > 0 {
		c.words["status"] = "status " + list(statuses)
		c.facts = evidence("proxy_status", list(statuses))
	}
	if p := first.Facts.Proxy; p != nil {
		c.words["from"] = "from the " + orElse(p.From, "settings")
	}
	if len(schemes) > 0 {
		c.words["schemes"] = " and offers " + CleanText(list(schemes), maxNetAddress)
	}
	for _, l := range v.legs { // what else met it
		there := func(r NetResult) bool { return samePlace(r, l.NetResult) }
		same := func(r NetResult) bool { return r.ID == l.ID }
		if l.answer == answerProxy && slices.ContainsFunc(met.results, there) && !slices.ContainsFunc(c.results, same) {
			c.results = append(c.results, l.NetResult)
		}
	}
	return c
}

// proxyAnswers tells that a proxy of the settings is there and speaks, whatever it says: the web is reached by it.
func (v *netView) proxyAnswers() bool {
	return len(v.when(ProbeProxy, func(r NetResult) bool {
		return opensProxy(r) || r.Facts.Proxy != nil && r.Facts.Proxy.Status != 0
	})) > 0
}

// openedBy says where a proxy does lead to, as a sentence behind another.
func (v *netView) openedBy(name string) string {
	opened := v.when(ProbeProxy, func(r NetResult) bool { return opensProxy(r) && r.Facts.Proxy.Address == name })
	if len(opened) == 0 {
		return ""
	}
	return " It does open connections to " + resultSpots(opened) + "."
}

// resultSpots lists the places of results.
func resultSpots(results []NetResult) string { return listOf(resultPlaces(results)) }

// resultPlaces are the places of results, each host once with all its ports: "turn.example.com, ports 443 and 3478".
func resultPlaces(results []NetResult) []string {
	var hosts []string
	ports := map[string][]int{}
	for _, r := range results {
		host, port := r.place()
		host = orElse(host, "the server")
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
		if port != 0 && !slices.Contains(ports[host], port) {
			ports[host] = append(ports[host], port)
		}
	}
	var out []string
	for _, host := range hosts {
		if slices.Sort(ports[host]); len(ports[host]) > 0 {
			host += ", " + portWords(ports[host])
		}
		out = append(out, host)
	}
	return out
}
