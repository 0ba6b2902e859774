package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
	"echopath/netcheck/signaling/web"
)

// Join comes to the host of an invite and waits until it lets this end in, or ctx ends. The error is a *netcheck.Failure, with a
// sentence and advice of its own for each thing that can be wrong: with the invite, the way to the host, and at the host.
func Join(ctx context.Context, text netcheck.Secret, o JoinOptions) (*Remote, error) {
	i, err := invite.Parse(text.Reveal())
	if err != nil {
		return nil, inviteFailure(err)
	}
	local, err := source(o.Interface)
	if err != nil {
		return nil, err
	}
	identity := o.Identity
	if identity == [32]byte{} {
		identity = newIdentity()
	}
	telling := new(sync.Mutex)
	w := newWires(dialer(i, local, o, telling))
	c, err := signaling.Join(ctx, signaling.JoinConfig{Self: o.hello(), Room: i.Room, Secret: i.Secret, Identity: identity, Dial: w.dial})
	if err != nil {
		return nil, joinFailure(ctx, i, err)
	}
	r := newRemote(c, o, identity, w, telling)
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

// dialer makes wires to the host, for the first time and whenever one has broken.
func dialer(i invite.Invite, local netip.Addr, o JoinOptions, telling *sync.Mutex) func(context.Context) (signaling.Wire, error) {
	target := web.Target{Addresses: i.Addresses, Pin: i.Pin, Local: local, Only: o.Only, Dialer: func(local netip.Addr) *dial.Dialer { return &dial.Dialer{Local: local} }}
	if o.Trace != nil {
		target.Trace = func(s netcheck.StepDone) {
			telling.Lock()
			defer telling.Unlock()
			o.Trace(s)
		}
	}
	return func(ctx context.Context) (signaling.Wire, error) { return web.Dial(ctx, target) }
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

func localFailure(err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The chosen interface of this computer can not be used.", Advice: "Choose another interface, or none.", Err: err}
}

// inviteFailure says what is wrong with the text of an invite. The text itself is in none of it.
func inviteFailure(err error) *netcheck.Failure {
	f := &netcheck.Failure{Code: netcheck.ReasonInvite, Err: err}
	switch {
	case errors.Is(err, invite.ErrTruncated):
		f.Text, f.Advice = "The invite is not complete.", "Copy it again, from the first letter to the last."
	case errors.Is(err, invite.ErrMistyped):
		f.Text, f.Advice = "The invite has a wrong letter.", "Copy it instead of typing it, and mind capital and small letters."
	case errors.Is(err, invite.ErrNewer):
		f.Text, f.Advice = "The invite was made by a newer version of Echopath.", "Install that version on this computer too."
		f.Code = netcheck.ReasonOtherVersion
	case errors.Is(err, invite.ErrSeveral):
		f.Text, f.Advice = "There is more than one invite in this text.", "Give the one that is meant, alone."
	default:
		f.Text, f.Advice = "This is not an invite.", "Copy the whole text that the host shows."
	}
	return f
}

// joinFailure puts in words why nobody was joined.
func joinFailure(ctx context.Context, i invite.Invite, err error) *netcheck.Failure {
	var gone *signaling.Gone
	var f *netcheck.Failure
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) && !errors.As(err, &f) && !errors.As(err, &gone):
		return &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: "The host did not let this computer in within the time that was allowed for it.",
			Advice: "Ask who runs the host to accept this computer by its name, then join again.", Err: err}
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Joining was stopped.", Advice: "Join again when you want to.", Err: err}
	case errors.As(err, &gone):
		return goneFailure(err)
	case errors.As(err, &f) && f.Code == netcheck.ReasonTLSPin:
		impostor := *f
		impostor.Code = netcheck.ReasonImpostor
		return &impostor
	}
	f = netcheck.AsFailure(err, netcheck.ReasonHostGone)
	if now := time.Now(); now.After(i.Expiry) {
		late := *f
		late.Advice += fmt.Sprintf(" By this computer's clock the invite's time was over at %s: if that is right, ask for a new one.", i.Expiry.Local().Format(time.DateTime))
		return &late
	}
	return f
}
