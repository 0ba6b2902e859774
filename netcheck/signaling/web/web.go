// Package web carries the frames of a session over HTTPS: by WebSocket, and where a proxy breaks that by server-sent events and
// POST.
//
// It owns the two HTTP forms, their limits against floods and slow clients, and the choice among them and among a host's
// addresses. It never looks into a frame, and trusts a host by the pin of its key alone.
package web

import (
	"time"

	"echopath/netcheck/signaling"
)

// The places below which everything is served. The number is that of the form, not of the protocol that the frames carry.
const (
	pathSocket = "/echopath/1/ws"
	pathEvents = "/echopath/1/events"
	pathSend   = "/echopath/1/send"
)

// Header fields.
const (
	headerWire = "Echopath-Wire"      // of a POST: the wire that it belongs to
	headerOwn  = "Echopath-Signaling" // of every answer of a Handler: it tells its refusals from a proxy's
)

// Bounds of what is read, in bytes.
const (
	maxFrame  = signaling.MaxFrame
	maxBatch  = 2 * (maxFrame + recordHead) // the body of a POST
	maxHead   = 32 << 10                    // the head of an answer
	maxPhrase = 300                         // a sentence in the body of a refusal
)

// queued is how many frames wait at each end of a wire, a direction. A stranger can make a host hold half a megabyte a wire.
const queued = 8

// timing are the times that a wire keeps. Tests shorten them.
type timing struct {
	grace  time.Duration // for what is queued, and for the other end's answer, when a wire is closed
	write  time.Duration // for one frame: who takes longer is cut off
	ping   time.Duration // between signs of life: WebSocket pings, comment lines, empty POSTs
	silent time.Duration // without a sign of life from the other end
	accept time.Duration // that a POST waits while the frames before it are not taken
	last   time.Duration // that the end which sends waits for the other direction to say why it can not
}

// defaultTiming holds up against proxies that end what is idle for 30 s, the shortest that is usual.
var defaultTiming = timing{
	grace: 2 * time.Second, write: 20 * time.Second, ping: 10 * time.Second, silent: 35 * time.Second,
	accept: 15 * time.Second, last: time.Second,
}
