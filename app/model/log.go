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
func (t *trial) note(e netcheck.Event) {
	say := func(tone present.Tone, format string, args ...any) {
		t.journal.add(e, tone, forWindow(fmt.Sprintf(format, args...)))
	}
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		if b.Granted.Network.Only {
			say(present.ToneNone, "The network test begins: target %s.", present.TargetWords(b.Granted.Target))
			return
		}
		say(present.ToneNone, "The test begins: %s, target %s.", present.Counted(len(b.Granted.Paths), "path"), present.TargetWords(b.Granted.Target))
	case netcheck.NetworkStarted:
		say(present.ToneNone, "The network is asked %s.", present.Counted(len(b.Probes), "question"))
	case netcheck.NetProbed:
		say(present.NetStateMark(b.Result.State).Tone, "%s", sentence(probeText(b.Result)))
	case netcheck.PathStarted:
		t.journal.many = len(b.Servers) > 1
		say(present.ToneNone, "Connecting%s.", tried(b.Servers))
	case netcheck.StepDone:
		say(stepTone(b), "%s", stepWords(b, t.journal.many || !b.OK))
	case netcheck.PathConnected:
		say(present.ToneGood, "Connected in %s ms: %s.", present.Millis(b.Connect), pairWords(b.Local))
	case netcheck.ProbeStarted:
		say(present.ToneNone, "%s", t.beginning(b))
	case netcheck.SampleTaken:
		t.watchSample(e, b.Sample)
	case netcheck.VideoHappened:
		t.noteHappened(say, e, b)
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

// beginning says what a probe is about to do.
func (t *trial) beginning(b netcheck.ProbeStarted) string {
	if v := t.plan.Video; b.Probe == netcheck.ProbeVideo {
		return fmt.Sprintf("The video begins: %s, %s, about %s.", present.Picture(netcheck.VideoSize{Width: v.Width, Height: v.Height}, v.FPS),
			present.SourceWords(v.Source), present.About(b.Duration))
	}
	if v := t.plan.Video; b.Probe == netcheck.ProbeCall {
		return fmt.Sprintf("The call begins: %s, %s here, about %s.", present.Picture(netcheck.VideoSize{Width: v.Width, Height: v.Height}, v.FPS),
			present.SourceWords(v.Source), present.About(b.Duration))
	}
	return fmt.Sprintf("Measuring: %s on each carrier, about %s.", present.Counted(b.Packets, "packet"), present.About(b.Duration))
}

// noteHappened says what happened to a video.
func (t *trial) noteHappened(say func(present.Tone, string, ...any), e netcheck.Event, h netcheck.VideoHappened) {
	var before netcheck.VideoSize
	if f := t.films[e.Path]; f != nil {
		if before = f.before; !f.worthTelling(e.At, h.What) {
			return
		}
	}
	happened := present.Happened
	if t.plan.Video.Mode == netcheck.VideoCall {
		happened = present.HappenedInCall
	}
	if text, tone := happened(h, before); text != "" {
		say(tone, "%s", text)
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
func (t *trial) noteEnd(say func(present.Tone, string, ...any), path netcheck.Path) {
	p, ok := t.report.Path(path)
	if !ok {
		return
	}
	mark := present.StateMark(p, t.verdict.Paths[path])
	results := present.Measured(p)
	if len(results) == 0 {
		say(mark.Tone, "%s", joined(sentence(mark.Word), pictures(p), present.CallWords(p), p.Reason))
		return
	}
	s := results[0].Stats
	rtt := ""
	if s.RTT.OK {
		rtt = "RTT " + present.RTTp50(s.RTT) + " ms (median)."
	}
	say(mark.Tone, "%s %s", sentence(mark.Word), joined(lostOf(s.Total.Lost, s.Total.Sent), rtt, pictures(p), present.LoadWords(present.LoadOf(p)), t.why(p)))
}

// pictures says in a sentence what came of a path's video; "" if there was none.
func pictures(p netcheck.PathReport) string {
	if !present.Seen(p) {
		return ""
	}
	f := present.FiguresOf(*p.Video.Result)
	if f.Shown == present.None {
		return "No picture was sent."
	}
	text := "Shown: " + f.Shown + " pictures, frozen " + f.Frozen
	if f.DelayP50 != present.None {
		text += ", picture delay " + f.DelayP50 + " ms (median)"
	}
	return text + "."
}

// took is a length of time that has passed, to the second.
func took(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return present.Clock(d.Round(time.Second))
}

func (t *trial) noteSessionEnd(say func(present.Tone, string, ...any), b netcheck.SessionEnded) {
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
