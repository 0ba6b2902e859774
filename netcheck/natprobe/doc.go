// Package natprobe asks STUN and TURN servers questions of its own, step by step, to find out what a WebRTC stack keeps to
// itself: why a server did not serve.
//
// It owns the questions, their retransmission and their deadlines, the reading of the answers, and the words in which a
// firewall or server team is told what to do. Every finding is a [netcheck.Failure].
//
// It never relays a packet, never keeps an allocation longer than a diagnosis, never retries what a server refused (but for
// one stale nonce), and knows nothing of WebRTC. Streams come from package dial.
package natprobe
