// Package natprobe asks STUN and TURN servers questions of its own, step by step, to find out what a WebRTC stack keeps to
// itself: why a server did not serve.
//
// It owns the questions, their retransmission and their deadlines, the reading of the answers, DTLS to servers, and the words in
// which a firewall or server team is told what to do. There is one client for all of it: Diagnose uses as much of a server as a leg needs,
// after that leg has failed, and every finding is a [netcheck.Failure]; UDP and TURN are network probes, go all the way to a packet through
// a relay and back, and every finding is a [netcheck.NetResult] with a timeline and the server's own codes. Rate and Idle take minutes, and
// run when a user asks for them alone: what one connection carries, up to 4 Mbit/s, and how long a silent one lives.
//
// It relays nothing but packets of its own between allocations of its own, or to a socket of this computer, a few but for Rate; it never
// keeps an allocation longer than a probe takes,
// never retries what a server refused (but for one stale nonce, a port that the server takes for another session's, a relay of the other
// IP version, and one more time where a user has too many sessions), and knows nothing of WebRTC. Streams come from package dial.
package natprobe
