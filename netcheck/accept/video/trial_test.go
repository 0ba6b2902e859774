package video_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/rtc"
	"echopath/netcheck/stats"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// trial is one session of video over one path of a lab. The wires are clean while the link is made and shaped from the moment
// at which the probe begins.
type trial struct {
	seed     uint64
	path     netcheck.Path
	start    float64 // kbit/s; 0 is the usual
	duration time.Duration
	up, down []vlab.Phase
}

// outcome is what a session found, and what happened.
type outcome struct {
	*netcheck.VideoSummary
	path    netcheck.PathReport
	frames  stats.Frames
	samples []netcheck.VideoSample
	shaped  time.Duration    // when the shapes began, since the session's start
	begun   time.Duration    // the same since the lab was built, within some milliseconds
	drained time.Duration    // when the probe had stopped waiting for pictures, as begun
	wire    [2][]vlab.Packet // video by direction, from the shapes' begin on
}

// run runs the trial. It does not look at the session's own judgement: on a busy machine that may be "saturated", and what is
// then measured must still be true.
func (tr trial) run(t *testing.T) outcome {
	t.Helper()
	lab, err := vlab.New(vlab.Config{Seed: tr.seed})
	must(t, err)
	built := time.Now()
	defer func() { must(t, lab.Stop()) }()
	ctx, cancel := context.WithTimeout(t.Context(), tr.duration+time.Minute)
	defer cancel()
	var o outcome
	var before [2]int
	report, err := netcheck.Run(ctx, tr.plan(t, lab.Server()), tr.deps(lab), func(e netcheck.Event) {
		switch b := e.Body.(type) {
		case netcheck.ProbeStarted:
			o.shaped, o.begun = e.At, time.Since(built)
			for d, phases := range [...][]vlab.Phase{vlab.Up: tr.up, vlab.Down: tr.down} {
				before[d] = len(lab.Log(vlab.Direction(d)))
				lab.Shape(vlab.Direction(d), phases...)
			}
		case netcheck.VideoSampleTaken:
			o.drained = o.begun + e.At - o.shaped // the last sample is taken then
		case netcheck.FramesDecided:
			o.frames = append(o.frames, b.Frames...)
		case netcheck.VideoHappened:
			t.Logf("%v after the shapes' begin: %+v", (e.At - o.shaped).Round(time.Millisecond), b)
		}
	})
	must(t, err)
	o.path, _ = report.Path(tr.path)
	if o.path.Video == nil || o.path.Video.Result == nil {
		t.Fatalf("no result: %s, %s (%s)", o.path.State, o.path.Reason, o.path.Cause)
	}
	o.VideoSummary = o.path.Video.Result
	for s := range o.path.Video.Samples.All() {
		o.samples = append(o.samples, s)
	}
	for d := range o.wire {
		o.wire[d] = videoOf(lab.Log(vlab.Direction(d))[before[d]:])
	}
	o.print(t)
	return o
}

func (tr trial) deps(lab *vlab.Lab) netcheck.Deps {
	return netcheck.Deps{
		Connector: anyTarget{&rtc.Connector{LocalNet: lab.Local(), FarNet: lab.Far(), Respond: echo.Responder{}.Serve}},
		Probes: func(a netcheck.Asked) []netcheck.Stage {
			v := a.Granted.Video
			source := picture.NewSynthetic(v.Width, v.Height, v.Source.Difficulty, v.FPS, 1)
			return []netcheck.Stage{{&video.Probe{Path: a.Path, Plan: v, Start: a.Start, Source: source}}}
		},
	}
}

// plan asks for the one path. A direct path is in no plan but that of the target self.
func (tr trial) plan(t *testing.T, at netip.AddrPort) netcheck.Plan {
	t.Helper()
	p := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetSelf}, Paths: []netcheck.Path{tr.path},
		Video: netcheck.DefaultVideoPlan(netcheck.VideoAlone)}
	p.Video.Duration = tr.duration
	p.Video.Source.Difficulty = netcheck.DifficultyHard // whatever the bitrate is, the encoder has a use for it
	if tr.start > 0 {
		p.Video.StartKbps = tr.start
	}
	if tr.path == netcheck.PathDirect {
		return p
	}
	p.Target.Kind = netcheck.TargetTURN
	for _, address := range []string{"stun:" + at.String(), "turn:" + at.String() + "?transport=udp"} {
		u, err := netcheck.ParseServerURL(address)
		must(t, err)
		p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u, Username: vlab.User, Password: vlab.Password})
	}
	return p
}

// anyTarget lifts the limit of the target self to loopback addresses: the two ends are on two hosts here.
type anyTarget struct{ netcheck.Connector }

func (c anyTarget) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	leg.Target = netcheck.TargetTURN
	return c.Connector.Connect(ctx, leg, trace)
}
