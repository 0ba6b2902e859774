package session

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"echopath/netcheck"
)

// wayOut is the interface of this computer by which its host was reached. The zero value is none that is known.
type wayOut struct {
	name string
	addr netip.Addr
}

// iface is what must be known of an interface to tell whether it can carry anything.
type iface struct {
	name        string
	up, running bool // running: it has a carrier, as a cable that is plugged in at both ends
	addrs       []netip.Addr
}

// linkTo is the own end of a way to another computer, by the routing table: connecting a UDP socket sends nothing.
func linkTo(remote netip.AddrPort) wayOut {
	if !remote.IsValid() || remote.Addr().IsLoopback() {
		return wayOut{}
	}
	conn, err := net.Dial("udp", remote.String())
	if err != nil {
		return wayOut{}
	}
	defer func() { _ = conn.Close() }()
	at, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return wayOut{}
	}
	addr := at.Addr().Unmap().WithZone("")
	list := interfaces()
	if i := slices.IndexFunc(list, func(f iface) bool { return slices.Contains(f.addrs, addr) }); i >= 0 {
		return wayOut{list[i].name, addr}
	}
	return wayOut{}
}

// interfaces lists those of this computer; nil if the system does not tell.
func interfaces() []iface {
	list, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var out []iface
	for _, ifc := range list {
		f := iface{name: ifc.Name, up: ifc.Flags&net.FlagUp != 0, running: ifc.Flags&net.FlagRunning != 0}
		addrs, _ := ifc.Addrs() // without them it has none that is known
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				f.addrs = append(f.addrs, p.Addr().Unmap().WithZone(""))
			}
		}
		out = append(out, f)
	}
	return out
}

// down tells what became of the link, by the interfaces that there are now; "" while it can carry something, and where that is not known.
func (l wayOut) down(now []iface) string {
	if l.name == "" || len(now) == 0 {
		return ""
	}
	i := slices.IndexFunc(now, func(f iface) bool { return f.name == l.name })
	switch {
	case i < 0:
		return fmt.Sprintf("The network interface %s of this computer, by which the host was reached, is gone.", l.name)
	case !now[i].up:
		return fmt.Sprintf("The network interface %s of this computer (%s), by which the host was reached, is down.", l.name, l.addr)
	case !now[i].running:
		return fmt.Sprintf("The network interface %s of this computer (%s), by which the host was reached, has no connection.", l.name, l.addr)
	case !slices.ContainsFunc(now, func(f iface) bool { return slices.Contains(f.addrs, l.addr) }):
		return fmt.Sprintf("The network interface %s of this computer, by which the host was reached, has lost its address %s.", l.name, l.addr)
	}
	return ""
}

// offline is the failure of a session whose own end of the network is down; nil if it is not.
func (w *wires) offline(why error) *netcheck.Failure {
	text := w.link().down(interfaces())
	if text == "" {
		return nil
	}
	return &netcheck.Failure{Code: netcheck.ReasonOwnLink, Text: text, Err: why,
		Advice: "Connect this computer to its network again (cable, Wi-Fi or VPN), then run the test again. It says nothing about the host."}
}
