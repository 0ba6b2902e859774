// Package signaling is how two ends of a session find and trust each other, and exchange what they must know before and beside
// their links: descriptions and candidates, orders, who is there, and the course of a run.
//
// It owns the messages and their bounds, the handshake that makes a key of an invite's secret, the authentication of every
// message, the order and repetition of messages over ways that break, rooms and who is in them. Frames travel over a [Wire]:
// in this process, over WebSocket or server-sent events (package web), or over a data channel that an exchange of two texts
// set up. It opens no sockets, knows no WebRTC library, and decides nothing about tests.
package signaling
