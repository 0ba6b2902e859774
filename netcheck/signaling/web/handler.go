package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"echopath/internal/places"
	"echopath/netcheck/signaling"
)

// bodyTime is what the body of a POST may take.
const bodyTime = 15 * time.Second

// HandlerConfig says what a handler does with wires and what it allows.
type HandlerConfig struct {
	// Serve is Lobby.Serve. It is called in a goroutine of its own for each wire, and must return soon after ctx ends or the wire
	// breaks; the wire is closed then.
	Serve func(ctx context.Context, w signaling.Wire) error
	// MaxWires at one time, 256 if 0; MaxPerAddress from one IP address (IPv6: /64), 32 if 0. All guests behind one proxy or NAT
	// share an address. The last eighth of all wires is for addresses that have fewer than four, the last 32nd for those that have none.
	MaxWires, MaxPerAddress int
	// Known, if set, gives the addresses of guests that are in. When there are as many wires as there may be, a newcomer gets the place of
	// a wire from another address: see package places. It is asked in a goroutine of its own wire, and must not wait.
	Known func() []netip.Addr
	// Hosts are the names under which the host is reached, without port. A request for any other name is refused, but for literal
	// addresses and localhost: a web page could have let its own name point here (DNS rebinding).
	Hosts []string
}

// Handler serves the two forms below /echopath/1/. It refuses requests that a web page of another origin caused.
type Handler struct {
	config HandlerConfig
	hosts  map[string]bool // as in requests
	timing timing
	life   context.Context
	quit   context.CancelFunc
	shut   sync.Once

	mu      sync.Mutex
	closed  bool
	wires   map[*Wire]bool
	streams map[string]*hostStream // by ID
	seats   *places.Places[*seat]
	all     sync.WaitGroup
}

// NewHandler makes a handler.
func NewHandler(c HandlerConfig) *Handler {
	if c.MaxWires == 0 {
		c.MaxWires = 256
	}
	if c.MaxPerAddress == 0 {
		c.MaxPerAddress = 32
	}
	h := &Handler{
		config: c, hosts: map[string]bool{}, timing: defaultTiming,
		wires: map[*Wire]bool{}, streams: map[string]*hostStream{}, seats: places.New[*seat](c.MaxWires, c.MaxPerAddress),
	}
	for _, name := range c.Hosts {
		h.hosts[strings.TrimSuffix(asciiName(name), ".")] = true
	}
	h.life, h.quit = context.WithCancel(context.Background())
	return h
}

// ServeHTTP serves one request. For a wire it returns when Serve has returned and the wire is closed.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set(headerOwn, "1")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if no := h.guard(r); no != nil {
		no.answer(w)
		return
	}
	method, serve := http.MethodGet, h.serveSocket
	switch r.URL.Path {
	case pathSocket:
	case pathEvents:
		serve = h.serveEvents
	case pathSend:
		method, serve = http.MethodPost, h.serveSend
	default:
		(&refusal{http.StatusNotFound, "There is nothing here. This is an Echopath host: connect to it with the program and an invite."}).answer(w)
		return
	}
	if r.Method != method {
		header.Set("Allow", method)
		(&refusal{http.StatusMethodNotAllowed, "Only " + method + " is served here."}).answer(w)
		return
	}
	serve(w, r)
}

func (no *refusal) answer(w http.ResponseWriter) { http.Error(w, no.text, no.status) }

func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request) {
	at, no := h.enter(r)
	if no != nil {
		no.answer(w)
		return
	}
	defer h.leave(at)
	watched := &hijackWatcher{ResponseWriter: w}
	// guard has looked at the origin. Accept has answered if it fails.
	conn, err := websocket.Accept(watched, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return
	}
	s := newSocket(conn, watched.conn, h.timing)
	h.serve(s.Wire, at)
}

func (h *Handler) serveEvents(w http.ResponseWriter, r *http.Request) {
	at, no := h.enter(r)
	if no != nil {
		no.answer(w)
		return
	}
	defer h.leave(at)
	s, err := newHostStream(w, textAddr(r.RemoteAddr), h.timing)
	if err != nil {
		return
	}
	stop := context.AfterFunc(r.Context(), func() { s.stop(errBroken) })
	defer stop()
	h.mu.Lock()
	h.streams[s.id] = s
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, s.id)
	}()
	h.serve(s.Wire, at)
}

func (h *Handler) serveSend(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	s := h.streams[r.Header.Get(headerWire)]
	h.mu.Unlock()
	if s == nil {
		(&refusal{http.StatusGone, "This connection has ended."}).answer(w)
		return
	}
	leave, ok := s.enter()
	if !ok {
		(&refusal{http.StatusTooManyRequests, "The frames before these are still on their way."}).answer(w)
		return
	}
	defer leave()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBatch))
	if err != nil {
		no := refusal{http.StatusBadRequest, "The body could not be read."}
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			no = refusal{http.StatusRequestEntityTooLarge, "The body is too large."}
		}
		no.answer(w)
		return
	}
	records, err := parseBatch(body)
	if err != nil {
		(&refusal{http.StatusBadRequest, "The body is not a sequence of frames."}).answer(w)
		return
	}
	if status := s.take(r.Context(), records); status != http.StatusNoContent {
		(&refusal{status, "The frames were not all taken."}).answer(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Close ends all wires, with what is queued on them, and waits until every Serve has returned. It is idempotent.
func (h *Handler) Close() error {
	h.shut.Do(func() {
		h.mu.Lock()
		h.closed = true
		var closing sync.WaitGroup
		for w := range h.wires {
			closing.Go(func() { _ = w.Close() })
		}
		h.mu.Unlock()
		h.quit()
		closing.Wait()
		h.all.Wait()
	})
	return nil
}

// hijackWatcher keeps the connection that a WebSocket takes over.
type hijackWatcher struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (w *hijackWatcher) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.conn = conn
	return conn, rw, err
}

// textAddr is an address as net/http gives it.
type textAddr string

func (a textAddr) Network() string { return "tcp" }

func (a textAddr) String() string { return string(a) }
