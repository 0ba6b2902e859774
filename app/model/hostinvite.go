package model

import (
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// Asking tells that a new invite is being made.
func (h *Host) Asking() { h.invite.asked, h.invite.err = true, nil }

// Invited takes the newest invite.
func (h *Host) Invited(text, link netcheck.Secret, room [8]byte, expiry time.Time) {
	h.invite = hostInvite{text: text, link: link, room: room, expiry: expiry}
}

// InviteFailed tells why none could be made.
func (h *Host) InviteFailed(err error) { h.invite.asked, h.invite.err = false, err }

// Invite gives the text and the link of the newest invite, both secrets; ok is false if there is none that lets somebody in.
func (h *Host) Invite() (text, link netcheck.Secret, ok bool) {
	return h.invite.text, h.invite.link, h.phase == HostOn && h.invite.text != ""
}

// InviteView is the card of the invite.
type InviteView struct {
	Short  string // its beginning and end; "" if there is none
	Expiry string // "Lets one guest in, until 19:42:10 (9:41 left)"
	Tone   present.Tone
	Can    bool   // it can be given away
	Why    string // why not
	CanNew bool
}

// shortened is the beginning and the end of an invite: enough to tell one from another, and no secret.
func shortened(text string) string {
	const head, tail = 14, 4
	if len(text) <= head+tail+1 {
		return "…"
	}
	return text[:head] + " … " + text[len(text)-tail:]
}

func (h *Host) inviteView(now time.Time) InviteView { return h.viewOf(h.invite, now) }

// viewOf is what is shown of an invite.
func (h *Host) viewOf(i hostInvite, now time.Time) InviteView {
	v := InviteView{CanNew: h.phase == HostOn && !i.asked}
	switch {
	case h.phase != HostOn:
		v.Why = "There is no invite while nothing is hosted. Press “Start hosting” to get one."
	case i.err != nil:
		v.Why, _ = failureWords(i.err)
		v.Expiry, v.Tone = v.Why, present.TonePoor
	case i.text == "":
		v.Why = "The invite is being made."
	default:
		v.Short, v.Can = shortened(i.text.Reveal()), true
		v.Expiry, v.Tone = h.expiryWords(i, now)
	}
	return v
}

// expiryWords says whom an invite lets in, and for how long.
func (h *Host) expiryWords(i hostInvite, now time.Time) (string, present.Tone) {
	left := i.expiry.Sub(now).Truncate(time.Second)
	if left <= 0 {
		return "Expired: it lets nobody in any more. Make a new one.", present.ToneFair
	}
	if h.used(i.room) {
		return "Used: a guest has come by it. Make a new one for the next guest.", present.ToneFaint
	}
	return "Lets one guest in, " + present.Clock(left) + " left", present.ToneNone
}
