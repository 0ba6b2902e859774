// Package hosting is hosting in plain data: what is asked of a host, how it stands, and what happens at it. Front ends know hosts by
// these terms alone; package host is the one that does it.
//
// It owns the words and nothing that runs.
package hosting

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// Config says what to host. Its zero value does not start: the address must be chosen.
type Config struct {
	Address netip.Addr // of the one interface to listen on; never unspecified
	// Public is the address under which a 1:1 NAT shows Address to the world; zero if there is none.
	Public netip.Addr
	// Announce are more addresses for the invite, host or host:port, such as a name or a forwarded port; before the others.
	Announce []string

	UDPPort, TCPPort int // STUN and TURN: 3478 if 0, a free one if AnyPort
	// TLSPort carries TURN over TLS and signalling: 443 if 0 and that can be had, else 5349; a free one if AnyPort.
	TLSPort int
	// PeerPortMin and PeerPortMax bound the UDP ports of relays and of the echo peer: 49152 and as many above as the budget asks for if 0; any free
	// ports if AnyPort.
	PeerPortMin, PeerPortMax int

	Certificate *tls.Certificate // nil: one that is made, and pinned by the invite

	Name, Version, OS string
	// STUN are outside servers by which this host is found behind a NAT. Their addresses count as known: the echo peer sends ICE checks
	// to relays of guests there, as of a TURN server that the user of this host runs or trusts. Names are looked up at most once a minute.
	STUN []netcheck.ICEServer
	// AnyCandidate lets the echo peer send ICE checks to addresses that a guest merely names. Otherwise only to those that this
	// host has itself observed.
	AnyCandidate bool
	// Approve lets a guest in only after Accept. Otherwise whoever has the invite is in.
	Approve bool

	// Pictures are what this host sends in a call: synthetic ones if zero.
	Pictures netcheck.VideoSource
	// Screens, if set, gives what sees the pictures of one guest's call: Sent this host's own, Echoed the guest's. It may give nil.
	Screens func(guest string) netcheck.Screen

	MaxGuests     int     // at one time, 128 if 0
	MaxPerAddress int     // from one IP address, 16 if 0
	Budget        float64 // packets a second in each direction that all runs together may ask for; 0: measured at the start

	// Observe is told what happens, one event at a time. It must be quick and must not call the host.
	Observe func(Event)
	Logger  *slog.Logger
	Now     func() time.Time
}

// AnyPort as a port of Config lets the system choose a free one.
const AnyPort = -1

// Errors that callers tell apart with errors.Is.
var (
	ErrClosed  = errors.New("the host has stopped")
	ErrConfig  = errors.New("the host can not run with these settings")
	ErrNoGuest = errors.New("there is no such guest")
)

// Host is a running host. Its methods may be called from any goroutine.
type Host interface {
	// Invite makes a new invite for so many guests (1 if 0), valid for ttl (10 min if 0, 365 days at most).
	Invite(guests int, ttl time.Duration) (invite.Invite, error)
	// InviteByPaste makes an invite for one guest that works without a TCP connection to this host as well: it holds a description of a
	// socket that waits for the guest's answer, which Answer takes. It may take some seconds, since outside servers are asked.
	InviteByPaste(ctx context.Context, ttl time.Duration) (invite.Invite, error)
	// Answer takes the text that the guest of such an invite has sent back. The error says what is wrong with it, or that no invite
	// waits for it. Whether the two meet shows later: the guest joins, or EventRefused tells why not.
	Answer(text string) error
	// Revoke ends an invite: nobody comes in by it any more. Who is in stays.
	Revoke(room [8]byte)
	Accept(guest string) error       // lets a waiting guest in
	Refuse(guest, text string) error // turns it away
	Remove(guest, text string) error // ends a guest's session, and its runs
	Snapshot() Snapshot
	// Close tells the guests, ends everything and waits. It is idempotent.
	Close() error
}
