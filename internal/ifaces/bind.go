package ifaces

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// ErrBind says that the system does not let this program bind a socket to an interface.
var ErrBind = errors.New("the system does not bind the socket to the interface")

// Control is what net.Dialer and net.ListenConfig call with a new socket.
type Control func(network, address string, c syscall.RawConn) error

// Dialing gives the Control of a net.Dialer whose sockets have the source address and are to send by that address's
// interface: the address alone does not choose the way, the routing table does. It is nil where there is nothing to choose:
// without an address, and for loopback. What is sent to an address of this computer is left to the routing table, since no
// interface carries it.
func Dialing(source netip.Addr) Control {
	return binding(source, func(list []net.Interface, address string) bool {
		to, err := netip.ParseAddrPort(address)
		return err == nil && local(list, to.Addr())
	})
}

// Listening is Dialing for a net.ListenConfig, whose sockets must not have to reach an address of this computer.
func Listening(source netip.Addr) Control {
	return binding(source, func([]net.Interface, string) bool { return false })
}

func binding(source netip.Addr, exempt func(list []net.Interface, address string) bool) Control {
	if !source.IsValid() || source.IsLoopback() || source.IsUnspecified() {
		return nil
	}
	return func(network, address string, c syscall.RawConn) error {
		list, err := net.Interfaces()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBind, err)
		}
		if exempt(list, address) {
			return nil
		}
		i := slices.IndexFunc(list, func(ifc net.Interface) bool { return holds(ifc, source.WithZone("")) })
		if i < 0 {
			return fmt.Errorf("%w: no interface has the address %s", ErrBind, source)
		}
		if list[i].Flags&net.FlagLoopback != 0 {
			return nil
		}
		return bind(c, list[i], strings.HasSuffix(network, "6"))
	}
}

func local(list []net.Interface, a netip.Addr) bool {
	return a.IsLoopback() || slices.ContainsFunc(list, func(ifc net.Interface) bool { return holds(ifc, a.WithZone("")) })
}

// Local tells whether the address is one of this computer's.
func Local(a netip.Addr) bool {
	list, err := net.Interfaces()
	return err == nil && local(list, a)
}

// bind binds a socket to an interface.
func bind(c syscall.RawConn, ifc net.Interface, v6 bool) error {
	var err error
	if ctlErr := c.Control(func(fd uintptr) { err = bindTo(fd, ifc, v6) }); ctlErr != nil {
		return ctlErr
	}
	if err != nil {
		return fmt.Errorf("%w %s: %w", ErrBind, ifc.Name, err)
	}
	return nil
}
