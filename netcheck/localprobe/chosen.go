package localprobe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// judgeChosen judges the interface that the user asked for, by name or address. Whether packets get out by it is not for the
// routing table to say, since sockets are bound to it.
func (s survey) judgeChosen(all []Interface) finding {
	is := func(ifc Interface) bool {
		return ifc.Name == s.chosen || slices.ContainsFunc(ifc.Addresses, func(a netip.Addr) bool { return a.String() == s.chosen })
	}
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return finding{netcheck.NetFailed, netcheck.ReasonLocal, fmt.Sprintf("This computer has no interface or address %s.", netcheck.CleanText(s.chosen, 60)),
			"Use one of these: " + s.names() + "; or leave the choice to the system."}
	}
	name := all[i].Name
	if all[i].Loopback {
		return finding{netcheck.NetOK, "", fmt.Sprintf("The chosen interface %s is this computer itself: nothing that leaves it is measured.", name), ""}
	}
	i = slices.IndexFunc(s.up, func(ifc Interface) bool { return ifc.Name == name })
	if i < 0 {
		return finding{netcheck.NetFailed, netcheck.ReasonLocal, fmt.Sprintf("The chosen interface %s is down, or has no address beyond its own link.", name),
			"Use one of these: " + s.names() + "; or leave the choice to the system."}
	}
	only := s.only(i)
	text := fmt.Sprintf("The tests use the chosen interface %s.", only.addresses(netcheck.FamilyAuto))
	if s.four.ok() && s.four.iface != name {
		text += fmt.Sprintf(" Other programs leave by %s.", s.four.words())
	}
	if ifaces.Tunnel(name) {
		text += fmt.Sprintf(" It is the VPN %s: all results describe the VPN, and not only the network below it.", name)
	}
	if f := s.family; (f == netcheck.Family4 || f == netcheck.Family6) && !only.has(f) {
		return finding{netcheck.NetFailed, netcheck.ReasonNoFamily, fmt.Sprintf("The chosen interface %s has no IPv%s address, and IPv%s was asked for.", name, f, f),
			"Choose another interface or the other version of IP."}
	}
	return finding{netcheck.NetOK, "", text, ""}
}

// only is what is known of one interface.
func (s survey) only(i int) survey { return survey{up: s.up[i : i+1]} }

// names lists the interfaces that can be used.
func (s survey) names() string {
	const most = 8
	var out []string
	for _, ifc := range s.up[:min(len(s.up), most)] {
		out = append(out, fmt.Sprintf("%s (%s)", ifc.Name, ifc.Addresses[0]))
	}
	if len(out) == 0 {
		return "there is none"
	}
	return strings.Join(out, ", ")
}
