package model

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// NetworkForm is what only the screen "Network" reads: what is asked beside the servers.
type NetworkForm struct {
	Portal string // the name of a known page that shows a captive portal, PortalOwn or PortalNone
	Page   string // the address of PortalOwn, as typed
	// The questions that take minutes.
	Lifetime, Rate, Idle bool
}

// Choices of a page beside the known ones.
const (
	PortalOwn  = "own"
	PortalNone = "none"
)

// portalPage is a page of plain HTTP whose answer is known.
type portalPage struct {
	name, owner, address string
	body                 string // that the answer begins with; "" for an empty one with status 204
}

// portalPages are run by their owners for this very purpose. The first one is the default: a test asks it, and never the window by
// itself. It is not one that telephones ask, for which some wireless networks have an answer of their own, lest a log-in page opens.
var portalPages = []portalPage{
	{"cloudflare", "Cloudflare", "http://cp.cloudflare.com/generate_204", ""},
	{"google", "Google", "http://connectivitycheck.gstatic.com/generate_204", ""},
	{"mozilla", "Mozilla", "http://detectportal.firefox.com/success.txt", "success"},
	{"microsoft", "Microsoft", "http://www.msftconnecttest.com/connecttest.txt", "Microsoft Connect Test"},
}

// DefaultNetworkForm asks the usual questions, and looks for a captive portal.
func DefaultNetworkForm() NetworkForm { return NetworkForm{Portal: portalPages[0].name} }

// PortalChoice is a page that can be asked, or one of the other two choices.
type PortalChoice struct {
	Name    string // as the form has it
	Title   string
	Address string // "" for those that have none of their own
}

// PortalChoices are all there are, in the order in which they are shown.
func PortalChoices() []PortalChoice {
	var out []PortalChoice
	for _, p := range portalPages {
		out = append(out, PortalChoice{p.name, "Page of " + p.owner, p.address})
	}
	return append(out, PortalChoice{PortalOwn, "A page of my own", ""}, PortalChoice{PortalNone, "No page is asked", ""})
}

// portalAddress is the page of the form and what its answer begins with; ok is false where none is asked.
func (f NetworkForm) portalAddress() (address, body string, ok bool) {
	switch f.Portal {
	case PortalNone, "":
		return "", "", false
	case PortalOwn:
		return strings.TrimSpace(f.Page), "", true
	}
	i := slices.IndexFunc(portalPages, func(p portalPage) bool { return p.name == f.Portal })
	if i < 0 {
		return "", "", false
	}
	return portalPages[i].address, portalPages[i].body, true
}

// owner names whom the page belongs to: "Cloudflare", or the host of a page of one's own.
func (f NetworkForm) owner() string {
	i := slices.IndexFunc(portalPages, func(p portalPage) bool { return p.name == f.Portal })
	if i >= 0 {
		return portalPages[i].owner
	}
	u, err := url.Parse(strings.TrimSpace(f.Page))
	if f.Portal != PortalOwn || err != nil {
		return ""
	}
	return u.Hostname()
}

// readPortal takes the page that shows a captive portal.
func (r *reading) readPortal() {
	address, body, ok := r.form.Network.portalAddress()
	if !ok {
		return
	}
	u, err := url.Parse(address)
	switch {
	case address == "":
		r.wrong(FieldPortal, "Type the address of the page, for example http://portal-check.example.com/, or choose another one.")
		return
	case err == nil && u.Scheme == "https":
		r.wrong(FieldPortal, "The page must begin with http://: with https a log-in page can not answer in its place, which is what is looked for.")
		return
	case err != nil || u.Scheme != "http" || u.Host == "" || u.User != nil:
		r.wrong(FieldPortal, "The page must be an address that begins with http://, without user and password.")
		return
	}
	r.plan.Network.Portal, r.plan.Network.PortalBody = address, body
}

// LongChoice is a question that takes minutes, as it is to be shown.
type LongChoice struct {
	Kind  netcheck.ProbeKind
	Title string // with how long it takes: "Lifetime of the NAT's binding (3 min)"
	Hint  string
	Off   string // why it can not be asked of these servers; "" if it can
	On    bool
}

// longWords are titles and hints of the questions that take minutes.
var longWords = map[netcheck.ProbeKind]struct{ title, hint string }{
	netcheck.ProbeLifetime: {"NAT lifetime", "How long the NAT keeps the port of a connection that is quiet. Where it is short, calls that wait lose their way back."},
	netcheck.ProbeRate:     {"Rate of one flow", "Whether something holds a single flow to a rate, as some firewalls do. It loads the line: do not do it during a call of somebody else."},
	netcheck.ProbeIdle:     {"Idle time-out", "After how long without packets a firewall or the server drops a connection through the relay, by UDP and by TCP."},
}

// chosen is the form's switch of a kind; nil for a kind that has none.
func (f *NetworkForm) chosen(k netcheck.ProbeKind) *bool {
	switch k {
	case netcheck.ProbeLifetime:
		return &f.Lifetime
	case netcheck.ProbeRate:
		return &f.Rate
	case netcheck.ProbeIdle:
		return &f.Idle
	}
	return nil
}

// Choose switches a question that takes minutes on or off.
func (f *NetworkForm) Choose(k netcheck.ProbeKind, on bool) {
	if chosen := f.chosen(k); chosen != nil {
		*chosen = on
	}
}

// OfferLong hands in the questions that take minutes and can be asked by this program. Until then there are none.
func (n *Network) OfferLong(kinds []netcheck.ProbeKind) {
	n.long = slices.Clone(kinds)
	n.SetForm(n.form)
}

// LongChoices are those questions, as things stand.
func (n *Network) LongChoices() []LongChoice {
	var out []LongChoice
	f := n.form.Network
	for _, k := range n.long {
		words, chosen := longWords[k], f.chosen(k)
		if chosen == nil {
			continue
		}
		out = append(out, LongChoice{Kind: k, Title: words.title + " (" + present.About(longTime(k)) + ")", Hint: words.hint, Off: n.form.longOff(k), On: *chosen})
	}
	return out
}

// longOff says why a question can not be asked of the form's servers: rate and idle time-out are measured through a relay.
func (f Form) longOff(k netcheck.ProbeKind) string {
	if k == netcheck.ProbeLifetime || f.Target == netcheck.TargetInvite {
		return ""
	}
	if f.Target == netcheck.TargetTURN && f.Servers.relay() {
		return ""
	}
	return "This is measured through a relay, so it needs a TURN server: choose “TURN servers” or “Another Echopath” as the target."
}

// relay tells whether one of the addresses is that of a TURN server.
func (s Servers) relay() bool {
	for line := range strings.SplitSeq(s.URLs, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if u, err := netcheck.ParseServerURL(strings.TrimSpace(line)); err == nil && u.Scheme != netcheck.SchemeSTUN {
			return true
		}
	}
	return false
}

// readLong takes the questions that take minutes, of those that are offered.
func (r *reading) readLong(offered []netcheck.ProbeKind) {
	f := r.form.Network
	for _, k := range offered {
		if chosen := f.chosen(k); chosen != nil && *chosen && r.form.longOff(k) == "" {
			r.plan.Network.Long = append(r.plan.Network.Long, k)
		}
	}
}

// longTime is about how long one of them takes: what it adds to a plan.
func longTime(k netcheck.ProbeKind) time.Duration {
	p := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetTURN, Servers: netcheck.PublicSTUN()[:1]}}
	p.Network.Only = true
	without, err := p.Grant()
	if err != nil {
		return 0
	}
	p.Network.Long = []netcheck.ProbeKind{k}
	with, err := p.Grant()
	if err != nil {
		return 0
	}
	return with.Estimate().Duration - without.Estimate().Duration
}
