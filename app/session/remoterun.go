package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/mirror"
	"echopath/netcheck/natprobe"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
)

// remoteRun is one run over a session with a host.
type remoteRun struct {
	*Remote
	order    signaling.Run
	patience time.Duration  // for a connection to the host that is made anew
	call     bool           // the host sends pictures of its own
	view     *mirror.Sender // nil: the host does not look
}

// errBusy is for front ends that start a run while another uses the same session.
var errBusy = errors.New("another run uses the session with the host: one at a time")

// runRemote runs a plan against the host of an invite.
func runRemote(ctx context.Context, plan netcheck.Plan, opt Options, deps netcheck.Deps, observe netcheck.Observer) (_ netcheck.Report, err error) {
	remote := opt.Remote
	if remote == nil {
		join := opt.Join
		join.Version, join.Interface = opt.Version, plan.Interface
		if remote, err = Join(ctx, plan.Target.Invite, join); err != nil {
			return netcheck.Report{}, err
		}
		defer func() { _ = remote.Close() }() // the run is over, and the host hears of it if it can
	}
	select {
	case remote.running <- struct{}{}:
		defer func() { <-remote.running }()
	default:
		return netcheck.Report{}, errBusy
	}
	plan.Target.Servers = append(slices.Clip(plan.Target.Servers), remote.hostServers()...)
	granted, err := plan.Grant()
	if err != nil {
		return netcheck.Report{}, err
	}
	if err := callable(granted, remote.mux.Peer().Features); err != nil {
		return netcheck.Report{}, err
	}
	r := &remoteRun{Remote: remote, order: withProbes(orderOf(granted), granted.Network, remote.Limits()), patience: granted.ConnectTimeout, call: granted.Video.Mode == netcheck.VideoCall}
	if err := r.admission(ctx); err != nil {
		return netcheck.Report{}, err
	}
	defer func() { r.end(ctx.Err() != nil) }()
	if remote.wantsView() {
		r.view = mirror.NewSender(r.order.ID, paced(remote.mux.Send))
		observe = both(observe, r.view.Observe)
	}
	other := remote.Other()
	deps.Other = &other
	deps.Connector = hostConnector{r.connector(opt), r}
	deps.Probes = r.probes(deps.Probes)
	return netcheck.Run(ctx, plan, deps, observe)
}

// callable refuses a call with a host that can not make one.
func callable(granted netcheck.Plan, features []string) error {
	if granted.Video.Mode != netcheck.VideoCall || slices.Contains(features, signaling.FeatureCall) {
		return nil
	}
	return &netcheck.PlanError{Err: errors.New("the host sends no pictures of its own, so there is no call with it: leave out the call (--call), " +
		"and it returns the pictures of this computer, or ask for a host that is built with video")}
}

func both(a, b netcheck.Observer) netcheck.Observer {
	return func(e netcheck.Event) {
		if a != nil {
			a(e)
		}
		b(e)
	}
}

func (r *Remote) wantsView() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.welcome.View
}

// Time that a run takes beside what its plan says: connecting is bounded by the plan, draining and closing are not.
const timeBeside = 5 * time.Second // a path

// packetBytes is about the size of a packet of video.
const packetBytes = 1200

// orderOf tells the host what a run costs.
func orderOf(g netcheck.Plan) signaling.Run {
	e := g.Estimate()
	r := signaling.Run{ID: rand.Text()[:16], Title: netcheck.CleanText(g.Title, signaling.MaxText/4), Kbps: e.Kbps, Duration: e.Duration}
	kbps := 0.0 // of the loss probe
	if e.Packets > 0 {
		r.PacketsPerSecond, r.Packets = float64(len(g.Loss.Carriers))*g.Loss.Rate, g.Loss.Packets()
		kbps = g.Loss.Kbps()
	}
	if g.Video.On() {
		video := g.Video.MaxKbps * 1000 / 8 / packetBytes
		if g.Video.Mode == netcheck.VideoUnderLoad {
			r.PacketsPerSecond += video
		} else {
			r.PacketsPerSecond = max(r.PacketsPerSecond, video)
		}
	}
	r.Kbps = max(r.Kbps, kbps)
	for _, p := range g.Paths {
		servers := 0
		for _, s := range g.Target.Servers {
			if s.URL.Serves(p) {
				servers++
			}
		}
		r.Duration += time.Duration(max(1, servers))*g.ConnectTimeout + timeBeside
	}
	r.Duration += g.Network.Limit // zero without network probes; those that are not long may take it all
	r.Probing = netcheck.Plan{Network: g.Network}.Estimate().Duration + g.Network.Limit
	return r
}

// rateKbps is what the long probe "rate" sends at most through the host's relay.
const rateKbps = 4000

// withProbes adds what network probes cost the host. It may take part in less at one time than the largest load is: what is too much for it
// is found by the probe, and is no reason to refuse the run.
func withProbes(r signaling.Run, n netcheck.NetworkPlan, l signaling.Limits) signaling.Run {
	if slices.Contains(n.Long, netcheck.ProbeRate) {
		r.Kbps = max(r.Kbps, min(rateKbps, l.Kbps))
	}
	return r
}

// admission asks the host to take part and waits until the run may begin. The error is a *netcheck.PlanError if the host never
// would, a *netcheck.Failure if the session is over or the host will not now, or tells that ctx ended.
func (r *remoteRun) admission(ctx context.Context) error {
	if err := r.mux.Send(ctx, signaling.Message{Run: &r.order}); err != nil {
		return r.ended(ctx, err)
	}
	var s signaling.Standing
	err := r.until(ctx, func() bool {
		s = r.standing
		return s.Run == r.order.ID && s.State != signaling.StandingQueued
	})
	switch {
	case err != nil && r.Err() == nil:
		r.end(true) // of the wish: its place goes to others
		return fmt.Errorf("session stopped: %w", err)
	case err != nil:
		return r.Err()
	case s.State == signaling.StandingAdmitted:
		return nil
	case s.Code == "limit":
		return &netcheck.PlanError{Err: errors.New(netcheck.CleanText(s.Text, signaling.MaxText))}
	}
	return &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: orElse(netcheck.CleanText(s.Text, signaling.MaxText), "The host does not take this run."),
		Advice: "Ask who runs the host, or run the test again later."}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// ended gives why something could not be said to the host.
func (r *remoteRun) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("session stopped: %w", context.Cause(ctx))
	}
	return goneFailure(err)
}

// What is told to the host after a run, its view and that it has ended, takes at most so long: less if the user waits for the end.
const (
	endTime  = 10 * time.Second
	stopTime = 2 * time.Second
)

// end tells the host that the run is over. What it still wants to see of it comes before.
func (r *remoteRun) end(stopped bool) {
	most := endTime
	if _, missing := r.wires.missing(); stopped || missing != nil {
		most = stopTime
	}
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	stop := context.AfterFunc(r.ctx, cancel)
	defer stop()
	if r.view != nil {
		_ = r.view.Close(ctx) // the host sees less; the report is here
	}
	_ = r.mux.Send(ctx, signaling.Message{RunEnded: &signaling.RunEnded{ID: r.order.ID}}) // if it fails the session is over, and the run with it
}

// connector connects to the host's end of each leg.
func (r *remoteRun) connector(opt Options) *rtc.Connector {
	prober := &natprobe.Prober{Dialer: dialerFrom}
	return &rtc.Connector{Diagnose: prober.Diagnose, Dialer: dialerFrom, Logger: opt.Logger, Remote: r.openLeg}
}

func (r *remoteRun) openLeg(ctx context.Context, leg netcheck.Leg) (rtc.Signals, error) {
	l := signaling.Leg{Path: leg.Path, Family: leg.Family, Rate: leg.Load.PacketsPerSecond, Size: leg.Load.PacketSize, Video: leg.Video,
		Call: leg.Video != nil && r.call, Timeout: leg.Timeout}
	for _, s := range leg.Servers {
		if s.URL.Scheme == netcheck.SchemeSTUN && len(l.Servers) < 8 {
			l.Servers = append(l.Servers, s.URL.String())
		}
	}
	conn, err := r.mux.OpenLeg(ctx, l)
	if err != nil {
		return nil, err // not conn, which is no nil in an interface
	}
	return conn, nil
}

// The host takes 200 messages a second, and a run needs some beside its view.
const (
	viewPerSecond = 100
	viewBurst     = 50
)

// paced sends no faster than the host takes. It is for one goroutine.
func paced(send func(context.Context, signaling.Message) error) func(context.Context, signaling.Message) error {
	var mu sync.Mutex
	tokens, last := float64(viewBurst), time.Now()
	return func(ctx context.Context, m signaling.Message) error {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		tokens = min(viewBurst, tokens+viewPerSecond*now.Sub(last).Seconds())
		last = now
		if tokens--; tokens < 0 {
			wait := time.NewTimer(time.Duration(-tokens / viewPerSecond * float64(time.Second)))
			defer wait.Stop()
			select {
			case <-wait.C:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return send(ctx, m)
	}
}
