package webprobe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Prober makes the probes. The zero value uses the system's sockets, settings, certificate authorities, name servers and clock.
// It may be used by several goroutines at once.
type Prober struct {
	// Dialer opens connections. Its proxy is what TLS and Clock go through; Portal goes through none. nil = a plain one.
	Dialer *dial.Dialer
	// Setting tells what this computer's settings say about the proxy for a host:port; nil = dial.SettingFor.
	Setting func(ctx context.Context, hostport string) (dial.ProxySetting, error)
	// Resolve gives the addresses of a name, never none without an error; nil = dial.Resolve.
	Resolve func(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error)
	// Family is the version of IP to use; "" leaves the choice to the system.
	Family netcheck.Family
	// Now is the wall clock that Clock is about, and by which a certificate has expired in words; nil = time.Now.
	Now func() time.Time
}

func (p *Prober) dialer() *dial.Dialer {
	if p.Dialer == nil {
		return &dial.Dialer{}
	}
	return p.Dialer
}

func (p *Prober) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// reach calls try with the addresses of a host one after another, the system's first choice of each version of IP, until one can be
// connected to. A proxy is told the name instead, and a literal address stands for itself.
func (p *Prober) reach(ctx context.Context, t *trial, d *dial.Dialer, to dial.To, try func(dial.To) error) error {
	proxy, err := d.ProxyTo(hostPort(to))
	if err != nil {
		return err
	}
	a, notLiteral := netip.ParseAddr(to.Host)
	switch {
	case to.Addr.IsValid(), proxy != nil && notLiteral != nil:
		return try(to)
	case notLiteral == nil:
		to.Addr = at(a, to.Port)
		return try(to)
	}
	addrs, err := p.addresses(ctx, t, to.Host)
	if err != nil {
		return err
	}
	for _, a := range addrs {
		to.Addr = at(a, to.Port)
		if err = try(to); err == nil || ctx.Err() != nil || !t.unconnected() {
			return err
		}
	}
	return err
}

func at(a netip.Addr, port int) netip.AddrPort {
	return netip.AddrPortFrom(a.Unmap(), uint16(port)) //nolint:gosec // a port
}

func hostPort(to dial.To) string { return net.JoinHostPort(to.Host, strconv.Itoa(to.Port)) }

// addresses looks a name up and keeps the first of each version of IP.
func (p *Prober) addresses(ctx context.Context, t *trial, host string) ([]netip.Addr, error) {
	family := p.Family
	if family == "" {
		family = netcheck.FamilyAuto
	}
	resolve := p.Resolve
	if resolve == nil {
		resolve = dial.Resolve
	}
	begin := time.Now()
	addrs, err := resolve(ctx, host, family)
	if f := (*netcheck.Failure)(nil); err != nil && !errors.As(err, &f) || err == nil && len(addrs) == 0 {
		err = &netcheck.Failure{Code: netcheck.ReasonNameTimeout, Text: fmt.Sprintf("The name servers gave no answer for %s.", host),
			Advice: "Check this computer's name servers and VPN.", Err: err}
	}
	step := netcheck.StepDone{Name: netcheck.StepResolve, OK: err == nil, Took: time.Since(begin), Detail: list(addrs)}
	if err != nil {
		step.Detail = netcheck.AsFailure(err, netcheck.ReasonNameTimeout).Text
		t.trace(step)
		return nil, err
	}
	t.trace(step)
	out := addrs[:1]
	if i := slices.IndexFunc(addrs, func(a netip.Addr) bool { return a.Is4() != addrs[0].Is4() }); i >= 0 {
		out = []netip.Addr{addrs[0], addrs[i]}
	}
	return out, nil
}

func list(addrs []netip.Addr) string {
	const most = 4
	var out []string
	for _, a := range addrs[:min(len(addrs), most)] {
		out = append(out, a.String())
	}
	return strings.Join(out, ", ")
}

// trial is one probe under way.
type trial struct {
	begin  time.Time
	result netcheck.NetResult
}

func start(kind netcheck.ProbeKind, server string) *trial {
	return &trial{begin: time.Now(), result: netcheck.NetResult{Kind: kind, Server: server, Transport: "tcp"}}
}

// trace takes a step that has just ended.
func (t *trial) trace(step netcheck.StepDone) {
	t.result.Steps = append(t.result.Steps, netcheck.NetStep{
		Name: string(step.Name), OK: step.OK, At: max(time.Since(t.begin)-step.Took, 0), Took: step.Took, Detail: step.Detail,
	})
}

// status puts the other end's code on the last step.
func (t *trial) status(code int) {
	if n := len(t.result.Steps); n > 0 {
		t.result.Steps[n-1].Code = code
	}
}

// last is the name of the last step, and whether it went well.
func (t *trial) last() (name string, ok bool) {
	if n := len(t.result.Steps); n > 0 {
		return t.result.Steps[n-1].Name, t.result.Steps[n-1].OK
	}
	return "", false
}

// unconnected tells that what failed last was a TCP connection.
func (t *trial) unconnected() bool {
	name, ok := t.last()
	return name == string(netcheck.StepDial) && !ok
}

// end makes the result.
func (t *trial) end(state netcheck.NetState, code netcheck.ReasonCode, text, advice string) netcheck.NetResult {
	r := t.result
	r.State, r.Code, r.Text, r.Advice, r.Took = state, code, text, advice, time.Since(t.begin)
	return r
}

// failed makes the result of a failure that the network is to be blamed for.
func (t *trial) failed(ctx context.Context, err error) netcheck.NetResult {
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	if r, over := t.over(ctx, f); over {
		return r
	}
	state := netcheck.NetFailed
	if f.Code.State() == netcheck.StateBlocked {
		state = netcheck.NetBlocked
	}
	t.cause(f)
	return t.end(state, f.Code, f.Text, f.Advice)
}

// notTested makes the result of a probe that a failure kept from finding something out, which what says.
func (t *trial) notTested(ctx context.Context, err error, what string) netcheck.NetResult {
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	if r, over := t.over(ctx, f); over {
		return r
	}
	t.cause(f)
	return t.end(netcheck.NetNotTested, f.Code, what+". "+f.Text, f.Advice)
}

// over tells of a failure that is only the end of the time for the probe.
func (t *trial) over(ctx context.Context, f *netcheck.Failure) (netcheck.NetResult, bool) {
	silence := f.Code == netcheck.ReasonNoAnswer || f.Code == netcheck.ReasonNameTimeout
	over := f.Code == netcheck.ReasonCancelled || silence && ctx.Err() != nil || f.Code == netcheck.ReasonNoAnswer && time.Since(t.begin) < leastPatience
	if !over {
		return netcheck.NetResult{}, false
	}
	return t.end(netcheck.NetNotTested, netcheck.ReasonCancelled, "The time for this probe was over before an answer had come.", ""), true
}

func (t *trial) cause(f *netcheck.Failure) {
	if f.Err != nil {
		t.result.Cause = netcheck.CleanText(f.Err.Error(), maxCause)
	}
}

// leastPatience is what was waited at least before nothing having come is called silence: dial cuts its limits to ctx's.
const leastPatience = time.Second

// maxCause bounds a technical error, in characters.
const maxCause = 300
