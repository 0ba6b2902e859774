package session

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// Join comes to the host of an invite and waits until it lets this end in, or ctx ends. The error is a *netcheck.Failure, with a
// sentence and advice of its own for each thing that can be wrong: with the invite, the way to the host, and at the host.
func Join(ctx context.Context, text netcheck.Secret, o JoinOptions) (*Remote, error) {
	i, err := invite.Parse(text.Reveal())
	if err != nil {
		return nil, inviteFailure(err)
	}
	identity := o.Identity
	if identity == [32]byte{} {
		identity = newIdentity()
	}
	telling := new(sync.Mutex)
	w := newWires(newReach(i, o, telling).dial)
	c, err := signaling.Join(ctx, signaling.JoinConfig{Self: o.hello(), Room: i.Room, Secret: i.Secret, Identity: identity, Dial: w.dial})
	if err != nil {
		return nil, joinFailure(ctx, i, err)
	}
	r := newRemote(c, o, identity, w, telling, i.AltPort)
	if err := r.until(ctx, func() bool { return r.welcome != nil }); err != nil {
		failure := joinFailure(ctx, i, err)
		_ = r.Close() // there is nothing to lose
		return nil, failure
	}
	return r, nil
}

func (o JoinOptions) hello() signaling.Hello {
	name := o.Name
	if name == "" {
		name, _ = os.Hostname() // the host then sees none
	}
	return signaling.Hello{Name: name, AppVersion: o.Version, OS: runtime.GOOS + "/" + runtime.GOARCH, Versions: [2]int{signaling.VersionMin, signaling.VersionMax},
		Features: []string{signaling.FeatureVideo, signaling.FeatureView}}
}

// source is the address to send from.
func source(iface string) (netip.Addr, error) {
	if iface == "" {
		return netip.Addr{}, nil
	}
	if a, err := netip.ParseAddr(iface); err == nil {
		if err := ifaces.Check(iface, a.IsLoopback()); err != nil {
			return netip.Addr{}, localFailure(err)
		}
		return a.Unmap(), nil
	}
	ifc, err := net.InterfaceByName(iface)
	if err != nil {
		return netip.Addr{}, localFailure(err)
	}
	addrs, err := ifc.Addrs()
	if err != nil {
		return netip.Addr{}, localFailure(err)
	}
	var out netip.Addr
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil || p.Addr().IsLinkLocalUnicast() {
			continue
		}
		if ip := p.Addr().Unmap(); !out.IsValid() || out.Is6() && ip.Is4() {
			out = ip
		}
	}
	if !out.IsValid() {
		return out, localFailure(fmt.Errorf("the interface %s has no address", iface))
	}
	return out, nil
}
