package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// Times of a host that runs.
const (
	statusEvery = time.Minute      // while guests are there
	tryAgain    = 10 * time.Second // after an invite could not be made or written
	// renewPart is the share of an invite's time after which the next one is made: who reads the file late must not get one that
	// is over at once.
	renewPart = 0.9
)

// eventRoom is how many events may wait for standard output.
const eventRoom = 1024

// host is the command from its flags to its end.
func (a *app) host(ctx context.Context, o *hostOptions) error {
	sys := a.deps.system
	if sys == nil {
		sys = thisSystem()
	}
	warn := func(format string, args ...any) { _, _ = fmt.Fprintf(a.err, "warning: "+format+"\n", args...) }
	plan, err := o.plan(sys, inputs{stdin: a.stdin, env: a.env, warn: warn}, time.Now())
	if err != nil {
		return err
	}
	if err := plan.file.try(); err != nil {
		return fmt.Errorf(couldNotStart+"%w", err)
	}
	plan.config.Version = a.deps.Version
	s := &service{plan: &plan, system: sys, stdin: a.stdin, events: make(chan hosting.Event, eventRoom), log: hostLog{out: a.out, json: plan.json, quiet: plan.quiet}}
	plan.config.Observe = s.observe
	if o.listen == "" {
		s.others = slices.DeleteFunc(sys.addresses(), func(x address) bool { return x == plan.listen || x == plan.alt || x.addr.IsLoopback() })
	}
	s.host, err = a.deps.Host(ctx, plan.config)
	switch {
	case err != nil && ctx.Err() != nil: // stopped before it began
		return nil
	case errors.Is(err, hosting.ErrConfig):
		return wrongUse("%s", inWords(err))
	case err != nil:
		return startFailed(err, sys)
	}
	a.deps.lastAct.set(plan.file.remove)
	return s.run(ctx)
}

// couldNotStart begins what is said of a host that never was.
const couldNotStart = "hosting could not start: "

// startFailed puts what the system would not do into a line, with how to mend it.
func startFailed(err error, sys *system) error {
	text := couldNotStart + strings.TrimSuffix(strings.TrimPrefix(inWords(err).Error(), couldNotStart), ".")
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return errors.New(text + ": --udp-port, --alt-udp-port, --tcp-port and --tls-port choose")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return errors.New(text + ": give --listen, or --alt-address, one of " + listOf(sys.addresses()))
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return errors.New(text + ": ports below 1024 need a right of their own (CAP_NET_BIND_SERVICE): grant it, or give others, for example --tls-port 5349")
	}
	return errors.New(text)
}

// service is a host that runs. What happens at the host waits in events; one goroutine writes it, and renews the invite.
type service struct {
	plan   *hostPlan
	system *system
	others []address // that could have been listened on
	host   hosting.Host
	log    hostLog
	stdin  io.Reader // of answers

	events  chan hosting.Event
	left    atomic.Uint64 // events for which there was no room
	invite  inviteNow
	renewAt *time.Timer
	missing int // looks in a row that did not find the address to listen on
	altGone bool
}

// inviteNow is the invite that is handed out.
type inviteNow struct {
	room       [8]byte
	text, link string // "" if it is not to be printed
	expiry     time.Time
	over       bool // it was told that nobody can come in by it any more
}

// observe takes an event of the host, which does not wait for standard output.
func (s *service) observe(e hosting.Event) {
	if !worthALine(e) {
		return
	}
	select {
	case s.events <- e:
	default:
		s.left.Add(1)
	}
}

// worthALine leaves out what is told by the service itself, and most of the events of runs: ten samples a second and path are
// for charts.
func worthALine(e hosting.Event) bool {
	switch e.Kind {
	case hosting.EventStarted, hosting.EventInvited, hosting.EventStopped:
		return false
	case hosting.EventRun:
		if e.Run == nil {
			return false
		}
		_, ended := e.Run.Body.(netcheck.PathEnded)
		return ended
	}
	return true
}

// run hosts until ctx ends, which is how it is meant to end.
func (s *service) run(ctx context.Context) error {
	s.renewAt = time.NewTimer(s.plan.ttl)
	defer s.renewAt.Stop()
	err := s.newInvite(ctx)
	if err != nil {
		s.plan.file.remove()
		if err = fmt.Errorf(couldNotStart+"%w", err); ctx.Err() != nil { // stopped before it began
			err = nil
		}
		return errors.Join(err, s.host.Close())
	}
	s.log.started(s)
	err = s.loop(ctx)
	last := s.host.Snapshot()
	s.log.stopping()
	closeErr := s.host.Close()
	s.plan.file.remove()
	s.drain()
	s.log.stopped(last)
	if closeErr != nil {
		closeErr = fmt.Errorf("the host did not stop in order: %w", closeErr)
	}
	return errors.Join(err, closeErr)
}

// loop serves until ctx ends, or the host can not be reached any more.
func (s *service) loop(ctx context.Context) error {
	status := time.NewTicker(statusEvery)
	defer status.Stop()
	typed := s.readAnswers(ctx)
	defer typed.stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-typed.lines:
			s.typed(typed, line, ok)
		case <-typed.pause():
			s.judge(typed)
		case e := <-s.events:
			s.tell(e)
			switch e.Kind {
			case hosting.EventGuestJoined, hosting.EventGuestWaiting:
				s.checkInvite(ctx)
			}
		case <-s.renewAt.C:
			s.inviteOver(ctx, "over")
		case <-status.C:
			if now := s.host.Snapshot(); len(now.Guests) > 0 {
				s.log.status(now)
			}
			s.lookForAlt()
			if s.addressGone() {
				return fmt.Errorf("hosting has ended: this computer does not have the address %s any more: start again, or give --listen one of %s",
					s.plan.listen.addr, listOf(s.system.addresses()))
			}
		}
	}
}

// addressGone tells that the address to listen on is not this computer's any more. Missing once it may be coming back, as when a
// cable was pulled for a moment; a host that waits for ever on an address that is gone looks well and can not be reached.
func (s *service) addressGone() bool {
	listen := s.plan.listen.addr
	if listen.IsLoopback() || slices.ContainsFunc(s.system.addresses(), func(a address) bool { return a.addr == listen }) {
		s.missing = 0
		return false
	}
	s.missing++
	return s.missing > 1
}

func (s *service) tell(e hosting.Event) {
	if n := s.left.Swap(0); n > 0 {
		s.log.notice("warning", fmt.Sprintf("%d lines are missing here: standard output was too slow for them.", n))
	}
	s.log.event(e)
}

// drain tells what waits, without waiting for more.
func (s *service) drain() {
	for {
		select {
		case e := <-s.events:
			s.tell(e)
		default:
			return
		}
	}
}

// checkInvite looks whether the invite has been used by as many guests as it is for.
func (s *service) checkInvite(ctx context.Context) {
	for _, i := range s.host.Snapshot().Invites {
		if i.Room == s.invite.room && i.Used < i.Guests {
			return
		}
	}
	s.inviteOver(ctx, "used up")
}

// inviteOver makes the next invite, or tells that nobody can come in any more. An invite that is renewed before its time stays
// good for who has it.
func (s *service) inviteOver(ctx context.Context, how string) {
	if s.plan.renew {
		if err := s.newInvite(ctx); err != nil {
			s.log.notice("warning", "There is no new invite yet: "+strings.TrimSuffix(err.Error(), ".")+".")
			s.renewAt.Reset(tryAgain)
			return
		}
		s.log.invited(s)
		return
	}
	if !s.invite.over {
		s.invite.over = true
		s.plan.file.remove()
		s.log.notice("invite_over", "The invite is "+how+": nobody else can come in by it. With --renew on there would be a new one.")
	}
}

func (s *service) makeInvite(ctx context.Context) (invite.Invite, error) {
	if s.plan.paste {
		return s.host.InviteByPaste(ctx, s.plan.ttl)
	}
	return s.host.Invite(s.plan.guests, s.plan.ttl)
}

// newInvite makes an invite and puts it where guests get it from.
func (s *service) newInvite(ctx context.Context) error {
	inv, err := s.makeInvite(ctx)
	if err != nil {
		return fmt.Errorf("the invite could not be made: %w", inWords(err))
	}
	text, err := inv.Text()
	if err != nil {
		return fmt.Errorf("the invite could not be made: %w", err)
	}
	if err := s.plan.file.write(text); err != nil {
		s.host.Revoke(inv.Room)
		return err
	}
	s.invite = inviteNow{room: inv.Room, expiry: inv.Expiry}
	if s.plan.print {
		s.invite.text = text
		s.invite.link, err = inv.Link()
	}
	wait := s.plan.ttl
	if s.plan.renew {
		wait = time.Duration(float64(wait) * renewPart)
	}
	s.renewAt.Reset(wait)
	return err
}
