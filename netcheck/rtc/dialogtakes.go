package rtc

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck/signaling"
)

// candidate takes a candidate of the other end, or keeps it until the description comes.
func (d *dialog) candidate(line string) {
	if len(line) > signaling.MaxCandidate {
		return
	}
	if d.answered.up() {
		d.use(line)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.early) < maxEarlyCandidates {
		d.early = append(d.early, line)
	}
}

// useEarly takes the candidates of a description, and those that came before it.
func (d *dialog) useEarly(inside []string) {
	d.mu.Lock()
	early := append(inside, d.early...)
	d.early = nil
	d.mu.Unlock()
	for _, line := range early {
		d.use(line)
	}
}

// use hands a candidate on, if it is one that this end takes. What it does not take it drops without a word: another may do.
func (d *dialog) use(line string) {
	c, ok := d.peer.takeable(line)
	if !ok {
		return
	}
	if !d.allowed.allow(c.addr) {
		d.mu.Lock()
		if len(d.waiting) < maxRemoteCandidates {
			d.waiting = append(d.waiting, line)
		}
		d.mu.Unlock()
		return
	}
	d.mu.Lock()
	if slices.Contains(d.taken, c.addr) || len(d.taken) >= maxRemoteCandidates {
		d.mu.Unlock()
		return
	}
	d.taken = append(d.taken, c.addr)
	d.mu.Unlock()
	_ = d.peer.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c.line()}) // pion ignores what it can not read
	d.heard.fire()
}

// retry tries candidates again that were not allowed, until there is a link: the server may observe an address a moment later.
func (d *dialog) retry(ctx context.Context) {
	tick := time.NewTicker(retryAllowed)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		d.mu.Lock()
		again := d.waiting
		d.waiting = nil
		d.mu.Unlock()
		if d.peer.checked() {
			continue
		}
		for _, line := range again {
			d.use(line)
		}
	}
}

// remotes are the addresses of the other end that are in use.
func (d *dialog) remotes() []netip.AddrPort {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.taken)
}

// refused tells whether candidates of the other end are not allowed.
func (d *dialog) refused() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting) > 0
}

// forgetRestart drops the word of an answer that nobody waited for any more: the pair was there before it was looked at.
func (d *dialog) forgetRestart() {
	select {
	case <-d.restarted:
	default:
	}
}

// forgetRemotes begins a new generation of candidates.
func (d *dialog) forgetRemotes() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told, d.held, d.early, d.waiting, d.taken, d.sources = false, nil, nil, nil, nil, sources{}
}
