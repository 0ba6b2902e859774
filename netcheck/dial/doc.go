// Package dial resolves names and opens streams to STUN and TURN servers and to hosts of sessions, and keeps what the way there
// showed: the proxy, the TLS version, the certificate's key and issuer, and how the other side proved itself.
//
// It owns TCP, HTTP CONNECT and TLS, each with a deadline of its own, which proxy this computer's settings name, and the words
// for everything that can go wrong with them: every error is a [netcheck.Failure] with a reason code, a plain sentence and
// advice.
//
// It never speaks STUN or TURN, never falls back from TLS to a plain stream, and never keeps a connection, a goroutine or an
// answer for later.
package dial
