package nat

import (
	"fmt"
	"strings"
)

// Notes say why something was not tested or not told apart. They are whole sentences that name addresses.
const (
	noteNobody    = "No server answered over UDP."
	noteDependent = "Servers at different addresses saw different outside addresses; none of them has two ports that answered, which would tell whether the port matters too."

	noteOneAddress       = "All ports of one address see the same; without a second address that answers it is not known whether the outside port changes from address to address."
	noteOnePort          = "One address and one port answered: whether the outside port changes for others takes a second STUN server, or one with two ports."
	noteOneAddressFilter = "Answers from another port of the same address come in; without a server that has a second address it is not known whether those from strangers do."
	noteNoSecond         = "Filtering can be tested only with a server that answers from a second address or port (RFC 5780); none of those that answered does."
	noteCut              = "The time was over before silence could be told from a late answer."
	noteSides            = "The servers stand on different sides of a NAT or inside this network; the farthest ones alone were compared."
)

func noteNotSeen(addresses int) string {
	return fmt.Sprintf("Servers at %d addresses saw the same outside address and port. That speaks for endpoint-independent mapping; a server with two ports, or with two addresses (RFC 5780), would prove it.", addresses)
}

// noteSecondSilent tells of second addresses that were announced and never answered, or of second ports; "" if there are none.
func noteSecondSilent(servers []*serverSeen) string {
	for _, s := range servers {
		switch {
		case s.announced == announcedSecond && s.second.outcome == silent && s.third.outcome == silent:
			return fmt.Sprintf("The second address of the server %s, %s, never answered: a firewall may block it, or the server is at fault.", s.server.Addr, s.other.Addr())
		case s.announced == announcedSecond && !s.secondCame():
			return fmt.Sprintf("The second address of the server %s, %s, was not reached in time.", s.server.Addr, s.other.Addr())
		case s.alt.IsValid() && s.port.outcome == silent:
			return notePortSilent(s)
		}
	}
	return ""
}

func notePortSilent(s *serverSeen) string {
	return fmt.Sprintf("The second port of the server %s, %d, never answered: a firewall may block it, or the server is at fault.", s.server.Addr, s.alt.Port())
}

func notePortUnable(s *serverSeen) string {
	return fmt.Sprintf("The server %s does not answer from its second port when asked to.", s.server.Addr)
}

func noteRefused(s *serverSeen, code int) string {
	return fmt.Sprintf("The server %s can not test filtering: asked to answer from elsewhere, it says error %d.", s.server.Addr, code)
}

func notePretends(s *serverSeen) string {
	return fmt.Sprintf("The server %s names a second address of its own and answers from its first all the same: what it shows of filtering is void.", s.server.Addr)
}

func noteControl(s *serverSeen) string {
	return fmt.Sprintf("The server %s did not answer the socket of the filtering test at all, so its silence says nothing.", s.server.Addr)
}

// noteImpostors names the servers whose second address is none.
func noteImpostors(servers []*serverSeen) string {
	var notes []string
	for _, s := range servers {
		switch {
		case s.pretends():
			notes = append(notes, fmt.Sprintf("The server %s names a second address that is not another one, so it was taken for a server with one address.", s.server.Addr))
		case s.announced == announcedUnusable:
			notes = append(notes, fmt.Sprintf("The server %s announces a second address that can not be right, and was taken for one with a single address.", s.server.Addr))
		}
	}
	return strings.Join(notes, " ")
}

// sentences joins those that are not empty.
func sentences(list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}
