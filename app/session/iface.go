package session

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// checkInterface tells in words why an interface can not be used, before anything is started. The name may also be an address
// of this computer.
func checkInterface(name string, self bool) error {
	if name == "" {
		return nil
	}
	found, loopback, err := lookUp(name)
	switch {
	case err != nil:
		return fmt.Errorf("the interfaces of this computer can not be listed: %w", err)
	case !found:
		return fmt.Errorf("there is no interface or address %q here: use one of %s", name, strings.Join(names(), ", "))
	case self && !loopback:
		return fmt.Errorf("the target self uses loopback addresses only, not %s: leave --interface out, or use --target turn", name)
	}
	return nil
}

func lookUp(name string) (found, loopback bool, err error) {
	want, addrErr := netip.ParseAddr(name)
	if addrErr == nil && want.Unmap().IsLoopback() {
		return true, true, nil
	}
	list, err := net.Interfaces()
	if err != nil {
		return false, false, err
	}
	for _, ifc := range list {
		if ifc.Name == name {
			return true, ifc.Flags&net.FlagLoopback != 0, nil
		}
		addrs, err := ifc.Addrs()
		if err != nil || addrErr != nil {
			continue
		}
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == want.Unmap().WithZone("") {
				return true, ifc.Flags&net.FlagLoopback != 0, nil
			}
		}
	}
	return false, false, nil
}

// names lists the interfaces that are up.
func names() []string {
	list, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var out []string
	for _, ifc := range list {
		if ifc.Flags&net.FlagUp != 0 {
			out = append(out, ifc.Name)
		}
	}
	return out
}
