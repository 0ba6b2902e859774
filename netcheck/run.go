package netcheck

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Deps is what a session needs from the world.
type Deps struct {
	Connector Connector
	// Network runs the network probes; it may be nil where no plan asks for them.
	Network NetworkProber
	// Probes gives what to run on a link, stage after stage.
	Probes func(Asked) []Stage
	// Clock is the time; nil means the runtime's.
	Clock Clock
	// AppVersion and OS go into the report.
	AppVersion, OS string
	// Other is the second computer of the session; nil if there is none.
	Other *OtherEnd
}

// Asked is a link for which probes are wanted.
type Asked struct {
	Granted Plan
	Path    Path
	Start   time.Time // the zero of all times
	Video   bool      // the link has media, and the plan wants the video probe or a call on it
}

// Stage is a set of probes that run at the same time.
type Stage []Probe

// Run executes the plan and reports every step to observe, in order, from one goroutine at a time. It returns when every
// goroutine that it started has ended. The report is valid, if partial, whenever an event was emitted, also when the error
// is not nil.
//
// A path that fails is an event and a finding, not an error. The error tells that the plan can not be run (errors of
// [Plan.Grant]; no event was emitted then), that ctx ended, or that paths were not measured because the session with the other
// computer was over: it is or wraps the first such *Failure then, and the report has ended with [EndedError].
func Run(ctx context.Context, plan Plan, deps Deps, observe Observer) (Report, error) {
	granted, err := plan.Grant()
	if err != nil {
		return Report{}, err
	}
	if deps.Clock == nil {
		deps.Clock = RuntimeClock{}
	}
	s := &session{deps: deps, plan: granted, start: deps.Clock.Now(), observe: observe}
	s.emit(Event{Body: SessionStarted{ID: newID(), Started: s.start, AppVersion: deps.AppVersion, OS: deps.OS, Plan: plan, Granted: granted, Other: deps.Other}})
	if granted.Network.On && deps.Network != nil {
		s.probeNetwork(ctx)
	}
	for _, st := range schedule(granted) {
		s.runStep(ctx, st)
	}
	end := SessionEnded{Ended: EndedComplete}
	switch {
	case ctx.Err() != nil:
		end.Ended = EndedCancelled
		err = fmt.Errorf("session stopped: %w", context.Cause(ctx))
	case s.over != nil:
		end.Ended, end.Error, err = EndedError, s.over.Text, s.over
	}
	end.Duration = deps.Clock.Now().Sub(s.start)
	s.emit(Event{Body: end})
	return s.report, err
}

// newID is 80 random bits in the letters of base32: unique without a register, and short enough to say.
func newID() string { return rand.Text()[:16] }

// session is the state of one Run.
type session struct {
	deps  Deps
	plan  Plan
	start time.Time

	mu      sync.Mutex
	seq     uint64
	report  Report
	observe Observer
	over    *Failure // the first by which the session with the other computer was over; nil: it was not
}

// emit stamps an event, folds it and hands it on. Probes emit from goroutines of their own, so it holds a lock: that is what
// makes the order of events one order for everybody.
func (s *session) emit(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	e.Seq, e.At = s.seq, s.deps.Clock.Now().Sub(s.start)
	s.report = Fold(s.report, e)
	if s.observe != nil {
		s.observe(e)
	}
}

// runStep takes one path from its start to its end. Exactly one PathEnded closes it.
func (s *session) runStep(ctx context.Context, st step) {
	end := func(e PathEnded) { s.emit(Event{Path: st.path, Body: e}) }
	switch {
	case ctx.Err() != nil:
		end(PathEnded{State: StateNotRun, Code: ReasonCancelled, Reason: "The session was stopped before this path."})
		return
	case st.reason != nil:
		end(endedBy(st.reason))
		return
	case s.plan.Video.Mode.Only() && !s.wantsVideo():
		end(PathEnded{State: StateNotRun, Code: ReasonEnough, Reason: "Not asked for: the paths before it were as many as were wanted."})
		return
	}
	started := PathStarted{Family: st.leg.Family, Interface: st.leg.Interface}
	for _, srv := range st.leg.Servers {
		started.Servers = append(started.Servers, srv.URL.String())
	}
	s.emit(Event{Path: st.path, Body: started})
	video := s.wantsVideo()
	if video {
		st.leg.Video = s.plan.Video.Load()
	}
	link, err := s.connect(ctx, st.leg)
	if err != nil {
		if ctx.Err() != nil {
			end(PathEnded{State: StateInterrupted, Code: ReasonCancelled, Reason: "The session was stopped while this path was connecting."})
			return
		}
		end(s.endedBy(AsFailure(err, ReasonLocal)))
		return
	}
	result := s.probe(ctx, link, Asked{Granted: s.plan, Path: st.path, Start: s.start, Video: video})
	if err := link.Close(); err != nil {
		s.emit(Event{Path: st.path, Body: Noted{Text: "Closing the connection: " + err.Error()}})
	}
	end(result)
}

// endedBy remembers that the session with the other computer was over. Probes of one stage end in goroutines of their own.
func (s *session) endedBy(f *Failure) PathEnded {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over == nil && sessionOver(f.Code) {
		s.over = f
	}
	return endedBy(f)
}

func endedBy(f *Failure) PathEnded {
	e := PathEnded{State: f.Code.State(), Code: f.Code, Reason: f.Text, Advice: f.Advice, Server: f.Server}
	if f.Err != nil {
		e.Cause = f.Err.Error()
	}
	return e
}

// connect bounds the connector by the leg's timeout, in case it does not keep to it by itself.
func (s *session) connect(ctx context.Context, leg Leg) (Link, error) {
	const slack = 500 * time.Millisecond
	limited, cancel := context.WithTimeout(ctx, leg.Timeout*time.Duration(max(1, len(leg.Servers)))+slack)
	defer cancel()
	link, err := s.deps.Connector.Connect(limited, leg, s.emit)
	var known *Failure
	if errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &known) {
		err = &Failure{Code: ReasonNoAnswer, Text: "No connection was made in the time that is allowed for it.",
			Advice: "Run the test again; if it happens again, something on the way lets no packet through or delays them all.", Err: err}
	}
	return link, err
}

// wantsVideo tells whether the next path is to carry video: each one, or the first few that turned out to work.
func (s *session) wantsVideo() bool {
	if v := s.plan.Video; !v.On() || v.Paths == 0 {
		return v.On()
	}
	done := 0
	for _, p := range s.report.Paths {
		if p.Video != nil && p.Video.Result != nil || p.Call != nil && p.Call.Result != nil {
			done++
		}
	}
	return done < s.plan.Video.Paths
}

var stoppedHalfway = PathEnded{State: StateInterrupted, Code: ReasonCancelled,
	Reason: "Stopped before the end; what was measured until then is kept."}

// outranks tells which of two results says how a path ended: the first that is not good, unless the link was lost after it, and before
// all that the session with the other computer was over, from which the rest follows.
func (e PathEnded) outranks(before PathEnded) bool {
	switch {
	case sessionOver(before.Code):
		return false
	case sessionOver(e.Code):
		return true
	case before.State == StateOK:
		return e.State != StateOK || before.Code == ReasonNone // a remark stays
	}
	return e.Code == ReasonLinkLost
}

// probe runs the stages one after another and tells how the path ended: by the first probe that failed or is in doubt.
func (s *session) probe(ctx context.Context, link Link, ask Asked) PathEnded {
	result := PathEnded{State: StateOK}
	for i, stage := range s.deps.Probes(ask) {
		if ctx.Err() != nil {
			return stoppedHalfway
		}
		for _, r := range s.runStage(ctx, link, ask.Path, stage) {
			if r.outranks(result) {
				result = r
			}
		}
		if i > 0 && sessionOver(result.Code) {
			result.State = StateInterrupted // what the stages before it measured is whole
		}
		switch {
		case result.State == StateInterrupted && (ctx.Err() != nil || sessionOver(result.Code)):
			return result
		case result.State != StateOK && !result.State.Measured():
			return result
		}
		if p, ok := s.report.Path(ask.Path); ok && nothingBack(p) {
			return result // a second probe would only find the same silence
		}
	}
	return result
}

// nothingBack tells of a link on which no probe packet was answered.
func nothingBack(p PathReport) bool {
	c, ok := judged(p)
	return ok && c.Stats.Total.Sent > 0 && c.Stats.Total.Received == 0
}

// runStage runs probes at the same time, and tells of each how it ended.
func (s *session) runStage(ctx context.Context, link Link, path Path, stage Stage) []PathEnded {
	results := make([]PathEnded, len(stage))
	var running sync.WaitGroup
	for i, p := range stage {
		running.Go(func() { results[i] = s.runProbe(ctx, link, path, p) })
	}
	running.Wait()
	return results
}

// runProbe runs one probe and emits how it ended. A video that could not be shown says nothing about a path on which packets
// were measured too: only as the one probe of a path it decides how that ended.
func (s *session) runProbe(ctx context.Context, link Link, path Path, p Probe) PathEnded {
	summary, err := p.Run(ctx, link, s.emit)
	ended, result := ProbeEnded{Probe: p.Name()}, PathEnded{State: StateOK}
	switch sum := summary.(type) {
	case *LossSummary:
		if sum != nil {
			ended.Loss, result = sum, assess(s.plan.Loss, *sum, s.deps.Other)
		}
	case *VideoSummary:
		if sum != nil {
			ended.Video, result = sum, assessVideo(*sum)
		}
	case *CallSummary:
		if sum != nil {
			ended.Call, result = sum, assessCall(*sum, s.deps.Other)
		}
	}
	if result.Code == ReasonLinkLost {
		ended.Partial = true
	}
	if err != nil {
		f := AsFailure(err, ReasonLinkLost)
		ended.Code, ended.Text = f.Code, f.Error()
		ended.Partial = ended.Loss != nil || ended.Video != nil || ended.Call != nil
		if result = s.endedBy(f); ctx.Err() != nil {
			result = stoppedHalfway
		}
	}
	s.emit(Event{Path: path, Body: ended})
	ofLink := result.Code == ReasonLinkLost || sessionOver(result.Code)
	if ended.Probe == ProbeVideo && s.plan.Video.Mode != VideoAlone && !ofLink && ctx.Err() == nil {
		return PathEnded{State: StateOK}
	}
	return result
}
