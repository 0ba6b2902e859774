// Package mirror shows the run of one end to the other: it packs events into messages and unpacks them.
//
// It owns the packing, the order and the bounds of that stream. It decides nothing about a run, and waits for nobody: an end
// that is too slow to take the stream gets less of it.
//
// # The stream
//
// A line is a netcheck.Event in its stored form (JSON) and a line feed. The lines of a run are one stream of DEFLATE (RFC 1951),
// flushed at the end of each part, so that every part can be read when it comes. A part holds at most maxPiece bytes of lines,
// whole or cut, and is sent when it is full or after flushEvery.
//
// Rows of packets and pictures would compete with what is measured, so they wait until no probe runs: they come after the
// ProbeEnded that they were decided before, block by block in the pauses between probes and all of them before SessionEnded.
// Their sequence numbers and times come late. All other events come in order. Folding the stream gives the report that folding
// the run gives, because a fold makes nothing of rows. User names of servers are left out.
//
// A remark about what was left out has the sequence number 0.
package mirror

import "time"

const (
	flushEvery = 250 * time.Millisecond
	// maxPiece keeps a part below signaling.MaxMirror even if nothing can be compressed. Samples shrink to a tenth and less.
	maxPiece = 24 << 10

	// What a stream may hold, uncompressed. The sender keeps to it, the receiver insists.
	maxLine   = 4 << 20
	maxStream = 64 << 20
	// maxSteps bounds the events that a fold copies each time that one is added.
	maxSteps = 2000
)
