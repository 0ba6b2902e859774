package webprobe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"echopath/netcheck"
)

// Portal asks plan.Portal, an address of plain HTTP, and compares the answer with plan.PortalBody. It goes through no proxy and
// follows no redirect, and ends within 3 s.
//
//   - ok: the answer is the known one: no log-in page is in the way.
//   - blocked, with netcheck.ReasonPortal: a redirect, status 511 (RFC 6585, section 6) or another page. Advice names the page.
//   - not tested: no answer (a log-in page would have answered, and Text says so), or one that proves neither, such as
//     status 503 or the server's own change to https.
func (p *Prober) Portal(ctx context.Context, plan netcheck.NetworkPlan) netcheck.NetResult {
	t := start(netcheck.ProbePortal, plan.Portal)
	if plan.Portal == "" {
		return t.end(netcheck.NetNotTested, netcheck.ReasonNoServer, "A log-in page was not looked for: no address is given whose answer is known.", "")
	}
	u, to, err := target(plan.Portal)
	if err != nil || u.Scheme != "http" {
		return t.end(netcheck.NetNotTested, netcheck.ReasonLocal, "A log-in page was not looked for: the address for it must begin with http://.", "Correct the address.")
	}
	t.result.Port = to.Port
	direct := *p.dialer()
	direct.Proxy = func(string) (*url.URL, error) { return nil, nil }
	got, err := p.fetch(ctx, t, &direct, u, to, len(plan.PortalBody)+1)
	if err != nil {
		return t.noPortal(ctx, u, err)
	}
	return t.page(u, got, []byte(plan.PortalBody))
}

// noPortal is said when nothing came. A portal that keeps quiet is none.
func (t *trial) noPortal(ctx context.Context, u *url.URL, err error) netcheck.NetResult {
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	what := fmt.Sprintf("%s does not answer. A log-in page would have, so that is not what is in the way", shownURL(u))
	switch {
	case errors.Is(err, errNotHTTP):
		what = fmt.Sprintf("What answers at %s is no web server, and no log-in page either", shownURL(u))
	case f.Code == netcheck.ReasonNameNotFound || f.Code == netcheck.ReasonNameTimeout:
		what = fmt.Sprintf("A log-in page could not be looked for: the name %s has no address here", u.Hostname())
	}
	r := t.notTested(ctx, err, what)
	if r.Code != netcheck.ReasonCancelled {
		r.Advice = "" // that plain HTTP does not pass is no harm to calls
	}
	return r
}

// page judges an answer.
func (t *trial) page(u *url.URL, got fetched, known []byte) netcheck.NetResult {
	to, location := elsewhere(u, got)
	switch {
	case expected(got, known):
		return t.end(netcheck.NetOK, "", fmt.Sprintf("No log-in page is in the way: %s answers as it should.", shownURL(u)), "")
	case to != nil && strings.EqualFold(to.Hostname(), u.Hostname()) && to.Scheme == "https":
		return t.end(netcheck.NetNotTested, netcheck.ReasonUndecided,
			fmt.Sprintf("%s only leads to its own address with https, so that it can not tell of a log-in page.", shownURL(u)), "Give an address that answers plain HTTP.")
	case location:
		return t.end(netcheck.NetBlocked, netcheck.ReasonPortal,
			fmt.Sprintf("A page of the network answers in place of the web: %s leads to %s (status %d).", shownURL(u), page(to), got.status),
			fmt.Sprintf("Log in to the network first: open %s in a browser, which leads to the page.", shownURL(u)))
	case got.status == http.StatusNetworkAuthenticationRequired || got.status/100 == 2 && (len(known) > 0 || len(got.body) > 0):
		return t.end(netcheck.NetBlocked, netcheck.ReasonPortal,
			fmt.Sprintf("Something of the network answers in place of %s, with a page of its own (status %d).", shownURL(u), got.status),
			fmt.Sprintf("Log in to the network first: open %s in a browser. If it shows no log-in, a web filter puts its page there: ask what it lets pass.", shownURL(u)))
	}
	return t.end(netcheck.NetNotTested, netcheck.ReasonUndecided,
		fmt.Sprintf("%s answers with status %d and not as it should: that is neither a log-in page nor the proof that there is none.", shownURL(u), got.status), "")
}

// expected tells whether the answer is the known one.
func expected(got fetched, known []byte) bool {
	if len(known) == 0 {
		return got.status == http.StatusNoContent && len(got.body) == 0
	}
	return got.status == http.StatusOK && bytes.HasPrefix(got.body, known)
}

// elsewhere is where an answer leads, nil if that is no address of the web; ok tells of a redirect.
func elsewhere(u *url.URL, got fetched) (to *url.URL, ok bool) {
	location := got.header.Get("Location")
	if got.status/100 != 3 || location == "" {
		return nil, false
	}
	to, err := u.Parse(location)
	if err != nil || to.Hostname() == "" {
		return nil, true
	}
	return to, true
}

func page(to *url.URL) string {
	if to == nil {
		return "an address that can not be read"
	}
	return shownURL(to)
}

// shownURL is an address without what may be secret or long in it: portals put the device's address and tickets into the query.
func shownURL(u *url.URL) string {
	const most = 150
	return netcheck.CleanText((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String(), most)
}
