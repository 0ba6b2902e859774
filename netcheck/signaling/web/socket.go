package web

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/coder/websocket"

	"echopath/netcheck/signaling"
)

// socket carries frames as binary messages of a WebSocket.
type socket struct {
	*Wire
	conn *websocket.Conn
	raw  net.Conn // what conn runs over
	life context.Context
	quit context.CancelFunc
}

func newSocket(conn *websocket.Conn, raw net.Conn, t timing) *socket {
	conn.SetReadLimit(maxFrame)
	s := &socket{Wire: newWire(signaling.WayWebSocket, raw.RemoteAddr(), t), conn: conn, raw: raw}
	s.life, s.quit = context.WithCancel(context.Background())
	s.start(s)
	s.pumps.Go(s.read)
	s.pumps.Go(s.watch)
	return s
}

func (s *socket) read() {
	for {
		kind, frame, err := s.conn.Read(s.life)
		switch {
		case err != nil:
			s.stop(socketError(err))
			return
		case kind != websocket.MessageBinary:
			s.stop(errProtocol)
			return
		case !s.deliver(frame):
			return
		}
	}
}

// socketError tells an end in order from others.
func socketError(err error) error {
	switch status := websocket.CloseStatus(err); {
	case status == websocket.StatusNormalClosure, status == websocket.StatusGoingAway:
		return io.EOF
	case status == websocket.StatusMessageTooBig, errors.Is(err, websocket.ErrMessageTooBig):
		return errTooLarge
	}
	return broken(err)
}

// watch asks the other end for signs of life.
func (s *socket) watch() {
	tick := time.NewTicker(s.timing.ping)
	defer tick.Stop()
	for {
		select {
		case <-s.over:
			return
		case <-s.closing:
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(s.life, s.timing.silent-s.timing.ping)
		err := s.conn.Ping(ctx)
		cancel()
		if err != nil {
			s.sendFailed(broken(err))
			return
		}
	}
}

func (s *socket) send(frames [][]byte) error {
	for _, frame := range frames {
		ctx, cancel := context.WithTimeout(s.life, s.timing.write)
		err := s.conn.Write(ctx, websocket.MessageBinary, frame)
		cancel()
		if err != nil {
			return broken(err)
		}
	}
	return nil
}

// beat does nothing: watch does.
func (s *socket) beat() error { return nil }

func (s *socket) end() error { return s.conn.Close(websocket.StatusNormalClosure, "") }

func (s *socket) breakOff(error) {
	s.quit()
	hardClose(s.raw)
}

func (s *socket) release() {
	s.quit()
	_ = s.conn.CloseNow() // in order it is closed already
}

// hardClose closes a connection at once: TLS would wait until its farewell is written.
func hardClose(conn net.Conn) {
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok { // *tls.Conn, and what wraps one
		hardClose(secured.NetConn())
	}
	_ = conn.Close()
}
