package nat

import (
	"context"
	"errors"
	"fmt"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// fill puts a failure into a result.
func fill(r *netcheck.NetResult, f *netcheck.Failure) {
	r.State, r.Code, r.Text, r.Advice = stateOf(f.Code), f.Code, f.Text, f.Advice
	if f.Err != nil {
		r.Cause = f.Err.Error()
	}
}

// stateOf tells what the network did from what this computer or the list of servers did not let us find out.
func stateOf(c netcheck.ReasonCode) netcheck.NetState {
	switch c {
	case netcheck.ReasonNoAnswer, netcheck.ReasonRefused, netcheck.ReasonUnreachable:
		return netcheck.NetBlocked
	case netcheck.ReasonServerError, netcheck.ReasonNotSTUN:
		return netcheck.NetFailed
	}
	return netcheck.NetNotTested
}

func noServer(c Config) *netcheck.Failure {
	f := &netcheck.Failure{Code: netcheck.ReasonNoServer, Text: "No STUN server is known that could be asked.", Advice: "Add a STUN server to the list."}
	if len(c.Servers) > 0 {
		f.Code = netcheck.ReasonNoFamily
		f.Text, f.Advice = fmt.Sprintf("None of the STUN servers has an IPv%s address here.", c.Family), "Test with the other IP version, or add a server that has one."
	}
	return f
}

func noInterface(name string, family netcheck.Family, err error) *netcheck.Failure {
	return &netcheck.Failure{
		Code: netcheck.ReasonLocal, Text: fmt.Sprintf("The interface %s can not be used: it has no IPv%s address or does not exist.", name, family),
		Advice: "Choose another interface, or leave the choice to the system.", Err: err,
	}
}

func noWay(s Server, err error) *netcheck.Failure {
	return &netcheck.Failure{
		Code: netcheck.ReasonUnreachable, Text: fmt.Sprintf("This computer has no way to %s.", s.Addr.Addr()),
		Advice: "Check this computer's network and VPN.", Err: err,
	}
}

func noSocket(err error) *netcheck.Failure {
	if errors.Is(err, ifaces.ErrBind) {
		return dial.NotBound(err)
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonLocal, Text: "This computer could not open a UDP socket.", Advice: "The technical message names the cause; another interface may work.", Err: err,
	}
}

// stopped is why there is no answer if ctx has ended before any server could be called silent.
func stopped(ctx context.Context) *netcheck.Failure {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "The test was stopped before an answer had come.", Err: ctx.Err()}
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonCancelled, Text: "The time for the test was over before an answer had come or silence was sure.", Advice: "Try again with more time.", Err: ctx.Err(),
	}
}

// unanswered says why no server has told an address: what one said before what the network said, and that before silence.
func (s *survey) unanswered(ctx context.Context) *netcheck.Failure {
	var most *netcheck.Failure
	for _, seen := range s.seen.servers {
		if seen.first.outcome == cut && seen.contact.outcome == cut {
			most = netcheck.MoreTelling(most, stopped(ctx))
			continue
		}
		most = netcheck.MoreTelling(most, s.trouble(seen.server, seen.first, seen.contact))
	}
	if n := len(s.seen.servers); n > 1 && most.Code == netcheck.ReasonNoAnswer {
		most.Text = fmt.Sprintf("None of the %d servers answers over UDP: packets are dropped on the way, or all of them are down.", n)
	}
	return most
}

// trouble says why a server has not told an address. contact is of a connected socket, and knows if the network refused.
func (g *ground) trouble(server Server, first, contact result) *netcheck.Failure {
	place, ask := "The server "+server.Addr.String(), askFor(server)
	for _, r := range []result{first, contact} {
		switch r.outcome {
		case refused:
			return &netcheck.Failure{
				Code: netcheck.ReasonServerError, Text: fmt.Sprintf("%s answers a Binding request with error %d.", place, r.code), Advice: "Use another STUN server.",
			}
		case strange:
			return &netcheck.Failure{
				Code: netcheck.ReasonServerError, Text: place + " answers STUN without an XOR-MAPPED-ADDRESS: it is too old, or something changed its answer.",
				Advice: "Use another STUN server.",
			}
		}
	}
	if contact.outcome == answered { // and the socket that is not connected got none
		return &netcheck.Failure{
			Code: netcheck.ReasonNoAnswer, Text: place + " has answered one socket of this computer and not the other: packets are lost, or their number is limited.",
			Advice: "Try again.",
		}
	}
	err := contact.err
	if err == nil {
		err = first.err
	}
	return silence(place, ask, err)
}

// silence says what it means that no answer came, by what the system said instead.
func silence(place, ask string, err error) *netcheck.Failure {
	f := &netcheck.Failure{Err: err, Advice: ask}
	switch kind := dial.KindOf(err); {
	case errors.Is(err, ifaces.ErrBind):
		return dial.NotBound(err)
	case errors.Is(err, errNotSTUN):
		f.Code, f.Text = netcheck.ReasonNotSTUN, "Something answers as "+lowerFirst(place)+", and it does not speak STUN."
		f.Advice = "Check the server's address and port; if they are right, something answers in its place. " + ask
	case kind == dial.KindRefused, kind == dial.KindClosed: // over UDP, ICMP alone can end it; Windows does not tell of it
		f.Code, f.Text = netcheck.ReasonRefused, place+" refuses UDP (ICMP port unreachable): nothing listens there, or a firewall rejects it."
		f.Advice = "Check that the server runs. " + ask
	case kind == dial.KindUnreachable:
		f.Code, f.Text = netcheck.ReasonUnreachable, place+" can not be reached over UDP: a firewall, a router or this computer says so (ICMP unreachable)."
	case kind == dial.KindForbidden:
		f.Code, f.Text = netcheck.ReasonUnreachable, "UDP to "+lowerFirst(place)+" is forbidden by a packet filter, on this computer or close to it."
	case err == nil, kind == dial.KindTimeout:
		f.Code, f.Text = netcheck.ReasonNoAnswer, place+" does not answer over UDP: packets are dropped on the way, or it is down."
	default:
		f.Code, f.Text = netcheck.ReasonLocal, "This computer could not send to "+lowerFirst(place)+"."
		f.Advice = "The technical message names the cause; another interface may work."
	}
	return f
}

// askFor is what a firewall team can do.
func askFor(s Server) string {
	return fmt.Sprintf("Ask for UDP to %s, port %d, to be allowed.", s.Addr.Addr(), s.Addr.Port())
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }
