package middlebox

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// patience bounds what a box waits for: a request, a handshake, a server behind it.
const patience = 10 * time.Second

var errStarted = errors.New("it has been started already")

// server accepts connections and gives each to a goroutine. The zero value is ready to be started once.
type server struct {
	mu       sync.Mutex
	listener net.Listener
	closed   bool
	stop     context.CancelFunc
	serving  sync.WaitGroup
	asked    []string
}

func (s *server) start(addr string, handle func(context.Context, net.Conn)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil || s.closed {
		return errStarted
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.listener, s.stop = l, cancel
	s.serving.Go(func() { s.accept(ctx, l, handle) })
	return nil
}

func (s *server) accept(ctx context.Context, l net.Listener, handle func(context.Context, net.Conn)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.serving.Go(func() {
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer stop()
			defer func() { _ = conn.Close() }()
			handle(ctx, conn)
		})
	}
}

// Addr is where it listens, host:port; "" before it was started.
func (s *server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Asked lists what was asked of it, in order.
func (s *server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

func (s *server) note(what string) {
	const most = 10_000
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) < most {
		s.asked = append(s.asked, what)
	}
}

// Close ends it with all its connections, and waits.
func (s *server) Close() error {
	s.mu.Lock()
	s.closed = true
	var err error
	if s.stop != nil {
		s.stop()
		s.stop = nil
		err = s.listener.Close()
	}
	s.mu.Unlock()
	s.serving.Wait()
	return err
}

// join carries bytes both ways until both ways have ended, or one of them broke.
func join(near net.Conn, fromNear io.Reader, far net.Conn) {
	var both sync.WaitGroup
	carry := func(to net.Conn, from io.Reader) {
		_, err := io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
			_ = half.CloseWrite()
			return
		}
		_, _ = near.Close(), far.Close()
	}
	both.Go(func() { carry(far, fromNear) })
	both.Go(func() { carry(near, far) })
	both.Wait()
}
