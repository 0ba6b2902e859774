package prefs

import (
	"net/url"
	"slices"

	"echopath/app/model"
)

// storedNetwork is what is asked on the screen "Network" beside the servers.
type storedNetwork struct {
	Portal   field[string] `json:"portal,omitzero"`      // a known page's name, "own" or "none"
	Page     field[string] `json:"portal_page,omitzero"` // the address of "own"
	Lifetime field[bool]   `json:"ask_lifetime,omitzero"`
	Rate     field[bool]   `json:"ask_rate,omitzero"`
	Idle     field[bool]   `json:"ask_idle,omitzero"`
}

// storeNetwork keeps the address of a page only with those of servers, of which it is one.
func storeNetwork(n model.NetworkForm, servers bool) storedNetwork {
	out := storedNetwork{Portal: set(n.Portal), Lifetime: set(n.Lifetime), Rate: set(n.Rate), Idle: set(n.Idle)}
	if servers {
		out.Page = set(wholePage(n.Page))
	}
	return out
}

func (r *reader) network(f field[storedNetwork], to *model.NetworkForm, servers bool) {
	var n storedNetwork
	usual := to.Portal
	take(r, "choices for the network", f, &n, anything)
	take(r, "choice of a page", n.Portal, &to.Portal, func(name string) bool {
		return slices.ContainsFunc(model.PortalChoices(), func(c model.PortalChoice) bool { return c.Name == name })
	})
	if servers {
		take(r, "address of a page", n.Page, &to.Page, line)
		to.Page = wholePage(to.Page)
	}
	if to.Portal == model.PortalOwn && to.Page == "" { // it was not kept
		to.Portal = usual
	}
	take(r, "choice of the lifetime", n.Lifetime, &to.Lifetime, anything)
	take(r, "choice of the rate", n.Rate, &to.Rate, anything)
	take(r, "choice of the idle time-out", n.Idle, &to.Idle, anything)
}

// wholePage keeps an address that can be one of a page: people type passwords into addresses.
func wholePage(s string) string {
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return s
}
