package rtc

import (
	"errors"
	"io"
	"time"

	"github.com/pion/webrtc/v4"
)

// close ends the peer and waits for its goroutines.
func (p *peer) close() error {
	p.fail(io.EOF)
	var err error
	if p.pc != nil {
		err = p.closePC()
	}
	if p.media != nil {
		p.media.close()
	}
	if p.dial != nil {
		p.dial.stop()
	}
	if p.mux != nil {
		err = errors.Join(err, p.mux.Close())
	}
	err = errors.Join(err, p.net.closeAll())
	if p.ledger != nil {
		p.ledger.shutAll()
	}
	p.halt()
	p.running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.gates {
		g.release()
	}
	return err
}

func (p *peer) closePC() error {
	p.asking.Lock()
	p.closing = true
	p.asking.Unlock()
	return closePion(p.pc, p.net)
}

// closePion waits for pion, whose goroutines end with their sockets if they do not end before.
func closePion(pc *webrtc.PeerConnection, n *network) error {
	done := make(chan error, 1)
	go func() { done <- pc.GracefulClose() }()
	patience := time.NewTimer(closePatience)
	defer patience.Stop()
	select {
	case err := <-done:
		return err
	case <-patience.C:
	}
	_ = n.closeAll()
	patience.Reset(closePatience)
	select {
	case err := <-done:
		return err
	case <-patience.C:
		return errStuck
	}
}

// closePatience is how long closing may take in order, and again after the sockets were closed by force.
const closePatience = 2 * time.Second

var errStuck = errors.New("the WebRTC peer did not close")

// abandon is for a peer that never became part of a link: its sockets go first, so that nothing waits for an answer.
func (p *peer) abandon() {
	if p.dial != nil {
		p.dial.stop()
	}
	_ = p.net.closeAll()
	_ = p.close()
}

// run starts a goroutine that close waits for. It starts none any more once close waits: callbacks of pion's may come that late.
func (p *peer) run(f func()) {
	p.starting.Lock()
	defer p.starting.Unlock()
	if !p.halted {
		p.running.Go(f)
	}
}

func (p *peer) halt() {
	p.starting.Lock()
	defer p.starting.Unlock()
	p.halted = true
}
