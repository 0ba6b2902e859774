package rtc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"

	"echopath/netcheck"
)

// link is one end's view of an established link; it implements netcheck.Link.
type link struct {
	peer   *peer
	far    *link // nil on the far end's own view, and where it is another computer
	closed flag  // the far end's own view was
	cancel context.CancelFunc
	served sync.WaitGroup
	once   sync.Once
	err    error

	signals Signals         // to another computer, nil if both ends are in this process
	talks   *sync.WaitGroup // carries them
}

// talking hands over the signalling with another computer, which lives as long as the link does.
func (l *link) talking(s Signals, stop context.CancelFunc, carried *sync.WaitGroup) {
	l.signals, l.cancel, l.talks = s, stop, carried
}

func (a *attempt) newLink() *link {
	l := &link{peer: a.near}
	if a.far != nil {
		l.far = &link{peer: a.far}
	}
	return l
}

// serve starts the far end's service, which lives until the link closes.
func (l *link) serve(respond func(context.Context, netcheck.Link) error, log *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	if respond == nil {
		return
	}
	l.served.Go(func() {
		err := respond(ctx, l.far)
		if ctx.Err() != nil || err == nil && !l.far.closed.up() {
			return
		}
		if err != nil && log != nil {
			log.Warn("the far end's service ended", "error", err)
		}
		_ = l.far.peer.close() // so that this end learns it
	})
}

// Control gives the reliable channel.
func (l *link) Control() netcheck.MessageConn { return l.peer.control }

// Datagrams gives a carrier, or nil for one that is not known.
func (l *link) Datagrams(c netcheck.Carrier) netcheck.DatagramConn {
	switch c {
	case netcheck.CarrierDataChannel:
		return l.peer.data
	case netcheck.CarrierSRTP:
		return l.peer.srtp
	}
	return nil
}

// Media gives the video streams, nil if the leg did not ask for them.
func (l *link) Media() netcheck.MediaConn {
	if l.peer.media == nil {
		return nil
	}
	return l.peer.media
}

// Pairs gives this end's selected pair and, asked for anew, the other's.
func (l *link) Pairs(ctx context.Context) (local, far netcheck.CandidatePair, err error) {
	local, err = l.peer.pair()
	if err != nil {
		return local, far, err
	}
	far, err = l.peer.talk.farPair(ctx)
	return local, far, err
}

// Counters gives this end's counters. pion counts what the selected pair carried for DTLS, SCTP and SRTP, not its STUN checks.
func (l *link) Counters() netcheck.PairCounters { return l.peer.counters() }

// Close ends the link at both ends and waits for the far end's service and every goroutine. On the far end's own view it
// ends the service's waits; the connection follows when the service has returned, since pion must not be closed by one who
// may be inside it.
func (l *link) Close() error {
	if l.signals != nil {
		return l.closeRemote()
	}
	if l.far == nil {
		l.closed.fire()
		l.peer.fail(io.EOF)
		return nil
	}
	l.once.Do(func() {
		l.cancel()
		var nearErr, farErr error
		both(func() { nearErr = l.peer.close() }, func() { farErr = l.far.peer.close() })
		l.served.Wait()
		l.err = errors.Join(nearErr, farErr)
	})
	return l.err
}

// closeRemote ends this computer's end, and tells the other one that the leg is over.
func (l *link) closeRemote() error {
	l.once.Do(func() {
		l.peer.fail(io.EOF)
		l.cancel()
		l.talks.Wait()
		l.err = errors.Join(l.peer.close(), l.signals.Close())
	})
	return l.err
}
