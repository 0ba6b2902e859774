package rtc

import (
	"errors"
	"fmt"
	"io"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// part is something that must be open before an end of a link is. Each counts once, whatever the other end opens how often: a link
// of which one is missing would be read from where there is nothing.
type part string

const (
	partLink    part = "link"
	partControl part = "control"
	partMedia   part = "media control"
	partData    part = "datagrams"
	partAudio   part = "audio track"
	partVideo   part = "video track"
)

// parts are those that are not open.
type parts map[part]struct{}

// partOf tells what a stream that both ends know beforehand is.
var partOf = map[uint16]part{streamLink: partLink, streamControl: partControl, streamMedia: partMedia}

// ready counts what has opened, and wakes who waits for all of it. The gate is nil if it is known already.
func (p *peer) ready(what part, g *gate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g != nil {
		p.addGate(g)
	}
	if _, dead := p.dead.get(); dead {
		return
	}
	if _, awaited := p.missing[what]; !awaited {
		return
	}
	if delete(p.missing, what); len(p.missing) == 0 {
		p.open()
	}
}

// open begins what an end does once everything is there. p.mu is held.
func (p *peer) open() {
	p.talk = newTalk(p)
	p.run(p.link.read)
	p.run(p.control.read)
	p.run(p.talk.run)
	if p.media != nil {
		p.media.run()
	}
	p.opened.fire()
}

// incoming takes the one channel that the end which makes the offer opens in band. Any other one ends the peer: nobody would read it,
// and closing this end's half of it would not keep the other end from filling it.
func (p *peer) incoming(dc *webrtc.DataChannel) {
	if p.role.offers || !isDatagrams(dc) || !p.data.claim() {
		p.fail(strangeChannel(fmt.Errorf("a data channel with the label %.40q", dc.Label())))
		_ = dc.Close()
		return
	}
	dc.OnOpen(func() { p.detach(dc, p.data.open, func(g *gate) { p.ready(partData, g) }) })
}

// isDatagrams tells whether a channel is as openData opens it.
func isDatagrams(dc *webrtc.DataChannel) bool {
	again := dc.MaxRetransmits()
	return dc.Label() == labelData && !dc.Ordered() && again != nil && *again == 0
}

// unaccepted is told of what the other end sent on a stream of its own without opening a channel. pion accepts none after it.
func (p *peer) unaccepted(err error) {
	if !errors.Is(endOf(err), io.EOF) {
		p.fail(strangeChannel(err))
	}
}

func strangeChannel(err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Err: err,
		Text:   "The other end opened a channel that no test has, so the connection was ended.",
		Advice: "Check that both computers run the same version of the program."}
}

// fault is why a peer that is dead was ended, if this end knows more than that it is; else nil.
func (p *peer) fault() *netcheck.Failure {
	err, _ := p.dead.get()
	var f *netcheck.Failure
	if errors.As(err, &f) {
		return f
	}
	return nil
}
