package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// banner is the line that is read first.
func (t *trial) banner() Banner {
	switch t.phase {
	case PhaseStarting:
		return t.startingBanner()
	case PhaseRunning:
		return t.runningBanner()
	case PhaseStopping:
		return Banner{Mark: busyMark("stopping"), Text: "Stopping: the last answers are waited for.", More: "What was measured until now is kept."}
	case PhaseDone:
		return t.doneBanner()
	case PhaseFailed:
		return t.failedBanner()
	}
	return t.idleBanner()
}

// remoteBanner tells how this computer stands with the other one.
func (t *trial) remoteBanner(b Banner) Banner {
	b.Text = t.words.remote
	if t.words.calls != nil {
		b.Text = t.words.calls[t.form.calls()]
	}
	v, ok := t.Join()
	if !ok {
		return b
	}
	b.More = v.Line
	switch t.join.Phase() {
	case JoinGone:
		b.Mark = present.Mark{Shape: "■", Word: "NOT CONNECTED", Tone: present.TonePoor}
		b.Text, b.More = failureWords(t.join.err)
	case JoinReaching, JoinWaiting:
		b.Mark = busyMark("connecting")
		b.Text, b.More = v.Line, "The test can be started already: it begins when the host has let you in."
	case JoinNone, JoinIn, JoinLeaving:
	}
	return b
}

// startingBanner tells what the start waits for: with another Echopath that may be a person.
func (t *trial) startingBanner() Banner {
	b := Banner{Mark: busyMark("starting"), Text: "Starting the test …"}
	if v, remote := t.Join(); remote {
		b.Text = v.Line
		if t.join.Phase() == JoinIn && t.join.standing.State == signaling.StandingQueued {
			b.More = "It begins by itself when the tests before it have ended."
		}
	}
	return b
}

// whereToMend says what to do about the first problem: by which control it is mended, where that is not in sight.
func (t *trial) whereToMend() string {
	is := func(fields ...Field) bool {
		return slices.ContainsFunc(fields, func(f Field) bool { return t.checked.Problems[f] == t.checked.Problem })
	}
	switch {
	case is(FieldURLs, FieldUser, FieldPassword, FieldREST, FieldCA, FieldPins):
		return "Press “Servers…” to mend it."
	case is(FieldInvite):
		return inviteAdvice(t.form.Invite)
	case is(FieldRate, FieldSize, FieldDuration, FieldLateAfter, FieldCarriers, FieldFamily, FieldIface, FieldPreset, FieldPortal):
		return "Press “Options…” to mend it."
	}
	return ""
}

func busyMark(word string) present.Mark {
	return present.Mark{Shape: "◌", Word: strings.ToUpper(word)}
}

// idleBanner tells a first-time user what to do.
func (t *trial) idleBanner() Banner {
	b := Banner{Mark: present.Mark{Shape: "○", Word: "READY"}}
	switch {
	case t.checked.Problem != "":
		b.Mark = present.Mark{Shape: "○", Word: "NOT READY"}
		b.Text, b.More = t.checked.Problem, t.whereToMend()
		return b
	case t.inTheWay() != "":
		b.Mark, b.Text = present.Mark{Shape: "○", Word: "NOT READY", Tone: present.ToneFair}, t.inTheWay()
		return b
	case t.elsewhere != "":
		b.Mark, b.Text = present.Mark{Shape: "○", Word: "NOT READY"}, t.elsewhere
		return b
	case t.form.Target == netcheck.TargetInvite:
		return t.remoteBanner(b)
	case t.form.Target == netcheck.TargetTURN:
		b.Text = t.words.servers
	default:
		b.Text = t.words.self
		b.More = "It stays inside this computer. To test your network, choose “TURN servers” or “Another Echopath” as the target."
		return b
	}
	b.More = "Both ends are on this computer, and the packets go out to the servers and come back."
	return b
}

func (t *trial) runningBanner() Banner {
	b := Banner{Mark: busyMark("running"), Text: "Testing …"}
	p := t.progress
	switch {
	case t.report.Ended != netcheck.EndedUnknown:
		b.Text = "Finishing: the results are being kept …"
		return b
	case p.Path() == netcheck.PathUnknown:
		return b
	case !p.Probing():
		b.Text = "Connecting " + p.Path().Title() + p.Place()
	case t.quietFirst():
		b.Text = "Measuring " + p.Path().Title() + " without video first" + p.Place()
	default:
		b.Text = t.busyWord() + " " + p.Path().Title() + p.Place()
	}
	b.More = orElse(t.warning, "Figures are provisional until their path has been measured.")
	return b
}

// busyWord is what goes on, before the name of a path.
func (t *trial) busyWord() string {
	if t.plan.Video.Mode == netcheck.VideoCall {
		return "Call over"
	}
	return t.words.busy
}

func (t *trial) doneBanner() Banner {
	mark := present.GradeMark(t.verdict.Grade)
	mark.Word = strings.ToUpper(mark.Word)
	return Banner{Mark: mark, Text: orElse(forWindow(t.verdict.Sentence), "Nothing was measured."), More: joined(t.notKept(), t.howEnded(), t.hostGone(), t.nextStep())}
}

// hostGone says why the host of the run is not there any more; "" if it is, or if it was left.
func (t *trial) hostGone() string {
	if _, remote := t.Join(); !remote || t.join.phase != JoinGone || t.report.Ended != netcheck.EndedComplete {
		return ""
	}
	text, advice := failureWords(t.join.err)
	return joined(text, advice)
}

// connectedAnew tells that there is a session with the other Echopath that began after the run: what kept the run from its end, and
// what to do about that, is over.
func (t *trial) connectedAnew() bool {
	_, remote := t.Join()
	return remote && t.join.phase == JoinIn && t.join.sessions > t.session
}

// nextStep is what to do about the result, or where it is if there is nothing to do.
func (t *trial) nextStep() string {
	if t.otherEndWentAway() {
		return "" // howEnded says it
	}
	return orElse(t.gravest(), t.whereKept())
}

// gravest is the title and advice of what calls for action first.
func (t *trial) gravest() string {
	all := t.verdict.Findings // gravest first
	if len(all) == 0 || all[0].Severity == netcheck.SeverityInfo {
		return ""
	}
	return joined(sentence(forWindow(all[0].Title)), forWindow(all[0].Advice))
}

// otherEndWentAway tells of a run that could not be judged because the other Echopath was gone: how it ended says all of it, and whether
// there is something to do yet.
func (t *trial) otherEndWentAway() bool {
	var failure *netcheck.Failure
	return t.verdict.Grade == netcheck.GradeInconclusive && t.report.Ended == netcheck.EndedError && errors.As(t.outcome.Err, &failure)
}

// howEnded tells of a run that did not get to its end, or of trouble after it.
func (t *trial) howEnded() string {
	const covers = "The figures cover what was measured until then."
	cause := t.report.Error
	if t.outcome.Err != nil {
		var failure *netcheck.Failure
		switch {
		case errors.As(t.outcome.Err, &failure) && t.report.Ended != netcheck.EndedComplete:
			text, advice := failureWords(failure)
			if cause = joined(text, advice); t.connectedAnew() {
				cause = joined(text, "You are connected again: press Start for a new test.")
			}
		case cause == "":
			cause = t.outcome.Err.Error()
		}
	}
	switch t.report.Ended {
	case netcheck.EndedComplete:
		if t.outcome.Err != nil {
			return "After the measurement: " + sentence(forWindow(t.outcome.Err.Error()))
		}
		return ""
	case netcheck.EndedCancelled:
		return fmt.Sprintf("Stopped after %s. %s", present.About(t.report.Duration.Round(time.Second)), covers)
	}
	if cause == "" {
		return "The test ended before its time. " + covers
	}
	return "The test ended before its time: " + sentence(forWindow(cause)) + " " + covers
}

func (t *trial) notKept() string {
	if t.outcome.SaveErr == nil {
		return ""
	}
	why := forWindow(t.outcome.SaveErr.Error())
	if !strings.Contains(why, "results") { // the error of a place says it all
		why = "the results could not be kept: " + why
	}
	return sentence(why) + " Export them now, to another place."
}

func (t *trial) whereKept() string {
	if t.outcome.Folder == "" || t.outcome.SaveErr != nil {
		return ""
	}
	return "The results are kept in " + present.Printable(t.outcome.Folder) + "."
}

// failedBanner tells why nothing could be measured, and what to do.
func (t *trial) failedBanner() Banner {
	if t.connectedAnew() {
		return t.idleBanner()
	}
	b := Banner{Mark: present.Mark{Shape: "■", Word: "NOT STARTED", Tone: present.TonePoor}, Text: "The test could not start."}
	err := t.outcome.Err
	var wrong *netcheck.PlanError
	var failure *netcheck.Failure
	switch {
	case errors.Is(err, context.Canceled):
		b.Mark = present.Mark{Shape: "○", Word: "STOPPED"}
		b.Text, b.More = "The test was stopped before anything was measured.", "Press Start to run it again."
	case err == nil:
		b.More = "It ended without a result and without a reason. Start it again; if that happens again, restart Echopath."
	case errors.As(err, &failure):
		b.Text, b.More = failureWords(failure)
		b.More = joined(b.More, "Nothing was measured.")
	case errors.As(err, &wrong):
		b.Text = sentence(forWindow(wrong.Error()))
		b.More = "Change the test and start it again."
	default:
		b.Text = "The test could not start: " + strings.TrimSuffix(forWindow(err.Error()), ".") + "."
		b.More = "Nothing was measured. Start it again; if it fails again, close other programs, or look for security software that stops Echopath."
	}
	return b
}
