package present

import (
	"strings"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// HostEventLine tells in a sentence or two what happened at a host, for a log, and how grave it is. The text is "" for what
// needs no line: most of the events of a guest's run, which its table and its charts show. What a guest found is told as its own
// words: "this computer" is the guest's in them.
func HostEventLine(e hosting.Event) (text string, tone Tone) {
	text, tone = hostEvent(e)
	if e.Kind == hosting.EventRunEnded && e.Grade != "" {
		text = strings.TrimSpace(bare(text) + ": " + string(e.Grade) + ". " + GuestSays(e.Name, e.Verdict))
	}
	detail := bare(netcheck.CleanText(e.Text, 500))
	if e.Kind == hosting.EventRefused {
		detail = strings.TrimSuffix(detail, ", and was turned away") // the line says so
	}
	if toldToGuest(e) {
		detail = ""
	}
	switch {
	case text == "" || detail == "" || sameWords(text, detail, guestName(e.Name, "A guest")):
		return text, tone
	case e.Kind == hosting.EventRefused && e.Code == notMet:
		return sentence(detail), tone
	}
	for _, again := range []string{"A guest was turned away: ", "A computer was turned away: "} {
		if why, found := strings.CutPrefix(detail, again); found && e.Kind == hosting.EventRefused {
			return bare(text) + ": " + sentence(why), tone
		}
	}
	return text + " " + sentence(detail), tone
}

// GuestSays gives words that a guest has written, as its own: vm says: "This computer could not keep up". It is "" without any.
func GuestSays(name, words string) string {
	words = bare(netcheck.CleanText(words, 500))
	if words == "" {
		return ""
	}
	return guestName(name, "The guest") + ` says: "` + words + `".`
}

// toldToGuest tells of an event whose text is what the guest was told by whoever sent it out: it is no news to them.
func toldToGuest(e hosting.Event) bool {
	switch e.Kind {
	case hosting.EventGuestLeft, hosting.EventLegFailed, hosting.EventLegClosed, hosting.EventRunEnded:
		code := signaling.Code(e.Code)
		return code == signaling.CodeRemoved || code == signaling.CodeDeclined
	}
	return false
}

// notMet is the code of a host's event that tells of a guest who was let in and could not be reached: its text says all of it.
const notMet = "not_met"

// sameWords tells of a detail that says of the guest what the line says by its name already.
func sameWords(line, detail, who string) bool {
	for _, guest := range []string{"The guest", "A guest"} {
		if rest, found := strings.CutPrefix(detail, guest); found && strings.EqualFold(who+rest, bare(line)) {
			return true
		}
	}
	return strings.EqualFold(detail, bare(line))
}

func hostEvent(e hosting.Event) (string, Tone) {
	who := guestName(e.Name, "A guest")
	switch e.Kind {
	case hosting.EventStarted:
		return "Hosting has begun.", ToneGood
	case hosting.EventStopped:
		return "Hosting has ended.", ToneNone
	case hosting.EventInvited:
		return "An invite was made.", ToneNone
	case hosting.EventRefused:
		return "Somebody" + at(e.Address, " at ", "") + " was turned away.", ToneFair
	case hosting.EventGuestWaiting:
		return who + at(e.Address, " (", ")") + " asks to be let in.", ToneFair
	case hosting.EventGuestJoined:
		return who + at(e.Address, " (", ")") + " has come in.", ToneGood
	case hosting.EventGuestAway:
		return who + " is not heard any more. It may come back by itself.", ToneFair
	case hosting.EventGuestBack:
		return who + " is back.", ToneGood
	case hosting.EventGuestLeft:
		return who + leftWords(signaling.Code(e.Code)) + ".", ToneNone
	}
	return runEvent(e, who)
}

// leftWords is how a guest went that is not there any more.
func leftWords(code signaling.Code) string {
	switch code {
	case "", signaling.CodeLeft, signaling.CodeHostStopped:
		return " has left"
	case signaling.CodeRemoved:
		return " was removed"
	case signaling.CodeDeclined:
		return " was not let in"
	}
	return " is gone"
}

// runEvent tells what happened to a guest's run.
func runEvent(e hosting.Event, who string) (string, Tone) {
	switch e.Kind {
	case hosting.EventQueued:
		return who + " waits in the queue with its test.", ToneNone
	case hosting.EventAdmitted:
		return who + " begins its test.", ToneNone
	case hosting.EventLegOpened:
		return who + ": " + pathWord(e.Path) + " is connected.", ToneNone
	case hosting.EventLegFailed:
		return who + ": " + pathWord(e.Path) + " was not connected.", ToneFair
	case hosting.EventLegClosed:
		return who + ": " + pathWord(e.Path) + " has ended.", endTone(e.Code)
	case hosting.EventRunEnded:
		return "The test of " + guestName(e.Name, "a guest") + " has ended.", endTone(e.Code)
	}
	return "", ToneNone // EventRun, and what a newer host may tell of
}

// endTone is fair for what did not end as the guest wanted it.
func endTone(code string) Tone {
	switch code {
	case "", string(signaling.CodeLeft), string(signaling.CodeHostStopped), "run_ended":
		return ToneNone
	}
	return ToneFair
}

// pathWord is a path's title, for the middle of a line.
func pathWord(p netcheck.Path) string {
	if p == netcheck.PathUnknown {
		return "the connection"
	}
	return p.Title()
}
