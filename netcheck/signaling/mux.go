package signaling

import "context"

// Mux routes what comes over a Conn: signals to their legs, orders for legs and everything else to whoever waits for it.
type Mux struct{ Conn }

// NewMux takes over a Conn and begins to read it.
func NewMux(c Conn) *Mux { return &Mux{c} }

// OpenLeg orders a leg from the other end. The ID in l is filled in.
func (m *Mux) OpenLeg(ctx context.Context, l Leg) (*LegConn, error) { return nil, nil }

// NextLeg waits for the other end's next order.
func (m *Mux) NextLeg(ctx context.Context) (Leg, *LegConn, error) { return Leg{}, nil, nil }

// Receive waits for the next message that is about no leg.
func (m *Mux) Receive(ctx context.Context) (Message, error) { return Message{}, nil }

// Done is closed when the session is over; Err tells why then.
func (m *Mux) Done() <-chan struct{} { return nil }

// Err is the *Gone with which the session ended, or nil.
func (m *Mux) Err() error { return nil }

// Close closes the Conn and waits for the reader. It is idempotent.
func (m *Mux) Close() error { return nil }

// LegConn carries the signals of one leg. It implements what netcheck/rtc asks of a signaller.
type LegConn struct{}

// Send sends a signal; its Leg is filled in.
func (l *LegConn) Send(ctx context.Context, s Signal) error { return nil }

// Receive waits for the next signal of this leg. After the other end's Signal.End, or the end of the session, it fails with a
// *Gone.
func (l *LegConn) Receive(ctx context.Context) (Signal, error) { return Signal{}, nil }

// Close tells the other end that the leg is over, and forgets it.
func (l *LegConn) Close() error { return nil }
