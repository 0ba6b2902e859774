package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"echopath/netcheck/signaling"
)

// maxPosts is how many POSTs of one wire may be under way: one, and its repetition when its connection was lost.
const maxPosts = 2

// hostStream is the host's end of a wire over server-sent events and POST.
type hostStream struct {
	*Wire
	id string // random; whoever knows it can send

	mu      sync.Mutex // guards what touches the answer to the GET, which is gone when its handler has returned
	answer  http.ResponseWriter
	control *http.ResponseController
	sent    uint64 // number of the last event

	heard   atomic.Pointer[time.Time] // when the last POST came, by the monotonic clock: setting the other must not cut wires
	waiting chan struct{}             // a place for each POST that is under way
	turn    chan struct{}             // whoever is in it may change next
	next    uint64                    // number of the frame that is due
}

// newHostStream begins the answer to the GET.
func newHostStream(w http.ResponseWriter, remote net.Addr, t timing) (*hostStream, error) {
	s := &hostStream{
		Wire: newWire(signaling.WaySSE, remote, t), id: newWireID(), answer: w, control: http.NewResponseController(w),
		waiting: make(chan struct{}, maxPosts), turn: make(chan struct{}, 1), next: 1,
	}
	s.hear()
	_ = s.control.SetReadDeadline(time.Time{}) // the server's own limit is for requests, not for what lasts
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store, no-transform")
	w.Header().Set("X-Accel-Buffering", "no")
	// The blank comment pushes the first event through proxies that hold the beginning of an answer back.
	first := append([]byte(":"+strings.Repeat(" ", 2048)+"\n"), appendEvent(nil, event{name: eventWire, data: []byte(s.id)})...)
	if err := s.write(first); err != nil {
		return nil, err
	}
	s.start(s)
	return s, nil
}

func newWireID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}

func (s *hostStream) write(b []byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(s.timing.write))
	if s.isOver() { // breakOff may have come before the deadline was set
		return errBroken
	}
	if _, err := s.answer.Write(b); err != nil {
		return broken(err)
	}
	if err := s.control.Flush(); err != nil {
		return broken(err)
	}
	return nil
}

func (s *hostStream) isOver() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

func (s *hostStream) send(frames [][]byte) error {
	for _, frame := range frames {
		s.sent++
		if err := s.write(appendEvent(nil, frameEvent(s.sent, frame))); err != nil {
			return err
		}
	}
	return nil
}

var errSilent = errors.New("the other end gives no sign of life")

func (s *hostStream) beat() error {
	if time.Since(*s.heard.Load()) > s.timing.silent {
		return errSilent
	}
	return s.write([]byte(":\n"))
}

func (s *hostStream) end() error {
	s.sent++
	return s.write(appendEvent(nil, event{name: eventEnd, id: s.sent}))
}

// breakOff makes a write that waits return. An end in order lets what is being written go out.
func (s *hostStream) breakOff(why error) {
	if errors.Is(why, io.EOF) || errors.Is(why, net.ErrClosed) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.control != nil {
		_ = s.control.SetWriteDeadline(time.Unix(1, 0))
	}
}

func (s *hostStream) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.control, s.answer = nil, nil
}

func (s *hostStream) hear() {
	now := time.Now()
	s.heard.Store(&now)
}

// enter makes place for one POST.
func (s *hostStream) enter() (leave func(), ok bool) {
	s.hear()
	select {
	case s.waiting <- struct{}{}:
		return func() { <-s.waiting }, true
	default:
		return nil, false
	}
}

// take hands the records of one POST to Receive, in order and without those that were taken before. It gives the status of the
// answer.
func (s *hostStream) take(ctx context.Context, records []record) int {
	ctx, cancel := context.WithTimeout(ctx, s.timing.accept)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return http.StatusServiceUnavailable
	}
	for _, r := range records {
		switch {
		case r.number < s.next:
			continue
		case r.number > s.next:
			return http.StatusConflict // a POST is missing: whoever sends waits for the answer before the next one
		case s.isOver():
			return http.StatusGone
		case r.end:
			s.next++
			s.stop(io.EOF)
			continue
		}
		select {
		case s.in <- r.frame:
			s.next++
		case <-s.over:
			return http.StatusGone
		case <-s.closing:
			return http.StatusGone
		case <-ctx.Done():
			return http.StatusServiceUnavailable
		}
	}
	return http.StatusNoContent
}
