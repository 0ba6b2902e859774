package netcheck

import "slices"

// Fold adds one event to a report. It is pure: neither the report given nor any that came before it is changed, so whoever
// holds one may read it while the session goes on. Run uses it too, so a report can not disagree with the stream that it
// came from.
func Fold(r Report, e Event) Report {
	switch b := e.Body.(type) {
	case SessionStarted:
		r = Report{ID: CleanText(b.ID, maxName), Title: CleanText(b.Granted.Title, maxTitle), Started: b.Started,
			AppVersion: CleanText(b.AppVersion, maxName), OS: CleanText(b.OS, maxName), Plan: b.Plan, Granted: b.Granted, Other: b.Other.cleaned()}
		direction := DirectionLoop
		if r.remote() {
			direction = DirectionUpDown
		}
		for _, p := range b.Granted.Paths {
			r.Paths = append(r.Paths, PathReport{Path: p, State: StateNotRun, Direction: direction})
		}
		return r
	case SessionEnded:
		r.Ended, r.Duration, r.Error = b.Ended, b.Duration, said(b.Error)
		return r
	case NetworkStarted, NetProbed, NetworkEnded:
		r.Duration, r.Network = e.At, r.Network.with(b)
		return r
	}
	r.Duration = e.At
	i := slices.IndexFunc(r.Paths, func(p PathReport) bool { return p.Path == e.Path })
	if i < 0 {
		return r
	}
	r.Paths = slices.Clone(r.Paths)
	r.Paths[i] = foldPath(r.Paths[i], e)
	return r
}

func foldPath(p PathReport, e Event) PathReport {
	switch b := e.Body.(type) {
	case PathStarted:
		p.State, p.Family, p.Interface = StateInterrupted, b.Family, b.Interface // until it ends
	case StepDone:
		p.Steps = append(slices.Clip(p.Steps), b)
	case PathConnected:
		p.Connected, p.Connect, p.Local, p.Far, p.NATBetween = true, b.Connect, b.Local, b.Far, b.NATBetween
		p.VPN, p.Direction, p.Note, p.Server = b.VPN, b.Direction, said(b.Note), b.Local.Local.Server
		if b.Interface != "" {
			p.Interface = b.Interface
		}
	case ProbeStarted:
		if p.Expected = max(p.Expected, b.Duration); b.Probe == ProbeVideo && p.Video == nil {
			p.Video = &VideoReport{}
		}
		if b.Probe == ProbeCall && p.Call == nil {
			p.Call = &CallReport{}
		}
	case SampleTaken:
		p.Carriers = foldSample(p.Carriers, b.Sample)
	case VideoSampleTaken:
		p.Video = p.Video.with(func(v *VideoReport) { v.Samples = v.Samples.with(b.Sample) })
	case CallSampleTaken:
		p.Call = p.Call.with(func(c *CallReport) { c.Samples = c.Samples.with(b.Sample) })
	case ProbeEnded:
		p.Partial = p.Partial || b.Partial
		if b.Loss != nil {
			p.Carriers = foldLoss(p.Carriers, *b.Loss)
			pair := b.Loss.Pair
			p.Pair = &pair
		}
		if b.Probe == ProbeVideo {
			p.Video = p.Video.with(func(v *VideoReport) { v.Result, v.Code, v.Text = b.Video, b.Code, said(b.Text) })
		}
		if b.Probe == ProbeCall {
			p.Call = p.Call.with(func(c *CallReport) { c.Result, c.Code, c.Text = b.Call.cleaned(), b.Code, said(b.Text) })
		}
	case PathEnded:
		p.State, p.Code, p.Reason, p.Advice, p.Cause = b.State, b.Code, said(b.Reason), said(b.Advice), said(b.Cause)
		if b.Server != "" {
			p.Server = b.Server
		}
	}
	return p
}

// maxSaid bounds a text of a report, in characters.
const maxSaid = 1000

// said cleans a text of an event: servers and the other end have a hand in those, and whole events come from another computer
// whose run is shown here.
func said(text string) string { return CleanText(text, maxSaid) }

// foldSample puts a sample in its place; one of the same window is replaced.
func foldSample(list []CarrierReport, s Sample) []CarrierReport {
	list, i := carrierAt(list, s.Carrier)
	list[i].Samples = list[i].Samples.with(s)
	return list
}

func foldLoss(list []CarrierReport, sum LossSummary) []CarrierReport {
	for _, result := range sum.Carriers {
		var i int
		list, i = carrierAt(list, result.Carrier)
		list[i].Result = &result
	}
	return list
}

// carrierAt gives a copy of the list, with the carrier's place in it.
func carrierAt(list []CarrierReport, c Carrier) ([]CarrierReport, int) {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, func(r CarrierReport) bool { return r.Carrier == c })
	if i >= 0 {
		return list, i
	}
	return append(list, CarrierReport{Carrier: c}), len(list)
}

// with gives a changed copy.
func (v *VideoReport) with(change func(*VideoReport)) *VideoReport {
	var out VideoReport
	if v != nil {
		out = *v
	}
	change(&out)
	return &out
}
