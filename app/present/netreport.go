package present

import (
	"slices"

	"echopath/netcheck"
)

// networkReport is the rest of a report that is about the network alone: what calls for action first, and then what it rests on.
func networkReport(out page, r netcheck.Report, v netcheck.Verdict) {
	hidden := func(f netcheck.Finding) bool { return f.ID == "net_nat_outlook" } // the card says it
	v.Findings = slices.DeleteFunc(slices.Clone(v.Findings), hidden)
	printFindings(out, v)
	out.line("")
	out.paragraph("", Conditions(r))
	out.paragraph("", OtherEnd(r.Other))
	printNetwork(out, r)
	printNotes(out, r, v)
}

// printVPN says beside the verdict that a VPN is on, which all figures are of, and gives the verdict without that finding.
func printVPN(out page, v netcheck.Verdict) netcheck.Verdict {
	on := func(f netcheck.Finding) bool { return f.ID == "net_vpn" && f.Severity == netcheck.SeverityInfo }
	for _, f := range v.Findings {
		if on(f) {
			out.paragraph("  ", f.Title+". "+f.Advice)
		}
	}
	v.Findings = slices.DeleteFunc(slices.Clone(v.Findings), on)
	return v
}
