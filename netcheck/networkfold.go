package netcheck

import "slices"

// Bounds of a network report: events may come from another computer whose run is shown here. Those of lists are what a mirrored run
// may have in one.
const (
	MaxNetProbes  = 64  // that a plan may name; the rest is left out
	maxNetList    = 64  // steps, tests, interfaces, addresses of one result
	maxNetAddress = 300 // characters: a URL, host:port
)

// with gives the report with one more event in it. The one given stays as it is.
func (n *NetworkReport) with(b Body) *NetworkReport {
	var out NetworkReport
	if n != nil {
		out = *n
	}
	switch b := b.(type) {
	case NetworkStarted:
		if n == nil { // they are named once
			out.Planned = slices.Clone(b.Probes[:min(len(b.Probes), MaxNetProbes)])
		}
	case NetProbed:
		out.Results = out.place(b.Result.cleaned())
	case NetworkEnded:
		out.Ended, out.Took = true, b.Took
	}
	return &out
}

// place puts a result where it was planned. One that was not planned, or has come already, is left out.
func (n *NetworkReport) place(r NetResult) []NetResult {
	at := n.index(r.ID)
	if at < 0 || slices.ContainsFunc(n.Results, func(o NetResult) bool { return o.ID == r.ID }) {
		return n.Results
	}
	i := slices.IndexFunc(n.Results, func(o NetResult) bool { return n.index(o.ID) > at })
	if i < 0 {
		i = len(n.Results)
	}
	return slices.Insert(slices.Clone(n.Results), i, r)
}

func (n *NetworkReport) index(id string) int {
	return slices.IndexFunc(n.Planned, func(p NetPlanned) bool { return p.ID == id })
}

// cleaned makes a result fit to be shown, wherever it came from.
func (r NetResult) cleaned() NetResult {
	r.Text, r.Advice, r.Cause = said(r.Text), said(r.Advice), said(r.Cause)
	for _, s := range []*string{&r.Server, &r.Local, &r.Remote, &r.Facts.Mapped, &r.Facts.Relayed, &r.Facts.Prefix} {
		*s = CleanText(*s, maxNetAddress)
	}
	r.Steps = slices.Clone(r.Steps[:min(len(r.Steps), maxNetList)])
	for i := range r.Steps {
		r.Steps[i].Detail = said(r.Steps[i].Detail)
	}
	r.Facts.Interfaces = r.Facts.Interfaces[:min(len(r.Facts.Interfaces), maxNetList)]
	r.Facts.Addresses = r.Facts.Addresses[:min(len(r.Facts.Addresses), maxNetList)]
	if r.Facts.NAT != nil {
		r.Facts.NAT = r.Facts.NAT.cleaned()
	}
	return r
}

func (n *NATBehavior) cleaned() *NATBehavior {
	out := *n
	out.MappingNote, out.FilteringNote = said(n.MappingNote), said(n.FilteringNote)
	out.Local, out.Mapped = CleanText(n.Local, maxNetAddress), CleanText(n.Mapped, maxNetAddress)
	out.Servers, out.Tests = n.Servers[:min(len(n.Servers), maxNetList)], n.Tests[:min(len(n.Tests), maxNetList)]
	return &out
}

// Result finds a result by its ID.
func (n *NetworkReport) Result(id string) (NetResult, bool) {
	if n != nil {
		for _, r := range n.Results {
			if r.ID == id {
				return r, true
			}
		}
	}
	return NetResult{}, false
}

// Of lists the results of a kind, in order.
func (n *NetworkReport) Of(kind ProbeKind) []NetResult {
	var out []NetResult
	if n != nil {
		for _, r := range n.Results {
			if r.Kind == kind {
				out = append(out, r)
			}
		}
	}
	return out
}

// NAT is the behaviour found for a family; nil if it was not tested.
func (n *NetworkReport) NAT(f Family) *NATBehavior {
	for _, r := range n.Of(ProbeNAT) {
		if r.Facts.NAT != nil && r.Facts.NAT.Family == f {
			return r.Facts.NAT
		}
	}
	return nil
}
