package natprobe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"echopath/netcheck"
)

// Ask says which server a probe asks, and how.
type Ask struct {
	Server netcheck.ICEServer // its URL's scheme and transport decide nothing
	// Addr is where the server is asked: what its name was resolved to, and a port, which need not be the URL's. It may be zero only if the
	// transport is TCP or TLS and a proxy is set for the server; the port is the URL's then.
	Addr      netip.AddrPort
	Transport Transport // of TURN
	Interface string    // name or address; "" leaves the choice to the system
	// Others gives servers whose relay may be the far end of an echo, if the one that is asked does not relay to its own address; nil: none.
	Others func(ctx context.Context) []Ask
}

// visit is one probe of one server.
type visit struct {
	*diagnosis
	ask  Ask
	kind netcheck.ProbeKind
	log  *timeline
	// detour is a sentence about a far end that is not on the server, with a space before it.
	detour string
	left   func() // gives back the visit's place among the few; nil: it has none
}

func (p *Prober) visit(kind netcheck.ProbeKind, ask Ask) *visit {
	d := &diagnosis{prober: p, srv: ask.Server, transport: ask.Transport, iface: ask.Interface, family: netcheck.Family4, either: true}
	port := ask.Server.URL.Port
	if ask.Addr.IsValid() {
		d.addr, port = netip.AddrPortFrom(ask.Addr.Addr().Unmap(), ask.Addr.Port()), int(ask.Addr.Port())
		if d.addr.Addr().Is6() {
			d.family = netcheck.Family6
		}
	}
	d.srv.URL = ask.Transport.address(d.srv.URL, port)
	v := &visit{diagnosis: d, ask: ask, kind: kind, log: newTimeline()}
	d.enter = v.take
	return v
}

// run does the probe's work and puts what came of it into a result.
func (v *visit) run(ctx context.Context, work func(context.Context) (text string, err error)) netcheck.NetResult {
	var text string
	err := v.unusable()
	if err == nil {
		text, err = work(ctx)
	}
	r := v.result()
	if err == nil {
		r.State, r.Text = netcheck.NetOK, text
		return r
	}
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	early := endedEarly(ctx, f.Code)
	r.State, r.Code, r.Text, r.Advice = v.stateOf(f.Code), f.Code, f.Text, f.Advice
	if f.Err != nil {
		r.Cause = bounded([]byte(f.Err.Error()))
	}
	if partly := (*partial)(nil); errors.As(err, &partly) {
		r.State, r.Text = netcheck.NetDegraded, partly.works+" "+v.going(f.Text)
	}
	if early {
		v.cutShort(ctx, &r)
	}
	return r
}

// unusable says what of the question makes no sense: a mistake of the caller, which is not to be called the network's.
func (v *visit) unusable() error {
	if port := v.srv.URL.Port; port < 1 || port > 0xffff || !v.transport.known() {
		return &netcheck.Failure{
			Code: netcheck.ReasonLocal, Text: fmt.Sprintf("There is no port %d to be asked over %q.", port, v.transport), Advice: "Correct the server's address.",
		}
	}
	return nil
}

// result is what is known of a probe, however it ended.
func (v *visit) result() netcheck.NetResult {
	r := netcheck.NetResult{
		Kind: v.kind, Server: v.asked(), Transport: string(v.transport), Port: v.srv.URL.Port, Local: v.log.end.local,
		Took: v.log.since(), Steps: v.log.steps,
		Facts: netcheck.NetFacts{TLS: v.log.tls, RTT: v.log.end.pace.quickest, Expired: v.expired, Questions: v.log.tally().result()},
	}
	if v.addr.IsValid() {
		r.Remote, r.Family = v.addr.String(), v.family
	}
	if v.log.end.mapped.IsValid() {
		r.Facts.Mapped = v.log.end.mapped.String()
	}
	if v.log.end.relayed.IsValid() {
		r.Facts.Relayed = v.log.end.relayed.String()
	}
	if v.log.proxy != "" {
		r.Facts.Proxy = &netcheck.ProxyFacts{Address: v.log.proxy}
	}
	return r
}

// going words a sentence about the server that follows on another one.
func (v *visit) going(sentence string) string {
	if rest, ok := strings.CutPrefix(sentence, v.place()+" "); ok {
		return "It " + rest
	}
	return sentence
}

// asked is the server as others know it. A turns: URL over UDP (RFC 7065) is none that a plan can hold.
func (v *visit) asked() string {
	if v.transport == TransportDTLS {
		return v.srv.URL.HostPort()
	}
	return v.ask.Server.URL.String()
}

// stateOf is the state of a probe that ended for a reason.
func (v *visit) stateOf(code netcheck.ReasonCode) netcheck.NetState {
	switch {
	case code == netcheck.ReasonLocal, code == netcheck.ReasonCancelled: // neither says anything of the network
		return netcheck.NetNotTested
	case code == netcheck.ReasonNoFamily && !v.log.answered(): // this computer's choice does not fit the server
		return netcheck.NetNotTested
	case code == netcheck.ReasonNoAnswer && v.log.answered(): // silence to one request, where others were answered: no sign that nothing passes
		return netcheck.NetFailed
	case code.State() == netcheck.StateBlocked:
		return netcheck.NetBlocked
	}
	return netcheck.NetFailed
}

// endedEarly tells whether a probe ended with ctx and not by what it found: an answer or a refusal stays what it is.
func endedEarly(ctx context.Context, code netcheck.ReasonCode) bool {
	switch code {
	case netcheck.ReasonCancelled, netcheck.ReasonNoAnswer, netcheck.ReasonNoData, netcheck.ReasonLocal:
		return ctx.Err() != nil
	}
	return false
}

// cutShort makes a result of a probe for which there was no time.
func (v *visit) cutShort(ctx context.Context, r *netcheck.NetResult) {
	what := "was stopped"
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		what = fmt.Sprintf("ran out of time after %s", milliseconds(r.Took))
	}
	where := "before the server had answered"
	for _, step := range r.Steps {
		if step.OK {
			where = fmt.Sprintf("after the step %q had succeeded", step.Name)
		}
	}
	if n := len(r.Steps); n > 0 && !r.Steps[n-1].OK {
		r.Steps[n-1].Detail = "no answer until the end"
	}
	r.State, r.Code, r.Advice = netcheck.NetNotTested, netcheck.ReasonCancelled, ""
	r.Text = fmt.Sprintf("The test of %s over %s %s, %s.", lowerFirst(v.place()), v.transport.word(), what, where)
	if r.Cause == "" {
		r.Cause = ctx.Err().Error()
	}
}

// partial is a failure of something that works for the greater part.
type partial struct {
	works string // a sentence
	f     *netcheck.Failure
}

func (p *partial) Error() string { return p.f.Error() }
func (p *partial) Unwrap() error { return p.f }
