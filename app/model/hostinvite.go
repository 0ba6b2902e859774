package model

import (
	"time"

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
