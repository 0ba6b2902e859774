package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// journal is the log of a run, and what keeps it calm.
type journal struct {
	lines []LogLine
	watch map[netcheck.Path]*watch
	many  bool // the running path has more than one server, so that each step has to name its own
}

// note writes what a person cares about into the log.
func (t *Test) note(e netcheck.Event) {
	say := func(tone present.Tone, format string, args ...any) {
		t.journal.add(e, tone, forWindow(fmt.Sprintf(format, args...)))
	}
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		say(present.ToneNone, "The test begins: %s, target %s.", present.Counted(len(b.Granted.Paths), "path"), present.TargetWords(b.Granted.Target))
	case netcheck.PathStarted:
		t.journal.many = len(b.Servers) > 1
		say(present.ToneNone, "Connecting%s.", tried(b.Servers))
	case netcheck.StepDone:
		say(stepTone(b), "%s", stepWords(b, t.journal.many || !b.OK))
	case netcheck.PathConnected:
		say(present.ToneGood, "Connected in %s ms: %s.", present.Millis(b.Connect), pairWords(b.Local))
	case netcheck.ProbeStarted:
		say(present.ToneNone, "Measuring: %s on each carrier, about %s.", present.Counted(b.Packets, "packet"), present.About(b.Duration))
	case netcheck.SampleTaken:
		t.watchSample(e, b.Sample)
	case netcheck.Noted:
		say(present.ToneNone, "%s", sentence(b.Text))
	case netcheck.ProbeEnded:
		if b.Text != "" {
			say(present.ToneFair, "%s", sentence(b.Text))
		}
	case netcheck.PathEnded:
		t.noteEnd(say, e.Path)
	case netcheck.SessionEnded:
		t.noteSessionEnd(say, b)
	}
}

func (j *journal) add(e netcheck.Event, tone present.Tone, text string) {
	line := LogLine{At: e.At, Time: moment(e.At), Text: text, Tone: tone}
	if e.Path != netcheck.PathUnknown {
		line.Path = e.Path.Title()
	}
	j.lines = append(j.lines, line)
}

func tried(servers []string) string {
	if len(servers) == 0 {
		return ""
	}
	return " by " + strings.Join(servers, ", then ")
}

// noteEnd says how a path ended, in the words of its row.
func (t *Test) noteEnd(say func(present.Tone, string, ...any), path netcheck.Path) {
	p, ok := t.report.Path(path)
	if !ok {
		return
	}
	mark := present.StateMark(p, t.verdict.Paths[path])
	results := present.Measured(p)
	if len(results) == 0 {
		say(mark.Tone, "%s %s", sentence(mark.Word), p.Reason)
		return
	}
	s := results[0].Stats
	rtt := ""
	if s.RTT.OK {
		rtt = "RTT " + present.RTTp50(s.RTT) + " ms (median)."
	}
	say(mark.Tone, "%s %s", sentence(mark.Word), joined(lostOf(s.Total.Lost, s.Total.Sent), rtt, t.why(p)))
}

// took is a length of time that has passed, to the second.
func took(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return present.Clock(d.Round(time.Second))
}

func (t *Test) noteSessionEnd(say func(present.Tone, string, ...any), b netcheck.SessionEnded) {
	after := took(b.Duration)
	switch b.Ended {
	case netcheck.EndedComplete:
		say(present.GradeMark(t.verdict.Grade).Tone, "The test ended after %s: %s.", after, present.GradeMark(t.verdict.Grade).Word)
	case netcheck.EndedCancelled:
		say(present.ToneFair, "The test was stopped after %s.", after)
	default:
		say(present.TonePoor, "The test ended before its time, after %s. %s", after, sentence(b.Error))
	}
}
