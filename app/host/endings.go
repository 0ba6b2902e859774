package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/signaling"
)

// ending is why a run and its legs end, as the cause of their context. The zero value is an end in order.
type ending struct{ code, text string }

// Error is the text.
func (e ending) Error() string { return e.text }

// told gives the code and the text of an event.
func (e ending) told() (code, text string) { return e.code, e.text }

var errStopped = ending{string(signaling.CodeHostStopped), "Hosting has stopped."}

// errAhead is of a leg that gave way to a newer one of its run.
var errAhead = ending{"superseded", "The guest has gone on to another connection, and a test has room for one at a time."}

// codeRunEnded is of legs that were open when the guest ended their run.
const codeRunEnded = "run_ended"

// farewell is why the guest's session is over.
func (g *guest) farewell() ending {
	gone, ok := g.mux.Err().(*signaling.Gone) //nolint:errorlint // Err gives it as it is
	switch {
	case !ok:
		return errStopped
	case gone.Code == signaling.CodeLeft:
		return ending{string(gone.Code), "The guest has left."}
	}
	return ending{string(gone.Code), gone.Text}
}

// closedBy is why a guest has closed a leg: it may have heard of the end of its session before this end's own part of it was over.
func (h *Host) closedBy(g *guest) ending {
	h.mu.Lock()
	closing := h.closing
	h.mu.Unlock()
	switch {
	case closing:
		return errStopped
	case g == nil:
		return ending{}
	}
	if g.dismissed.Load() { // why is known when that is over
		<-g.mux.Done()
	}
	if g.mux.Err() == nil {
		return ending{}
	}
	if why := g.farewell(); why.code != string(signaling.CodeLeft) {
		return why
	}
	return ending{} // in order
}

// brokenBy tells why a leg broke that was served until now; nothing if the guest has closed it in order.
func (h *Host) brokenBy(q *run, l *leg, served error) (code, text string) {
	if q.ctx.Err() != nil {
		over, ok := context.Cause(q.ctx).(ending) //nolint:errorlint // what was given as the cause
		if !ok || over == (ending{}) {
			return codeRunEnded, "The guest has ended the test."
		}
		return over.told()
	}
	if errors.Is(served, echo.ErrGivenUp) {
		return errAhead.told()
	}
	if served == nil {
		return h.closedBy(q.guest).told()
	}
	f := netcheck.AsFailure(served, netcheck.ReasonLocal)
	if f.Code != netcheck.ReasonLinkLost {
		return string(f.Code), f.Text
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(f.Code), fmt.Sprintf("The link was lost: nothing came from the guest for %.0f s.", max(h.cfg.Now().Sub(l.heard), time.Second).Seconds())
}
