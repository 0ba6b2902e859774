// Package signaling is how two ends of a session find and trust each other, and exchange what they must know before and beside
// their links: descriptions and candidates, orders, who is there, and the course of a run.
//
// It owns the messages and their bounds, the handshake that makes a key of an invite's secret, the authentication of every
// message, the order and repetition of messages over ways that break, rooms and who is in them. Frames travel over a [Wire]:
// in this process, over WebSocket or server-sent events (package web), or over a data channel that an exchange of two texts
// set up. It opens no sockets, knows no WebRTC library, and decides nothing about tests.
//
// # Handshake
//
// A guest has an invite's room and secret. Its hello names the room, is authenticated with the secret, and holds an X25519 key.
// The host answers nothing but a refusal to who does not know the secret; otherwise its own key, and a proof (HMAC-SHA256) that it
// knows the secret, over the whole transcript and its role. The guest proves the same in its turn, and says who it is to this host
// if it comes again; the host accepts or refuses. All keys are made by HKDF-SHA256 of the X25519 secret, the invite's secret and
// the transcript, so that every guest has keys of its own, whoever else has the same invite.
//
// # Session
//
// What follows is sealed with AES-256-GCM, with a key for each direction of each wire. A frame is bound to its sender's role, the
// session, its number, the hash of all that its sender sent before, and the hash of all that it had seen of the other end by then. A
// frame that was changed, left out, repeated, moved or sent back ends the wire. A guest whose wire broke makes a new one, proves
// itself with a key of the session, and both ends tell the number and the hash of the messages that they have; what is missing is
// sent again. Nothing is heard of a wire for at most 25 s before it is given up; who has cause to doubt one asks for a sign of life
// ([Checker]), and gives it up after 1.5 s. A session ends when one end leaves, when nobody came back in time, or when something falsified one wire after the
// other.
//
// A sender has at most 256 messages or 1 MiB under way that the other end's Receive has not given out yet, and 1024 messages or
// 4 MiB queued behind them; then Send waits. So each session needs a bounded amount of memory, whatever either end does. Nor does it
// need more than a bounded amount of work: 500 frames and 4 MiB a second, after 5000 and 16 MiB at once, of whatever kind they are;
// who sends more is sent away.
//
// # Who is kept out
//
// A guest that was removed, not let in, or sent away for flooding does not come into that room again: it is known by the identity that
// it proved. Who has an invite for several guests can come in as another one while there are places; shutting the room is what helps
// then. A wire that has not proved to be of a guest, or of somebody who knows a room's secret, takes no place from those who have.
package signaling
