package host

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"echopath/netcheck"
)

// maxRefusals is how many addresses are told of.
const maxRefusals = 3

// refusals are the addresses of one leg that this computer does not send to, because it has not seen them itself.
type refusals struct {
	guest *guest
	path  netcheck.Path

	mu   sync.Mutex
	list []netip.Addr
}

// allowed is guest.allowed, and remembers what was refused. What is asked for again may be allowed by then.
func (r *refusals) allowed(a netip.Addr) bool {
	ok := r.guest.allowed(a)
	a = plainAddr(a)
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.list, a)
	switch {
	case ok && i >= 0:
		r.list = slices.Delete(r.list, i, i+1)
	case !ok && i < 0 && len(r.list) < maxRefusals && !r.guest.h.cfg.AnyCandidate && named(a, ownNetworks()):
		r.list = append(r.list, a) // an address that Config.AnyCandidate would allow
	}
	return ok
}

// explain tells the guest what was refused and what whoever hosts can do about it; nil: nothing was, or nothing can be done.
func (r *refusals) explain() *netcheck.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == 0 {
		return nil
	}
	var names []string
	for _, a := range r.list {
		names = append(names, a.String())
	}
	what, advice := "the address", ""
	if r.path.Relay() {
		what, advice = "the relay at", "add that server with --stun, or "
	}
	verb := "is none of them"
	if len(names) > 1 {
		what, verb = strings.Replace(what, "the ", "none of the ", 1), "is one of them"
		what = strings.Replace(strings.Replace(what, "address", "addresses", 1), "relay at", "relays at", 1)
	}
	return &netcheck.Failure{Code: netcheck.ReasonFarRefused,
		Text: fmt.Sprintf("The other computer sends only to addresses that it has seen itself, and %s %s %s.", what, strings.Join(names, ", "), verb),
		Advice: "Ask who runs the host to " + advice + "allow other addresses, with --any-candidate or, in its window, \"let guests name other addresses\". " +
			"Or test through the host's own servers."}
}
