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
	// AltUDPPort is a second UDP port, which answers Binding requests and nothing else: by it and the first a guest compares how the NAT
	// before it maps its ports. One above UDPPort if 0 and that can be had, else none; a free one if AnyPort; none if NoPort.
	AltUDPPort int
	// AltAddress is a second address of this computer, of the same IP version, on which the two UDP ports answer Binding requests and nothing
	// else (RFC 5780): by it a guest finds out, with this host alone, how the NAT before it maps and filters. Zero if there is none. A
	// port on it that can not be had ends the start: whoever names it wants to have it.
	AltAddress netip.Addr
	// AltPublic is the address under which a 1:1 NAT shows AltAddress to the world; zero if there is none.
	AltPublic netip.Addr
	// PeerPortMin and PeerPortMax bound the UDP ports of relays and of the echo peer: if 0, 49152 to 50175, and 8 more for each guest of
	// MaxGuests above 128, whatever Budget is, so that a rule of a firewall holds at the next start too; any free ports if AnyPort. A run
	// takes up to 8 of them: two legs and two that are about to close, each with a relay and a socket of the echo peer; and 4 more for
	// each of at most four STUN servers that the echo peer asks for its address, which it does not with Public. Guests without a run may
	// have two relays each, for which a quarter of the range at most is left. There are as many runs at once as the range has room for and
	// Budget allows, at 40 packets a second or more each, and at most MaxGuests.
	PeerPortMin, PeerPortMax int

	Certificate *tls.Certificate // nil: one that is made, and pinned by the invite

	Name, Version, OS string
	// STUN are outside servers by which this host is found behind a NAT. Their addresses count as known: the echo peer sends ICE checks
	// to relays of guests there, as of a TURN server that the user of this host runs or trusts. Names are looked up at most once a minute.
	// At the start and each ten minutes up to four of them are asked under which address they see this host, whether a NAT is before it;
	// invites by copy and paste ask them as well. Without any, nothing is sent to anybody who has not come first.
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

	// MaxGuests is how many there may be at one time, 128 if 0; MaxPerAddress how many of one IP address, 16 if 0. Each may have four
	// connections to the TCP ports, and 32 are spare; twice MaxPerAddress may come from an address in a minute, 30 at least. A guest that
	// is in and waits takes connections and memory alone. Snapshot.Notes tells if the system allows fewer files than all of it may need.
	MaxGuests     int
	MaxPerAddress int
	// Budget is how many packets a second in each direction all runs together may ask for; 0: measured at the start. Runs that it has no
	// room for wait in a queue, first come, first served, and their guests are told their places. A guest begins at most 20 runs at once,
	// and one in two seconds then.
	Budget float64

	// Observe is told what happens, one event at a time. It must be quick and must not call the host.
	Observe func(Event)
	Logger  *slog.Logger
	Now     func() time.Time
}

// AnyPort as a port of Config lets the system choose a free one.
const AnyPort = -1

// NoPort as a port of Config leaves out what would listen there. It is for AltUDPPort alone.
const NoPort = -2

// Errors that callers tell apart with errors.Is.
var (
	ErrClosed  = errors.New("the host has stopped")
	ErrConfig  = errors.New("the host can not run with these settings")
	ErrNoGuest = errors.New("there is no such guest")
	ErrAnswer  = errors.New("the answer can not be taken")
)

// Host is a running host. Its methods may be called from any goroutine.
type Host interface {
	// Invite makes a new invite for so many guests (1 if 0), valid for ttl (10 min if 0, 365 days at most).
	Invite(guests int, ttl time.Duration) (invite.Invite, error)
	// InviteByPaste makes an invite for one guest that works without a TCP connection to this host as well: it holds a description of a
	// socket that waits for the guest's answer, which Answer takes. It may take some seconds, since outside servers are asked. That socket
	// is closed when the answer's guest was not reached, when a guest comes in over TCP, when the invite expires or is revoked, and by
	// Close; at most 16 wait. Its port is any. The error is ErrClosed or ctx's, wraps ErrConfig, or is a *netcheck.Failure.
	InviteByPaste(ctx context.Context, ttl time.Duration) (invite.Invite, error)
	// Answer takes the text that the guest of such an invite has sent back, once. The error wraps ErrAnswer and says what is wrong with
	// it, or why no invite waits for it. Whether the two meet shows later: the guest joins, or EventRefused tells why not.
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
