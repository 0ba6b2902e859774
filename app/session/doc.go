// Package session assembles what the engine needs to run a plan: the embedded server for the target "self", the session with the
// host of an invite, the pion connector, the responder at the far end, the probes, the clock and the disk for long records.
//
// It owns that wiring and the lifetime of all of it: when Run returns, nothing that it started is left. It measures nothing,
// shows nothing and writes no result.
package session
