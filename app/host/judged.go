package host

import (
	"slices"
	"sync"

	"echopath/netcheck"
)

// judged is what a guest's view of its run says of the paths. Samples are left out: a verdict does not need them, and they are most of what
// a view holds. The zero value is ready.
type judged struct {
	mu     sync.Mutex // guards report
	report netcheck.Report
}

// take adds an event, and gives the grade of a path and its gravest finding when it has ended.
func (j *judged) take(e netcheck.Event) (netcheck.Grade, string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch e.Body.(type) {
	case netcheck.SampleTaken, netcheck.VideoSampleTaken, netcheck.CallSampleTaken, netcheck.PacketsDecided:
		return "", ""
	}
	j.report = netcheck.Fold(j.report, e)
	if _, ended := e.Body.(netcheck.PathEnded); !ended {
		return "", ""
	}
	v := netcheck.Judge(j.report)
	i := slices.IndexFunc(v.Findings, func(f netcheck.Finding) bool { return f.Path == e.Path && f.Severity != netcheck.SeverityInfo })
	if i < 0 {
		return v.Paths[e.Path], ""
	}
	return v.Paths[e.Path], v.Findings[i].Title
}

// whole gives the grade of the run and the verdict in a sentence; nothing if nothing of it was seen.
func (j *judged) whole() (netcheck.Grade, string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.ContainsFunc(j.report.Paths, func(p netcheck.PathReport) bool { return p.State != netcheck.StateNotRun }) {
		return "", ""
	}
	v := netcheck.Judge(j.report)
	return v.Grade, v.Sentence
}
