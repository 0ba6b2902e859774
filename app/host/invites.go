package host

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// Bounds of an invite.
const (
	defaultTTL      = 10 * time.Minute
	maxTTL          = 365 * 24 * time.Hour
	maxInviteGuests = 1 << 16
	maxInvites      = 1024 // that are listed
)

// Invite makes a new invite for so many guests (1 if 0), valid for ttl (10 min if 0, 365 days at most). The error is
// hosting.ErrClosed or wraps hosting.ErrConfig.
func (h *Host) Invite(guests int, ttl time.Duration) (invite.Invite, error) {
	if guests == 0 {
		guests = 1
	}
	if guests < 1 || guests > maxInviteGuests {
		return invite.Invite{}, fmt.Errorf("%w: an invite is for 1 to %d guests", hosting.ErrConfig, maxInviteGuests)
	}
	i, err := h.newInvite(ttl)
	if err != nil {
		return invite.Invite{}, err
	}
	h.mu.Lock()
	err = h.openRoom(i, guests)
	h.mu.Unlock()
	h.events.deliver()
	if err != nil {
		return invite.Invite{}, err
	}
	return i, nil
}

// newInvite makes an invite by which nobody can come in yet. The error wraps hosting.ErrConfig.
func (h *Host) newInvite(ttl time.Duration) (invite.Invite, error) {
	if ttl == 0 {
		ttl = defaultTTL
	}
	if ttl < time.Second || ttl > maxTTL {
		return invite.Invite{}, fmt.Errorf("%w: an invite is valid for one second to %d days", hosting.ErrConfig, maxTTL/(24*time.Hour))
	}
	addresses, err := h.addresses()
	if err != nil {
		return invite.Invite{}, fmt.Errorf("%w: %w", hosting.ErrConfig, err)
	}
	// Texts hold whole seconds; the lobby and the text must agree.
	i := invite.Invite{Pin: h.turn.SPKISHA256(), Expiry: h.cfg.Now().Add(ttl).Truncate(time.Second).UTC(), Addresses: addresses,
		AltPort: int(h.turn.AltUDPAddr().Port())}
	rand.Read(i.Room[:]) // never fails: it ends the process instead
	rand.Read(i.Secret[:])
	return i, nil
}

// openRoom lets in who has the invite. h.mu is held.
func (h *Host) openRoom(i invite.Invite, guests int) error {
	if h.closing {
		return hosting.ErrClosed
	}
	if len(h.invites) >= maxInvites {
		return fmt.Errorf("%w: there are %d invites: revoke those that are not needed any more", hosting.ErrConfig, maxInvites)
	}
	if err := h.lobby.Open(signaling.Room{ID: i.Room, Secret: i.Secret, Expiry: i.Expiry, Guests: guests}); err != nil {
		return fmt.Errorf("make an invite: %w", err)
	}
	h.invites = append(h.invites, &hosting.InviteState{Room: i.Room, Expiry: i.Expiry, Guests: guests})
	text := fmt.Sprintf("It is for %s, until %s.", plural(guests, "guest"), i.Expiry.Format(time.DateTime+" MST"))
	if i.Offer != nil {
		text += " It works by copy and paste as well."
	}
	h.events.add(hosting.Event{Kind: hosting.EventInvited, Text: text})
	return nil
}

// Revoke ends an invite: nobody comes in by it any more. Who is in stays.
func (h *Host) Revoke(room [8]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lobby.Shut(room)
	h.forgetPaste(room)
	if i := h.inviteAt(room); i >= 0 {
		h.invites = slices.Delete(h.invites, i, i+1)
	}
}

// inviteAt finds an invite; -1: there is none. h.mu is held.
func (h *Host) inviteAt(room [8]byte) int {
	return slices.IndexFunc(h.invites, func(i *hosting.InviteState) bool { return i.Room == room })
}

// expire forgets invites that nobody can use any more: an hour after their time, so that who comes late is told why. h.mu is held.
func (h *Host) expire(now time.Time) {
	h.expirePastes(now)
	h.invites = slices.DeleteFunc(h.invites, func(i *hosting.InviteState) bool {
		over := now.After(i.Expiry.Add(time.Hour))
		if over {
			h.lobby.Shut(i.Room)
			h.forgetPaste(i.Room)
		}
		return over
	})
}

// addresses are where guests reach the signalling, best first.
func (h *Host) addresses() ([]string, error) {
	port := int(h.turn.TLSAddr().Port())
	var out []string
	for _, a := range h.cfg.Announce {
		full, err := hostPort(a, port)
		if err != nil {
			return nil, err
		}
		out = append(out, full)
	}
	if h.cfg.Public.IsValid() {
		a, _ := hostPort(h.cfg.Public.String(), port) // an address can be completed
		out = append(out, a)
	}
	own, _ := hostPort(h.cfg.Address.String(), port)
	return slices.Compact(append(out, own)), nil
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// webNames are the names under which guests reach the signalling: those of invites, and those that the certificate is for.
func webNames(c hosting.Config) []string {
	var out []string
	for _, a := range c.Announce {
		if full, err := hostPort(a, defaultTLSPort); err == nil {
			name, _, _ := net.SplitHostPort(full) // hostPort has joined it
			out = append(out, name)
		}
	}
	if c.Public.IsValid() {
		out = append(out, c.Public.String())
	}
	if c.Certificate != nil {
		out = append(out, certificateNames(c.Certificate)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// certificateNames are the whole names of a certificate; one that can not be read has none, and does not start a server either.
func certificateNames(c *tls.Certificate) []string {
	leaf := c.Leaf
	if leaf == nil && len(c.Certificate) > 0 {
		leaf, _ = x509.ParseCertificate(c.Certificate[0])
	}
	if leaf == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(leaf.DNSNames), func(n string) bool { return strings.Contains(n, "*") }) // no request is for a pattern
}

// servers are what a guest is told of the STUN/TURN server, with new credentials of its own. h.mu is held.
func (h *Host) servers(g *guest) []signaling.Server {
	urls := h.turn.URLs()
	if h.cfg.Public.IsValid() && h.cfg.Public != h.cfg.Address {
		urls = sides(urls, h.turn.LocalURLs(), g.address.Addr(), ownNetworks())
	}
	for _, a := range h.cfg.Announce { // a forwarded port carries TURN too
		if full, err := hostPort(a, int(h.turn.TLSAddr().Port())); err == nil {
			urls = append(urls, "turns:"+full+"?transport=tcp")
		}
	}
	now := h.cfg.Now()
	g.renew, g.expires = now.Add(credentialsEvery), now.Add(credentialTTL).Round(0)
	user, pass := g.turn.Credentials()
	pin := fmt.Sprintf("%x", h.turn.SPKISHA256())
	var out []signaling.Server
	for _, u := range urls {
		s := signaling.Server{URL: u}
		if u[:5] != "stun:" {
			s.Username, s.Password = user, pass
		}
		if u[:6] == "turns:" {
			s.Pins = []string{pin}
		}
		out = append(out, s)
	}
	return out
}

// sides are the servers of a host behind a 1:1 NAT for a guest that comes from an address, those first by which it is likely to reach them.
// Which address a guest came to the NAT has hidden, so that one with a private address of another network, as over a VPN between two places, is
// told both: it tries them in order. One that comes from the Internet has no way to a private address, or to another computer with that.
func sides(public, local []string, from netip.Addr, own []netip.Prefix) []string {
	switch {
	case from.IsLoopback() || slices.ContainsFunc(own, func(p netip.Prefix) bool { return p.Contains(from) }):
		return slices.Concat(local, public)
	case from.IsPrivate() || sharedSpace.Contains(from):
		return slices.Concat(public, local)
	}
	return public
}

// sharedSpace is between a provider and its customers (RFC 6598), and what some VPNs use.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")
