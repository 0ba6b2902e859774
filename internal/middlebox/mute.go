package middlebox

import (
	"context"
	"io"
	"net"
)

// Mute accepts connections, takes all that is sent and never answers, whatever protocol it is.
type Mute struct{ server }

// Start listens on addr, host:port; port 0 takes a free one.
func (m *Mute) Start(addr string) error {
	return m.start(addr, func(_ context.Context, conn net.Conn) {
		m.note(conn.RemoteAddr().String())
		_, _ = io.Copy(io.Discard, conn)
	})
}
