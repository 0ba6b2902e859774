package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// status is the bar at the foot of the window.
func (t *trial) status(now time.Duration) Status {
	s := Status{Text: t.statusText(now), Busy: t.phase.Busy(), Progress: t.share}
	if t.begun {
		s.Elapsed = clock(t.Elapsed(now))
	}
	switch {
	case t.phase == PhaseDone && t.report.Ended == netcheck.EndedComplete:
		s.Progress = 1
	case t.phase.Busy() && t.progress != nil:
		s.Progress = min(max(t.share, t.progress.Share(max(now, 0))), 1)
	}
	if t.phase == PhaseRunning {
		s.Left = present.Clock(t.progress.Left(max(now, 0))) + " left"
	}
	t.share = s.Progress
	return s
}

// Planned is how long the whole run is expected to take, from the session's start, as far as that is known now; once it has
// ended, how long it took.
func (t *trial) Planned(now time.Duration) time.Duration {
	if t.phase.Busy() && t.progress != nil {
		return max(now, 0) + t.progress.Left(max(now, 0))
	}
	return t.Elapsed(now)
}

func (t *trial) statusText(now time.Duration) string {
	switch t.phase {
	case PhaseStarting:
		return "Starting"
	case PhaseStopping:
		return "Stopping"
	case PhaseRunning:
		return t.runningText(now)
	case PhaseDone:
		return t.doneText()
	case PhaseFailed:
		return "Nothing was measured"
	}
	if t.checked.Problem != "" {
		return "Not ready"
	}
	return "Ready"
}

func (t *trial) doneText() string {
	if t.report.Ended == netcheck.EndedComplete {
		if t.plan.Video.Mode == netcheck.VideoCall {
			return "Call complete"
		}
		return t.words.finished
	}
	return "Test stopped before its end"
}

// runningText says what goes on: "Relay UDP (3 of 5): SRTP and data channel, RTT 0.61 ms, lost 0 of 340".
func (t *trial) runningText(now time.Duration) string {
	p := t.progress
	if p.Path() == netcheck.PathUnknown {
		return "Testing"
	}
	text := p.Path().Title() + p.Place() + ": "
	switch {
	case !p.Probing():
		return text + "connecting"
	case p.Draining(now):
		return text + "waiting for the last answers"
	}
	if !p.Filming() {
		return text + t.carrierWords() + t.liveWords(p.Path())
	}
	if p.Calling() {
		return text + "call" + p.Call().Words(t.units.Name(), t.units.bitrate)
	}
	text += "video" + t.filmWords(p.Path())
	if t.plan.Video.Mode == netcheck.VideoUnderLoad {
		text += "; beside it " + t.carrierWords() + t.liveWords(p.Path())
	}
	return text
}

// filmWords are the figures of the video so far: ", 29.8 a second, 960 kbit/s, frozen 0 s".
func (t *trial) filmWords(p netcheck.Path) string {
	f := t.films[p]
	if f == nil || !f.begun {
		return ""
	}
	sum := f.Sum()
	figures := sum.Figures()
	if figures.FPS == present.None {
		return ", " + figures.Shown + " pictures shown"
	}
	return fmt.Sprintf(", %s a second, %s %s, frozen %s", figures.FPS, t.units.bitrate(sum.Rate(sum.BytesReceived)), t.units.Name(), figures.Frozen)
}

func (t *trial) carrierWords() string {
	var words []string
	for _, c := range shownCarriers {
		for _, asked := range t.plan.Loss.Carriers {
			if c == asked {
				words = append(words, c.Title())
			}
		}
	}
	return strings.Join(words, " and ")
}

// shownCarriers is the order in which carriers are shown: first the one that the grade rests on.
var shownCarriers = []netcheck.Carrier{netcheck.CarrierSRTP, netcheck.CarrierDataChannel}

func (t *trial) liveWords(p netcheck.Path) string {
	y := t.live(p)
	if y == nil || y.sum.sent == 0 {
		return ""
	}
	text := fmt.Sprintf(", lost %s of %s", present.Count(int(y.sum.lost())), present.Count(int(y.sum.sent)))
	if y.rttAt >= 0 {
		text = ", RTT " + present.Millis(y.rttLast) + " ms" + text
	}
	return text
}
