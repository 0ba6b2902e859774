package video_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/rtc"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
)

// answering makes the far end of a call.
func answering() *video.Answer {
	return &video.Answer{Open: func(_ context.Context, width, height, fps int) (video.Source, netcheck.SourceKind, error) {
		return picture.NewSynthetic(width, height, netcheck.DifficultyHard, fps, 2), netcheck.SourceSynthetic, nil
	}}
}

// TestCall: both ends send at once over real peers. One way loses packets, the other does not, and each is told by its receiver.
func TestCall(t *testing.T) {
	lab, err := vlab.New(vlab.Config{Seed: 5})
	must(t, err)
	defer func() { must(t, lab.Stop()) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	plan := netcheck.DefaultVideoPlan(netcheck.VideoCall)
	plan.Duration = 8 * time.Second
	connector := &rtc.Connector{LocalNet: lab.Local(), FarNet: lab.Far(),
		Respond: func(ctx context.Context, l netcheck.Link) error { return answering().Serve(ctx, l.Media()) }}
	leg := netcheck.Leg{Target: netcheck.TargetTURN, Path: netcheck.PathDirect, Family: netcheck.Family4, Far: netcheck.FarInProcess,
		Load: netcheck.Load{PacketsPerSecond: 50, PacketSize: 200}, Video: plan.Load(), Timeout: 10 * time.Second}
	link, err := connector.Connect(ctx, leg, func(netcheck.Event) {})
	must(t, err)
	var before [2]int
	for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
		before[d] = len(lab.Log(d))
	}
	lab.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Loss: 0.03, Delay: 15 * time.Millisecond}})
	lab.Shape(vlab.Down, vlab.Phase{Shape: vlab.Shape{Delay: 15 * time.Millisecond}})
	var mu sync.Mutex
	samples := 0
	call := &video.Call{Path: netcheck.PathDirect, Plan: plan, Start: time.Now(), Source: picture.NewSynthetic(plan.Width, plan.Height, netcheck.DifficultyHard, plan.FPS, 1)}
	sum, err := call.Run(ctx, link, func(e netcheck.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch b := e.Body.(type) {
		case netcheck.CallSampleTaken:
			samples++
		case netcheck.VideoHappened, netcheck.Noted:
			t.Logf("%T %+v", b, b)
		}
	})
	must(t, err)
	must(t, link.Close())
	s := sum.(*netcheck.CallSummary)
	t.Logf("up %+v", s.Up)
	t.Logf("down %+v", s.Down)
	t.Logf("round trips %+v, here %+v, there %+v, %d samples", s.RTT, s.Self, s.Far, samples)
	checkCall(t, s, lab, before)
}

// checkCall compares what both ends report with what the network did.
func checkCall(t *testing.T, s *netcheck.CallSummary, lab *vlab.Lab, before [2]int) {
	t.Helper()
	wrong := t.Errorf
	if s.Up.Skipped+s.Down.Skipped+s.Up.QueueDropped+s.Down.QueueDropped > 0 {
		wrong = func(format string, args ...any) {
			t.Helper()
			t.Logf("not judged, this computer was busy: "+format, args...)
		}
	}
	for name, d := range map[string]struct {
		netcheck.CallDirection
		way vlab.Direction
	}{"up": {s.Up, vlab.Up}, "down": {s.Down, vlab.Down}} {
		truth := tallyOf(videoOf(lab.Log(d.way)[before[d.way]:]), time.Hour)
		t.Logf("%s: the network carried %+v", name, truth)
		if !d.Known || d.BeforeRepair.Sent == 0 {
			t.Fatalf("%s: the far end's account is missing: %+v", name, d.CallDirection)
		}
		checkLoss(t, name, d.BeforeRepair, tally{sent: truth.sent, lost: truth.lost, open: truth.open + 3}) // the last may be under way
		if made := d.Sent + d.Dropped + d.Skipped; made < 230 || made > 240 {
			t.Errorf("%s: %d pictures of 240 were made", name, made)
		}
		if d.Shown+d.Lost+d.Undecided != d.Sent {
			t.Errorf("%s: %d shown, %d lost and %d undecided of %d", name, d.Shown, d.Lost, d.Undecided, d.Sent)
		}
		if share := float64(d.Shown) / float64(d.Sent); share < 0.95 {
			wrong("%s: %.1f %% of the pictures were shown", name, 100*share)
		}
		if d.AfterRepair.LossRatio > 0.015 || !d.JitterOK {
			wrong("%s: lost in spite of repair %+v, jitter %v", name, d.AfterRepair, d.JitterOK)
		}
	}
	if s.Up.Retransmitted == 0 || s.Up.NACK == 0 {
		wrong("nothing was repaired: %+v", s.Up)
	}
	if s.Down.BeforeRepair.Lost > 3 {
		t.Errorf("%+v was lost where nothing loses packets", s.Down.BeforeRepair)
	}
	if !s.RTT.OK {
		t.Error("no round-trip time")
	}
}
