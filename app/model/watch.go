package model

import (
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// watch looks for what is worth a line while a path is measured.
type watch struct {
	lost     bool // the first loss was told
	windows  int  // with answers, so far
	next     int  // the next window to look at
	usual    time.Duration
	high     bool
	patience // with steps
}

// patience keeps what happens again and again from filling the log.
type patience struct {
	lastTold time.Duration
	told     int // so far
}

// ready tells that it may be told again.
func (p *patience) ready(at time.Duration) bool {
	return p.told == 0 || at-p.lastTold >= stepEvery<<min(p.told/stepPatient, stepSeldom)
}

func (p *patience) tell(at time.Duration) {
	p.lastTold = at
	p.told++
}

// When a change of the round-trip time is worth a line: well above the usual, and by more than a call would not notice.
const (
	stepFactor  = 2
	stepLeast   = 50 * time.Millisecond
	stepWarmup  = 10          // windows until there is a usual
	stepEvery   = time.Second // at first; twice as long after every eight
	stepPatient = 8
	stepSeldom  = 6  // doublings at most: a minute
	usualWeight = 30 // windows over which the usual follows
)

// watchSample logs the first packet that a path loses, and steps of its round-trip time. It looks at the carrier by which the
// path is judged: two would tell the same twice.
func (t *trial) watchSample(e netcheck.Event, s netcheck.Sample) {
	y := t.live(e.Path)
	if y == nil || y.curves.Key.Carrier != s.Carrier {
		return
	}
	if t.journal.watch == nil {
		t.journal.watch = map[netcheck.Path]*watch{}
	}
	w := t.journal.watch[e.Path]
	if w == nil {
		w = &watch{}
		t.journal.watch[e.Path] = w
	}
	if text := w.loss(s, t.upDown()); text != "" {
		t.journal.add(e, present.ToneFair, text)
	}
	if text := w.step(e.At, s); text != "" {
		t.journal.add(e, present.ToneNone, text)
	}
}

func (w *watch) loss(s netcheck.Sample, upDown bool) string {
	if w.lost || s.LostUp+s.LostDown+s.LostUnknown == 0 {
		return ""
	}
	w.lost = true
	out, back := ways(upDown)
	text := "First packet lost"
	switch {
	case s.LostUp > 0 && s.LostDown == 0 && s.LostUnknown == 0:
		text += ", on the way " + out
	case s.LostDown > 0 && s.LostUp == 0 && s.LostUnknown == 0:
		text += ", on the way " + back
	}
	return text + ". It was sent at " + moment(s.At) + " (" + s.Carrier.Title() + ")."
}

// step looks once at each window, when it has answers.
func (w *watch) step(at time.Duration, s netcheck.Sample) string {
	if s.Answered == 0 || s.Index < w.next {
		return ""
	}
	w.next = s.Index + 1
	w.windows++
	usual := w.usual
	w.usual += (s.RTTMean - w.usual) / time.Duration(min(w.windows, usualWeight))
	if w.windows <= stepWarmup || !w.ready(at) {
		return ""
	}
	switch above := s.RTTMean > stepFactor*usual && s.RTTMean-usual > stepLeast; {
	case above && !w.high:
		w.turn(at)
		return "The round-trip time rose from about " + present.Millis(usual) + " to " + present.Millis(s.RTTMean) + " ms."
	case !above && w.high && s.RTTMean < usual:
		w.turn(at)
		return "The round-trip time fell to " + present.Millis(s.RTTMean) + " ms again."
	}
	return ""
}

func (w *watch) turn(at time.Duration) {
	w.high = !w.high
	w.tell(at)
}
