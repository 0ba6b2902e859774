package rtc

import (
	"fmt"
	"slices"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// pastedLost tells that a connection was there and broke.
func pastedLost() *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "The connection that copy and paste had set up was lost: no packets came any more.",
		Advice: "Check the network at both ends, then make a new invite: its texts are good for one connection."}
}

// pastedUnkeyed tells that packets passed and there is no connection all the same.
func pastedUnkeyed() *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonDTLS,
		Text: "The two computers reached each other, but could not set up an encrypted connection.",
		Advice: "Make a new invite and carry both of its texts once more. If it happens again, one of the two is changed on its way, or most packets " +
			"between the two computers are lost."}
}

// apartEvidence is what is known when two ends have each other's texts, or should have, and nothing passed between them.
type apartEvidence struct {
	answers    bool // this end answered: it can not know whether its text was taken
	asked      int  // servers that this end asked for its addresses
	rebound    bool // the router changed this end's outside address
	heard      bool // checks of the other end came
	own, other pastedDescription
}

func (e apartEvidence) failure() *netcheck.Failure {
	f := &netcheck.Failure{Code: netcheck.ReasonNoPair, Advice: e.advice(),
		Text: fmt.Sprintf("The answer was taken, but no packet passed between the two computers in %.0f s.", meetTime.Seconds())}
	switch {
	case e.heard:
		f.Text = "The answer was taken and packets of the other computer came, but no answer to those of this one did."
	case e.answers:
		f.Text = fmt.Sprintf("No packet of the other computer came in %.0f minutes: the answer was not taken there in that time, or no packet can "+
			"pass between the two.", answerTime.Minutes())
	}
	return f
}

// advice is about the first thing that is likely to be wrong.
func (e apartEvidence) advice() string {
	const again = " Then make a new invite."
	switch {
	case e.rebound:
		return "The router before this computer has given it another outside address since its text was made. Make a new invite and carry the " +
			"texts faster; a TURN server at one of the two ends helps as well."
	case !e.own.outside() && e.asked == 0:
		return "This computer asked no STUN server, so its text names only addresses of its own network: name a STUN or TURN server here. If both " +
			"computers are in the same network, let both firewalls pass UDP." + again
	case !e.own.outside():
		return "No STUN or TURN server answered this computer, so its text names only addresses of its own network: a firewall may keep UDP to them " +
			"from passing, or they are down. Let UDP out, or name another server." + again
	case !e.other.outside():
		return "The other computer's text names only addresses of its own network: name a STUN or TURN server there, and see that UDP from there to " +
			"that server passes." + again
	case e.own.relayed() || e.other.relayed():
		return "Even the way over a TURN server let nothing through: a firewall at one of the two ends may block UDP, or the server may not relay " +
			"to the other computer's addresses. Ask whoever runs the network or the server." + again
	}
	return "Routers or firewalls on the two sides do not let the computers reach each other: name a TURN server that both can reach over UDP at one " +
		"of the two ends." + again
}

// outside tells whether an end is known by an address that a server saw or gave, or by a public one of its own.
func (d pastedDescription) outside() bool {
	return slices.ContainsFunc(d.candidates, func(c remoteCandidate) bool {
		a := c.addr.Addr()
		return c.typ != webrtc.ICECandidateTypeHost || a.IsGlobalUnicast() && !a.IsPrivate()
	})
}

func (d pastedDescription) relayed() bool {
	return slices.ContainsFunc(d.candidates, func(c remoteCandidate) bool { return c.typ == webrtc.ICECandidateTypeRelay })
}
