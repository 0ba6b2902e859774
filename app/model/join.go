package model

import (
	"context"
	"errors"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// JoinPhase is where the session with a host stands.
type JoinPhase string

// The phases.
const (
	JoinNone     JoinPhase = "none"     // there is none
	JoinReaching JoinPhase = "reaching" // it is being made
	JoinWaiting  JoinPhase = "waiting"  // for the host to let this end in
	JoinIn       JoinPhase = "in"
	JoinLeaving  JoinPhase = "leaving"
	JoinGone     JoinPhase = "gone" // it could not be made, or ended by itself
)

// Join is how this computer stands with the host of an invite: what both screens that measure show of it.
type Join struct {
	phase    JoinPhase
	other    netcheck.OtherEnd
	standing signaling.Standing
	step     string          // of reaching the host, in words
	by       netcheck.Secret // the invite by which the host is, or was, reached
	answer   string          // that the user has to carry to the host; "" if it is reached otherwise
	noCalls  bool            // the host can not send pictures of its own
	err      error
	sessions int // that there have been
}

// JoinView is the line below the header of a screen that measures, while its target is another Echopath.
type JoinView struct {
	Mark   present.Mark // shape and tone
	Line   string
	Hint   string // the whole of it, with advice
	Action string // "Connect", "Disconnect" or "Cancel"
	CanAct bool
	Why    string // what the action does, or why it can not work
	Shown  string // instead of the invite, which is a secret and not shown once it is whole: its beginning and the host's name; "" for a text that is none
	Locked bool   // the invite can not be changed
}

// NewJoin gives the state without a host.
func NewJoin() *Join { return &Join{phase: JoinNone} }

// Phase is where the session stands.
func (j *Join) Phase() JoinPhase { return j.phase }

// Other tells about the host, while there is a session with one.
func (j *Join) Other() netcheck.OtherEnd { return j.other }

// Begin tells that the host is being reached.
func (j *Join) Begin() { *j = Join{phase: JoinReaching, by: j.by, sessions: j.sessions} }

// By tells by which invite.
func (j *Join) By(invite netcheck.Secret) { j.by = invite }

// Step takes a step of reaching the host.
func (j *Join) Step(s netcheck.StepDone) {
	if j.phase == JoinReaching {
		j.step = forWindow(stepWords(s, true))
	}
}

// Standing takes how this end stands with the host.
func (j *Join) Standing(s signaling.Standing) {
	if j.phase == JoinNone || j.phase == JoinGone || j.phase == JoinLeaving {
		return
	}
	j.standing = s
	if s.State == signaling.StandingWaiting && j.phase != JoinIn {
		j.phase = JoinWaiting
	}
}

// Joined tells that the host has let this end in.
func (j *Join) Joined(other netcheck.OtherEnd) {
	j.phase, j.other, j.err, j.answer = JoinIn, other, nil, ""
	j.sessions++
	if j.standing.State == signaling.StandingWaiting {
		j.standing = signaling.Standing{State: signaling.StandingIn}
	}
}

// Calls tells whether the host can send pictures of its own: whether there can be a two-way call with it. Until it is told it can.
func (j *Join) Calls(can bool) { j.noCalls = !can }

// Leaving tells that this end takes its leave.
func (j *Join) Leaving() {
	if j.phase != JoinNone && j.phase != JoinGone {
		j.phase = JoinLeaving
	}
}

// Left tells that the session was ended as somebody here asked.
func (j *Join) Left() { *j = Join{phase: JoinNone, by: j.by, sessions: j.sessions} }

// Gone tells that there is no session, and why: it could not be made, or has ended by itself.
func (j *Join) Gone(err error) {
	if j.phase == JoinLeaving || errors.Is(err, context.Canceled) {
		j.Left()
		return
	}
	*j = Join{phase: JoinGone, err: err, other: j.other, by: j.by, sessions: j.sessions}
}

// busy tells that there is a session, or one in the making.
func (j *Join) busy() bool {
	return j.phase == JoinReaching || j.phase == JoinWaiting || j.phase == JoinIn || j.phase == JoinLeaving
}

// View makes what is shown. typed is the invite in the form; runs tells that a test goes on.
func (j *Join) View(typed netcheck.Secret, runs bool) JoinView {
	v := JoinView{Locked: j.busy() || runs, Mark: j.mark(), Line: j.line(typed)}
	if j.busy() || inviteProblem(typed) == "" {
		v.Shown = beginning(typed)
	}
	if j.phase == JoinIn {
		v.Shown += " " + hostName(j.other)
	}
	v.Hint = v.Line
	if j.phase == JoinGone {
		text, advice := failureWords(j.err)
		v.Hint = joined(text, advice)
	}
	v.Action, v.CanAct, v.Why = j.action(typed, runs)
	return v
}

func (j *Join) action(typed netcheck.Secret, runs bool) (name string, can bool, why string) {
	switch j.phase {
	case JoinReaching, JoinWaiting:
		return "Cancel", true, "Give up reaching the host."
	case JoinIn:
		if runs {
			return "Disconnect", false, "Stop the running test first."
		}
		return "Disconnect", true, "Leave the host. You can come back by the same invite until it expires."
	case JoinLeaving:
		return "Disconnect", false, "The host is being told."
	case JoinNone, JoinGone:
	}
	if why := inviteProblem(typed); why != "" {
		return "Connect", false, joined(why, inviteAdvice(typed))
	}
	if runs {
		return "Connect", false, "Stop the running test first."
	}
	return "Connect", true, "Reach the host now. Start does it too, if you have not."
}

func (j *Join) mark() present.Mark {
	switch j.phase {
	case JoinReaching, JoinWaiting, JoinLeaving:
		return present.Mark{Shape: "◌", Tone: present.ToneNone}
	case JoinIn:
		if j.standing.State == signaling.StandingRefused {
			return present.Mark{Shape: "▲", Tone: present.ToneFair}
		}
		return present.Mark{Shape: "●", Tone: present.ToneGood}
	case JoinGone:
		return present.Mark{Shape: "■", Tone: present.TonePoor}
	case JoinNone:
	}
	return present.Mark{Shape: "○", Tone: present.ToneFaint}
}

// line tells the standing in a sentence.
func (j *Join) line(typed netcheck.Secret) string {
	switch j.phase {
	case JoinReaching:
		if j.answer != "" {
			return "Waiting until the answer has been carried to the host."
		}
		return orElse(sentence(j.step), "Reaching the host …")
	case JoinWaiting:
		return ellipsis(present.Standing(string(signaling.StandingWaiting), 0, 0))
	case JoinIn:
		return j.inLine()
	case JoinLeaving:
		return "Leaving the host …"
	case JoinGone:
		return "Not connected. The reason is given below." // in the banner, and whole among the findings
	case JoinNone:
	}
	switch err := inviteError(typed); {
	case errors.Is(err, invite.ErrNotInvite):
		return "Not connected. " + inviteBegins
	case inviteProblem(typed) != "":
		return "Not connected." // what is wrong the form says
	}
	return "Not connected. Press Connect, or Start: it connects first."
}

func (j *Join) inLine() string {
	s := j.standing
	switch s.State {
	case signaling.StandingQueued:
		return ellipsis(present.Standing(string(s.State), s.Position, s.Of))
	case signaling.StandingRefused:
		return joined(present.Standing(string(s.State), 0, 0), sentence(forWindow(s.Text)))
	case signaling.StandingWaiting, signaling.StandingIn, signaling.StandingAdmitted:
	}
	text := "Connected to " + hostName(j.other)
	if way := present.WayWords(j.other.Way); way != "" {
		text += " by " + way
	}
	return text + "."
}

// ellipsis is one character in the window.
func ellipsis(text string) string { return strings.ReplaceAll(text, " ...", " …") }

// hostName is how the host calls itself.
func hostName(o netcheck.OtherEnd) string {
	return orElse(netcheck.CleanText(o.Name, present.MaxName), "the other computer")
}

// beginning is as much of an invite as shows which it was, and is no secret.
func beginning(typed netcheck.Secret) string {
	const head = 10
	text := []rune(strings.TrimSpace(typed.Reveal()))
	if len(text) <= 4*head {
		return "…"
	}
	return string(text[:head]) + "…"
}

// parseInvite reads an invite. Tests put another in its place.
var parseInvite = invite.Parse

// inviteBegins is by what an invite is known.
const inviteBegins = "An invite begins with EP1- or “echopath:”."

// inviteError is what is wrong with the text of an invite; nil if nothing is, or if there is none. Whether it has expired the host
// says, by its own clock.
func inviteError(typed netcheck.Secret) error {
	text := strings.TrimSpace(typed.Reveal())
	if text == "" {
		return nil
	}
	_, err := parseInvite(text)
	return err
}

// noInvite tells that nothing was put in yet, which is no mistake.
func noInvite(typed netcheck.Secret) bool { return strings.TrimSpace(typed.Reveal()) == "" }

// inviteProblem says in a sentence, as short as the header wants it, what is wrong with the text of an invite; "" if nothing is.
func inviteProblem(typed netcheck.Secret) string {
	if noInvite(typed) {
		return "Paste the invite that the other person has sent you."
	}
	problem, _ := inviteWords(inviteError(typed))
	return problem
}

// inviteAdvice says what to do about it.
func inviteAdvice(typed netcheck.Secret) string {
	_, advice := inviteWords(inviteError(typed))
	return advice
}

// inviteWords are an error of an invite's text: what is wrong before its first colon, and behind that what to do.
func inviteWords(err error) (problem, advice string) {
	if err == nil {
		return "", ""
	}
	if errors.Is(err, invite.ErrNotInvite) {
		return "This is not an invite.", "Copy the whole text that the host shows. " + inviteBegins
	}
	problem, advice, _ = strings.Cut(forWindow(err.Error()), ": ")
	return sentence(problem), sentence(advice)
}

// failureWords are what happened and what to do about it, as sentences.
func failureWords(err error) (text, advice string) {
	if err == nil {
		return "", ""
	}
	var failure *netcheck.Failure
	if errors.As(err, &failure) {
		return sentence(forWindow(failure.Text)), sentence(forWindow(failure.Advice))
	}
	return sentence(forWindow(err.Error())), ""
}
