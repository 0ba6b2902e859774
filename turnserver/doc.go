// Package turnserver runs a STUN and TURN server (RFC 8489, RFC 8656) inside this process: on one address, over UDP, TCP
// and TLS, for sessions that the caller opens and closes.
//
// It owns the server's sockets, the credentials of each session, the guard that decides which addresses a relay may talk
// to, the quotas, deadlines and rate limits, and the live list of allocations. All types of the library underneath stay
// behind this package; pion.go is the one file that names them.
//
// It never listens on all interfaces, never relays to an address that somebody merely claimed, never keeps a secret
// longer than the process or shows one in a log, an error or an event, and knows nothing of what is measured through it.
//
// # A second port
//
// [Config.AltUDPPort] answers Binding requests beside the first UDP port, for clients that compare how the NAT before them maps one
// socket towards two ports. It serves no TURN, draws on the same limits, and what it sees never counts as observed.
//
// # NAT discovery
//
// With [Config.NATDiscovery] the UDP ports answer the questions of RFC 5780: CHANGE-REQUEST, RESPONSE-PORT and PADDING, with RESPONSE-ORIGIN
// and OTHER-ADDRESS in the answers. Each socket answers from itself and has the others send. With [Config.AltAddress] there are four, on two
// addresses with two ports each, which is all that RFC 5780 asks for. With one address and two ports the server never speaks of
// another address, and says 420 to who wants an answer from there: one that came from the same address would make any filter
// look open. A plain Binding request is then answered as without NATDiscovery.
//
// Questions are answered with errors where silence would look like a filter: 420 to attributes that must be understood and are not, 400 to
// what is malformed and to RESPONSE-PORT together with PADDING, 403 to a RESPONSE-PORT below 1024, and 500 to who asks more than
// he may (see below). They open no way through a relay and are counted in [Totals].
//
// The answer to a request with PADDING is as long as the request, if its own PADDING then is no longer than that one's, and leaves with DF set
// if its packet has at most 1500 bytes: so a size that is answered fits both ways. Where the system can not be told to set DF (all
// but Linux, so far) such an answer has no PADDING, and shows the way to the server alone. Longer answers may be cut to
// pieces, as their requests were. [AttrEchopathTOS] tells a client with which mark its request arrived, on Linux and macOS.
//
// # Behind a 1:1 NAT
//
// With [Config.Public] clients are told that address in place of the server's own. What they then send there to a relay or to a
// peer on the server's address never leaves for the NAT, which need not be able to loop it back.
//
// # Other protocols on the TLS port
//
// [Config.Foreign] takes TLS connections that do not begin as STUN, so that one port, 443 as a rule, serves HTTP too.
//
// # Full of strangers
//
// Connections need no credentials to take a place, so whoever has enough addresses could hold all of them. Where none is free, a newcomer
// gets that of a stranger: the oldest connection of the prefix that has most of them. No stranger is who comes from an address that
// belongs to a session that goes on, by credentials or by [Session.ObserveParticipant]; he loses no place to others and gets one before them,
// up to [Config.MaxConnsPerIP]. Who has no connection yet always gets one, and keeps it for as long as others have more.
//
// # The guard
//
// A relay of a session exchanges datagrams with exact address and port pairs only: the live relays of the same session,
// the peers that the caller named with [Session.AllowPeer], and addresses that the server itself saw as the source of a
// participant's UDP traffic (peers.go says when). Everything else is dropped and counted, in both directions. Being on
// that list is all that counts, so two relays on the loopback address find each other, and a service on the loopback
// address next to them stays out of reach.
//
// A permission (RFC 8656 section 9) is for an IP address. It is granted if some pair of the session has that address, and
// otherwise refused with 403; one for an address of the other family, ::ffff:127.0.0.1 among them, with 443.
//
// # Forged sources
//
// Over UDP a source is only what a packet says. Credentials work only together with a nonce that was sent to the very address and
// port that the packet comes from, so who forges one makes no allocation for it and no participant of it.
//
// A request without credentials is answered before anything is known of its sender: a Binding request of 20 bytes or more with 40, or
// 52 to an IPv6 address, and a request for a relay with a challenge of 68, or longer with a longer realm. RFC 8489 leaves none that are
// no longer than the request. So whoever forges sources can have this server send others up to 3.4 times the bytes that it sends
// itself, or twice with the headers of UDP and IPv4. What holds it is a limit for each source prefix, an IPv4 address or an IPv6 /64: 200
// such answers a second after 400 at once, all ports together, which is 14 kB a second to one victim.
//
// NAT discovery adds nothing to that. Who asks for it pads the request to the size of the answer, 108 bytes at most: by PADDING, or beside
// RESPONSE-PORT by any attribute that need not be understood, such as SOFTWARE. Clients that do not pad, as those of coturn, get answers of 56
// bytes to 20 (IPv6: 68, without RESPONSE-ORIGIN) and never more than 3.4 times the request, 10 a second for each prefix after 40 at once.
// Beyond that they get 500, and 40 or 52 bytes to a plain Binding request. Answers to a RESPONSE-PORT draw on those 10 whatever
// their size, go to the address that asked and to no port below 1024.
//
// # IPv6
//
// An IPv6 address serves STUN and TURN alike, with relays on the same address. The library answers any request for a relay
// with one of the server's own family and leaves REQUESTED-ADDRESS-FAMILY unread, so this package refuses the other
// family itself (440, RFC 8656 section 7.2). TestWebRTCRelay runs the ICE agent of pion/webrtc against it, relay to
// relay, on 127.0.0.1 and on ::1; clients built on pion/turn v4 resolve server names to IPv4 alone. That agent (ice v4.4.8)
// takes ::1 for an IPv4-compatible address and leaves it out of the addresses it may bind, so as soon as an interface or
// IP filter is set, it gathers nothing through a server on ::1. Other IPv6 addresses are not affected.
package turnserver
