package signaling

import (
	"fmt"
	"time"
)

// role is which end of a session this is. The guest is the one that dials.
type role byte

const (
	roleGuest role = 'g'
	roleHost  role = 'h'
)

func (r role) other() role {
	if r == roleGuest {
		return roleHost
	}
	return roleGuest
}

// words are what a code means to people at one end.
type words struct{ text, advice string }

// gone makes a Gone with the words of its code for this end.
func (r role) gone(c Code, err error) *Gone {
	table := guestWords
	if r == roleHost {
		table = hostWords
	}
	w, known := table[c]
	if !known {
		w = words{
			fmt.Sprintf("The other end has ended the session for a reason that this version of Echopath does not know (%s).", c),
			"Use the same version of Echopath at both ends.",
		}
	}
	return &Gone{Code: c, Text: w.text, Advice: w.advice, Err: err}
}

const askAgain = "Ask who runs the host for a new invite."

// guestWords are read by who came with an invite.
var guestWords = map[Code]words{
	CodeLeft:        {"The other computer has left the session.", "Ask for a new invite if the test is to go on."},
	CodeRemoved:     {"The host has removed this computer from its guests.", "Ask who runs the host why, and for a new invite."},
	CodeDeclined:    {"The host did not let this computer in.", "Ask who runs the host for a new invite, and to accept this computer by its name."},
	CodeHostStopped: {"The host has stopped hosting.", "Ask who runs it to start it again, and for a new invite."},
	CodeLost:        {"The connection to the host broke and could not be made again.", "Check the network at both ends and whether the host still runs, then join again."},
	CodeExpired:     {"The invite's time is over.", askAgain},
	CodeUsed:        {"The invite has been used by as many computers as it is for.", askAgain},
	CodeUnknownRoom: {"The host does not know this invite, or not any more.", "The host may have been started anew or the invite revoked. " + askAgain},
	CodeRoomFull:    {"The place that this invite is for is taken: another computer came in with it.", "Let the other computer leave and join from that one, or ask for an invite for this one."},
	CodeHostFull:    {"The host has as many guests as it takes.", "Wait until a guest has left, then join again."},
	CodeTooMany:     {"The host has seen too many attempts or guests from this computer's address.", "Wait a minute, then join again. Computers behind one router share an address."},
	CodeWrongSecret: {"The other end does not know this invite's secret: it is not the host that the invite is of, or the invite was changed on its way.", "Copy the whole invite again. If that does not help, something on the way may pose as the host: ask your network's administrator."},
	CodeVersion:     {"The two programs have no version of the protocol in common.", "Use the same version of Echopath at both ends."},
	CodeProtocol:    {"The other end said something that can not be, or something on the way changed it.", "Join again. If it happens again, use the same version of Echopath at both ends, and ask whether a proxy changes what passes it."},
	CodeTooLarge:    {"The other end sent more at once than is allowed.", "Use the same version of Echopath at both ends."},
	CodeReplaced:    {"This computer came in a second time, and the newer session goes on.", "Look for a second window or process that uses the same invite."},
	CodeFlood:       {"This computer has sent the host more than any test needs, and was removed.", "Use the same version of Echopath at both ends, and ask who runs the host for a new invite."},
	CodeBusy:        {"As many computers are joining the host at this moment as it takes at one time.", "Wait a minute, then join again."},
}

// hostWords are read by who runs the host.
var hostWords = map[Code]words{
	CodeLeft:        {"The guest has left.", "It can come back with the same invite while that exists."},
	CodeRemoved:     {"The guest was removed.", "Make a new invite to let it in again."},
	CodeDeclined:    {"The guest was not let in.", "Make a new invite if that was a mistake."},
	CodeHostStopped: {"This host has stopped.", "Start it again and make new invites."},
	CodeLost:        {"Nothing was heard of the guest for too long.", "Its network may be down or the computer asleep. It can come back with the same invite while that exists."},
	CodeExpired:     {"A computer came with an invite whose time is over.", "Make a new invite if it is to come in."},
	CodeUsed:        {"A computer came with an invite that has been used by as many computers as it is for.", "Make a new invite, or one for more guests, if it is to come in."},
	CodeUnknownRoom: {"A computer came with an invite that this host does not know, or not any more.", "Make a new invite if it is to come in. Invites end when the host stops."},
	CodeRoomFull:    {"A computer came with an invite whose place another guest holds.", "Make an invite for more guests if both are to come in."},
	CodeHostFull:    {"A guest was turned away: this host has as many as it takes.", "Remove a guest, or allow more."},
	CodeTooMany:     {"A computer was turned away: there were too many attempts or guests from its address.", "If many guests share one address, allow more from it."},
	CodeWrongSecret: {"A computer came that does not know the secret of the invite that it names.", "If it was a mistake, send the whole invite again. Otherwise somebody tries to come in without one; they did not."},
	CodeVersion:     {"A computer came whose program has no version of the protocol in common with this one.", "Use the same version of Echopath at both ends."},
	CodeProtocol:    {"The guest's end said something that can not be, or something on the way changed it.", "Use the same version of Echopath at both ends, and ask whether a proxy changes what passes it."},
	CodeTooLarge:    {"The guest's end sent more at once than is allowed.", "Use the same version of Echopath at both ends."},
	CodeReplaced:    {"The guest came in anew, and its newer session goes on.", "Nothing needs to be done."},
	CodeFlood:       {"The guest has sent more than any test needs, and was removed.", "Use the same version of Echopath at both ends. Make a new invite to let it in again."},
	CodeBusy:        {"A computer was turned away: as many were coming in as this host takes at one time.", "It can join again in a minute."},
}

// clockDoubt is how far two clocks may differ before that is worth a sentence.
const clockDoubt = time.Minute

// expired says how long ago an invite ended by the host's clock, and whether the two clocks differ.
func expired(host, own, expiry time.Time) *Gone {
	g := roleGuest.gone(CodeExpired, nil)
	if !host.IsZero() && !expiry.IsZero() && host.After(expiry) {
		g.Text = fmt.Sprintf("The invite's time was over %s ago by the host's clock.", span(host.Sub(expiry)))
	}
	if host.IsZero() {
		return g
	}
	switch ahead := own.Sub(host); {
	case ahead > clockDoubt:
		g.Text += fmt.Sprintf(" This computer's clock is %s ahead of the host's.", span(ahead))
	case ahead < -clockDoubt:
		g.Text += fmt.Sprintf(" This computer's clock is %s behind the host's.", span(-ahead))
	default:
		return g
	}
	g.Advice = "Set the clocks of both computers right. " + askAgain
	return g
}

// span writes a duration for people.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d/day))
}

// noVersion names both ranges and which of the two programs is older.
func (r role) noVersion(own, other [2]int) *Gone {
	g := r.gone(CodeVersion, nil)
	here, there := "this computer", "the host"
	if r == roleHost {
		here, there = "this host", "the guest"
	}
	g.Text = fmt.Sprintf("The two programs have no version of the protocol in common: %s speaks %s, %s speaks %s.",
		here, versionRange(own), there, versionRange(other))
	old := here
	if own[0] > other[1] {
		old = there
	}
	g.Advice = fmt.Sprintf("Update Echopath on %s: it is the older one.", old)
	return g
}

func versionRange(v [2]int) string {
	if v[0] == v[1] {
		return fmt.Sprintf("version %d", v[0])
	}
	return fmt.Sprintf("versions %d to %d", v[0], v[1])
}

// lost says after how long an end gave up.
func (r role) lost(after time.Duration, err error) *Gone {
	g := r.gone(CodeLost, err)
	if r == roleHost {
		g.Text = fmt.Sprintf("Nothing was heard of the guest for %s.", span(after))
	} else {
		g.Text = fmt.Sprintf("The connection to the host broke and could not be made again within %s.", span(after))
	}
	return g
}

// floodedBy is how a session ends at an end to which too much is sent.
func (r role) floodedBy() *Gone {
	g := r.gone(CodeFlood, nil)
	if r == roleGuest {
		g.Text = "The host has sent this computer more than any test needs."
		g.Advice = "Use the same version of Echopath at both ends, and join again only if you trust who runs the host."
	}
	return g
}

// barred is what the host reads of a guest that comes back to a room that it was sent out of.
func barred(c Code) *Gone {
	g := roleHost.gone(c, nil)
	g.Text = "A guest that was removed or not let in came again with the same invite, and was turned away."
	g.Advice = "Make a new invite if it is to come in."
	return g
}

// told is the Gone of an end that the other one has told to go, or that it goes itself. What a host writes stands before our own
// words; a guest can not choose any.
func (r role) told(l Leave) *Gone {
	if r == roleHost {
		switch c := Code(l.Code); c {
		case CodeProtocol, CodeTooLarge: // it could not read what this end sent
			return r.gone(c, nil)
		}
		return r.gone(CodeLeft, nil)
	}
	g := r.gone(Code(l.Code), nil)
	if l.Text != "" {
		g.Text = l.Text
	}
	return g
}

// ownLeave is how a session stands at an end that closed it itself.
func ownLeave() *Gone {
	return &Gone{Code: CodeLeft, Text: "This end has left the session.", Advice: "Join again to go on."}
}
