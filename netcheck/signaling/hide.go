package signaling

import (
	"fmt"
	"io"
)

// What holds a secret prints without it, whatever the verb: a log line with a session or a server in it must not tell its keys.

// hidden writes a text in the place of a value. fmt keeps what it is given.
func hidden(f fmt.State, format string, values ...any) {
	_, _ = io.WriteString(f, fmt.Sprintf(format, values...))
}

// Format hides the key from every verb.
func (k key) Format(f fmt.State, _ rune) { hidden(f, "[hidden]") }

// Format hides the keys from every verb.
func (k wireKeys) Format(f fmt.State, _ rune) { hidden(f, "[hidden]") }

// Format tells which session it is, and no key.
func (s *session) Format(f fmt.State, _ rune) { hidden(f, "session %s", s.id) }

// Format tells which guest it is, and no key.
func (g *Guest) Format(f fmt.State, _ rune) { hidden(f, "guest %s", g.s.id) }

// Format tells that it is a lobby: what is in it holds keys.
func (l *Lobby) Format(f fmt.State, _ rune) { hidden(f, "lobby") }

// Format tells that it is a Mux: what it carries may hold secrets.
func (m *Mux) Format(f fmt.State, _ rune) { hidden(f, "mux") }

// Format tells which room it is, without its secret.
func (r Room) Format(f fmt.State, _ rune) {
	hidden(f, "room %x for %d until %s", r.ID, r.Guests, r.Expiry.UTC().Format("2006-01-02 15:04:05Z"))
}

// Format tells which room it is about, without its secret.
func (c JoinConfig) Format(f fmt.State, _ rune) { hidden(f, "join of room %x", c.Room) }

// Format tells where the server is, without user and password.
func (s Server) Format(f fmt.State, _ rune) { hidden(f, "%s", s.URL) }
