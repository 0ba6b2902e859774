package model

import (
	"fmt"
	"slices"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// trial is a form and the run that goes on or has ended: what the screens that measure have in common.
type trial struct {
	setup

	phase    Phase
	runs     int           // begun so far
	plan     netcheck.Plan // what the run was granted, or is expected to be
	begun    bool          // an event came
	report   netcheck.Report
	verdict  netcheck.Verdict
	progress *present.Progress
	share    float64 // of the work, as it was last shown
	tallies  map[SeriesKey]*tally
	curves   []*Curves
	films    map[netcheck.Path]*film
	calls    map[netcheck.Path]*callFilm
	journal  journal
	outcome  Outcome
	session  int    // of the other Echopath, as they are counted, in which the run ended
	warning  string // trouble beside the run that goes on
	findings []Finding
}

// setup is what stays from run to run.
type setup struct {
	check      func(Form, Units) Checked
	elsewhere  string // why nothing can be started, though the form is right; "" if it can
	units      Units
	interfaces func(name string, self bool) error // nil: not known here
	form       Form
	checked    Checked
	words      screenWords
	obstacle   func() string // why the form can not be run as things stand, though it is right; nil: nothing can be in its way
	join       *Join         // how this computer stands with the host of an invite; nil: there are no hosts
}

func newTrial(units Units, words screenWords, check func(Form, Units) Checked) *trial {
	return &trial{setup: setup{check: check, units: units, words: words}, phase: PhaseIdle}
}

// Units are those in which the person wants to read bitrates.
type Units struct {
	Mbit bool // Mbit/s instead of kbit/s
}

// Outcome is how a run ended, as its owner saw it.
type Outcome struct {
	Err     error    // from the session; nil if it ran to its end
	Folder  string   // where results were kept, "" if nowhere
	Saved   []string // the files
	SaveErr error    // why not, or not all of them
}

// SetUnits changes the units of bitrates.
func (t *trial) SetUnits(u Units) {
	t.units = u
	t.SetForm(t.form)
}

// CheckInterfaces hands in what knows this computer's interfaces: it says in words why one can not be used. self tells that the
// test stays inside this computer. Without it any name is taken, and the session finds out.
func (t *trial) CheckInterfaces(check func(name string, self bool) error) {
	t.interfaces = check
	t.SetForm(t.form)
}

// Form is what is filled in.
func (t *trial) Form() Form { return t.form }

// SetForm takes what was filled in and checks it. It is quick enough for every key stroke. A running test goes on as it was
// started.
func (t *trial) SetForm(f Form) {
	t.form = f
	t.checked = t.check(f, t.units)
	name := t.checked.Plan.Interface
	if t.interfaces == nil || name == "" || t.checked.Problems[FieldIface] != "" {
		return
	}
	if err := t.interfaces(name, f.Target == netcheck.TargetSelf); err != nil {
		t.checked.wrong(FieldIface, sentence(forWindow(err.Error())))
	}
}

// Elsewhere tells that a run goes on on another screen, in a sentence that says so: nothing can be started meanwhile. "" ends it.
func (t *trial) Elsewhere(why string) { t.elsewhere = why }

// SetJoin hands in how this computer stands with the host of an invite.
func (t *trial) SetJoin(j *Join) { t.join = j }

// Join is how this computer stands with the host, as it is to be shown; ok is false while the target is another one.
func (t *trial) Join() (v JoinView, ok bool) {
	if t.join == nil || t.form.Target != netcheck.TargetInvite {
		return JoinView{}, false
	}
	return t.join.View(t.form.Invite, t.phase.Busy() || t.elsewhere != ""), true
}

// Checked is the form as it was read.
func (t *trial) Checked() Checked { return t.checked }

// Begin tells that the checked form's plan was handed to a session. The results of the last run go.
func (t *trial) Begin() {
	plan := t.checked.Plan
	if granted, err := plan.Grant(); err == nil {
		plan = granted
	}
	t.reset(plan)
}

func (t *trial) reset(plan netcheck.Plan) {
	*t = trial{setup: t.setup, runs: t.runs + 1, phase: PhaseStarting, plan: plan}
}

// Apply takes the next event of the session. Events of a stored session may be applied without Begin.
func (t *trial) Apply(e netcheck.Event) {
	if started, ok := e.Body.(netcheck.SessionStarted); ok {
		t.start(started)
	}
	if t.progress == nil {
		return // no session has started: there is nothing to add to
	}
	t.report = netcheck.Fold(t.report, e)
	t.progress.Apply(e)
	t.measure(e)
	switch e.Body.(type) {
	case netcheck.PathEnded, netcheck.SessionEnded:
		t.verdict = netcheck.Judge(t.report)
	}
	t.note(e)
}

// start turns to a session's first event.
func (t *trial) start(e netcheck.SessionStarted) {
	if t.phase != PhaseStarting && t.phase != PhaseStopping {
		t.reset(e.Granted)
	}
	if t.phase == PhaseStarting {
		t.phase = PhaseRunning
	}
	t.plan, t.begun, t.progress = e.Granted, true, present.NewProgress(e.Granted)
	t.makeTallies(e.Granted)
	t.makeFilms(e.Granted)
	t.makeCalls(e.Granted)
}

// Warn tells of trouble beside the run, such as results that can not be kept. It is shown until the run ends.
func (t *trial) Warn(text string) { t.warning = sentence(forWindow(text)) }

// Stopping tells that the session was asked to stop.
func (t *trial) Stopping() {
	if t.phase.Busy() {
		t.phase = PhaseStopping
	}
}

// End tells that the session has ended and that what was to be kept has been.
func (t *trial) End(o Outcome) {
	t.outcome, t.phase = o, PhaseFailed
	if t.join != nil {
		t.session = t.join.sessions
	}
	if !t.begun {
		return
	}
	t.phase = PhaseDone
	for _, p := range t.plan.Paths {
		t.finish(p, "")
	}
	t.verdict = netcheck.Judge(t.report)
	t.findings = findings(t.report, t.verdict)
}

// Report gives the facts and the judgement of the run that goes on or has ended; ok is false when there is none. While it goes
// on, the judgement is that of the paths that have ended.
func (t *trial) Report() (r netcheck.Report, v netcheck.Verdict, ok bool) {
	return t.report, t.verdict, t.begun
}

// FileStem is a proposed file name without its ending: "echopath_2026-11-21_12-34-56".
func (t *trial) FileStem() string {
	if !t.begun {
		return "echopath"
	}
	return "echopath_" + t.report.Started.Format("2006-01-02_15-04-05")
}

// RunKey changes with each run, so that views know when to make their rows and charts anew.
func (t *trial) RunKey() string { return fmt.Sprintf("run-%d", t.runs) }

// Phase is where the screen stands.
func (t *trial) Phase() Phase { return t.phase }

// Curves gives one set of series for each path and carrier of the run that goes on or has ended, in running order. The
// pointers stay the same until the next run begins.
func (t *trial) Curves() []*Curves { return slices.Clip(t.curves) }

// VideoCurves gives a set of series for each path of the run that may carry video, in running order. The pointers stay the same
// until the next run begins.
func (t *trial) VideoCurves() []*VideoCurves {
	var out []*VideoCurves
	for _, p := range t.plan.Paths {
		if f := t.films[p]; f != nil {
			out = append(out, f.curves)
		}
	}
	return out
}

// Log gives the events in words. During a run lines are only added.
func (t *trial) Log() []LogLine { return slices.Clip(t.journal.lines) }

// Elapsed is the time since the session's start: now while it goes on, its length afterwards.
func (t *trial) Elapsed(now time.Duration) time.Duration {
	switch {
	case !t.begun:
		return 0
	case t.phase.Busy():
		return max(now, 0)
	}
	return t.report.Duration
}

// view makes what all screens show, without rows.
func (t *trial) view(now time.Duration) View {
	v := View{Phase: t.phase, Banner: t.banner(), Status: t.status(now), Findings: append(t.failures(), t.findings...)}
	v.CanStart, v.StartWhy = t.canStart()
	v.CanSave, v.SaveWhy = t.canSave()
	return v
}

func (t *trial) canStart() (ok bool, why string) {
	switch {
	case t.phase == PhaseStopping:
		return false, "The test is being stopped; the last answers are waited for."
	case t.phase.Busy():
		return false, "A test is running. Stop it first."
	case t.elsewhere != "":
		return false, t.elsewhere
	case t.checked.Problem != "":
		return false, t.checked.Problem
	case t.inTheWay() != "":
		return false, t.inTheWay()
	}
	return true, t.checked.CostHint
}

// inTheWay says why the form can not be run as things stand; "" if it can.
func (t *trial) inTheWay() string {
	if t.obstacle == nil {
		return ""
	}
	return t.obstacle()
}

func (t *trial) canSave() (ok bool, why string) {
	switch {
	case t.phase.Busy():
		return false, "Results can be exported when the test has ended. Stop it to end it now."
	case !t.begun:
		return false, "There is no result yet. Start a test first."
	}
	return true, ""
}
