package hosting

import (
	"net/netip"
	"time"

	"echopath/netcheck"
)

// Snapshot is how a host stands at one moment.
type Snapshot struct {
	Since       time.Time
	Address     netip.Addr
	Public      netip.Addr
	AltAddress  netip.Addr // zero if there is none, as is AltPublic
	AltPublic   netip.Addr
	URLs        []string // STUN and TURN, as guests are told
	Signalling  []string // host:port, as in invites
	Ports       []Port   // to open in the firewall
	Invites     []InviteState
	Guests      []Guest // by arrival
	Budget      float64 // packets a second
	Used        float64 // of it, by admitted runs
	Active      int     // admitted runs
	Queued      int
	Allocations int
	BytesIn     uint64 // by the TURN server and the echo peer
	BytesOut    uint64
	Drops       uint64   // datagrams that this kernel threw away
	Notes       []string // what the host should know: a port that could not be had, a NAT that was seen
}

// Port is what a firewall must let in.
type Port struct {
	Protocol string // udp or tcp
	From, To int    // the same for one port
	Why      string // plain words, with Address if there is one
	// Address is that of this computer at which it must be let in, if it is not the one that is hosted on.
	Address netip.Addr
}

// InviteState is one invite that still lets guests in, or was used.
type InviteState struct {
	Room   [8]byte
	Expiry time.Time
	Guests int  // that it is for
	Used   int  // different guests that came in by it; one that comes again counts once
	Paste  bool // by copy and paste as well: a socket waits for the answer
}

// GuestState is where a guest stands.
type GuestState string

// The states of a guest.
const (
	GuestWaiting GuestState = "waiting" // for Accept
	GuestIn      GuestState = "in"
	GuestQueued  GuestState = "queued"
	GuestActive  GuestState = "active" // a run of it is admitted
	GuestAway    GuestState = "away"   // its wire broke; it may come back
)

// Guest is one guest.
type Guest struct {
	ID         string
	Name       string
	Address    netip.AddrPort // of its signalling, as seen here
	AppVersion string
	OS         string
	Way        string
	State      GuestState
	Position   int // in the queue, from 1
	Since      time.Time
	Run        string // ID of its run in the queue or under way
	Title      string
	Path       netcheck.Path // that runs now
	// Totals of what the echo peer and the relays of the guest carried, as counted here.
	PacketsIn, PacketsOut uint64
	BytesIn, BytesOut     uint64
	Allocations           int
	Runs                  int // that have ended
}

// EventKind says what an Event is about.
type EventKind string

// The kinds of events.
const (
	EventStarted      EventKind = "started"
	EventInvited      EventKind = "invited"
	EventGuestWaiting EventKind = "guest_waiting" // for Accept
	EventGuestJoined  EventKind = "guest_joined"
	EventGuestAway    EventKind = "guest_away"
	EventGuestBack    EventKind = "guest_back"
	EventGuestLeft    EventKind = "guest_left"
	EventRefused      EventKind = "refused" // an attempt that failed, rate limited
	EventQueued       EventKind = "queued"
	EventAdmitted     EventKind = "admitted"
	EventLegOpened    EventKind = "leg_opened"
	EventLegFailed    EventKind = "leg_failed"
	EventLegClosed    EventKind = "leg_closed"
	EventRun          EventKind = "run" // Run holds an event of a guest's run: its mirror
	EventRunEnded     EventKind = "run_ended"
	EventStopped      EventKind = "stopped"
)

// Event is something that happened at the host. It holds no secret.
type Event struct {
	Kind    EventKind
	Time    time.Time
	Guest   string // ID; "" if it is about none
	Name    string // of the guest
	Address netip.AddrPort
	RunID   string
	Path    netcheck.Path
	Code    string
	Text    string // why, or a detail, in sentences of their own beside what Kind says; "" if there is none
	Run     *netcheck.Event
	// Grade and Verdict are what the guest's view of its run comes to, in EventRunEnded and in an EventRun that is the end of a path: the
	// verdict in a sentence, or the path's gravest finding. Empty if there is none, or the view did not come.
	Grade   netcheck.Grade
	Verdict string
}
