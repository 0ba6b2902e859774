package netcheck

import (
	"fmt"
	"time"
)

// findOutage speaks of a time in which nothing was answered on a path that went on afterwards: people notice it as a call that stands
// still, and a mean loss hides it.
func findOutage(_ Report, p PathReport) []Finding {
	c, ok := figures(p)
	if !ok || c.Stats.Total.Received == 0 {
		return nil
	}
	silent := time.Duration(c.Stats.Silence.LongestUS) * time.Microsecond
	if silent < outage {
		return nil
	}
	return []Finding{{ID: "outage", Severity: SeverityWarning, Path: p.Path,
		Title:    fmt.Sprintf("%s: nothing passed for %.1f s", p.Path.Title(), silent.Seconds()),
		Detail:   fmt.Sprintf("For %.1f s no packet on the %s carrier was answered; before and after that the path worked.", silent.Seconds(), c.Carrier.Title()),
		Advice:   "Look for what interrupted the network then: Wi-Fi that changed its access point, a cable, a VPN that connected anew, a line that fails at times.",
		Evidence: evidence("silent_ms", fmt.Sprint(silent.Milliseconds()))}}
}
