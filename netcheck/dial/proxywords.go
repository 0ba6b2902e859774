package dial

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"echopath/netcheck"
)

// failure says what a status other than 2xx means for the user.
func (r connectReply) failure(about words, proxy, target string, hadUser bool) *netcheck.Failure {
	host, port, _ := net.SplitHostPort(target)
	cause := fmt.Errorf("CONNECT %s: status %d", target, r.status)
	exception := fmt.Sprintf("Ask for CONNECT to %s port %s to be allowed on the proxy", host, port)
	switch r.status {
	case http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusUnavailableForLegalReasons:
		return proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("The proxy %s forbids connections to %s.", proxy, target),
			exception+"; many proxies allow port 443 alone, so "+about.on443+" on port 443 may pass.", cause)
	case http.StatusProxyAuthRequired:
		return r.authFailure(proxy, exception, hadUser, cause)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("The proxy %s can not reach %s (status %d).", proxy, target, r.status),
			fmt.Sprintf("Check that the %s runs; if it does, ask for TCP %s from the proxy to %s to be opened in the firewall.", about.thing, port, host), cause)
	}
	return proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("The proxy %s answers CONNECT to %s with status %d.", proxy, target, r.status), exception+".", cause)
}

func (r connectReply) authFailure(proxy, exception string, hadUser bool, cause error) *netcheck.Failure {
	offered := "no scheme"
	if len(r.schemes) > 0 {
		offered = strings.Join(r.schemes, ", ")
	}
	basic := slices.ContainsFunc(r.schemes, func(s string) bool { return strings.EqualFold(s, "Basic") })
	text := fmt.Sprintf("The proxy %s wants authentication (it offers %s).", proxy, offered)
	advice := fmt.Sprintf("Only Basic is supported here. %s without authentication.", exception)
	switch {
	case basic && hadUser:
		text = fmt.Sprintf("The proxy %s does not accept the user and password in HTTPS_PROXY (it offers %s).", proxy, offered)
		advice = "Correct user and password in HTTPS_PROXY; characters such as @ and : must be written as %40 and %3A."
	case basic:
		advice = "Put user and password into HTTPS_PROXY, as in http://user:password@" + proxy + "."
	}
	return proxyFailure(netcheck.ReasonProxyAuth, text, advice, cause)
}

// deadProxy puts the failure of a TCP connection to the proxy into the words of its setting: of the other side nothing is known.
func (w words) deadProxy(f *netcheck.Failure, proxy string) *netcheck.Failure {
	out := *f
	switch f.Code {
	case netcheck.ReasonNameNotFound, netcheck.ReasonNameTimeout, netcheck.ReasonNoFamily, netcheck.ReasonLocal, netcheck.ReasonCancelled:
		return f
	}
	out.Text = fmt.Sprintf("The proxy %s (%s) could not be reached. %s", proxy, proxySetting, f.Text)
	out.Advice = "Check the proxy setting: the address and port in " + proxySetting + ". If they are right, ask the proxy's administrators whether it runs; " +
		"if no proxy is needed, clear it there or list the " + w.thing + " in NO_PROXY."
	return &out
}

// silentProxy says why no answer to CONNECT came.
func (w words) silentProxy(kind Kind, proxy string, err error) *netcheck.Failure {
	if kind == KindTimeout {
		return proxyFailure(netcheck.ReasonNoAnswer, fmt.Sprintf("The proxy %s accepts connections and does not answer CONNECT.", proxy),
			"Check the address and port in "+proxySetting+", and ask the proxy's administrators whether it can reach the "+w.thing+".", err)
	}
	return proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("The proxy %s closed the connection instead of answering CONNECT.", proxy),
		"Check the address and port in "+proxySetting+", and whether it is an https:// proxy.", err)
}
