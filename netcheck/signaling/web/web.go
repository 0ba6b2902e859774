// Package web carries the frames of a session over HTTPS: by WebSocket, and where a proxy breaks that by server-sent events and
// POST.
//
// It owns the two HTTP forms, their limits against floods and slow clients, and the choice among them and among a host's
// addresses. It never looks into a frame, and trusts a host by the pin of its key alone.
package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
)

// HandlerConfig says what a handler does with wires and what it allows.
type HandlerConfig struct {
	Serve func(ctx context.Context, w signaling.Wire) error // Lobby.Serve
	// MaxWires at one time, 256 if 0; MaxPerAddress from one IP address (IPv6: /64), 32 if 0.
	MaxWires, MaxPerAddress int
}

// Handler serves the two forms below /echopath/1/. It refuses requests that a web page of another origin caused.
type Handler struct{}

// NewHandler makes a handler.
func NewHandler(c HandlerConfig) *Handler { return &Handler{} }

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Close ends all wires and waits.
func (h *Handler) Close() error { return nil }

// Target is a host as an invite names it.
type Target struct {
	Addresses []string // host:port, best first
	Pin       [32]byte
	Dialer    func(local netip.Addr) *dial.Dialer
	Local     netip.Addr // source address; zero leaves the choice to the system
	Trace     func(netcheck.StepDone)
	Only      signaling.Way // "" tries WebSocket and then server-sent events
}

// Dial reaches a host: all addresses at once, a little apart, the first that answers with the pinned key wins. The error is a
// *netcheck.Failure with the most telling reason among the addresses: refused, silent, proxy, another key.
func Dial(ctx context.Context, t Target) (signaling.Wire, error) { return nil, errors.New("not built") }
