package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// Kind is what an error of a socket says about the network. Systems number these errors differently, and on
// Windows Go has ICMP messages kept from UDP sockets: what is refused elsewhere is silence there.
type Kind int

// The kinds.
const (
	KindOther       Kind = iota
	KindTimeout          // nothing came back in time
	KindRefused          // TCP reset at once, or ICMP port unreachable
	KindUnreachable      // ICMP, or no route
	KindForbidden        // a packet filter on this computer, or ICMPv6 "administratively prohibited"
	KindClosed           // an established connection was closed or reset
	KindNoAddress        // the source address is not one of this computer's
)

// KindOf tells the kind of a socket's error.
func KindOf(err error) Kind {
	var timeout net.Error
	switch {
	case err == nil:
		return KindOther
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return KindTimeout
	}
	return systemKind(err)
}

// contextFailure replaces an error that only says that a socket was closed by what closed it: the end of ctx.
func (w words) contextFailure(ctx context.Context, err error) error {
	switch cause := ctx.Err(); {
	case err == nil || cause == nil:
		return err
	case errors.Is(cause, context.Canceled):
		return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Connecting was stopped.", Err: cause}
	default:
		if f := (*netcheck.Failure)(nil); errors.As(err, &f) && f.Code == netcheck.ReasonNoAnswer {
			return err
		}
		return &netcheck.Failure{
			Code: netcheck.ReasonNoAnswer, Text: "The time for connecting was over before the " + w.thing + " had answered.",
			Advice: "Try again with a longer time limit; if that does not help, something on the way holds the connection up.", Err: cause,
		}
	}
}

// tcpFailure says why no TCP connection to what came about.
func (w words) tcpFailure(err error, what, target string) error {
	host, port, splitErr := net.SplitHostPort(target)
	if splitErr != nil {
		host, port = target, "?"
	}
	ask := fmt.Sprintf("Ask for TCP %s to %s to be opened in the firewall", port, host)
	f := &netcheck.Failure{Err: err}
	var dns *net.DNSError
	var family *net.AddrError // the only use that package net makes of it here
	switch kind := KindOf(err); {
	case errors.As(err, &dns):
		f.Code, f.Text = netcheck.ReasonNameNotFound, fmt.Sprintf("The name %s of %s can not be resolved.", dns.Name, what)
		f.Advice = "Check the spelling and the name servers of this computer."
		if dns.IsTimeout {
			f.Code = netcheck.ReasonNameTimeout
		}
	case errors.As(err, &family):
		f.Code, f.Text = netcheck.ReasonNoFamily, fmt.Sprintf("%s has no address of the chosen interface's IP version.", upperFirst(what))
		f.Advice = "Choose another interface or the other IP version."
	case errors.Is(err, ifaces.ErrBind):
		return NotBound(err)
	case kind == KindTimeout:
		f.Code, f.Text = netcheck.ReasonNoAnswer, fmt.Sprintf("TCP to %s gets no answer: packets are dropped on the way, or it is down.", what)
		f.Advice = ask + "; if it is open, check that the " + w.thing + " runs."
	case kind == KindRefused:
		f.Code, f.Text = netcheck.ReasonRefused, fmt.Sprintf("TCP to %s is refused: nothing listens there, or a firewall rejects it.", what)
		f.Advice = fmt.Sprintf("Check that the %s runs and listens on TCP %s; if it does, %s.", w.thing, port, lowerFirst(ask))
	case kind == KindUnreachable:
		f.Code, f.Text = netcheck.ReasonUnreachable, fmt.Sprintf("There is no way to %s: a router or this computer reports it unreachable.", what)
		f.Advice = "Check this computer's network and VPN; if they are up, " + lowerFirst(ask) + "."
	case kind == KindForbidden:
		f.Code, f.Text = netcheck.ReasonUnreachable, fmt.Sprintf("TCP to %s is forbidden by a packet filter, on this computer or close to it.", what)
		f.Advice = ask + ", on this computer too."
	case kind == KindNoAddress:
		f.Code, f.Text = netcheck.ReasonLocal, "The chosen source address is not an address of this computer any more."
		f.Advice = "Choose another interface, or leave the choice to the system."
	default:
		f.Code, f.Text = netcheck.ReasonLocal, fmt.Sprintf("This computer could not open a TCP connection to %s.", what)
		f.Advice = "The technical message names the cause."
	}
	return f
}

// NotBound is the failure of a socket that can not be held to the chosen interface; see ifaces.ErrBind. Measuring another way
// instead would claim what was not measured.
func NotBound(err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Err: err,
		Text:   "This computer does not let the program send by the chosen interface.",
		Advice: "Leave the choice of the interface to the system, or run the program with the rights to bind sockets to an interface."}
}

func upperFirst(s string) string { return string(s[0]&^0x20) + s[1:] }

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

// kindIn is KindOf for a connection that the end of ctx closes: when the time is over, it does not matter whether the
// connection's own deadline or its closing was first.
func kindIn(ctx context.Context, err error) Kind {
	if errors.Is(err, net.ErrClosed) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return KindTimeout
	}
	return KindOf(err)
}

// deadline is the end of a step that may take limit, within ctx.
func deadline(ctx context.Context, limit time.Duration) time.Time {
	end := time.Now().Add(limit)
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		return d
	}
	return end
}
