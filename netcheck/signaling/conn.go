package signaling

import (
	"context"
	"net/netip"
)

// Way is how the frames of a connection travel.
type Way string

// The ways.
const (
	WayMemory    Way = "memory"    // within this process
	WayWebSocket Way = "websocket" // RFC 6455
	WaySSE       Way = "sse"       // server-sent events one way, POST the other
	WayPaste     Way = "paste"     // a data channel, set up by two texts that people carry
)

// Wire carries frames of at most MaxFrame bytes: whole, in order, without loss until it breaks. Send and Receive may be used by
// one goroutine each, and end with their context. Close is idempotent and ends both. Send keeps nothing of a frame and Receive gives
// one that is the caller's. A wire whose Close takes its time to end in order is an Aborter as well; what wraps one passes that on.
type Wire interface {
	Send(ctx context.Context, frame []byte) error
	// Receive gives the next frame, or io.EOF when the other end closed the wire in order.
	Receive(ctx context.Context) ([]byte, error)
	Close() error
	Way() Way
	// Remote is where the other end's packets come from as this end sees it: of a proxy if there is one; zero if unknown.
	Remote() netip.AddrPort
}

// Aborter is a Wire that can be ended at once, without telling the other end: for one that does not reach it any more. Abort is idempotent,
// and Close may follow.
type Aborter interface{ Abort() }

// Conn is one end of an authenticated session. It outlives the wires that it travels over: what was sent and not received when a
// wire broke is sent again over the next one. Send may be called from any goroutine, Receive from one.
type Conn interface {
	Peer() Hello
	Version() int // of the protocol, agreed
	Way() Way     // of the wire that is used now
	Remote() netip.AddrPort
	// Send queues a message. It waits while too much is queued, and fails when the session is over.
	Send(ctx context.Context, m Message) error
	// Receive waits for the next message; one of a kind that this version does not know is left out. What came before the session's
	// end is still given, unless this end ended it. Then the error is a *Gone, and so is the other end's Leave.
	Receive(ctx context.Context) (Message, error)
	// Close leaves: what is queued is sent as far as the other end has room for it, and it is told, if that is possible within 2 s;
	// without a wire nothing is waited for. It is idempotent and waits for the session's goroutines.
	Close() error
}
