package desktop

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"echopath/app/model"
	"echopath/app/runner"
)

// listAddresses finds out under which addresses this computer can host, beside the goroutine that draws.
func (d *desk) listAddresses() {
	err := runner.Go(d.jobs, "addresses", func(context.Context) ([]model.HostAddress, error) { return addresses() }, func(list []model.HostAddress, err error) {
		why := ""
		if err != nil {
			why = err.Error()
		}
		if !d.hosting.Busy() {
			d.host.SetAddresses(list, why)
			d.view.HostChanged()
		}
	})
	if err != nil && !errors.Is(err, runner.ErrJobBusy) { // one that is under way will answer
		d.host.SetAddresses(nil, err.Error())
	}
}

// addresses lists those of the interfaces that are up. Addresses that hold on one link only are left out: they need the name of an
// interface of the guest's to be reached.
func addresses() ([]model.HostAddress, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	usual := map[netip.Addr]bool{source("udp4", "192.0.2.1:9"): true, source("udp6", "[2001:db8::1]:9"): true}
	var out []model.HostAddress
	for _, i := range list {
		own, err := i.Addrs()
		if err != nil || i.Flags&net.FlagUp == 0 {
			continue
		}
		for _, a := range own {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil {
				continue
			}
			addr := prefix.Addr().Unmap()
			if !addr.IsLinkLocalUnicast() && !addr.IsMulticast() {
				out = append(out, model.HostAddress{Addr: addr, Iface: i.Name, Default: usual[addr]})
			}
		}
	}
	return out, nil
}

// source is the address by which the system would send to another one; zero if it would not. Nothing is sent: a UDP socket only looks
// up the way. The addresses that are asked about are for documentation (RFC 5737, RFC 3849), and lie behind the default route.
func source(network, to string) netip.Addr {
	conn, err := net.Dial(network, to) //nolint:noctx // does not wait for anything
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	addr, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return addr.Addr().Unmap().WithZone("")
}
