package natprobe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pion/stun/v3"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// place is the server's address as it was asked, for sentences.
func (d *diagnosis) place() string {
	if !d.addr.IsValid() { // only a proxy knows it
		return "The server " + d.srv.URL.HostPort()
	}
	return "The server " + d.addr.String()
}

// port is what a firewall must let through, as in "UDP 3478 to 203.0.113.7".
func (d *diagnosis) port() string {
	host := d.srv.URL.Host
	if d.addr.IsValid() {
		host = d.addr.Addr().String()
	}
	return fmt.Sprintf("%s %d to %s", d.transport.protocol(), d.srv.URL.Port, host)
}

func (d *diagnosis) strange(what string, err error) error {
	return &netcheck.Failure{
		Code: netcheck.ReasonServerError, Text: fmt.Sprintf("%s %s.", d.place(), what),
		Advice: "Ask the server's administrators; if the server is in order, something on the way changes its answers.", Err: err,
	}
}

// unanswered says why a question got no answer.
func (s *session) unanswered(ctx context.Context, method stun.Method, err error) error {
	if f := (*netcheck.Failure)(nil); errors.As(err, &f) {
		return f
	}
	kind := dial.KindOf(err)
	switch {
	case kind == dial.KindTimeout && s.answered && !s.stream:
		return &netcheck.Failure{
			Code: netcheck.ReasonNoAnswer, Text: fmt.Sprintf("%s answers at first and is then silent to the %s request, sent %d times: packets are lost on the way, or the server keeps silent.",
				s.place(), method, s.sent),
			Advice: "Run a loss test: it tells how much is lost. If nothing is, ask the server's administrators to look for this request in its log. Some servers are silent (and say no 437) " +
				"where they have lost a relay, by a restart or behind a load balancer.", Err: err,
		}
	case kind == dial.KindTimeout && s.answered:
		return &netcheck.Failure{
			Code: netcheck.ReasonNoAnswer, Text: fmt.Sprintf("%s answers at first and is then silent to the %s request.", s.place(), method),
			Advice: "Try again; if it stays so, ask the server's administrators to look for this request in its log. Some servers are silent (and say no 437) " +
				"where they have lost a relay, by a restart or behind a load balancer.", Err: err,
		}
	case kind == dial.KindTimeout && s.transport != TransportUDP:
		return &netcheck.Failure{
			Code: netcheck.ReasonNoAnswer, Text: fmt.Sprintf("%s accepts %s but does not answer STUN.", s.place(), s.transport.word()),
			Advice: fmt.Sprintf("Check that a TURN server listens there; if it does, something on the way holds its packets back: ask for %s to be exempted from inspection.", s.port()), Err: err,
		}
	case kind == dial.KindClosed && s.transport != TransportUDP:
		return &netcheck.Failure{
			Code: netcheck.ReasonNotSTUN, Text: fmt.Sprintf("%s accepts %s and closes the connection when asked in STUN: it is no TURN server, or a firewall on the way cuts it off.", s.place(), s.transport.word()),
			Advice: fmt.Sprintf("Check that a TURN server listens there; if it does, ask for %s to be exempted from inspection.", s.port()), Err: err,
		}
	}
	return s.socketFailure(ctx, err)
}

// socketFailure says what an error of the socket means.
func (d *diagnosis) socketFailure(ctx context.Context, err error) error {
	f := &netcheck.Failure{Err: err}
	ask := "Ask for " + d.port() + " to be opened in the firewall"
	switch kind := dial.KindOf(err); {
	case errors.Is(err, context.Canceled) || errors.Is(ctx.Err(), context.Canceled):
		f.Code, f.Text = netcheck.ReasonCancelled, "Asking the server was stopped."
	case errors.Is(err, ifaces.ErrBind):
		return dial.NotBound(err)
	case errors.Is(err, errNotSTUN):
		f.Code, f.Text = netcheck.ReasonNotSTUN, fmt.Sprintf("Something answers as %s, and it does not speak STUN.", lowerFirst(d.place()))
		f.Advice = fmt.Sprintf("Check the server's address and port; if they are right, something answers in its place: ask for %s to be let through.", d.port())
	case kind == dial.KindTimeout:
		f.Code, f.Text = netcheck.ReasonNoAnswer, fmt.Sprintf("%s does not answer over %s: packets are dropped on the way, or it is down.", d.place(), d.transport.protocol())
		f.Advice = ask + "; if it is open, check that the server runs."
	case kind == dial.KindRefused, kind == dial.KindClosed: // over UDP, ICMP alone can end it; Windows does not tell of it
		f.Code, f.Text = netcheck.ReasonRefused, fmt.Sprintf("%s refuses %s (ICMP port unreachable): nothing listens there, or a firewall rejects it.", d.place(), d.transport.protocol())
		f.Advice = fmt.Sprintf("Check that the server runs and listens there; if it does, a%s.", ask[1:])
	case kind == dial.KindUnreachable:
		f.Code, f.Text = netcheck.ReasonUnreachable, fmt.Sprintf("There is no way to %s: a router, a firewall or this computer reports it unreachable.", lowerFirst(d.place()))
		f.Advice = ask + "; check this computer's network and VPN too."
	case kind == dial.KindForbidden:
		f.Code, f.Text = netcheck.ReasonUnreachable, fmt.Sprintf("%s to %s is forbidden by a packet filter, on this computer or close to it.", d.transport.protocol(), lowerFirst(d.place()))
		f.Advice = ask + ", on this computer too."
	default:
		f.Code, f.Text = netcheck.ReasonLocal, fmt.Sprintf("This computer could not send to %s.", lowerFirst(d.place()))
		f.Advice = "The technical message names the cause; another interface may work."
	}
	return f
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

// span words a duration as a user would.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
