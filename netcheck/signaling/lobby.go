package signaling

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Room is a place that guests can join with its secret.
type Room struct {
	ID     [8]byte
	Secret [16]byte
	Expiry time.Time // no new guest after it; those who are in stay, and may come back
	Guests int       // how many different guests may join before the invite is used up
}

// LobbyConfig says what a lobby allows. Zero values mean the defaults.
type LobbyConfig struct {
	Self           Hello
	MaxGuests      int           // in all rooms together, 128 if 0
	MaxPerAddress  int           // from one IP address (IPv6: /64), 16 if 0; those whose address is not known are not counted
	JoinsPerMinute int           // attempts from one address, 30 if 0; coming back after a broken wire is none
	AuthTimeout    time.Duration // for the handshake, 10 s if 0
	ResumeFor      time.Duration // how long a guest without a wire may come back, 60 s if 0
	Now            func() time.Time
	// Arrive is told of each guest that has proved itself, from goroutines of the lobby, of several guests at once. It must be quick.
	// The guest is a Conn that can be used from then on. One that came in anew is another Guest, and the session of the first is over.
	Arrive func(*Guest)
	// Away is told that a guest's wire broke, and that it is back, after Arrive and in that order. It must be quick and not end the
	// guest's session itself, and may be nil.
	Away func(g *Guest, away bool)
	// Refused is told of attempts that failed, at most ten at once and one a second afterwards, from several goroutines. It may be
	// nil.
	Refused func(remote string, g *Gone)
}

// Defaults and bounds of a lobby.
const (
	defaultMaxGuests      = 128
	defaultMaxPerAddress  = 16
	defaultJoinsPerMinute = 30
	maxRooms              = 4096
	maxRoomGuests         = 1 << 16
	maxPending            = 256 // handshakes under way of computers that know a room's secret
	maxEnded              = 256 // sessions whose end their guests may still have to be told
)

func (c LobbyConfig) cleaned() LobbyConfig {
	c.Self = c.Self.self()
	orDefault(&c.MaxGuests, defaultMaxGuests)
	orDefault(&c.MaxPerAddress, defaultMaxPerAddress)
	orDefault(&c.JoinsPerMinute, defaultJoinsPerMinute)
	orDefault(&c.AuthTimeout, defaultAuthTimeout)
	orDefault(&c.ResumeFor, defaultResumeFor)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func orDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// Lobby is the host's side: it authenticates who comes by any wire, and keeps sessions over broken ones.
type Lobby struct {
	config  LobbyConfig
	ctx     context.Context // of handshakes
	cancel  context.CancelFunc
	joined  sync.WaitGroup // Serve
	refused *brake

	mu       sync.Mutex
	closing  bool
	rooms    map[[8]byte]*room
	guests   map[string]*Guest // by session
	ended    []ended           // oldest first
	pending  int
	arrivals *addresses
}

// room is a Room and who has come in.
type room struct {
	Room
	identities map[string]bool  // of guests that joined
	barred     map[string]Leave // of those that may not come again, with what they were told; all have joined
	present    int
}

// ended is a session that is over. Its guest, should it come back, is told why.
type ended struct {
	id     string
	resume key
	leave  Leave
	until  time.Time
}

// NewLobby makes a lobby without rooms.
func NewLobby(c LobbyConfig) *Lobby {
	c = c.cleaned()
	l := &Lobby{
		config: c, rooms: map[[8]byte]*room{}, guests: map[string]*Guest{},
		arrivals: newAddresses(c.JoinsPerMinute, c.MaxPerAddress), refused: &brake{most: 10, every: time.Second},
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// Open lets guests into a room from now on. A room that is open already takes the new terms; who used it stays counted, and who was
// sent out of it stays out.
func (l *Lobby) Open(r Room) error {
	switch {
	case r.Secret == [16]byte{}:
		return errors.New("a room needs a secret")
	case r.Expiry.IsZero():
		return errors.New("a room needs a time when it expires")
	case r.Guests < 1 || r.Guests > maxRoomGuests:
		return fmt.Errorf("a room is for 1 to %d guests, not %d", maxRoomGuests, r.Guests)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.rooms[r.ID]
	switch {
	case l.closing:
		return roleHost.gone(CodeHostStopped, nil)
	case old != nil:
		old.Room = r
		return nil
	case len(l.rooms) >= maxRooms:
		return fmt.Errorf("there are %d rooms already: revoke invites that are not needed any more", maxRooms)
	}
	l.rooms[r.ID] = &room{Room: r, identities: map[string]bool{}, barred: map[string]Leave{}}
	return nil
}

// Shut forgets a room: nobody comes in by its secret any more. Those who are in stay.
func (l *Lobby) Shut(id [8]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.rooms, id)
}

// Serve does the handshake on a wire and carries a session over it until it breaks. It closes the wire and returns why it ended,
// as a *Gone. ctx ends the wire, and not the session. A wire that says nothing takes no place that a guest could need: it ends after
// AuthTimeout, and how many there may be is up to whoever takes them in.
func (l *Lobby) Serve(ctx context.Context, w Wire) error {
	defer func() { _ = w.Close() }() // it is over
	if !l.enter() {
		ctx, cancel := context.WithTimeout(ctx, leaveWithin)
		defer cancel()
		return (&caller{lobby: l, wire: w}).refuse(ctx, roleHost.gone(CodeHostStopped, nil), refusalBody{})
	}
	defer l.joined.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(l.ctx, cancel)
	link, err := l.greet(ctx, w)
	stop()
	if err != nil {
		gone := l.failed(err)
		l.tellRefused(w, gone)
		return gone
	}
	defer context.AfterFunc(ctx, func() { link.end(context.Cause(ctx)) })()
	return link.wait()
}

// enter counts a Serve. It is false when the lobby is closed.
func (l *Lobby) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return false
	}
	l.joined.Add(1)
	return true
}

// failed makes a Gone of why a handshake ended.
func (l *Lobby) failed(err error) *Gone {
	var g *Gone
	switch {
	case errors.As(err, &g):
		return g
	case errors.Is(err, ErrTooLarge):
		return roleHost.gone(CodeTooLarge, err)
	}
	g = roleHost.gone(CodeLost, err)
	g.Text = "A computer reached this host and its connection ended before it was in."
	if errors.Is(err, context.DeadlineExceeded) {
		g.Text = fmt.Sprintf("A computer reached this host and did not prove itself within %s.", span(l.config.AuthTimeout))
	}
	return g
}

func (l *Lobby) tellRefused(w Wire, g *Gone) {
	if l.config.Refused == nil || !l.refused.pass(time.Now()) {
		return
	}
	remote := ""
	if a := w.Remote(); a.IsValid() {
		remote = a.String()
	}
	l.config.Refused(remote, g)
}

// Close tells every guest that the host stops, ends all sessions and waits. It is idempotent.
func (l *Lobby) Close() error {
	l.mu.Lock()
	l.closing = true
	guests := slices.Collect(maps.Values(l.guests))
	l.mu.Unlock()
	var told sync.WaitGroup
	for _, g := range guests {
		told.Go(func() { _ = g.Dismiss(CodeHostStopped, "") })
	}
	told.Wait()
	l.cancel()
	l.joined.Wait()
	return nil
}
