package session_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"echopath/app/session"
	"echopath/netcheck"
)

func shortVideo(mode netcheck.VideoMode) netcheck.VideoPlan {
	v := netcheck.DefaultVideoPlan(mode)
	v.Width, v.Height, v.Duration = 320, 180, time.Second
	return v
}

// film runs a plan with video. Builds without a codec have none to test.
func film(ctx context.Context, t *testing.T, plan netcheck.Plan, opt session.Options, observe netcheck.Observer) (netcheck.Report, error) {
	t.Helper()
	if why := session.NoVideo(); why != "" {
		t.Skip("SKIPPED: " + why)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // no test that passes comes near it
	defer cancel()
	return session.Run(ctx, plan, opt, observe)
}

// wantShown checks the video of a path. How many pictures a busy machine skips is its own affair; those that were sent over loopback
// and never came back would be ours.
func wantShown(t *testing.T, p netcheck.PathReport) netcheck.VideoSummary {
	t.Helper()
	if p.Video == nil || p.Video.Result == nil {
		t.Fatalf("%s: no video (%s: %s)", p.Path, p.Code, p.Reason)
	}
	v := *p.Video.Result
	s := v.Stats
	if s.Shown == 0 || v.SentKbps <= 0 || v.ReceivedKbps <= 0 || !s.DelayOK || v.Plan.Width != 320 || !v.DirectionKnown {
		t.Errorf("%s: %+v", p.Path, v)
	}
	t.Logf("%s: %d of %d shown, delay p50 %d us, %.0f kbit/s", p.Path, s.Shown, s.Sent, s.DelayP50US, v.SentKbps)
	return v
}

// clipOf looks at a recording as ffmpeg sees it: every picture is decoded.
func clipOf(t *testing.T, name string) (frames int, seconds float64, size string) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries",
		"stream=width,height,nb_read_frames:format=duration", "-of", "default=noprint_wrappers=1", name).CombinedOutput()
	if err != nil {
		t.Fatalf("ffprobe %s: %v: %s", name, err, out)
	}
	fields := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		fields[key] = value
	}
	frames, err = strconv.Atoi(fields["nb_read_frames"])
	if err != nil {
		t.Errorf("%s: %q", name, out)
	}
	if seconds, err = strconv.ParseFloat(fields["duration"], 64); err != nil {
		t.Errorf("%s: %q", name, out)
	}
	return frames, seconds, fields["width"] + "x" + fields["height"]
}

// Pictures come back on every path, proved from both ends, and each path's recording plays.
func TestSelfFilmsAllFivePaths(t *testing.T) {
	dir := t.TempDir()
	opt := session.Options{Version: "test", Record: &session.Recording{File: filepath.Join(dir, "call.webm")}}
	ended := map[netcheck.Path]string{}
	r, err := film(t.Context(), t, netcheck.Plan{Video: shortVideo(netcheck.VideoAlone)}, opt, func(e netcheck.Event) {
		if h, ok := e.Body.(netcheck.VideoHappened); ok && h.What == netcheck.RecordingEnded {
			ended[e.Path] = h.Text
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Ended != netcheck.EndedComplete || len(r.Paths) != 5 {
		t.Fatalf("ended %s with %d paths", r.Ended, len(r.Paths))
	}
	for _, p := range r.Paths {
		wantProof(t, p)
		v := wantShown(t, p)
		name := filepath.Join(dir, "call-"+string(p.Path)+".webm")
		if !strings.Contains(ended[p.Path], name) {
			t.Errorf("%s: the recording was told as %q", p.Path, ended[p.Path])
		}
		frames, seconds, size := clipOf(t, name)
		if frames == 0 || frames > v.Stats.Shown || seconds <= 0 || seconds > 2 || size != "320x180" {
			t.Errorf("%s: %d of %d pictures in the recording, %.2f s, %s", p.Path, frames, v.Stats.Shown, seconds, size)
		}
		if len(p.Carriers) > 0 {
			t.Errorf("%s: packets were sent beside a video alone", p.Path)
		}
	}
}

// Under load both probes see one path at once, and the packets begin alone.
func TestVideoUnderLoad(t *testing.T) {
	plan := netcheck.Plan{Paths: []netcheck.Path{netcheck.PathDirect}, Loss: shortLoss(), Video: shortVideo(netcheck.VideoUnderLoad)}
	plan.Video.Idle, plan.Video.Duration = time.Second, 2*time.Second
	r, err := film(t.Context(), t, plan, session.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := r.Paths[0]
	v := wantShown(t, p)
	c, ok := p.NetworkLoss()
	if !ok || c.Stats.Up.Sent+c.Self.MissedSends+c.Self.SkippedSender != 300 {
		t.Fatalf("packets: %+v", c.Stats)
	}
	if v.Begin < time.Second {
		t.Errorf("the video began after %v, with the packets", v.Begin)
	}
	if c.Load == nil || !c.Load.Idle.OK || !c.Load.Loaded.OK || c.Load.Grade == "" {
		t.Errorf("no effect of the video was measured: %+v", c.Load)
	}
}

// As in a check: packets on every path, a video on the first that work.
func TestVideoAfterLossOnTheFirstPath(t *testing.T) {
	plan := netcheck.Plan{Paths: []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP}, Loss: shortLoss(), Video: shortVideo(netcheck.VideoAfterLoss)}
	plan.Video.Paths = 1
	r, err := film(t.Context(), t, plan, session.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Paths {
		wantMeasured(t, p)
	}
	wantShown(t, r.Paths[0])
	if r.Paths[1].Video != nil {
		t.Errorf("a second path had a video: %+v", r.Paths[1].Video)
	}
}

// What is wrong with the source is told before anything happens.
func TestSourceIsOpenedFirst(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.y4m")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{filepath.Join(dir, "gone.ivf"): "There is no file", empty: "it is empty", dir: "is not a file"} {
		plan := netcheck.Plan{Video: shortVideo(netcheck.VideoAlone)}
		plan.Video.Source = netcheck.VideoSource{Kind: netcheck.SourceFile, Name: name}
		_, err := film(t.Context(), t, plan, session.Options{}, func(netcheck.Event) { t.Error("an event was emitted") })
		var failure *netcheck.Failure
		if !errors.As(err, &failure) || !strings.Contains(failure.Text, want) || failure.Advice == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A run that is stopped in the middle keeps the figures and a recording that plays.
func TestVideoCancelledKeepsItsRecording(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	plan := netcheck.Plan{Paths: []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN}, Video: shortVideo(netcheck.VideoAlone)}
	plan.Video.Duration = time.Hour
	name := filepath.Join(t.TempDir(), "sent")
	opt := session.Options{Record: &session.Recording{File: name, Sent: true}}
	frames := 0
	r, err := film(ctx, t, plan, opt, func(e netcheck.Event) {
		if s, ok := e.Body.(netcheck.VideoSampleTaken); ok {
			if frames += s.Sample.FramesShown; frames >= 10 {
				cancel()
			}
		}
	})
	if !errors.Is(err, context.Canceled) || r.Ended != netcheck.EndedCancelled {
		t.Errorf("error %v, ended %s", err, r.Ended)
	}
	if p := r.Paths[0]; p.State != netcheck.StateInterrupted || !p.Partial {
		t.Errorf("%s, partial %v", p.State, p.Partial)
	} else {
		wantShown(t, p)
	}
	if got, seconds, _ := clipOf(t, name+"-direct.webm"); got == 0 || seconds <= 0 {
		t.Errorf("%d pictures in the recording, %.2f s", got, seconds)
	}
}
