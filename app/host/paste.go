package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// maxPastes is how many invites by copy and paste may wait for their answers: each holds a socket or more.
const maxPastes = 16

// codeNotMet is of an event that tells of a guest whose answer was taken and of which nothing was heard. Where the wire knows more, the code is
// that of its failure, such as no_pair.
const codeNotMet = "not_met"

// paste is what an invite by copy and paste has beside others, for as long as the invite is listed.
type paste struct {
	invite invite.Invite
	wire   *rtc.Pasted

	ctx      context.Context // of waiting for the answer, and for the guest after it
	cancel   context.CancelFunc
	answered chan struct{} // closed once an answer was taken

	over string // why no answer is taken any more; "" as long as one is. Host.mu guards it
}

// Why no answer is taken, and what to do.
const (
	pasteTaken   = "an answer to this invite was taken already: make a new invite if another guest is to come in"
	pasteCameTCP = "the guest of this invite has come in without the answer: there is nothing left to do"
	pasteExpired = "the time of this invite is over: make a new one and send that"
	pasteNotMet  = "an answer to this invite was taken and the two computers did not reach each other: make a new invite and send that"
	pasteRevoked = "this host has no invite that waits for it: it was revoked, or hosting was started anew, or the answer is to another host's. Make a new invite and send that"
	pasteNone    = "the invite that it is to is not one for copy and paste"
)

// InviteByPaste makes an invite for one guest, valid for ttl (10 min if 0, 365 days at most), that works without a TCP connection to this
// host as well: its Offer describes a socket that waits for the guest's answer. It takes up to three seconds if Config.STUN names
// servers, or until ctx ends. The error is hosting.ErrClosed or ctx's, wraps hosting.ErrConfig, or is a *netcheck.Failure.
func (h *Host) InviteByPaste(ctx context.Context, ttl time.Duration) (invite.Invite, error) {
	if err := h.beginPaste(); err != nil {
		return invite.Invite{}, err
	}
	defer h.wg.Done()
	p, err := h.describe(ctx, ttl)
	h.mu.Lock()
	h.pasting--
	if err == nil {
		if err = h.openRoom(p.invite, 1); err == nil {
			h.pastes[p.invite.Room] = p
			h.wg.Go(func() { h.attend(p) })
		}
	}
	h.mu.Unlock()
	h.events.deliver()
	switch {
	case err == nil:
		return p.invite, nil
	case p != nil:
		p.cancel()
		_ = p.wire.Close() // nobody has its description
	}
	return invite.Invite{}, err
}

// beginPaste keeps a place for one more, and keeps Close waiting until Host.wg is told that it is made.
func (h *Host) beginPaste() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting := h.pasting
	for _, p := range h.pastes {
		if p.over == "" {
			waiting++
		}
	}
	switch {
	case h.closing:
		return hosting.ErrClosed
	case waiting >= maxPastes:
		return fmt.Errorf("%w: %d invites by copy and paste wait for their answers: revoke those that are not needed any more", hosting.ErrConfig, maxPastes)
	}
	h.pasting++
	h.wg.Add(1)
	return nil
}

// describe opens the socket and writes the invite that describes it.
func (h *Host) describe(ctx context.Context, ttl time.Duration) (*paste, error) {
	i, err := h.newInvite(ttl)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(h.ctx, func() { cancel(hosting.ErrClosed) })()
	low, high := peerPorts(h.cfg)
	wire, offer, err := rtc.Paster{Address: h.cfg.Address, Public: h.cfg.Public, PortMin: uint16(low), PortMax: uint16(high), //nolint:gosec // ports are checked
		Servers: h.cfg.STUN, Logger: h.cfg.Logger}.Invite(ctx)
	if err != nil {
		if why := context.Cause(ctx); why != nil {
			err = why
		}
		return nil, err
	}
	i.Offer = offer
	p := &paste{invite: i, wire: wire, answered: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(h.ctx)
	return p, nil
}

// Answer takes the text that the guest of an invite by copy and paste has sent back. The error wraps hosting.ErrAnswer and says what is
// wrong with the text, or why no invite waits for it. Whether the two meet shows later: the guest joins, or EventRefused tells why not.
func (h *Host) Answer(text string) error {
	a, err := invite.ParseAnswer(text)
	if err != nil {
		return fmt.Errorf("%w: %w", hosting.ErrAnswer, err)
	}
	p, why := h.claim(a.Room)
	if why != "" {
		return fmt.Errorf("%w: %s", hosting.ErrAnswer, why)
	}
	if err := p.wire.Accept(a.Description); err != nil {
		return fmt.Errorf("%w: %w", hosting.ErrAnswer, h.unclaim(p, err))
	}
	close(p.answered)
	return nil
}

// claim gives what waits for an answer to an invite, and lets nobody else answer it; or it says why there is nothing.
func (h *Host) claim(room [8]byte) (*paste, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.pastes[room]
	switch {
	case p == nil && h.inviteAt(room) >= 0:
		return nil, pasteNone
	case p == nil:
		return nil, pasteRevoked
	case p.over == "" && !h.cfg.Now().Before(p.invite.Expiry):
		p.end(pasteExpired)
	}
	if p.over != "" {
		return nil, p.over
	}
	p.over = pasteTaken
	return p, ""
}

// unclaim waits on for another answer, if something does. It gives why this one was of no use.
func (h *Host) unclaim(p *paste, err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.over != pasteTaken { // it ended meanwhile, which is why
		return errors.New(p.over)
	}
	p.over = ""
	return err
}

// end closes the socket, and says why no answer is taken any more. Host.mu is held.
func (p *paste) end(why string) {
	p.over = why
	p.cancel()
}

// attend waits for the answer and then for the guest, carries its session, and clears up.
func (h *Host) attend(p *paste) {
	defer p.cancel()
	select {
	case <-p.answered:
		h.meet(p)
	case <-p.ctx.Done():
	}
	_ = p.wire.Close() // there is nothing to lose
}

// meet waits until the guest is reached and has said something: only then it is known where it sends from, by which it is counted.
func (h *Host) meet(p *paste) {
	ctx, cancel := context.WithTimeout(p.ctx, h.patience.meet)
	first, err := p.wire.Receive(ctx)
	cancel()
	switch {
	case err == nil:
		_ = h.lobby.Serve(h.ctx, &metWire{frames: p.wire, first: first}) // it has told of what was wrong; Revoke cuts nobody who is in
	case p.ctx.Err() == nil:
		h.notMet(p, err)
	}
}

// notMet tells that the guest was not reached.
func (h *Host) notMet(p *paste, err error) {
	h.mu.Lock()
	if p.over == pasteTaken {
		p.over = pasteNotMet
	}
	h.mu.Unlock()
	e := hosting.Event{Kind: hosting.EventRefused}
	e.Code, e.Text = apart(err, h.patience.meet)
	h.tell(e)
}

// apart puts in words why nothing was heard of a guest whose answer was taken.
func apart(err error, after time.Duration) (code, text string) {
	var f *netcheck.Failure
	if errors.As(err, &f) {
		return string(f.Code), strings.TrimSpace(f.Text + " " + f.Advice)
	}
	return codeNotMet, fmt.Sprintf("A guest's answer was taken, and nothing was heard of the guest within %v. Its program may have been closed, or the answer is too old: "+
		"make a new invite and carry both texts within a few minutes.", after)
}

// cameByTCP is told of each guest: one that came without its answer is not waited for any longer. Host.mu is held.
func (h *Host) cameByTCP(c *signaling.Guest) {
	if p := h.pastes[c.Room()]; p != nil && c.Way() != signaling.WayPaste && p.over != pasteExpired {
		p.end(pasteCameTCP)
	}
}

// expirePastes closes the sockets of invites whose time is over. An answer that was taken before may still lead to a guest: the lobby
// decides. Host.mu is held.
func (h *Host) expirePastes(now time.Time) {
	for _, p := range h.pastes {
		if p.over == "" && !now.Before(p.invite.Expiry) {
			p.end(pasteExpired)
		}
	}
}

// forgetPaste ends the waiting for an invite that is taken off the list. Host.mu is held.
func (h *Host) forgetPaste(room [8]byte) {
	p := h.pastes[room]
	if p == nil {
		return
	}
	delete(h.pastes, room)
	if p.over == "" || p.over == pasteTaken {
		p.over = pasteRevoked
	}
	p.cancel() // a guest that is in has its session on another context
}

// waits tells whether an answer to an invite would be taken. Host.mu is held.
func (h *Host) waits(room [8]byte) bool {
	p := h.pastes[room]
	return p != nil && p.over == ""
}
