package netcheck_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// fakeVideo is a video probe that gives what it is told to.
type fakeVideo func(ctx context.Context, l netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error)

func (f fakeVideo) Run(ctx context.Context, l netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error) {
	return f(ctx, l, emit)
}

func (f fakeVideo) Name() string { return netcheck.ProbeVideo }

// showing is the result of 3 s of video, changed as asked.
func showing(change func(*netcheck.VideoSummary)) *netcheck.VideoSummary {
	s := &netcheck.VideoSummary{Plan: netcheck.DefaultVideoPlan(netcheck.VideoAlone), Span: 3 * time.Second, TargetKbps: 1000,
		Stats: stats.VideoStats{Sent: 90, Shown: 90, DelayOK: true, DelayP50US: 9_000, DelayP95US: 12_000}}
	if change != nil {
		change(s)
	}
	return s
}

func videoGives(s *netcheck.VideoSummary, err error) fakeVideo {
	return func(context.Context, netcheck.Link, func(netcheck.Event)) (netcheck.Summary, error) {
		if s == nil {
			return nil, err
		}
		return s, err
	}
}

// videoPlan is a small session with video.
func videoPlan(mode netcheck.VideoMode, paths ...netcheck.Path) netcheck.Plan {
	p := plan()
	p.Paths, p.Video = paths, netcheck.DefaultVideoPlan(mode)
	p.Video.Duration, p.Video.Idle = time.Second, 0
	return p
}

// stage puts probes into one stage when the path has video; else only the first of them runs.
func together(probes ...netcheck.Probe) func(netcheck.Asked) []netcheck.Stage {
	return func(a netcheck.Asked) []netcheck.Stage {
		if !a.Video {
			return []netcheck.Stage{probes[:1]}
		}
		return []netcheck.Stage{probes}
	}
}

// Each probe of a stage waits for the other to have begun: one after the other they would wait for ever.
func TestProbesOfOneStageRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := make(chan struct{}), make(chan struct{})
		meet := func(mine chan<- struct{}, other <-chan struct{}) {
			close(mine)
			<-other
		}
		loss := fakeProbe(func(context.Context, func(netcheck.Event)) (netcheck.Summary, error) {
			meet(here, there)
			return summary(100, nil), nil
		})
		video := fakeVideo(func(context.Context, netcheck.Link, func(netcheck.Event)) (netcheck.Summary, error) {
			meet(there, here)
			return showing(nil), nil
		})
		w := &world{stages: together(loss, video)}
		r, _, err := run(t.Context(), t, w, videoPlan(netcheck.VideoUnderLoad, netcheck.PathDirect), nil)
		p := r.Paths[0]
		if _, measured := p.NetworkLoss(); err != nil || p.State != netcheck.StateOK || !measured || p.Video == nil || p.Video.Result == nil {
			t.Errorf("%+v, %v", p, err)
		}
		if v := netcheck.Judge(r); v.Paths[netcheck.PathDirect] != netcheck.GradeGood {
			t.Errorf("%+v", v)
		}
	})
}

// After the loss probe the video runs on the first paths that work: one that does not connect does not count.
func TestVideoOnTheFirstPathsThatWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var video, media []netcheck.Path
		w := &world{stages: func(a netcheck.Asked) []netcheck.Stage {
			stages := []netcheck.Stage{{gives(summary(100, nil), nil)}}
			if a.Video {
				video = append(video, a.Path)
				stages = append(stages, netcheck.Stage{videoGives(showing(nil), nil)})
			}
			return stages
		}}
		w.connect = func(_ context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
			if leg.Video != nil {
				if media = append(media, leg.Path); *leg.Video != (netcheck.VideoLoad{StartKbps: 1000, MaxKbps: 2500}) {
					t.Errorf("%s: load %+v", leg.Path, leg.Video)
				}
			}
			if leg.Path == netcheck.PathDirect || leg.Path == netcheck.PathRelayUDP {
				return nil, &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "Silence.", Advice: "Wait."}
			}
			return nil, nil
		}
		p := videoPlan(netcheck.VideoAfterLoss, netcheck.AllPaths()...)
		p.Video.Paths = 2
		r, _, err := run(t.Context(), t, w, p, nil)
		if want := []netcheck.Path{netcheck.PathSTUN, netcheck.PathRelayTCP}; err != nil || !slices.Equal(video, want) {
			t.Errorf("video on %v, want %v; %v", video, want, err)
		}
		if want := netcheck.AllPaths()[:4]; !slices.Equal(media, want) {
			t.Errorf("links with media: %v, want %v", media, want)
		}
		if last := r.Paths[4]; last.Video != nil || last.State != netcheck.StateOK {
			t.Errorf("%+v", last)
		}
	})
}

func TestWhatAVideoMakesOfAPath(t *testing.T) {
	noCamera := &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "There is no camera.", Advice: "Plug one in."}
	lost := &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "Lost.", Advice: "Again."}
	slow := showing(func(s *netcheck.VideoSummary) { s.Stats.Skipped = 40 })
	sound := gives(summary(100, nil), nil)
	tests := []struct {
		name   string
		mode   netcheck.VideoMode
		stage  []netcheck.Probe
		want   string
		result bool // of the video
		grade  netcheck.Grade
	}{
		{"it fails beside packets", netcheck.VideoUnderLoad, []netcheck.Probe{sound, videoGives(nil, noCamera)}, "ok", false, netcheck.GradeGood},
		{"it fails after packets", netcheck.VideoAfterLoss, []netcheck.Probe{sound, videoGives(nil, noCamera)}, "ok", false, netcheck.GradeGood},
		{"it is in doubt beside packets", netcheck.VideoUnderLoad, []netcheck.Probe{sound, videoGives(slow, nil)}, "ok", true, netcheck.GradeGood},
		{"it fails alone", netcheck.VideoAlone, []netcheck.Probe{videoGives(nil, noCamera)}, "failed local_error", false, netcheck.GradeFailed},
		{"it is in doubt alone", netcheck.VideoAlone, []netcheck.Probe{videoGives(slow, nil)}, "inconclusive computer_busy", true, netcheck.GradeInconclusive},
		{"it works alone", netcheck.VideoAlone, []netcheck.Probe{videoGives(showing(nil), nil)}, "ok", true, netcheck.GradeGood},
		{"it sends nothing", netcheck.VideoAlone, []netcheck.Probe{videoGives(&netcheck.VideoSummary{}, nil)}, "inconclusive no_data", true, netcheck.GradeInconclusive},
		{"an error without words, alone", netcheck.VideoAlone, []netcheck.Probe{videoGives(nil, errors.New("odd"))}, "failed link_lost", false, netcheck.GradeFailed},
		{"the link is lost beside packets", netcheck.VideoUnderLoad, []netcheck.Probe{sound, videoGives(showing(nil), lost)}, "failed link_lost", true, netcheck.GradeFailed},
		{"the packets are in doubt", netcheck.VideoUnderLoad, []netcheck.Probe{
			gives(summary(100, func(c *netcheck.CarrierResult) { c.Self.SendErrorP95, c.Stats.RTT.P95US = time.Second, 1_000_000 }), nil), videoGives(showing(nil), nil)},
			"inconclusive computer_busy", true, netcheck.GradeInconclusive},
		{"the packets left late and are good", netcheck.VideoUnderLoad, []netcheck.Probe{
			gives(summary(100, func(c *netcheck.CarrierResult) { c.Self.SendErrorP95 = time.Second }), nil), videoGives(showing(nil), nil)},
			"ok computer_busy", true, netcheck.GradeGood},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{stages: together(tt.stage...)}
				r, _, err := run(t.Context(), t, w, videoPlan(tt.mode, netcheck.PathDirect), nil)
				p := r.Paths[0]
				if got := states(r)[0]; err != nil || got != tt.want || p.Video == nil || (p.Video.Result != nil) != tt.result {
					t.Errorf("%s, video %+v, %v; want %s", got, p.Video, err, tt.want)
				}
				if got := netcheck.Judge(r).Paths[netcheck.PathDirect]; got != tt.grade {
					t.Errorf("grade %q, want %q", got, tt.grade)
				}
			})
		})
	}
}

// Where no packet came back, a second probe would only find the same silence.
func TestNoVideoOnASilentPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mute := summary(100, func(c *netcheck.CarrierResult) { c.Stats.Total.Received = 0 })
		w := &world{stages: func(netcheck.Asked) []netcheck.Stage {
			return []netcheck.Stage{{gives(mute, nil)}, {fakeVideo(func(context.Context, netcheck.Link, func(netcheck.Event)) (netcheck.Summary, error) {
				t.Error("the video ran")
				return showing(nil), nil
			})}}
		}}
		if r, _, err := run(t.Context(), t, w, videoPlan(netcheck.VideoAfterLoss, netcheck.PathDirect), nil); err != nil || r.Paths[0].Video != nil {
			t.Errorf("%+v, %v", r.Paths[0], err)
		}
	})
}

// A session that is stopped during the video keeps what both probes found.
func TestStoppedDuringTheVideo(t *testing.T) {
	for _, mode := range []netcheck.VideoMode{netcheck.VideoAlone, netcheck.VideoAfterLoss} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			video := fakeVideo(func(ctx context.Context, _ netcheck.Link, _ func(netcheck.Event)) (netcheck.Summary, error) {
				cancel()
				<-ctx.Done()
				return showing(func(s *netcheck.VideoSummary) { s.Partial = true }), &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Stopped."}
			})
			w := &world{stages: func(netcheck.Asked) []netcheck.Stage {
				if mode == netcheck.VideoAlone {
					return []netcheck.Stage{{video}}
				}
				return []netcheck.Stage{{gives(summary(100, nil), nil)}, {video}}
			}}
			r, _, err := run(ctx, t, w, videoPlan(mode, netcheck.PathDirect), nil)
			p := r.Paths[0]
			if !errors.Is(err, context.Canceled) || p.State != netcheck.StateInterrupted || p.Video == nil || p.Video.Result == nil || !p.Partial {
				t.Errorf("%s: %+v, %v", mode, p, err)
			}
			if got := netcheck.Judge(r).Paths[netcheck.PathDirect]; got != netcheck.GradeGood {
				t.Errorf("%s: grade %q", mode, got)
			}
		})
	}
}
