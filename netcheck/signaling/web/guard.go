package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// refusal is an answer that says why not.
type refusal struct {
	status int
	text   string
}

// guard refuses what a web page caused in the browser of somebody who can reach this host. A page of another origin gives
// itself away by Origin or Sec-Fetch-Site, and one that let its own name point here (DNS rebinding) by Host.
func (h *Handler) guard(r *http.Request) *refusal {
	if !h.knownHost(r.Host) {
		return &refusal{http.StatusForbidden, "This host is not known by that name."}
	}
	if origins := r.Header.Values("Origin"); len(origins) > 1 || len(origins) == 1 && !sameOrigin(origins[0], r.Host) {
		return &refusal{http.StatusForbidden, "Web pages of other sites are not served here."}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return nil
	}
	return &refusal{http.StatusForbidden, "Web pages of other sites are not served here."}
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "https" && u.Host != "" && strings.EqualFold(u.Host, host)
}

// knownHost tells whether a Host field is one of this host's.
func (h *Handler) knownHost(field string) bool {
	name := field
	if host, port, err := net.SplitHostPort(field); err == nil {
		if port == "" || strings.Trim(port, "0123456789") != "" {
			return false
		}
		name = host
	} else if strings.HasPrefix(field, "[") && strings.HasSuffix(field, "]") {
		name = field[1 : len(field)-1]
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || h.hosts[name]
}

// addressKey is what counts as one address: an IPv6 client has a whole network to choose from.
func addressKey(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	prefix, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
