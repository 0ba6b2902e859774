package netcheck_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// remotePlan is a small session with another computer over all five paths.
func remotePlan() netcheck.Plan {
	p := plan()
	p.Target.Kind = netcheck.TargetInvite
	return p
}

func hostGone() *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host has stopped hosting.", Advice: "Ask for a new invite.", Err: errors.New("host_stopped")}
}

// failing connects every path but those given, which fail.
func failing(f *netcheck.Failure, on ...netcheck.Path) func(context.Context, netcheck.Leg, func(netcheck.Event)) (netcheck.Link, error) {
	return func(_ context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
		if slices.Contains(on, leg.Path) {
			return nil, f
		}
		return nil, nil
	}
}

// wantOver wants a run that is over before its time for this reason.
func wantOver(t *testing.T, r netcheck.Report, err error, why *netcheck.Failure, grade netcheck.Grade) {
	t.Helper()
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Code != why.Code || r.Ended != netcheck.EndedError || r.Error != why.Text {
		t.Errorf("error %v, ended %s: %q", err, r.Ended, r.Error)
	}
	v := netcheck.Judge(r)
	if v.Grade != grade || !strings.Contains(v.Sentence, "The other computer did not take part in the whole test.") {
		t.Errorf("%s: %s; want %s", v.Grade, v.Sentence, grade)
	}
}

// A host that goes during a run: what was measured before stays and is judged, and the run is not complete.
func TestTheHostGoesDuringARun(t *testing.T) {
	late := netcheck.AllPaths()[3:]
	synctest.Test(t, func(t *testing.T) {
		r, _, err := run(t.Context(), t, &world{connect: failing(hostGone(), late...)}, remotePlan(), nil)
		wantOver(t, r, err, hostGone(), netcheck.GradeInconclusive)
		if got, want := states(r), []string{"ok", "ok", "ok", "failed host_gone", "failed host_gone"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		v := netcheck.Judge(r)
		if v.Paths[netcheck.PathDirect] != netcheck.GradeGood || v.Paths[netcheck.PathRelayTCP] != netcheck.GradeInconclusive {
			t.Errorf("%v", v.Paths)
		}
	})
	synctest.Test(t, func(t *testing.T) { // and the user has had enough
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r, _, err := run(ctx, t, &world{connect: failing(hostGone(), late...)}, remotePlan(), func(e netcheck.Event) {
			if _, over := e.Body.(netcheck.PathEnded); over && e.Path == late[0] {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || r.Ended != netcheck.EndedCancelled || r.Error != "" {
			t.Errorf("error %v, ended %s: %q", err, r.Ended, r.Error)
		}
		if v := netcheck.Judge(r); v.Grade != netcheck.GradeInconclusive || !strings.HasPrefix(v.Sentence, "The test was stopped after 3 of 5 paths.") {
			t.Errorf("%s: %s", v.Grade, v.Sentence)
		}
	})
}

// Every reason by which there is no session says nothing about the network.
func TestNoSessionAtAll(t *testing.T) {
	for _, code := range []netcheck.ReasonCode{netcheck.ReasonInvite, netcheck.ReasonHostRefused, netcheck.ReasonHostGone, netcheck.ReasonOtherVersion} {
		synctest.Test(t, func(t *testing.T) {
			why := &netcheck.Failure{Code: code, Text: "No.", Advice: "Ask."}
			r, _, err := run(t.Context(), t, &world{connect: failing(why, netcheck.AllPaths()...)}, remotePlan(), nil)
			wantOver(t, r, err, why, netcheck.GradeInconclusive)
			v := netcheck.Judge(r)
			if !strings.Contains(v.Sentence, "None of the 5 paths could be judged.") || len(v.Findings) != 5 {
				t.Errorf("%s with %d findings", v.Sentence, len(v.Findings))
			}
			for _, f := range v.Findings {
				if f.ID != "session_over" || f.Severity != netcheck.SeverityWarning {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// The host goes while a path is measured.
func TestTheHostGoesDuringAPath(t *testing.T) {
	gone := hostGone()
	sound, cut := gives(summary(100, nil), nil), gives(summary(100, nil), gone)
	bad := gives(summary(100, func(c *netcheck.CarrierResult) { c.Stats.Up.Loss = stats.LossOf(100, 50) }), nil)
	doubtful := gives(summary(100, func(c *netcheck.CarrierResult) { c.Self.SendErrorP95 = time.Hour }), nil)
	film, lost := videoGives(showing(nil), gone), &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "Lost.", Advice: "Again."}
	tests := []struct {
		name   string
		mode   netcheck.VideoMode
		stages []netcheck.Stage
		want   string
		grade  netcheck.Grade
	}{
		{"its packets", netcheck.VideoNone, []netcheck.Stage{{cut}}, "failed host_gone", netcheck.GradeInconclusive},
		{"its packets, before the video", netcheck.VideoAfterLoss, []netcheck.Stage{{cut}, {film}}, "failed host_gone", netcheck.GradeInconclusive},
		{"its video, after good packets", netcheck.VideoAfterLoss, []netcheck.Stage{{sound}, {film}}, "interrupted host_gone", netcheck.GradeInconclusive},
		{"its video, after bad packets", netcheck.VideoAfterLoss, []netcheck.Stage{{bad}, {film}}, "interrupted host_gone", netcheck.GradePoor},
		{"its video without a picture", netcheck.VideoAfterLoss, []netcheck.Stage{{sound}, {videoGives(nil, gone)}}, "interrupted host_gone", netcheck.GradeInconclusive},
		{"both at once", netcheck.VideoUnderLoad, []netcheck.Stage{{cut, film}}, "failed host_gone", netcheck.GradeInconclusive},
		{"a link that was lost before", netcheck.VideoUnderLoad, []netcheck.Stage{{gives(summary(100, nil), lost), film}}, "failed host_gone", netcheck.GradeInconclusive},
		{"a link that was lost after it", netcheck.VideoUnderLoad, []netcheck.Stage{{cut, videoGives(showing(nil), lost)}}, "failed host_gone", netcheck.GradeInconclusive},
		{"a computer that was busy", netcheck.VideoUnderLoad, []netcheck.Stage{{doubtful, film}}, "failed host_gone", netcheck.GradeInconclusive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := videoPlan(tt.mode, netcheck.PathDirect)
				p.Target.Kind = netcheck.TargetInvite
				r, _, err := run(t.Context(), t, &world{stages: func(netcheck.Asked) []netcheck.Stage { return tt.stages }}, p, nil)
				wantOver(t, r, err, gone, tt.grade)
				if got := states(r)[0]; got != tt.want || !r.Paths[0].Partial && tt.name != "its video without a picture" {
					t.Errorf("%s, partial %v; want %s", got, r.Paths[0].Partial, tt.want)
				}
				v := netcheck.Judge(r)
				over := slices.ContainsFunc(v.Findings, func(f netcheck.Finding) bool { return f.ID == "session_over" && f.Detail == gone.Text })
				video := slices.ContainsFunc(v.Findings, func(f netcheck.Finding) bool { return strings.HasPrefix(f.ID, "video_") })
				if !over || video {
					t.Errorf("found %+v", v.Findings)
				}
			})
		})
	}
}

// A call on the first path that works leaves the others alone: nothing that is said of the run finds fault with them.
func TestACallOnTheFirstPathThatWorks(t *testing.T) {
	tests := map[string]struct {
		fails []netcheck.Path
		paths int
		want  []string
		says  string
		ids   []string
	}{
		"the first": {nil, 1, []string{"ok", "not_run enough", "not_run enough", "not_run enough", "not_run enough"}, "Direct works. In the call", nil},
		"the second": {[]netcheck.Path{netcheck.PathDirect}, 1, []string{"blocked no_pair", "ok", "not_run enough", "not_run enough", "not_run enough"},
			"STUN works. Direct does not work.", []string{"direct_nat"}},
		"two of them": {nil, 2, []string{"ok", "ok", "not_run enough", "not_run enough", "not_run enough"}, "Both paths work.", nil},
		"all":         {nil, 0, []string{"ok", "ok", "ok", "ok", "ok"}, "All 5 paths work.", nil},
		"more than there are": {netcheck.AllPaths()[:4], 2, []string{"blocked no_pair", "blocked no_pair", "blocked no_pair", "blocked no_pair", "ok"},
			"Relay TLS works. Direct, STUN, Relay UDP and Relay TCP do not work.", []string{"path_blocked", "path_blocked", "path_blocked", "path_blocked"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := callOn(t, t.Context(), tt.paths, tt.fails, nil)
				if got := states(r); !slices.Equal(got, tt.want) || r.Ended != netcheck.EndedComplete {
					t.Errorf("%q, want %q; ended %s", got, tt.want, r.Ended)
				}
				v := netcheck.Judge(r)
				var found []string
				for _, f := range v.Findings {
					found = append(found, f.ID)
				}
				if v.Grade != netcheck.GradeGood && name != "more than there are" || !strings.HasPrefix(v.Sentence, tt.says) || strings.Contains(v.Sentence, "judged") {
					t.Errorf("%s: %s; want %s", v.Grade, v.Sentence, tt.says)
				}
				if slices.Sort(found); !slices.Equal(found, tt.ids) {
					t.Errorf("found %q, want %q", found, tt.ids)
				}
				wantLeftAlone(t, r, v)
			})
		})
	}
}

// callOn makes a call on so many paths of five that work; 0 is all.
func callOn(t *testing.T, ctx context.Context, paths int, fails []netcheck.Path, observe func(netcheck.Event)) netcheck.Report {
	t.Helper()
	p := remotePlan()
	p.Video = netcheck.DefaultVideoPlan(netcheck.VideoCall)
	p.Video.Paths = paths
	noPair := &netcheck.Failure{Code: netcheck.ReasonNoPair, Text: "No pair passed packets.", Advice: "Ask."}
	call := fakeCall{func(context.Context, netcheck.Link, func(netcheck.Event)) (netcheck.Summary, error) {
		return aCall(), nil
	}}
	w := &world{connect: failing(noPair, fails...), stages: func(netcheck.Asked) []netcheck.Stage { return []netcheck.Stage{{call}} }}
	r, _, err := run(ctx, t, w, p, observe)
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	return r
}

// wantLeftAlone wants nothing to be said against paths of which enough others had been measured.
func wantLeftAlone(t *testing.T, r netcheck.Report, v netcheck.Verdict) {
	t.Helper()
	for _, p := range r.Paths {
		if p.Code != netcheck.ReasonEnough {
			continue
		}
		if p.State != netcheck.StateNotRun || p.Reason == "" || p.Advice != "" || p.Call != nil || p.Connected || v.Paths[p.Path] != netcheck.GradeUnknown {
			t.Errorf("%s: %+v, grade %q", p.Path, p, v.Paths[p.Path])
		}
		for _, f := range v.Findings {
			if f.Path == p.Path || strings.Contains(fmt.Sprint(f), p.Path.Title()) {
				t.Errorf("%s: found %+v", p.Path, f)
			}
		}
		if strings.Contains(v.Sentence, p.Path.Title()) {
			t.Errorf("%s is in %q", p.Path, v.Sentence)
		}
	}
}

// One that is stopped was not stopped "after 0 of 5 paths": nobody wanted five.
func TestACallOnOnePathIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r := callOn(t, ctx, 1, nil, func(e netcheck.Event) {
			if _, connected := e.Body.(netcheck.PathConnected); connected {
				cancel()
			}
		})
		if v := netcheck.Judge(r); r.Ended != netcheck.EndedCancelled || !strings.HasPrefix(v.Sentence, "The test was stopped before its end.") {
			t.Errorf("ended %s: %s", r.Ended, v.Sentence)
		}
	})
}
