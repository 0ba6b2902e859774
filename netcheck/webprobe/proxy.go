package webprobe

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Proxy asks the HTTP proxy that this computer's settings name for target, host:port, for a tunnel there (CONNECT, RFC 9110,
// section 9.3.6), and gives it up at once. Facts.Proxy says which proxy, where it is named and what it answered.
//
//   - ok: the proxy opened the tunnel. Also where no proxy is set, or none for this target: that is a fact, with which nothing is
//     wrong, and not something that could not be found out. Facts.Proxy is nil then.
//   - blocked: the proxy forbids the target (403, 405, 451) or wants authentication (407; Facts.Proxy.Schemes), or is silent
//     or refuses connections itself. A proxy that wants Basic gets the credentials of its setting.
//   - failed: the proxy let it be tried and can not reach the target (502, 503, 504), or what answers is no proxy.
//   - not tested: the system finds its proxy by a script (Facts.Proxy.PACURL), which is not run; the setting can not be read; ctx ended.
//
// It takes at most 2 s for TCP and 3 s for the answer.
func (p *Prober) Proxy(ctx context.Context, target string) netcheck.NetResult {
	t := start(netcheck.ProbeProxy, target)
	to, err := parseTarget(target)
	if err != nil {
		return t.end(netcheck.NetNotTested, netcheck.ReasonLocal, "The proxy was not asked: "+err.Error()+".", "Give the server as host:port.")
	}
	t.result.Port = to.Port
	read := p.Setting
	if read == nil {
		read = dial.SettingFor
	}
	setting, err := read(ctx, target)
	switch {
	case err != nil:
		return t.notTested(ctx, err, "The proxy was not asked")
	case setting.Proxy != nil:
		return p.throughProxy(ctx, t, to, setting)
	case setting.Script != "":
		t.result.Facts.Proxy = &netcheck.ProxyFacts{From: setting.From, PACURL: setting.Script}
		return t.end(netcheck.NetNotTested, netcheck.ReasonPAC,
			fmt.Sprintf("This computer is set to find its proxy by a script (%s), which is not run here: connections to %s were tried without a proxy.", setting.Script, target),
			"If other programs go through a proxy, ask for its address and set HTTPS_PROXY to it, for example http://proxy.example.com:8080.")
	case setting.Excepted:
		return t.end(netcheck.NetOK, "", fmt.Sprintf("A proxy is set, and %s is excepted from it: connections to it leave directly.", target), "")
	}
	return t.end(netcheck.NetOK, "", "No proxy is set: connections leave directly.", "")
}

func parseTarget(target string) (dial.To, error) {
	host, port, err := net.SplitHostPort(target)
	n, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || n == 0 || host == "" {
		return dial.To{}, fmt.Errorf("%q is no server's address with a port", netcheck.CleanText(target, 100))
	}
	return dial.To{Host: host, Port: int(n)}, nil
}

func (p *Prober) throughProxy(ctx context.Context, t *trial, to dial.To, setting dial.ProxySetting) netcheck.NetResult {
	name := dial.ProxyAddress(setting.Proxy)
	facts := &netcheck.ProxyFacts{Address: name, From: setting.From}
	t.result.Facts.Proxy, t.result.Remote = facts, name
	asked := time.Now()
	reply, err := p.dialer().Connect(ctx, setting.Proxy, to, t.trace)
	facts.Status, facts.Schemes, t.result.Local = reply.Status, reply.Schemes, reply.Local
	if reply.Status != 0 {
		t.status(reply.Status)
	}
	if err == nil {
		return t.end(netcheck.NetOK, "", fmt.Sprintf("The proxy %s (from the %s) opens connections to %s, in %s.",
			name, settingWords(setting.From), t.result.Server, millis(time.Since(asked))), "")
	}
	return p.refused(ctx, t, reply, err)
}

// refused tells a proxy that says no from one that can not.
func (p *Prober) refused(ctx context.Context, t *trial, reply dial.ConnectReply, err error) netcheck.NetResult {
	r := t.failed(ctx, err)
	switch {
	case r.Code == netcheck.ReasonProxyAuth && !strings.Contains(strings.ToLower(strings.Join(reply.Schemes, " ")), "basic"):
		r.Text = fmt.Sprintf("The proxy %s wants users to log in (status 407) by %s, which this program can not do.", r.Remote, schemes(reply.Schemes))
		r.Advice = fmt.Sprintf("Ask for an exception: CONNECT to %s to be allowed on the proxy without a log-in, or TCP port %d to it to be opened in the firewall.", r.Server, r.Port)
	case r.Code == netcheck.ReasonProxyRefused && reply.Status == 0, // no proxy answers there
		reply.Status >= 500 && r.State == netcheck.NetBlocked: // the proxy tried: what it can not reach is not what it forbids
		r.State = netcheck.NetFailed
	}
	return r
}

func schemes(list []string) string {
	if len(list) == 0 {
		return "a scheme that it does not name"
	}
	return strings.Join(list, ", ")
}

func settingWords(from string) string {
	if from == dial.FromEnvironment {
		return "environment"
	}
	return "system's settings"
}

// millis words a duration.
func millis(d time.Duration) string {
	if d < time.Millisecond {
		return "less than 1 ms"
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}
