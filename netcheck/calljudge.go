package netcheck

import (
	"fmt"
	"time"

	"echopath/netcheck/stats"
)

// callWay is one direction of a call, with the words for it.
type callWay struct {
	CallDirection
	up   bool
	plan VideoPlan
	span time.Duration
}

func (s CallSummary) ways() []callWay {
	return []callWay{{s.Up, true, s.Plan, s.Span}, {s.Down, false, s.Plan, s.Span}}
}

// id is the name of a finding about this direction.
func (w callWay) id(of string) string {
	if w.up {
		return of + "_up"
	}
	return of + "_down"
}

// in names the direction within a sentence.
func (w callWay) in(d Direction) string {
	up, down := ways(d)
	if w.up {
		return up
	}
	return down
}

// video is the direction as a video that was not echoed: it is held to the same limits, as far as it has the figures. It has no
// delay and no likeness to what was captured.
func (w callWay) video() VideoSummary {
	s := VideoSummary{Plan: w.plan, Span: w.span, TargetKbps: w.TargetKbps, SentKbps: w.SentKbps, ReceivedKbps: w.ReceivedKbps,
		AfterRepair: w.AfterRepair, NACK: w.NACK, PLI: w.PLI, Retransmitted: w.Retransmitted,
		Stats: stats.VideoStats{Sent: w.Sent, Shown: w.Shown, Missing: w.Lost, Dropped: w.Dropped, Skipped: w.Skipped, KeyFrames: w.KeyFrames,
			Freezes: w.Freezes, FrozenUS: w.FrozenUS, LongestFreezeUS: w.LongestFreezeUS, SentMost: w.SentFull}}
	if w.FPSAsked > 0 {
		s.Plan.Width, s.Plan.Height, s.Plan.FPS = w.WidthAsked, w.HeightAsked, w.FPSAsked
	}
	if w.SentFull > 0 {
		s.Stats.WidthMost = s.Plan.Width
	}
	if w.SentFull < w.Sent {
		s.Stats.SizeChanges = 1
	}
	return s
}

// enough tells that a direction had at least a second's worth of pictures.
func (w callWay) enough() bool { return enoughPictures(w.video()) }

// grade is that of the direction's figures; the picture was shown.
func (w callWay) grade() Grade {
	return worse(gradePictures(w.video()), gradeBeforeRepair(w.BeforeRepair))
}

// callRTT has the limits of the loss probe. It goes by the median: reports are few, and one that waited behind a key frame is no
// slow line.
var callRTT = limits{"call_delay", 0.300, 0.500}

// fewReports is the number of round-trip times from which a call is judged by them.
const fewReports = 3

func callDelay(s CallSummary) reading {
	return exactly(float64(s.RTT.P50US)/1e6, s.RTT.OK && s.RTT.N >= fewReports)
}

// measuredCall gives the result of a call that was long enough, however the path ended.
func measuredCall(p PathReport) (CallSummary, bool) {
	if p.Call == nil || p.Call.Result == nil {
		return CallSummary{}, false
	}
	s := *p.Call.Result
	return s, s.ways()[0].enough()
}

// callFigures gives the result of a call that a grade and findings about the network may rest on.
func callFigures(p PathReport) (CallSummary, bool) {
	if p.State != StateOK && p.State != StateInterrupted {
		return CallSummary{}, false
	}
	s, ok := measuredCall(p)
	return s, ok && assessCall(s, nil).State == StateOK
}

// gradeCall grades a call by the worse of its directions, Unknown if that can not be told. Where neither picture arrived it failed;
// with one of them it has something to see for one of the two.
func gradeCall(p PathReport) Grade {
	s, ok := callFigures(p)
	if !ok {
		return GradeUnknown
	}
	grade, arrived := GradeGood, 0
	for _, w := range s.ways() {
		if w.Shown == 0 {
			grade = GradePoor
			continue
		}
		arrived++
		grade = worse(grade, w.grade())
	}
	if r := callDelay(s); r.known {
		grade = worse(grade, callRTT.grade(r))
	}
	if arrived == 0 {
		return GradeFailed
	}
	return grade
}

// silentCall tells of a call on which no picture arrived, neither here nor there.
func silentCall(p PathReport) bool {
	s, ok := measuredCall(p)
	return ok && p.Connected && s.Up.Shown == 0 && s.Down.Shown == 0
}

// assessCall tells how far the result of a call can be trusted. other is the second computer.
func assessCall(s CallSummary, other *OtherEnd) PathEnded {
	far := farEndWord(other)
	for _, check := range []func(CallSummary, string) *Failure{checkCallSent, checkCallHere, checkCallAccount, checkCallThere} {
		if f := check(s, far); f != nil {
			return endedBy(f)
		}
	}
	return PathEnded{State: StateOK}
}

func checkCallSent(s CallSummary, _ string) *Failure {
	if s.Up.Sent > 0 {
		return nil
	}
	return &Failure{Code: ReasonNoData, Text: "No picture was sent, so nothing is known of this path.", Advice: "Run the call for longer."}
}

// checkCallHere doubts a call that this computer could not keep up with.
func checkCallHere(s CallSummary, _ string) *Failure {
	const advice = "Close other programs, or ask for a smaller picture or fewer of them a second."
	switch left, of := leftOut(s.Up, s.Down); {
	case left > 0:
		return &Failure{Code: ReasonBusy, Text: fmt.Sprintf("This computer could not keep up with the call: it left out %d of %d pictures.", left, of), Advice: advice}
	case s.Self.CaptureErrorP95 > lateCapture(s.Up):
		return &Failure{Code: ReasonBusy,
			Text:   fmt.Sprintf("This computer was too busy to measure: one picture in twenty was taken %s ms or more after its time.", millis(s.Self.CaptureErrorP95)),
			Advice: advice}
	}
	return nil
}

func checkCallAccount(s CallSummary, far string) *Failure {
	if s.Up.Known && s.Down.Known {
		return nil
	}
	return &Failure{Code: ReasonLogMissing,
		Text:   "The account of " + far + " did not arrive or can not be used, so it is not known how this computer's picture arrived there.",
		Advice: "Run the call again."}
}

// checkCallThere doubts a call that the other computer could not keep up with.
func checkCallThere(s CallSummary, far string) *Failure {
	advice := "Close other programs on " + far + ", or ask for a smaller picture or fewer of them a second."
	switch left, of := leftOut(s.Down, s.Up); {
	case s.Down.Sent+s.Down.Dropped == 0:
		return &Failure{Code: ReasonNoData, Text: beginning(far) + " sent no picture, so nothing is known of the way from there.",
			Advice: "Look there for what is wrong with its camera, and run the call again."}
	case left > 0:
		return &Failure{Code: ReasonReflectorBusy, Text: fmt.Sprintf("%s could not keep up with the call: it left out %d of %d pictures.", beginning(far), left, of), Advice: advice}
	case s.Far.CaptureErrorP95 > lateCapture(s.Down):
		return &Failure{Code: ReasonReflectorBusy,
			Text:   fmt.Sprintf("%s was too busy to measure: it took one picture in twenty %s ms or more after its time.", beginning(far), millis(s.Far.CaptureErrorP95)),
			Advice: advice}
	}
	return nil
}

// leftOut is how many pictures an end left out of those that it was to make and those that it received, if that is too many; else 0.
func leftOut(made, received CallDirection) (left, of int) {
	if asked := made.Sent + made.Dropped + made.Skipped; float64(made.Skipped) > maxSkippedPictures*float64(asked) {
		left, of = made.Skipped, asked
	}
	if whole := received.Shown + received.QueueDropped; float64(received.QueueDropped) > maxSkippedPictures*float64(whole) {
		left, of = left+received.QueueDropped, of+whole
	}
	return left, of
}

// lateCapture is the lateness of the worst picture in twenty up to which a call can be trusted.
func lateCapture(made CallDirection) time.Duration {
	return time.Second / time.Duration(2*max(made.FPSAsked, 1))
}
