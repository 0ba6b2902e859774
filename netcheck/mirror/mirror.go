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
//
// # Bounds
//
// Whoever packs a stream can make much of little: DEFLATE shrinks to a thousandth, and two bytes of JSON can be an element of a list
// that takes hundreds in memory. So a part unpacks to a bounded size, and the lists of a line are counted before it is decoded:
// blocks of rows may be long, everything else is small. What a fold keeps or copies for each event, which are steps, paths and
// carriers, is bounded by its number, and short events count as if they were longer. A stream holds 64 MiB in all, and the sender keeps
// to these bounds. Over all runs of one guest an [Allowance] gives so much a second, which a stream after the other passes unless
// each is as long as it may be and made in less than a minute. The view of a guest that passes a bound ends with a remark; its run goes on.
package mirror

import "time"

const (
	flushEvery = 250 * time.Millisecond
	// maxPiece keeps a part below signaling.MaxMirror even if nothing can be compressed. Samples shrink to a tenth and less.
	maxPiece = 24 << 10

	// What a stream may hold, uncompressed. The sender keeps to it, the receiver insists.
	maxLine   = 1 << 20 // a block of rows has half of it at most
	maxStream = 64 << 20
)
