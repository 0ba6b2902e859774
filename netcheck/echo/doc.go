// Package echo is the far end of a link: it reflects probe datagrams and keeps the log that decides on which way a packet
// was lost.
//
// It owns the reflector (RFC 8762, section 4.3: stateful, unauthenticated because the carriers are encrypted already), its
// guard against queueing, and the answering of orders. It never connects, never sends a datagram that is not the answer to
// one, and holds every order to the bounds of package control.
package echo
