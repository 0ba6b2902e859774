package web

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
)

// Bounds of reaching a host.
const (
	attemptTime  = 5 * time.Second // for one address: package dial gives TCP 2 s, and a proxy and TLS 3 s each
	upgradeTime  = 2 * time.Second // until a WebSocket has carried something both ways
	eventsTime   = 5 * time.Second // until the first event has come
	maxAddresses = 16              // of a target
	maxResolved  = 4               // of a name
)

// The steps of a way to a host beside those of package dial. They tell which way was tried and taken.
const (
	StepWebSocket netcheck.StepName = "websocket" // the connection became a WebSocket and has carried something both ways
	StepEvents    netcheck.StepName = "sse"       // a stream of server-sent events has begun
)

// Target is a host as an invite names it.
type Target struct {
	Addresses []string // host:port, best first
	Pin       [32]byte // SHA-256 of the SubjectPublicKeyInfo of the host's certificate
	Dialer    func(local netip.Addr) *dial.Dialer
	Local     netip.Addr // source address; zero leaves the choice to the system
	// Trace gets the steps, from one goroutine at a time and never after Dial has returned. Server is the address as in Addresses.
	Trace func(netcheck.StepDone)
	Only  signaling.Way // "" tries WebSocket and then server-sent events
}

// Dial reaches a host: all addresses at once, a little apart, the first that answers with the pinned key wins. There it makes a
// WebSocket, and where that does not work, though TLS does, a stream of server-sent events. The error is a *netcheck.Failure with
// the most telling reason among the addresses: refused, silent, proxy, another key. What is returned is a *Wire; the end of ctx
// changes nothing for it.
func Dial(ctx context.Context, t Target) (signaling.Wire, error) {
	d := &dialing{target: t, failures: map[int]*netcheck.Failure{}}
	defer d.mute()
	if f := d.check(); f != nil {
		return nil, f
	}
	left := make([]int, len(t.Addresses))
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 && ctx.Err() == nil {
		r, ok := race(ctx, len(left), func(ctx context.Context, i int) (*reached, error) { return d.reach(ctx, left[i]) },
			func(i int, err error) { d.failed(left[i], err) }, func(r *reached) { hardClose(r.conn) })
		if !ok {
			break
		}
		w, err := d.talk(ctx, r)
		if err == nil {
			return w, nil
		}
		d.failed(r.index, err)
		if final(err) {
			break // it is the same host at its other addresses
		}
		left = d.untried()
	}
	return nil, d.failure(ctx)
}

// dialing is one call of Dial.
type dialing struct {
	target   Target
	failures map[int]*netcheck.Failure // by address; race calls failed from one goroutine at a time

	mu    sync.Mutex // guards calls of Trace
	muted bool
}

func (d *dialing) mute() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.muted = true
}

func (d *dialing) trace(s netcheck.StepDone) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.target.Trace != nil && !d.muted {
		d.target.Trace(s)
	}
}

// step traces a step that is none of package dial's.
func (d *dialing) step(name netcheck.StepName, i int, begin time.Time, detail string, err error) {
	s := netcheck.StepDone{Name: name, Server: d.target.Addresses[i], OK: err == nil, Took: time.Since(begin), Detail: detail}
	if err != nil {
		s.Detail = netcheck.AsFailure(err, netcheck.ReasonLocal).Text
	}
	d.trace(s)
}

func (d *dialing) check() *netcheck.Failure {
	switch only := d.target.Only; {
	case only != "" && only != signaling.WayWebSocket && only != signaling.WaySSE:
		return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: fmt.Sprintf("Signalling over HTTPS knows no way %q.", only),
			Advice: "Choose websocket or sse, or leave the choice to the program."}
	case len(d.target.Addresses) == 0 || len(d.target.Addresses) > maxAddresses:
		return badAddress(fmt.Sprintf("The invite names %d addresses of the host.", len(d.target.Addresses)))
	}
	return nil
}

func (d *dialing) failed(i int, err error) {
	f := *netcheck.AsFailure(err, netcheck.ReasonLocal)
	if f.Server == "" {
		f.Server = d.target.Addresses[i]
	}
	d.failures[i] = &f
}

// untried are the addresses that have not failed.
func (d *dialing) untried() []int {
	var left []int
	for i := range d.target.Addresses {
		if d.failures[i] == nil {
			left = append(left, i)
		}
	}
	return left
}

// failure is the most telling one.
func (d *dialing) failure(ctx context.Context) *netcheck.Failure {
	var worst *netcheck.Failure
	failed := 0
	for i := range d.target.Addresses {
		if f := d.failures[i]; f != nil {
			worst = netcheck.MoreTelling(worst, f)
			failed++
		}
	}
	if worst == nil || errors.Is(ctx.Err(), context.Canceled) {
		return stopped(ctx)
	}
	return withOthers(worst, failed)
}

// talk makes a wire of a connection, or of further ones to the same place. It takes the connection over.
func (d *dialing) talk(ctx context.Context, r *reached) (*Wire, error) {
	var first error
	if d.target.Only != signaling.WaySSE {
		begin := time.Now()
		s, err := d.socket(ctx, r)
		d.step(StepWebSocket, r.index, begin, "", err)
		if err == nil {
			return d.finish(s.Wire, r), nil
		}
		if d.target.Only == signaling.WayWebSocket || final(err) || ctx.Err() != nil {
			return nil, err
		}
		first = err
	}
	begin, detail := time.Now(), ""
	s, err := d.events(ctx, r)
	if first != nil {
		detail = "taken since WebSocket did not work"
	}
	d.step(StepEvents, r.index, begin, detail, err)
	if err != nil {
		return nil, err
	}
	return d.finish(s.Wire, r), nil
}

func (d *dialing) finish(w *Wire, r *reached) *Wire {
	w.reached, w.evidence = d.target.Addresses[r.index], r.evidence
	return w
}

func (d *dialing) events(ctx context.Context, r *reached) (*guestStream, error) {
	conn, err := r.connection(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, eventsTime)
	defer cancel()
	return newGuestStream(ctx, r.origin, conn, r.connection, defaultTiming)
}
