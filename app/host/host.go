// Package host is what this instance offers to others: the STUN/TURN server, signalling and the echo peer, as one thing to start
// and stop.
//
// It owns their wiring and lifetime, the invites, who is in and who waits, and the budget by which runs are admitted. It measures
// nothing, shows nothing and writes no file; what is asked of it, what happens and how things stand are the terms of package
// hosting.
//
// # The life of a guest
//
// The lobby of package signaling lets in who knows an invite's secret. With Config.Approve a guest then waits for Accept. It gets
// credentials of its own for the TURN server, and asks for each run; a run waits in a queue, first come first served, until the
// budget has room for it. Only then it may order legs, two at a time, and all of them together are held to what the run asked for: what it
// has not asked for it does not get. A run that lasts much longer than it said, or has no leg for half a minute, loses its place; the network probes
// with which it begins need none, for as long as it said and a quarter of an hour at most. Who sends too many
// messages is removed; who reads none holds up nobody, because each guest has goroutines and queues of its own.
//
// # Copy and paste
//
// An invite by copy and paste describes a socket that waits. Answer takes what the guest sends back; when the two have met and the guest
// has spoken, the wire goes to the lobby like any other, with the address that its packets come from: limits count by it, and the
// guard knows it as seen.
package host

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/web"
	"echopath/netcheck/video/vp8"
	"echopath/turnserver"
)

var _ hosting.Host = (*Host)(nil)

// Host is a running host. Its methods may be called from any goroutine.
type Host struct {
	cfg hosting.Config
	patience
	since  time.Time
	turn   *turnserver.Server
	listen *listener // of the connections to the TLS port that are not TURN
	web    *http.Server
	wires  *web.Handler
	lobby  *signaling.Lobby
	limits signaling.Limits
	// outside are the servers of Config.STUN.
	outside *outside

	ctx    context.Context // of everything that the host runs
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup // guests, the web server and keep

	closeOnce sync.Once
	closeErr  error

	events events

	mu       sync.Mutex // guards what follows, and in guest what says so
	closing  bool
	invites  []*hosting.InviteState
	pastes   map[[8]byte]*paste // of invites by copy and paste, by room
	pasting  int                // those that are being made
	guests   map[string]*guest
	arrivals int // ever
	queue    admission
	echoed   traffic // by the echo peer, of guests that have left
	notes    []string
	nat      natView
	natNext  time.Time // when the outside servers are asked again
}

// Start opens everything or nothing. ctx bounds the start only. Errors say in words which port or address is the trouble; they wrap
// hosting.ErrConfig or the error of the system.
func Start(ctx context.Context, c hosting.Config) (*Host, error) { return start(ctx, c, usual) }

func start(ctx context.Context, c hosting.Config, p patience) (*Host, error) {
	c, notes, err := withDefaults(c)
	if err != nil {
		return nil, err
	}
	h := &Host{cfg: c, patience: p, since: c.Now(), guests: map[string]*guest{}, pastes: map[[8]byte]*paste{}, notes: notes}
	if c.Budget == 0 {
		if c.Budget, err = measureBudget(ctx, c.Address); err != nil {
			return nil, err
		}
		h.cfg.Budget = c.Budget
	}
	most, known := maxFiles()
	h.notes = append(append(h.notes, fewFiles(c, most, known)...), fewPorts(c)...)
	h.limits = limitsOf(c.Budget)
	h.queue.budget, h.queue.most = c.Budget, mostRuns(c)
	h.events.observe, h.events.now = c.Observe, c.Now
	h.ctx, h.cancel = context.WithCancelCause(context.Background())
	h.outside = newOutside(h.ctx, c.STUN, c.Now, h.wg.Go)
	h.listen = newListener()
	if err := h.openServer(ctx); err != nil {
		h.cancel(nil)
		return nil, err
	}
	h.openSignalling()
	h.outside.refresh()
	h.mu.Lock()
	h.seeNAT(c.Now())
	h.mu.Unlock()
	h.wg.Go(h.keep)
	h.tell(hosting.Event{Kind: hosting.EventStarted, Text: "Guests come in at " + h.turn.TLSAddr().String() + "."})
	c.Logger.Info("host started", "address", c.Address, "tls", h.turn.TLSAddr(), "other", h.turn.OtherAddr(), "budget", c.Budget)
	return h, nil
}

// openSignalling serves what the TURN server hands over.
func (h *Host) openSignalling() {
	h.lobby = signaling.NewLobby(signaling.LobbyConfig{
		ResumeFor: h.resume,
		Self:      signaling.Hello{Name: h.cfg.Name, AppVersion: h.cfg.Version, OS: h.cfg.OS, Features: features()},
		MaxGuests: h.cfg.MaxGuests, MaxPerAddress: h.cfg.MaxPerAddress, JoinsPerMinute: joinsPerMinute(h.cfg), Now: h.cfg.Now,
		Arrive: h.arrive, Away: h.away, Refused: h.refused,
	})
	wires, ofAddress := maxWires(h.cfg)
	h.wires = web.NewHandler(web.HandlerConfig{Serve: h.lobby.Serve, MaxWires: wires, MaxPerAddress: ofAddress, Known: h.known, Hosts: webNames(h.cfg)})
	h.web = web.NewServer(h.handler())
	h.listen.addr = h.turn.TLSAddr()
	h.wg.Go(func() { _ = h.web.Serve(h.listen) }) // it ends with the listener
}

// Close tells the guests, ends everything and waits. It is idempotent.
func (h *Host) Close() error {
	h.closeOnce.Do(func() {
		h.mu.Lock()
		h.closing = true
		h.mu.Unlock()
		err := h.lobby.Close() // the guests hear of it before anything is cut
		h.cancel(errStopped)
		h.listen.close()
		h.closeErr = errors.Join(err, h.wires.Close(), h.web.Close(), h.turn.Close())
		h.wg.Wait()
		h.tell(hosting.Event{Kind: hosting.EventStopped})
	})
	h.wg.Wait()
	return h.closeErr
}

// tell tells the observer, and everything before it.
func (h *Host) tell(e hosting.Event) {
	h.events.add(e)
	h.events.deliver()
}

// features are what this host can do beyond the loss probe.
func features() []string {
	can := []string{signaling.FeatureVideo, signaling.FeatureView}
	if vp8.Available() == nil {
		can = append(can, signaling.FeatureCall)
	}
	return can
}
