package host

import (
	"fmt"

	"echopath/app/hosting"
)

// What follows from the number of guests and the budget. A run takes its place in the budget, and with it the ports of its legs; who
// waits or is only in takes connections and nothing else.
const (
	spareWires         = 32 // of guests that come and go, and of those who only try
	connsOfGuest       = 4  // signalling takes up to three connections, and TURN over TCP or TLS one
	wiresOfGuest       = 2  // the one that carries its session, and the one that replaces it
	allocationsOfGuest = 8  // while it has a run
	allocationsOfIdle  = 2  // of a guest without one, which has no use for any: a look at what the server allows
	defaultPeerPorts   = 1024
	portsOfGuest       = 8 // of the range that is the default, where that is more
	maxOwnSTUN         = 4 // servers that an end of a leg asks for its address (netcheck/rtc)
	spareFiles         = 64
)

// mostRuns is how many runs can be under way at once: as many as the budget and the ports have room for, one a guest. At least one: a range
// that is too small for it is no setting.
func mostRuns(c hosting.Config) int {
	most := min(c.MaxGuests, int(c.Budget/leastCost))
	if low, high := peerPorts(c); low != 0 {
		most = min(most, runsIn(c, low, high))
	}
	return max(1, most)
}

// runsIn is how many runs have room in a range of ports, beside the relays of guests that have no run and what waits for copy and paste.
func runsIn(c hosting.Config, low, high int) int {
	ports := high - low + 1
	return (ports - min(allocationsOfIdle*c.MaxGuests+pastePorts(c), ports/4)) / portsOfRun(c)
}

// fewPorts is a note if a range that whoever hosts has chosen has room for fewer runs than the budget.
func fewPorts(c hosting.Config) []string {
	wide := c
	wide.PeerPortMin, wide.PeerPortMax = hosting.AnyPort, hosting.AnyPort
	least, could := mostRuns(c), mostRuns(wide)
	if c.PeerPortMin <= 0 || least == could {
		return nil
	}
	return []string{fmt.Sprintf("The UDP ports %d to %d have room for %s at once, and this computer could serve %d: others wait in the queue. A run takes up to %d of them.",
		c.PeerPortMin, c.PeerPortMax, plural(least, "test"), could, portsOfRun(c))}
}

// portsOfRun is how many UDP ports a run may hold: those of two legs at a time, and of as many that are about to close. A leg has a
// relay of its guest, a socket of the echo peer, and one more for each STUN server that the echo peer asks for its address.
func portsOfRun(c hosting.Config) int {
	own := len(c.STUN)
	if c.AnyCandidate { // guests name some as well
		own = maxOwnSTUN
	}
	if c.Public.IsValid() && c.Public != c.Address { // it is known: none is asked
		own = 0
	}
	return 2 * legsAtOnce * (2 + min(own, maxOwnSTUN))
}

// peerPorts is the range of ports for relays and the echo peer; zeros mean any. It follows from settings alone, never from what is measured:
// a rule of a firewall for it must hold at the next start too.
func peerPorts(c hosting.Config) (low, high int) {
	switch {
	case c.PeerPortMin == hosting.AnyPort:
		return 0, 0
	case c.PeerPortMin != 0:
		return c.PeerPortMin, c.PeerPortMax
	}
	return firstPeerPort, min(firstPeerPort+max(defaultPeerPorts, portsOfGuest*c.MaxGuests)-1, 65535)
}

// maxAllocations is how many relays there may be at once, for all guests.
func maxAllocations(c hosting.Config) int {
	return allocationsOfGuest*mostRuns(c) + allocationsOfIdle*c.MaxGuests
}

// maxConns is how many connections to the TCP ports there may be at once, in total and from one address.
func maxConns(c hosting.Config) (total, ofAddress int) {
	return connsOfGuest*c.MaxGuests + spareWires, connsOfGuest*c.MaxPerAddress + spareWires
}

// maxWires is the same for the wires of signalling among them.
func maxWires(c hosting.Config) (total, ofAddress int) {
	return wiresOfGuest*c.MaxGuests + spareWires, wiresOfGuest*c.MaxPerAddress + spareWires
}

// files is how many files and sockets this host may have open at once.
func files(c hosting.Config) int {
	conns, _ := maxConns(c)
	return conns + portsOfRun(c)*mostRuns(c) + allocationsOfIdle*c.MaxGuests + pastePorts(c) + spareFiles
}

// pastePorts is how many UDP ports invites by copy and paste may hold: each waits with a socket, and one more for each STUN server.
func pastePorts(c hosting.Config) int { return maxPastes * (1 + min(len(c.STUN), maxOwnSTUN)) }

// fewFiles is a note if the system lets this process open fewer than that.
func fewFiles(c hosting.Config, most int, known bool) []string {
	need := files(c)
	if !known || most >= need {
		return nil
	}
	return []string{fmt.Sprintf("This system lets a program open %d files and sockets, and %s with %s at once may need %d: some would be turned away. "+
		"Raise the limit (ulimit -n, or LimitNOFILE of systemd) or allow fewer guests.", most, plural(c.MaxGuests, "guest"), plural(mostRuns(c), "test"), need)}
}

// joinsPerMinute lets as many come at once from one address as may be in, and come again.
func joinsPerMinute(c hosting.Config) int { return max(30, 2*c.MaxPerAddress) }
