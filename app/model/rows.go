package model

import (
	"slices"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// stage is how far a path has got.
type stage int

const (
	stageNotChosen  stage = iota
	stageUnfit            // chosen, but not to be measured with these servers
	stageReady            // before a run
	stageWaiting          // for the paths before it
	stageConnecting       // or failing to
	stageMeasuring
	stageFinishing // the last answers are waited for, and the far end's log
	stageEnded
)

// active tells that the path is what the run is busy with.
func (s stage) active() bool {
	return s == stageConnecting || s == stageMeasuring || s == stageFinishing
}

// stageMarks are the marks of paths that have not ended.
var stageMarks = map[stage]present.Mark{
	stageNotChosen:  {Shape: present.None, Word: "not chosen", Tone: present.ToneFaint},
	stageUnfit:      {Shape: present.None, Word: "not applicable", Tone: present.ToneFaint},
	stageReady:      {Shape: "·", Word: "ready", Tone: present.ToneFaint},
	stageWaiting:    {Shape: "·", Word: "waiting", Tone: present.ToneFaint},
	stageConnecting: {Shape: "◌", Word: "connecting", Tone: present.ToneNone},
	stageMeasuring:  {Shape: "◌", Word: "measuring", Tone: present.ToneNone},
	stageFinishing:  {Shape: "◌", Word: "finishing", Tone: present.ToneNone},
}

// rows are those of all paths, before, during and after a run: a table whose lines keep their places.
func (t *Test) rows(now time.Duration) []Row {
	rows := make([]Row, 0, len(netcheck.AllPaths()))
	for _, p := range netcheck.AllPaths() {
		rows = append(rows, t.row(p, now))
	}
	return rows
}

func (t *Test) row(p netcheck.Path, now time.Duration) Row {
	report, _ := t.report.Path(p)
	s := t.stage(p, now)
	r := Row{Path: p, Title: p.Title(), Hint: pathHint(p), Active: s.active(), Cells: t.cells(report, s)}
	r.State, r.Why = t.state(report, p, s)
	return r
}

// state is how a path stands at a glance, and what is to be said of it.
func (t *trial) state(report netcheck.PathReport, p netcheck.Path, s stage) (mark present.Mark, why string) {
	switch s {
	case stageEnded:
		return present.StateMark(report, t.verdict.Paths[p]), t.why(report)
	case stageUnfit:
		return stageMarks[s], t.unfitWhy(p)
	}
	return stageMarks[s], ""
}

// why is the reason instead of a path's figures, or the doubt about them.
func (t *trial) why(p netcheck.PathReport) string {
	if why := present.WhyNot(p); why != "" {
		return forWindow(why)
	}
	return forWindow(present.Doubt(p, t.verdict.Paths[p.Path]))
}

func (t *trial) stage(p netcheck.Path, now time.Duration) stage {
	if t.phase == PhaseIdle || t.phase == PhaseFailed {
		switch {
		case !t.form.Paths[p]:
			return stageNotChosen
		case t.unfitWhy(p) != "":
			return stageUnfit
		}
		return stageReady
	}
	report, known := t.report.Path(p)
	switch {
	case !slices.Contains(t.plan.Paths, p):
		return stageNotChosen
	case known && (t.phase == PhaseDone || ended(report)):
		return stageEnded
	case t.progress == nil || t.progress.Path() != p:
		return stageWaiting
	case !t.progress.Probing():
		return stageConnecting
	case t.progress.Draining(now) || t.complete(report):
		return stageFinishing
	}
	return stageMeasuring
}

// complete tells that all results of a path are there, as far as can be known before it ends.
func (t *trial) complete(p netcheck.PathReport) bool {
	if p.Video != nil && p.Video.Result == nil && p.Video.Code == netcheck.ReasonNone {
		return false // it runs
	}
	if p.Call != nil && p.Call.Result == nil && p.Call.Code == netcheck.ReasonNone {
		return false
	}
	return (present.Seen(p) || present.Called(p)) && t.plan.Video.Mode.Only() || len(present.Measured(p)) > 0
}

// ended tells that a path's end is on record. One that waits or runs is held to be not run or interrupted, for lack of a reason.
func ended(p netcheck.PathReport) bool {
	return p.Code != "" || p.State != netcheck.StateNotRun && p.State != netcheck.StateInterrupted
}

// unfitWhy says why the form's servers do not offer a path; "" if they do.
func (t *trial) unfitWhy(p netcheck.Path) string { return t.checked.unfit[p] }
