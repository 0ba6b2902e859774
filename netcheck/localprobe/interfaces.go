package localprobe

import (
	"net/netip"
	"slices"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// The addresses of a root name server (a.root-servers.net) stand for the Internet when the routing table is asked: nothing is ever
// sent there. Documentation addresses would not do: some tables refuse them, and some laboratories live on them.
var (
	internet4 = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 41, 0, 4}), 53)
	internet6 = netip.AddrPortFrom(netip.MustParseAddr("2001:503:ba3e::2:30"), 53)
)

// Interfaces looks at this computer's interfaces and by which of them packets to the Internet leave. chosen is the interface or
// address that the user asked for, "" for none; then it is judged instead. Facts.Interfaces has those that are up with an address
// beyond their link; loopback is left out.
//
//   - ok: IPv4 leads out. A VPN on the way is said in Text and in Facts: all that is measured is the VPN then.
//   - degraded, with netcheck.ReasonNoIPv4: IPv6 alone leads out.
//   - failed: no address (netcheck.ReasonNoAddress), addresses without a default route (netcheck.ReasonNoRoute), or the chosen interface has none
//     or does not exist (netcheck.ReasonLocal).
//   - not tested: the system does not tell.
//
// Family restricts it: with one version of IP asked for, the other is not missed. It asks the system alone, and at once.
func (p *Prober) Interfaces(chosen string, family netcheck.Family) netcheck.NetResult {
	t := start(netcheck.ProbeInterfaces)
	all, err := p.list()
	if err != nil {
		t.cause(err)
		return t.end(netcheck.NetNotTested, netcheck.ReasonLocal, "The system does not tell this computer's network interfaces.", "")
	}
	s := survey{family: family, chosen: chosen, up: usable(all)}
	s.four = p.way(t, NetStepRoute4, s.up, internet4)
	s.six = p.way(t, NetStepRoute6, s.up, internet6)
	t.result.Facts.Interfaces = s.facts()
	f := s.judge(all)
	return t.end(f.state, f.code, f.text, f.advice)
}

// survey is what is known of this computer's place in the network.
type survey struct {
	family    netcheck.Family
	chosen    string
	up        []Interface // with the addresses that reach beyond the link
	four, six way
}

// way is how packets to the Internet leave.
type way struct {
	source netip.Addr // zero: they do not
	iface  string     // "" if it is not known
	router netip.Addr // zero if there is none, or it is not known
}

func (w way) ok() bool { return w.source.IsValid() }

// usable leaves out what is down and loopback, and addresses that no other network sees.
func usable(all []Interface) []Interface {
	var out []Interface
	for _, ifc := range all {
		if !ifc.Up || ifc.Loopback {
			continue
		}
		ifc.Addresses = slices.DeleteFunc(slices.Clone(ifc.Addresses), func(a netip.Addr) bool {
			return !a.IsValid() || a.IsLinkLocalUnicast() || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast()
		})
		if len(ifc.Addresses) > 0 {
			out = append(out, ifc)
		}
	}
	return out
}

// way asks the routing table. An address of this computer alone, or of its link, leads nowhere.
func (p *Prober) way(t *trial, step string, up []Interface, to netip.AddrPort) way {
	source, err := p.source(to)
	if err != nil || source.IsLoopback() || source.IsLinkLocalUnicast() || source.IsUnspecified() {
		t.step(netcheck.NetStep{Name: step, Detail: "none"})
		return way{}
	}
	w := way{source: source}
	if i := slices.IndexFunc(up, func(ifc Interface) bool { return slices.Contains(ifc.Addresses, source) }); i >= 0 {
		w.iface = up[i].Name
	}
	for _, r := range p.routers() {
		if r.Interface == w.iface && r.Address.Is4() == source.Is4() && r.Address.IsValid() {
			w.router = r.Address
			break
		}
	}
	t.step(netcheck.NetStep{Name: step, OK: true, Detail: w.words()})
	return w
}

// maxShown bounds how many interfaces are told of.
const maxShown = 32

func (s survey) facts() []netcheck.InterfaceFacts {
	var out []netcheck.InterfaceFacts
	for _, ifc := range s.up[:min(len(s.up), maxShown)] {
		f := netcheck.InterfaceFacts{Name: ifc.Name, MTU: ifc.MTU, Default4: s.four.ok() && s.four.iface == ifc.Name, Default6: s.six.ok() && s.six.iface == ifc.Name}
		for _, a := range ifc.Addresses {
			f.Addresses = append(f.Addresses, a.String())
		}
		if ifaces.Tunnel(ifc.Name) { // a VPN that works below the interfaces does not show: there is no No
			f.VPN = netcheck.Yes
		}
		out = append(out, f)
	}
	return out
}

// has tells whether an interface has an address of a version of IP.
func (s survey) has(f netcheck.Family) bool {
	return slices.ContainsFunc(s.up, func(ifc Interface) bool {
		return slices.ContainsFunc(ifc.Addresses, func(a netip.Addr) bool { return a.Is4() == (f == netcheck.Family4) })
	})
}

func (s survey) judge(all []Interface) finding {
	wants4, wants6 := s.family != netcheck.Family6, s.family != netcheck.Family4
	switch {
	case s.chosen != "":
		return s.judgeChosen(all)
	case len(s.up) == 0:
		return noAddress(all)
	case wants4 && s.four.ok(), !wants4 && s.six.ok():
		return s.leads()
	case !wants4 && !s.has(netcheck.Family6), !wants6 && !s.has(netcheck.Family4):
		return s.noFamily()
	case wants4 && wants6 && s.six.ok():
		return s.noIPv4()
	}
	return s.noRoute()
}
