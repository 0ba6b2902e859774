package rtc

import (
	"context"
	"time"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

const (
	// answerTime is how long the end that answered waits for the other one.
	answerTime = 10 * time.Minute
	// meetTime is how long the two ends take to connect once both have the other's text: checks, DTLS and SCTP, each with losses.
	meetTime = 20 * time.Second
)

// Connected waits until there is a connection. The error is a *netcheck.Failure that tells why there is none and will be none,
// io.ErrClosedPipe if this end was closed, or ctx's.
func (w *Pasted) Connected(ctx context.Context) error { return w.await(ctx, w.opens.wait()) }

// Why tells why the connection did not come about, or was lost. It is nil as long as neither is so, and after one of the ends closed it.
func (w *Pasted) Why() *netcheck.Failure {
	why, _ := w.ended.get()
	return why
}

// end keeps the first reason.
func (w *Pasted) end(why *netcheck.Failure) { w.ended.set(why) }

// overBy is the error of what is asked of a wire that is over.
func (w *Pasted) overBy(plain error) error { return because(w.Why(), plain) }

// because puts the reason into an error, if there is one.
func because(why *netcheck.Failure, plain error) error {
	if why == nil {
		return plain
	}
	f := *why
	if f.Err == nil {
		f.Err = plain
	}
	return &f
}

// attend keeps this end's addresses alive until there is a connection, and gives up when there can not be one any more.
func (w *Pasted) attend() {
	beat := time.NewTicker(keepEach)
	defer beat.Stop()
	accepted, met := w.accepted.wait(), w.met.wait()
	var limit <-chan time.Time
	if w.answers {
		accepted, limit = nil, time.After(answerTime)
	}
	for {
		select {
		case <-beat.C:
			for _, k := range w.net.kept() {
				k.beat()
			}
		case <-accepted:
			accepted, limit = nil, time.After(meetTime)
		case <-met:
			met, limit = nil, time.After(meetTime)
		case <-limit:
			w.end(w.apart())
			return
		case <-w.opens.wait():
			return
		case <-w.ended.wait():
			return
		}
	}
}

func (w *Pasted) onICE(s webrtc.ICEConnectionState) {
	if s == webrtc.ICEConnectionStateConnected {
		w.met.fire()
	}
}

// onConnection ends the wire when nothing came for so long that nothing will: as a whole like a link to another computer.
func (w *Pasted) onConnection(s webrtc.PeerConnectionState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.patience != nil {
		w.patience.Stop()
		w.patience = nil
	}
	switch s {
	case webrtc.PeerConnectionStateDisconnected:
		w.patience = time.AfterFunc(remoteICETimes.failed, func() { w.end(pastedLost()) })
	case webrtc.PeerConnectionStateFailed:
		if _, open := w.opens.get(); open {
			w.end(pastedLost())
		} else {
			w.end(pastedUnkeyed())
		}
	case webrtc.PeerConnectionStateClosed:
		w.end(nil)
	}
}

// apart tells why no connection came about, once it should have.
func (w *Pasted) apart() *netcheck.Failure {
	if w.met.up() {
		return pastedUnkeyed()
	}
	other, _ := w.accepted.get()
	e := apartEvidence{answers: w.answers, asked: w.asked, rebound: w.net.rebound(), own: w.own, other: other}
	for _, s := range w.pc.GetStats() {
		if pair, ok := s.(webrtc.ICECandidatePairStats); ok && pair.RequestsReceived > 0 {
			e.heard = true
		}
	}
	return e.failure()
}
