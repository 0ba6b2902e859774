// Package host is what this instance offers to others: the STUN/TURN server, signalling and the echo peer, as one thing to start
// and stop.
//
// It owns their wiring and lifetime, the invites, who is in and who waits, and the budget by which runs are admitted. It measures
// nothing, shows nothing and writes no file; what is asked of it, what happens and how things stand are the terms of package
// hosting.
package host

import (
	"context"
	"errors"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck/signaling/invite"
)

var _ hosting.Host = (*Host)(nil)

// Host is a running host. Its methods may be called from any goroutine.
type Host struct{}

// Start opens everything or nothing. ctx bounds the start only. Errors say in words which port or address is the trouble.
func Start(ctx context.Context, c hosting.Config) (*Host, error) { return nil, errors.New("not built") }

// Invite makes a new invite for so many guests (1 if 0), valid for ttl (10 min if 0, 365 days at most).
func (h *Host) Invite(guests int, ttl time.Duration) (invite.Invite, error) {
	return invite.Invite{}, errors.New("not built")
}

// Revoke ends an invite: nobody comes in by it any more. Who is in stays.
func (h *Host) Revoke(room [8]byte) {}

// Accept lets a waiting guest in.
func (h *Host) Accept(guest string) error { return hosting.ErrNoGuest }

// Refuse turns a waiting guest away.
func (h *Host) Refuse(guest, text string) error { return hosting.ErrNoGuest }

// Remove ends a guest's session, and its runs.
func (h *Host) Remove(guest, text string) error { return hosting.ErrNoGuest }

// Snapshot tells how things stand.
func (h *Host) Snapshot() hosting.Snapshot { return hosting.Snapshot{} }

// Close tells the guests, ends everything and waits. It is idempotent.
func (h *Host) Close() error { return nil }
