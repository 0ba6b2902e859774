package rtc

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

func localError(text string, err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: text, Err: err,
		Advice: "Check that this computer has a network connection and that no security software keeps this program from it."}
}

// noHostCandidate tells why an end of the direct path has no candidate.
func (p *peer) noHostCandidate() *netcheck.Failure {
	if p.hasAddress() {
		return localError("This computer could not open a socket at any of its network addresses.", nil)
	}
	return &netcheck.Failure{Code: netcheck.ReasonNoFamily,
		Text:   fmt.Sprintf("This computer has no usable network address of IP version %s.", p.family),
		Advice: "Choose the other IP version, or a network that has this one."}
}

func noServer(p netcheck.Path) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonNoServer, Text: "No server in the plan offers the path " + p.Title() + "."}
}

// withServer puts the server's URL on a failure.
func withServer(f *netcheck.Failure, srv netcheck.ICEServer) *netcheck.Failure {
	out := *f
	if out.Server == "" && srv.URL.Scheme != "" {
		out.Server = srv.URL.String()
	}
	return &out
}

// noRoute explains why no packet can leave for the server.
func noRoute(t target, err error) *netcheck.Failure {
	f := &netcheck.Failure{Code: netcheck.ReasonUnreachable, Err: err,
		Text:   fmt.Sprintf("This computer has no route to the server at %s.", t.addr.Addr()),
		Advice: "Check the network connection and, on IPv6, whether this network offers it."}
	if kind := dial.KindOf(err); kind != dial.KindUnreachable && kind != dial.KindNoAddress {
		f.Code, f.Text = netcheck.ReasonLocal, "This computer could not open a socket towards the server."
	}
	return withServer(f, t.srv)
}

// refused puts a TURN server's error code into words (RFC 8656, section 18 and RFC 8489, section 14.8).
func refused(code int, reason string, srv netcheck.ICEServer, username string, now time.Time) *netcheck.Failure {
	f := &netcheck.Failure{Err: fmt.Errorf("the server answered %d %s", code, reason)}
	switch code {
	case 400, 401: // servers differ in what they answer to a wrong user or password
		f.Code, f.Text = netcheck.ReasonAuth, "The TURN server did not accept the user name and password."
		f.Advice = "Check user name and password, or the shared secret, with whoever runs the server."
		if expiry, ok := netcheck.Expiry(username); ok && expiry.Before(now) {
			f.Code = netcheck.ReasonExpired
			f.Text = fmt.Sprintf("The TURN credential expired at %s.", expiry.UTC().Format("2006-01-02 15:04 MST"))
			f.Advice = "Get a new credential; if it should still be good, check this computer's clock."
		}
	case 403:
		f.Code, f.Text = netcheck.ReasonPeerRefused, "The TURN server refused to serve this computer."
	case 440:
		f.Code, f.Text = netcheck.ReasonNoFamily, "The TURN server has no relay address of the asked IP version."
	case 486:
		f.Code, f.Text = netcheck.ReasonQuota, "The TURN server refused: this user has too many allocations."
		f.Advice = "Wait some minutes for old allocations to end, or ask for a higher quota."
	case 508:
		f.Code, f.Text = netcheck.ReasonNoCapacity, "The TURN server has no relay ports left, or none of the asked IP version."
		f.Advice = "Ask whoever runs the server to widen its range of relay ports, or use another IP version."
	default:
		f.Code, f.Text = netcheck.ReasonServerError, fmt.Sprintf("The TURN server refused with error %d.", code)
		f.Advice = "Show the code to whoever runs the server."
	}
	return withServer(f, srv)
}

// peerRefused tells that the relay may not send to the other end, whose address is a relay address of the same server.
func peerRefused(code int, srv netcheck.ICEServer) *netcheck.Failure {
	return withServer(&netcheck.Failure{Code: netcheck.ReasonPeerRefused,
		Text:   fmt.Sprintf("The TURN server gave a relay address, but refused to send to the other end's (error %d).", code),
		Advice: "The server's rules forbid its own relay addresses as peers; ask for an exception, or test with a second computer."}, srv)
}

func noAnswer(t target, what string) *netcheck.Failure {
	return withServer(&netcheck.Failure{Code: netcheck.ReasonNoAnswer,
		Text: fmt.Sprintf("The server at %s did not %s.", t.addr, what),
		Advice: fmt.Sprintf("A firewall may block it, or the server is down: try the other transports, and ask for %s %d to %s to be opened.",
			strings.ToUpper(t.srv.URL.Transport), t.srv.URL.Port, t.srv.URL.Host)}, t.srv)
}

// noDTLS tells that the handshake did not end.
func noDTLS() *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonDTLS,
		Text:   "Packets passed between the two ends, but the encrypted connection did not come up in time.",
		Advice: "Either very many packets are lost, or a firewall that inspects traffic drops DTLS: try again, and if it stays so while other paths lose nothing, ask for an exception or use a relay over TLS."}
}

func noHairpin(mapped netip.AddrPort) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonNoHairpin,
		Text: fmt.Sprintf("STUN works: the server sees this computer at %s. But the NAT does not loop packets back from "+
			"that address, so two ends on one computer can not meet there.", mapped),
		Advice: "This says nothing bad about the network; to measure this path, connect two computers."}
}

// noPair tells that the ends had candidates and no packet passed between them.
func (a *attempt) noPair() *netcheck.Failure {
	if a.remote() {
		return a.noRemotePair()
	}
	nearCode, nearSilent := a.near.net.watch.peerRefusal()
	farCode, farSilent := a.far.net.watch.peerRefusal()
	if code := max(nearCode, farCode); code != 0 {
		return peerRefused(code, a.target.srv)
	}
	f := &netcheck.Failure{Code: netcheck.ReasonNoPair,
		Text:   "Both ends got their addresses, but no packet passed between them.",
		Advice: "A firewall lets the server be reached and blocks everything else; ask for UDP to be opened, or use a relay."}
	if nearSilent || farSilent {
		f.Text = "The TURN server gave relay addresses, but did not answer the request to let packets through between them."
		f.Advice = "Repeat the test: packets may have been lost. If it happens again, ask whether the server's rules forbid its own relay addresses as peers, or test with a second computer."
	}
	if c, ok := a.near.gathered.get(); ok && a.leg.Path == netcheck.PathSTUN {
		if mapped, err := netip.ParseAddr(c.Address); err == nil && !isLocal(a.nets[0], mapped) {
			f = noHairpin(netip.AddrPortFrom(mapped, c.Port))
		}
	}
	return withServer(f, a.target.srv)
}
