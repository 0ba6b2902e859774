package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// reached is a host to which TLS stands.
type reached struct {
	index    int
	conn     net.Conn // nil when it has been used
	evidence dial.Evidence
	to       dial.To
	dialer   *dial.Dialer
	origin   origin
}

// connection gives the connection that won the race, the first time, and new ones afterwards.
func (r *reached) connection(ctx context.Context) (net.Conn, error) {
	if conn := r.conn; conn != nil {
		r.conn = nil
		return conn, nil
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	conn, _, err := r.dialer.Open(ctx, r.to, nil)
	return conn, err
}

// reach opens a connection to an address, with TLS and the pinned key.
func (d *dialing) reach(ctx context.Context, i int) (*reached, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	text := d.target.Addresses[i]
	host, portText, err := net.SplitHostPort(text)
	port, portErr := strconv.ParseUint(portText, 10, 16)
	if err != nil || portErr != nil || port == 0 || host == "" {
		return nil, badAddress("The invite names an address of the host that is none.")
	}
	r := &reached{index: i, dialer: d.dialer(), origin: newOrigin(host, portText), to: dial.To{
		Host: host, Port: int(port), TLS: true, ALPN: []string{"http/1.1"}, Trust: netcheck.Trust{Pins: []netcheck.SPKIHash{d.target.Pin}},
	}}
	addrs, err := d.resolve(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := d.connect(ctx, r, addrs); err != nil {
		return nil, err
	}
	return r, nil
}

func (d *dialing) dialer() *dial.Dialer {
	if d.target.Dialer == nil {
		return &dial.Dialer{Local: d.target.Local}
	}
	return d.target.Dialer(d.target.Local)
}

// resolve gives the addresses to connect to. With a proxy that is none: it looks the name up.
func (d *dialing) resolve(ctx context.Context, r *reached) ([]netip.Addr, error) {
	proxy, err := r.dialer.ProxyTo(net.JoinHostPort(r.to.Host, strconv.Itoa(r.to.Port)))
	if err != nil {
		return nil, err
	}
	literal, parseErr := netip.ParseAddr(r.to.Host)
	switch {
	case parseErr == nil && (proxy != nil || sameFamily(literal, d.target.Local)):
		return []netip.Addr{literal.Unmap()}, nil
	case proxy != nil:
		return []netip.Addr{{}}, nil
	}
	begin := time.Now()
	addrs, err := dial.Resolve(ctx, r.to.Host, familyOf(d.target.Local))
	if err != nil {
		err = noName(err, r.to.Host, d.target.Local.IsValid())
		d.step(netcheck.StepResolve, r.index, begin, "", err)
		return nil, err
	}
	addrs = addrs[:min(len(addrs), maxResolved)]
	d.step(netcheck.StepResolve, r.index, begin, strings.Trim(fmt.Sprint(addrs), "[]"), nil)
	return addrs, nil
}

func familyOf(local netip.Addr) netcheck.Family {
	switch {
	case !local.IsValid():
		return netcheck.FamilyAuto
	case local.Unmap().Is4():
		return netcheck.Family4
	}
	return netcheck.Family6
}

func sameFamily(a, local netip.Addr) bool {
	return !local.IsValid() || a.Unmap().Is4() == local.Unmap().Is4()
}

// connect opens the connection by the first of the addresses that works.
func (d *dialing) connect(ctx context.Context, r *reached, addrs []netip.Addr) error {
	type opened struct {
		conn     net.Conn
		evidence dial.Evidence
		addr     netip.AddrPort
	}
	var worst *netcheck.Failure
	best, ok := race(ctx, len(addrs), func(ctx context.Context, i int) (opened, error) {
		to := r.to
		if addrs[i].IsValid() {
			to.Addr = netip.AddrPortFrom(addrs[i], uint16(to.Port)) //nolint:gosec // parsed as 16 bits
		}
		conn, evidence, err := r.dialer.Open(ctx, to, func(s netcheck.StepDone) {
			if s.OK || !errors.Is(ctx.Err(), context.Canceled) { // what another address made needless has not failed
				d.trace(s)
			}
		})
		return opened{conn, evidence, to.Addr}, err
	}, func(_ int, err error) {
		worst = netcheck.MoreTelling(worst, netcheck.AsFailure(err, netcheck.ReasonLocal))
	}, func(o opened) { hardClose(o.conn) })
	if !ok && worst == nil {
		return stopped(ctx)
	}
	if !ok {
		return worst
	}
	r.conn, r.evidence, r.to.Addr = best.conn, best.evidence, best.addr
	return nil
}
