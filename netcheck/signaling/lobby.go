package signaling

import (
	"context"
	"errors"
	"time"
)

// Room is a place that guests can join with its secret.
type Room struct {
	ID     [8]byte
	Secret [16]byte
	Expiry time.Time // no new guest after it; those who are in stay
	Guests int       // how many different guests may join before the invite is used up
}

// LobbyConfig says what a lobby allows. Zero values mean the defaults.
type LobbyConfig struct {
	Self           Hello
	MaxGuests      int           // in all rooms together, 128 if 0
	MaxPerAddress  int           // from one IP address (IPv6: /64), 16 if 0
	JoinsPerMinute int           // attempts from one address, 30 if 0
	AuthTimeout    time.Duration // for the handshake, 10 s if 0
	ResumeFor      time.Duration // how long a guest without a wire may come back, 60 s if 0
	Now            func() time.Time
	// Arrive is told of each guest that has proved itself, from a goroutine of the lobby. It must be quick. The guest is a Conn that
	// can be used from then on.
	Arrive func(*Guest)
	// Refused is told of attempts that failed, at most ten at once and one a second afterwards.
	Refused func(remote string, g *Gone)
}

// Lobby is the host's side: it authenticates who comes by any wire, and keeps sessions over broken ones.
type Lobby struct{}

// NewLobby makes a lobby without rooms.
func NewLobby(c LobbyConfig) *Lobby { return &Lobby{} }

// Open lets guests into a room from now on.
func (l *Lobby) Open(r Room) error { return errors.New("not built") }

// Shut lets no new guest into a room. Those who are in stay.
func (l *Lobby) Shut(id [8]byte) {}

// Serve does the handshake on a wire and carries a session over it until it breaks. It closes the wire and returns why it ended.
func (l *Lobby) Serve(ctx context.Context, w Wire) error { return errors.New("not built") }

// Close tells every guest that the host stops, ends all sessions and waits. It is idempotent.
func (l *Lobby) Close() error { return nil }

// Guest is the host's end of one guest's session.
type Guest struct {
	Conn
}

// ID names the guest for as long as its session lasts: 16 letters and digits, no secret.
func (g *Guest) ID() string { return "" }

// Room is the room that it came into.
func (g *Guest) Room() [8]byte { return [8]byte{} }

// Dismiss ends the session, and tells the guest why.
func (g *Guest) Dismiss(code Code, text string) error { return nil }

// JoinConfig is what a guest needs to come in.
type JoinConfig struct {
	Self   Hello
	Room   [8]byte
	Secret [16]byte
	// Dial makes a wire to the host: for the first time, and again each time that one has broken.
	Dial func(ctx context.Context) (Wire, error)
	// ResumeFor is how long to try again after a wire has broken, 60 s if 0.
	ResumeFor time.Duration
	Now       func() time.Time
}

// Join makes a wire, proves both ends to each other and gives the guest's end of the session. ctx bounds the joining only. The
// error is a *Gone, or what Dial returned.
func Join(ctx context.Context, c JoinConfig) (Conn, error) { return nil, errors.New("not built") }

// Pipe gives the two ends of a session within this process.
func Pipe(a, b Hello) (Conn, Conn) { return nil, nil }
