package localprobe

import (
	"net"
	"net/netip"
)

// maxInterfaces and maxAddresses bound what is read from a system, which may have thousands for its containers.
const (
	maxInterfaces = 256
	maxAddresses  = 64 // of one interface
)

func systemInterfaces() ([]Interface, error) {
	found, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var out []Interface
	for _, ifc := range found[:min(len(found), maxInterfaces)] {
		one := Interface{Name: ifc.Name, MTU: ifc.MTU, Up: ifc.Flags&net.FlagUp != 0, Loopback: ifc.Flags&net.FlagLoopback != 0,
			PointToPoint: ifc.Flags&net.FlagPointToPoint != 0}
		addrs, err := ifc.Addrs()
		if err != nil {
			continue // it has gone since
		}
		for _, a := range addrs[:min(len(addrs), maxAddresses)] {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				one.Addresses = append(one.Addresses, prefix.Addr().Unmap().WithZone(""))
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// systemSource asks the routing table. A connected UDP socket sends nothing.
func systemSource(to netip.AddrPort) (netip.Addr, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return netip.Addr{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().WithZone(""), nil
}
