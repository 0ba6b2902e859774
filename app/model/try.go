package model

import (
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// ServersPlan is a plan with nothing but the servers of the form, for asking them without measuring: it depends on no other
// field than those of the editor, the version of IP and the interface.
func (f Form) ServersPlan() netcheck.Plan {
	only := DefaultForm()
	only.Target, only.Servers, only.Family, only.Iface = netcheck.TargetTURN, f.Servers, f.Family, f.Iface
	return only.Check().Plan
}

// TryText says what came of asking one server: how long it took, or what is wrong and what to do.
func TryText(failure *netcheck.Failure, took time.Duration) string {
	if failure == nil {
		return "works, answered in " + present.Millis(took) + " ms"
	}
	return present.Printable(strings.TrimSpace(sentence(failure.Text) + " " + failure.Advice))
}
