package host

import (
	"context"
	"fmt"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/signaling"
)

// patience is how long the host waits for guests. Tests have less of it.
type patience struct {
	overtime time.Duration // that a run may take beyond what it said and overtimeShare of that
	idle     time.Duration // that a run may hold its place without a leg
	resume   time.Duration // that a guest without a wire may come back
	meet     time.Duration // until something is heard of a guest whose answer was taken; its wire gives up before, and says why
	look     time.Duration // between two looks at all of this
}

var usual = patience{overtime: 30 * time.Second, idle: 30 * time.Second, resume: time.Minute, meet: 45 * time.Second, look: time.Second}

const overtimeShare = 0.2

// maxProbing is how long a run may hold its place for its network probes alone, whatever it says: all that there are, one after another. It
// costs as much as any run meanwhile.
const maxProbing = 15 * time.Minute

// Codes of a Standing that refuses or ends a run.
const (
	codeNotIn   = "not_in"
	codeBusy    = "busy"
	codeLimit   = "limit"
	codeOverrun = "overrun"
	codeIdle    = "idle"
)

// ask puts a run of a guest into the queue, or refuses it.
func (h *Host) ask(g *guest, r signaling.Run) {
	r.Title = netcheck.CleanText(r.Title, 200)
	h.mu.Lock()
	if code, text := h.objection(g, r); code != "" {
		if g.run == nil || g.run.ID != r.ID {
			g.stand(signaling.Standing{State: signaling.StandingRefused, Run: r.ID, Code: code, Text: text})
		}
	} else {
		h.enqueue(g, r)
	}
	h.mu.Unlock()
	h.events.deliver()
}

// objection says in words why a run is not taken. h.mu is held.
func (h *Host) objection(g *guest, r signaling.Run) (code, text string) {
	l := h.limits
	switch {
	case h.closing:
		return codeBusy, "The host is about to stop."
	case g.waiting:
		return codeNotIn, "The host has not let this computer in yet."
	case g.run != nil:
		return codeBusy, "Another run of this computer is under way or in the queue: one at a time."
	case r.PacketsPerSecond > l.PacketsPerSecond*1.001:
		return codeLimit, fmt.Sprintf("The test asks for %.0f packets a second and the host returns at most %.0f: %s.", r.PacketsPerSecond, l.PacketsPerSecond, lower(r, "lower the rate"))
	case r.Kbps > l.Kbps*1.001:
		return codeLimit, fmt.Sprintf("The test asks for %.0f kbit/s and the host returns at most %.0f: %s.", r.Kbps, l.Kbps, lower(r, "lower the rate, the size or the bitrate of the video"))
	case r.Packets > l.Packets:
		return codeLimit, fmt.Sprintf("The test asks for %d packets a carrier and path and the host returns at most %d: make it shorter or lower the rate.", r.Packets, l.Packets)
	case r.Duration > l.Duration:
		return codeLimit, fmt.Sprintf("The test takes %v and the host takes part for at most %v: make it shorter.", r.Duration.Round(time.Second), l.Duration)
	case !g.begins.take(1):
		return codeBusy, "This computer has begun too many tests in a short time: wait a few seconds."
	}
	return "", ""
}

// lower is what brings a run within the limits. One that is a video alone has no rate of its own.
func lower(r signaling.Run, usual string) string {
	if r.Packets == 0 {
		return "lower the highest bitrate of the video (--max)"
	}
	return usual
}

func (h *Host) enqueue(g *guest, r signaling.Run) {
	q := &run{Run: r, guest: g}
	q.ctx, q.cancel = context.WithCancelCause(g.ctx)
	q.ticket = ticket{cost: min(cost(r), h.queue.budget), run: q}
	q.ledger = echo.NewLedger(echo.Limits{PacketsPerSecond: r.PacketsPerSecond, Kbps: r.Kbps, Packets: r.Packets})
	q.view = g.views.NewReceiver(r.ID, func(e netcheck.Event) {
		told := hosting.Event{Kind: hosting.EventRun, Guest: g.id, Name: g.name(), RunID: r.ID, Path: e.Path, Run: &e}
		told.Grade, told.Verdict = q.seen.take(e)
		h.events.add(told)
	})
	g.run = q
	h.queue.ask(&q.ticket)
	h.announce()
}

// announce tells every guest with a run what has changed for it, those in front first. h.mu is held.
func (h *Host) announce() {
	for _, t := range h.queue.taken() {
		h.admitted(t.run.guest, t.run)
	}
	of := len(h.queue.waiting)
	for i, t := range h.queue.waiting {
		h.queued(t.run, i+1, of)
	}
}

// queued tells a guest its place in the queue, if it is another. h.mu is held.
func (h *Host) queued(q *run, place, of int) {
	if q.told == place && q.toldOf == of {
		return
	}
	if q.told == 0 {
		h.note(q.guest, hosting.Event{Kind: hosting.EventQueued, RunID: q.ID, Text: fmt.Sprintf("It is at place %d.", place)})
	}
	q.told, q.toldOf = place, of
	q.guest.stand(signaling.Standing{State: signaling.StandingQueued, Run: q.ID, Position: place, Of: of})
}

// admitted lets a run begin. h.mu is held.
func (h *Host) admitted(g *guest, q *run) {
	now := h.cfg.Now()
	q.idle = now.Add(probing(q.Run))
	g.turn.SetMaxAllocations(allocationsOfGuest)
	q.end = now.Add(withOvertime(q.Duration) + h.overtime)
	g.stand(signaling.Standing{State: signaling.StandingAdmitted, Run: q.ID})
	h.note(g, hosting.Event{Kind: hosting.EventAdmitted, RunID: q.ID})
}

// probing is how long a run may be without a leg at its begin, because it asks this host's server and not its echo peer.
func probing(r signaling.Run) time.Duration { return min(withOvertime(r.Probing), maxProbing) }

func withOvertime(d time.Duration) time.Duration {
	return d + time.Duration(overtimeShare*float64(d))
}

// runEnded is told by the guest that its run has ended, or is not wanted any more.
func (h *Host) runEnded(g *guest, id string) {
	h.mu.Lock()
	if g.run != nil && g.run.ID == id {
		h.endRun(g, ending{})
	}
	h.mu.Unlock()
	h.events.deliver()
}

// endRun gives up the run's place. h.mu is held. Its legs close on their own.
func (h *Host) endRun(g *guest, why ending) {
	q := g.run
	g.run = nil
	g.runs++
	q.cancel(why)
	h.queue.drop(&q.ticket)
	g.turn.SetMaxAllocations(allocationsOfIdle)
	g.stand(signaling.Standing{State: signaling.StandingIn, Run: q.ID, Code: why.code, Text: why.text})
	e := hosting.Event{Kind: hosting.EventRunEnded, RunID: q.ID, Code: why.code, Text: why.text}
	if over, ok := context.Cause(q.ctx).(ending); ok { //nolint:errorlint // what was given as the cause
		e.Code, e.Text = over.code, over.text
	}
	e.Grade, e.Verdict = q.seen.whole()
	h.note(g, e)
	h.announce()
}

// mirrored unpacks a part of the view of the guest's run.
func (g *guest) mirrored(m signaling.Mirror) {
	h := g.h
	h.mu.Lock()
	q := g.run
	h.mu.Unlock()
	if q == nil || q.ID != m.Run || h.cfg.Observe == nil || q.blind {
		return
	}
	if err := q.view.Take(m); err != nil {
		q.blind = true
		h.cfg.Logger.Info("the view of a run ends", "guest", g.id, "run", m.Run, "error", err)
	}
	h.events.deliver()
}

// overdue ends the runs that have had their time, and those that hold a place without using it. h.mu is held.
func (h *Host) overdue(now time.Time) {
	for _, g := range h.guests {
		q := g.run
		if q == nil || !q.ticket.admitted {
			continue
		}
		if len(g.legs) > 0 {
			q.idle = now
		}
		switch {
		case now.After(q.end):
			h.endRun(g, ending{codeOverrun, fmt.Sprintf("The run has taken much longer than the %v that it asked for, so the host has ended it.", q.Duration.Round(time.Second))})
		case now.Sub(q.idle) > h.idle:
			h.endRun(g, ending{codeIdle, fmt.Sprintf("The run has not connected for %v, so the host has given its place to others.", h.idle)})
		}
	}
}
