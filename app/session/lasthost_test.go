package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/stats"
)

// ended is a probe that has run.
type ended struct {
	netcheck.Probe
	sum netcheck.Summary
	err error
}

func (p ended) Run(context.Context, netcheck.Link, func(netcheck.Event)) (netcheck.Summary, error) {
	return p.sum, p.err
}

// A path that breaks because the host is gone says so, also when no path follows that would find out.
func TestHostGoneOnTheLastPath(t *testing.T) {
	r := joined(t, hosting.AnyPort, hosting.AnyPort)
	heard := stats.Summary{}
	heard.Up.Known = true
	logs := func(s stats.Summary) netcheck.Summary {
		return &netcheck.LossSummary{Carriers: []netcheck.CarrierResult{{Stats: s}}}
	}
	broke, far := &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "It broke."}, &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "No."}
	tests := []struct {
		name       string
		probe      ended
		here, gone netcheck.ReasonCode // while there is a connection to the host, and while there is none
	}{
		{"whole", ended{sum: logs(heard)}, "", ""},
		{"broken", ended{sum: logs(heard), err: broke}, netcheck.ReasonLinkLost, netcheck.ReasonHostGone},
		{"silent", ended{sum: logs(stats.Summary{})}, "", netcheck.ReasonHostGone},
		{"refused", ended{err: far}, netcheck.ReasonFarRefused, netcheck.ReasonFarRefused},
	}
	run := &remoteRun{Remote: r, order: signaling.Run{ID: "a run"}, patience: 10 * time.Millisecond}
	for _, cut := range []bool{false, true} {
		if cut {
			r.wires.set(nil, errors.New("cut"))
		}
		for _, tt := range tests {
			want := tt.here
			if cut {
				want = tt.gone
			}
			sum, err := hostProbe{tt.probe, run}.Run(t.Context(), nil, nil)
			if (err == nil) != (want == "") || err != nil && netcheck.AsFailure(err, "").Code != want {
				t.Errorf("%s, cut %t: %v, want %q", tt.name, cut, err, want)
			}
			if sum != tt.probe.sum {
				t.Errorf("%s: what was measured is not kept", tt.name)
			}
		}
	}
}
