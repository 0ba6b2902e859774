package netcheck

import (
	"slices"
	"strings"
)

// causes lists the findings of the network probes that tell of a server what paths ended for, by the paths' reason code.
var causes = map[ReasonCode][]string{
	ReasonAuth:         {"net_wrong_password", "net_credential_clock"},
	ReasonExpired:      {"net_credential_expired", "net_credential_clock"},
	ReasonQuota:        {"net_turn_quota"},
	ReasonNoCapacity:   {"net_turn_capacity"},
	ReasonTLSName:      {"net_certificate_name"},
	ReasonTLSUntrusted: {"net_certificate_authority"},
	ReasonTLSDate:      {"net_certificate_expired"},
	ReasonNameNotFound: {"net_name_not_found"},
	ReasonNameTimeout:  {"net_name_timeout"},
}

// tellOnce leaves out what a finding of the network probes has told already: a wrong password that ended three paths is one finding and not
// five. What became of the paths stands in its evidence, and in their own rows.
func tellOnce(r Report, v Verdict) Verdict {
	told := map[int]int{} // how many paths a finding tells of
	untold := 0
	for _, p := range r.Paths {
		if v.Paths[p.Path] != GradeFailed {
			continue
		}
		i := teller(v.Findings, p)
		if i < 0 {
			untold++
			continue
		}
		told[i]++
		v.Findings[i].Evidence = append(slices.Clip(v.Findings[i].Evidence), Evidence{string(p.Path), string(p.Code)})
	}
	if v.Grade == GradeFailed && untold == 0 && len(told) == 1 {
		for i := range told {
			v.Findings[i].Severity = SeverityCritical
			v.Findings[i].Detail += " No path works for that reason, so a call would not work."
		}
	}
	return withoutTold(r, v, v.Grade == GradeFailed && untold == 0 && len(told) == 1)
}

// withoutTold leaves out the findings of paths that another one tells of, and the one that no path works where that is told too.
func withoutTold(r Report, v Verdict, noPath bool) Verdict {
	all := v.Findings
	v.Findings = slices.DeleteFunc(slices.Clone(all), func(f Finding) bool {
		if f.ID != "path_failed" && f.ID != "path_blocked" {
			return f.ID == "no_path" && noPath
		}
		p, ok := r.Path(f.Path)
		return ok && v.Paths[p.Path] == GradeFailed && teller(all, p) >= 0
	})
	return v
}

// teller is the place of the finding that tells why a path ended, and names its server; -1 if there is none.
func teller(findings []Finding, p PathReport) int {
	u, err := ParseServerURL(p.Server)
	if err != nil {
		return -1
	}
	return slices.IndexFunc(findings, func(f Finding) bool {
		return slices.Contains(causes[p.Code], f.ID) && strings.Contains(f.Title+" "+f.Detail, u.Host)
	})
}

// sameReason gives the path that stands for all that failed: they ended for one reason, which has to do with the server and not the way to
// it.
func sameReason(r Report, v Verdict) (PathReport, bool) {
	var first PathReport
	n := 0
	for _, p := range r.Paths {
		if v.Paths[p.Path] != GradeFailed {
			continue
		}
		if n++; n == 1 {
			first = p
		}
		if p.Code != first.Code || len(causes[p.Code]) == 0 {
			return PathReport{}, false
		}
	}
	return first, n > 1 && first.Advice != ""
}
