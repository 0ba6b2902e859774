package model

import (
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// hostPaste is the invite by copy and paste that somebody makes at the host, and what became of its answer.
type hostPaste struct {
	hostInvite
	given   bool   // an answer was handed to the host
	trying  bool   // the two try to meet by it
	met     bool   // a guest came while they tried: it waits to be let in, or is in
	problem string // of the answer, as a sentence
}

// PasteView is the sheet of an invite by copy and paste.
type PasteView struct {
	Invite  InviteView
	Problem string // what is wrong with the answer, or why the two did not meet; "" if nothing is
	Line    string // what goes on; "" before there is an answer
	Can     bool   // an answer can be handed over
	Why     string // why not
	Done    bool   // the guest has come
}

// PasteAsking tells that an invite by copy and paste is being made.
func (h *Host) PasteAsking() { h.paste = hostPaste{hostInvite: hostInvite{asked: true}} }

// PasteInvited takes it.
func (h *Host) PasteInvited(text netcheck.Secret, room [8]byte, expiry time.Time) {
	h.paste = hostPaste{hostInvite: hostInvite{text: text, room: room, expiry: expiry}}
}

// PasteFailed tells why none could be made.
func (h *Host) PasteFailed(err error) { h.paste = hostPaste{hostInvite: hostInvite{err: err}} }

// PasteText is the invite, a secret; ok is false if there is none that lets somebody in.
func (h *Host) PasteText() (text netcheck.Secret, ok bool) {
	return h.paste.text, h.phase == HostOn && h.paste.text != ""
}

// NeedsPaste tells that there is no invite by copy and paste that an answer may still come to.
func (h *Host) NeedsPaste(now time.Time) bool {
	p := h.paste
	return !p.asked && (p.text == "" || p.met || !now.Before(p.expiry) || h.used(p.room))
}

// Answering tells that an answer was handed to the host.
func (h *Host) Answering() { h.paste.given, h.paste.trying, h.paste.problem = true, true, "" }

// Answered takes what the host said to it at once; nil if the two try to meet by it.
func (h *Host) Answered(err error) {
	if err != nil {
		h.paste.trying = false
		text, advice := failureWords(err)
		h.paste.problem = joined(text, advice)
	}
}

// pasteEvent follows what becomes of an answer.
func (h *Host) pasteEvent(e hosting.Event) {
	if !h.paste.trying {
		return
	}
	switch e.Kind {
	case hosting.EventGuestWaiting, hosting.EventGuestJoined, hosting.EventGuestBack:
		h.paste.trying, h.paste.met = false, true
	case hosting.EventRefused:
		h.paste.trying = false
		h.paste.problem = orElse(sentence(forWindow(e.Text)), "The guest could not be reached by this answer. Make a new invite and try again.")
	}
}

// used tells that a guest has come by an invite.
func (h *Host) used(room [8]byte) bool {
	for _, s := range h.snapshot.Invites {
		if s.Room == room {
			return s.Used >= s.Guests && s.Guests > 0
		}
	}
	return false
}

// Paste makes what the sheet shows; typed is what stands in the field for the answer.
func (h *Host) Paste(now time.Time, typed string) PasteView {
	p := h.paste
	v := PasteView{Problem: p.problem, Done: p.met || p.text != "" && h.used(p.room)}
	v.Invite = h.viewOf(p.hostInvite, now)
	if p.asked && h.phase == HostOn {
		v.Invite.Why = "The invite is being made: outside STUN servers are asked how this computer is seen …"
	}
	if !p.given {
		v.Problem = AnswerProblem(typed)
	}
	switch {
	case p.trying:
		v.Line, v.Why = "The two computers try to reach each other …", "The answer is being tried."
	case !v.Invite.Can:
		v.Why = v.Invite.Why
	case !now.Before(p.expiry):
		v.Why = "This invite has expired. Make a new one."
	case typed == "":
		v.Why = "Paste the answer of the guest first."
	case AnswerProblem(typed) != "":
		v.Why = AnswerProblem(typed)
	default:
		v.Can, v.Why = true, "Reach the guest by its answer."
	}
	return v
}

// AnswerEdited tells that the text in the field is another one: what was said of the one before is over.
func (h *Host) AnswerEdited() { h.paste.given, h.paste.trying, h.paste.problem = false, false, "" }

// AnswerProblem says in a sentence what is wrong with the text of an answer; "" if nothing is, or if there is none.
func AnswerProblem(typed string) string {
	if typed == "" {
		return ""
	}
	if _, err := parseAnswer(typed); err != nil {
		return sentence(forWindow(err.Error()))
	}
	return ""
}

// parseAnswer reads an answer. Tests put another in its place.
var parseAnswer = invite.ParseAnswer

// AnswerView is the sheet of a guest whose answer has to be carried to the host.
type AnswerView struct {
	Open   bool
	Short  string // its beginning and end
	Expiry string // "The invite is good for 8:12 more"
	Tone   present.Tone
}

// Answer tells that the host is not to be reached but by copy and paste, and the text that has to be carried there.
func (j *Join) Answer(text string) {
	if j.phase == JoinReaching {
		j.answer = text
	}
}

// AnswerText is the text to be carried to the host; "" if there is none.
func (j *Join) AnswerText() string { return j.answer }

// AnswerView makes what the sheet shows.
func (j *Join) AnswerView(now time.Time) AnswerView {
	if j.phase != JoinReaching || j.answer == "" {
		return AnswerView{}
	}
	v := AnswerView{Open: true, Short: shortened(j.answer)}
	i, err := parseInvite(j.by.Reveal())
	if err != nil {
		return v
	}
	v.Expiry, v.Tone = "The host can take it for "+present.Clock(i.Expiry.Sub(now).Truncate(time.Second))+" more.", present.ToneNone
	if !now.Before(i.Expiry) {
		v.Expiry, v.Tone = "The invite has expired by this computer's clock: ask for a new one if the host does not answer.", present.ToneFair
	}
	return v
}
