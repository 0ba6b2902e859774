package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"echopath/netcheck/signaling"
)

// Times of the guest's POSTs.
const (
	postTime  = 25 * time.Second // for one; the host lets one wait for 15 s
	retryTime = 20 * time.Second // within which a POST that failed is repeated
	retryWait = 100 * time.Millisecond
)

// guestStream is the guest's end of a wire over server-sent events and POST.
type guestStream struct {
	*Wire
	id     string
	origin origin
	events *eventReader
	stream net.Conn                                    // of the events
	open   func(ctx context.Context) (net.Conn, error) // makes a connection for POSTs
	post   *httpConn                                   // nil if there is none

	life context.Context
	quit context.CancelFunc
	sent uint64 // number of the last frame
}

// newGuestStream asks for events over conn, which it takes over, and waits for the first one. The error is for people.
func newGuestStream(ctx context.Context, o origin, conn net.Conn, open func(context.Context) (net.Conn, error), t timing) (*guestStream, error) {
	s := &guestStream{Wire: newWire(signaling.WaySSE, conn.RemoteAddr(), t), origin: o, stream: conn, open: open}
	if err := s.join(ctx); err != nil {
		hardClose(conn)
		return nil, err
	}
	s.life, s.quit = context.WithCancel(context.Background())
	s.start(s)
	s.pumps.Go(s.read)
	return s, nil
}

// join reads the stream up to the event that names the wire.
func (s *guestStream) join(ctx context.Context) error {
	client := newHTTPConn(aliveConn{s.stream, s.timing.silent})
	req := s.origin.request(ctx, http.MethodGet, pathEvents, nil)
	req.Header.Set("Accept", "text/event-stream")
	resp, err := client.RoundTrip(req)
	if err != nil {
		return noHTTP(ctx, err)
	}
	if resp.StatusCode != http.StatusOK || !isEvents(resp.Header) {
		return answered(ctx, s.stream, resp)
	}
	s.events = newEventReader(resp.Body)
	stop := context.AfterFunc(ctx, func() { hardClose(s.stream) })
	first, err := s.events.next()
	if !stop() || err != nil {
		return heldBack(ctx, err)
	}
	if first.name != eventWire || len(first.data) != 32 {
		return notEchopath("what it sends is no stream of this program", nil)
	}
	s.id = string(first.data)
	return nil
}

func (s *guestStream) read() {
	for number := uint64(1); ; number++ {
		e, err := s.events.next()
		if err != nil {
			s.stop(broken(err))
			return
		}
		if e.id != number {
			s.stop(errProtocol)
			return
		}
		if e.name == eventEnd {
			s.stop(io.EOF)
			return
		}
		frame, err := e.frame()
		if err != nil {
			s.stop(err)
			return
		}
		if !s.deliver(frame) {
			return
		}
	}
}

func (s *guestStream) send(frames [][]byte) error {
	var body []byte
	for _, frame := range frames {
		s.sent++
		body = appendFrame(body, s.sent, frame)
	}
	return s.deliverBatch(body)
}

func (s *guestStream) beat() error { return s.deliverBatch(nil) }

func (s *guestStream) end() error {
	s.sent++
	err := s.deliverBatch(appendEnd(nil, s.sent))
	hardClose(s.stream) // ends read
	return err
}

func (s *guestStream) breakOff(error) {
	s.quit()
	hardClose(s.stream)
}

func (s *guestStream) release() {
	s.quit()
	if s.post != nil {
		hardClose(s.post)
		s.post = nil
	}
}

// errAnswer is an answer to a POST that no repetition makes better.
type errAnswer int

func (e errAnswer) Error() string { return fmt.Sprintf("status %d", int(e)) }

// deliverBatch POSTs a body until the host has taken it. Its records are numbered: what arrives twice is dropped there.
func (s *guestStream) deliverBatch(body []byte) error {
	giveUp := time.Now().Add(retryTime)
	for wait := retryWait; ; wait = min(2*wait, 2*time.Second) {
		err := s.tryBatch(body)
		var final errAnswer
		switch {
		case err == nil:
			return nil
		case errors.As(err, &final), time.Now().After(giveUp):
			return broken(err)
		}
		pause := time.NewTimer(wait)
		select {
		case <-pause.C:
		case <-s.life.Done():
			pause.Stop()
			return errBroken
		}
	}
}

func (s *guestStream) tryBatch(body []byte) error {
	ctx, cancel := context.WithTimeout(s.life, postTime)
	defer cancel()
	if s.post == nil {
		conn, err := s.open(ctx)
		if err != nil {
			return err
		}
		s.post = newHTTPConn(conn)
	}
	status, again, err := s.postOnce(ctx, body)
	if err != nil || !again {
		hardClose(s.post)
		s.post = nil
	}
	switch {
	case err != nil:
		return err
	case status/100 == 2:
		return nil
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status/100 == 5:
		return fmt.Errorf("status %d", status) // of the host's, or of a proxy that is busy
	}
	return errAnswer(status)
}

// postOnce gives the status, and whether the connection can be used again.
func (s *guestStream) postOnce(ctx context.Context, body []byte) (status int, again bool, err error) {
	req := s.origin.request(ctx, http.MethodPost, pathSend, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set(headerWire, s.id)
	resp, err := s.post.RoundTrip(req)
	if err != nil {
		return 0, false, err
	}
	stop := context.AfterFunc(ctx, func() { _ = resp.Body.Close() })
	n, err := io.CopyN(io.Discard, resp.Body, maxPhrase+1)
	whole := stop() && errors.Is(err, io.EOF) && n <= maxPhrase
	return resp.StatusCode, whole && !resp.Close, nil
}

// aliveConn gives up when nothing comes for too long: the host sends a comment at least every ten seconds.
type aliveConn struct {
	net.Conn
	silent time.Duration
}

func (c aliveConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silent)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}
