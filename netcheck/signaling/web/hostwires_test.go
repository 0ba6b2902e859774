package web

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/netcheck/signaling"

	"echopath/netcheck/netchecktest"
)

// A connection that is cut is no end in order.
func TestCut(t *testing.T) {
	for _, way := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		t.Run(string(way), func(t *testing.T) {
			h := newHost(t, nil)
			target := h.target()
			target.Only = way
			guest, far := h.connect(t, target)
			guest.stop(errBroken)
			if _, err := far.Receive(within(t)); !errors.Is(err, errBroken) || errors.Is(err, io.EOF) {
				t.Errorf("the host gets %v", err)
			}
			guest, far = h.connect(t, target)
			far.stop(errBroken)
			_ = far.Close()
			if _, err := guest.Receive(within(t)); !errors.Is(err, errBroken) || errors.Is(err, io.EOF) {
				t.Errorf("the guest gets %v", err)
			}
		})
	}
}

// Handler.Close tells all guests and waits for their Serve.
func TestHandlerClose(t *testing.T) {
	h := newHost(t, nil)
	var guests []*Wire
	for _, way := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		target := h.target()
		target.Only = way
		guest, far := h.connect(t, target)
		if err := far.Send(within(t), []byte("last words")); err != nil {
			t.Fatal(err)
		}
		guests = append(guests, guest)
	}
	for range 2 {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := h.count(); n != 0 {
		t.Errorf("%d wires are left", n)
	}
	for _, guest := range guests {
		if got, err := guest.Receive(within(t)); string(got) != "last words" {
			t.Errorf("%s: %q, %v", guest.Way(), got, err)
		}
		if _, err := guest.Receive(within(t)); err != io.EOF { //nolint:errorlint // that value is promised
			t.Errorf("%s ends with %v", guest.Way(), err)
		}
	}
	_, err := Dial(within(t), h.target())
	netchecktest.WantFailure(t, err, "host_refused", "The host stops.")
}

// stream is a guest's wire by hand.
type stream struct {
	t      *testing.T
	h      *host
	client *http.Client
	id     string
}

func openStream(t *testing.T, h *host) *stream {
	s := &stream{t: t, h: h, client: insecure(t)}
	req, err := http.NewRequestWithContext(within(t), http.MethodGet, "https://"+h.addr+pathEvents, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	for field, want := range map[string]string{"Content-Type": "text/event-stream", "X-Accel-Buffering": "no", "Cache-Control": "no-store, no-transform"} {
		if got := resp.Header.Get(field); got != want {
			t.Errorf("%s: %q", field, got)
		}
	}
	if len(resp.Cookies()) != 0 {
		t.Error("a cookie was set")
	}
	e, err := newEventReader(resp.Body).next()
	if err != nil || e.name != eventWire || len(e.data) != 32 {
		t.Fatalf("first event %+v, %v", e, err)
	}
	s.id = string(e.data)
	return s
}

func (s *stream) post(body []byte) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(within(s.t), http.MethodPost, "https://"+s.h.addr+pathSend, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set(headerWire, s.id)
	resp, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// POSTs may come twice, but not with a hole between.
func TestPosts(t *testing.T) {
	h := newHost(t, nil)
	s := openStream(t, h)
	far := <-h.wires
	both := appendFrame(appendFrame(nil, 1, []byte("one")), 2, []byte("two"))
	overlap := appendFrame(appendFrame(nil, 2, []byte("two")), 3, []byte("three"))
	for i, step := range []struct {
		body []byte
		want int
	}{
		{both, 204}, {both, 204}, {nil, 204}, {overlap, 204}, {appendFrame(nil, 5, []byte("five")), 409}, {[]byte("nonsense"), 400},
		{appendFrame(nil, 4, make([]byte, maxFrame+1)), 400}, {make([]byte, maxBatch+1), 413}, {appendFrame(nil, 4, []byte("four")), 204},
		{appendEnd(nil, 5), 204}, {appendEnd(nil, 5), 204}, {appendFrame(nil, 6, nil), 410},
	} {
		if got := s.post(step.body); got != step.want {
			t.Errorf("POST %d gives %d, want %d", i, got, step.want)
		}
	}
	for _, want := range []string{"one", "two", "three", "four"} {
		if got, err := far.Receive(within(t)); string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := far.Receive(within(t)); err != io.EOF { //nolint:errorlint // that value is promised
		t.Errorf("the wire ends with %v", err)
	}
	s.id = strings.Repeat("0", 32)
	if got := s.post(nil); got != http.StatusGone {
		t.Errorf("a guessed wire gives %d", got)
	}
}

// Frames that nobody takes are neither lost nor kept without bound.
func TestPostsWait(t *testing.T) {
	h := newHost(t, nil)
	s := openStream(t, h)
	far := (<-h.wires).(*Wire) //nolint:errcheck // it is one
	far.timing.accept = 50 * time.Millisecond
	var body []byte
	for i := range 2 * queued {
		body = appendFrame(body, uint64(i+1), []byte(fmt.Sprint(i)))
	}
	if got := s.post(body); got != http.StatusServiceUnavailable || len(far.in) > queued {
		t.Fatalf("a POST that is not taken gives %d, and %d frames are kept", got, len(far.in))
	}
	far.timing.accept = time.Minute // it is taken while it waits
	var repeating sync.WaitGroup
	repeating.Go(func() {
		if got := s.post(body); got != http.StatusNoContent {
			t.Errorf("its repetition gives %d", got)
		}
	})
	defer repeating.Wait()
	for i := range 2 * queued {
		if got, err := far.Receive(within(t)); string(got) != fmt.Sprint(i) {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

// A guest that gives no sign of life is cut off, whoever keeps its connection open.
func TestSilentGuest(t *testing.T) {
	h := newHost(t, nil)
	h.timing.ping, h.timing.silent = 20*time.Millisecond, 50*time.Millisecond
	openStream(t, h)
	far := <-h.wires
	if _, err := far.Receive(within(t)); !errors.Is(err, errSilent) {
		t.Errorf("the stream ends with %v", err)
	}
}

// A WebSocket whose other end answers no ping is cut off.
func TestSilentSocket(t *testing.T) {
	h := newHost(t, nil)
	h.timing.ping, h.timing.silent = 20*time.Millisecond, 60*time.Millisecond
	conn, err := tls.Dial("tcp", h.addr, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // loopback
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET "+pathSocket+" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	far := <-h.wires
	if _, err := far.Receive(within(t)); !errors.Is(err, errBroken) {
		t.Errorf("the wire ends with %v", err)
	}
}

// Close does not wait for one that does not answer a farewell.
func TestCloseWithoutAnswer(t *testing.T) {
	h := newHost(t, nil)
	h.timing.grace = 50 * time.Millisecond
	conn, err := tls.Dial("tcp", h.addr, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // loopback
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET "+pathSocket+" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	far := <-h.wires
	if err := far.Close(); err != nil {
		t.Error(err)
	}
	if _, err := far.Receive(within(t)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the wire ends with %v", err)
	}
}

// A guest that reads nothing is cut off when it keeps a frame waiting for too long, and Close does not wait for it.
func TestSlowReader(t *testing.T) {
	h := newHost(t, nil)
	openStream(t, h)           // its events are not read
	far := (<-h.wires).(*Wire) //nolint:errcheck // it is one
	far.timing.write, far.timing.last = 100*time.Millisecond, 10*time.Millisecond
	var err error
	for err == nil {
		err = far.Send(within(t), make([]byte, maxFrame))
	}
	if !errors.Is(err, errBroken) {
		t.Errorf("the wire ends with %v", err)
	}
}
