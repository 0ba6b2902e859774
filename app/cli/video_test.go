package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func TestPlanVideo(t *testing.T) {
	y4m := filepath.Join(t.TempDir(), "pictures.y4m")
	if err := os.WriteFile(y4m, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*netcheck.VideoPlan)) netcheck.VideoPlan {
		v := netcheck.DefaultVideoPlan(netcheck.VideoAlone)
		change(&v)
		return v
	}
	source := func(kind netcheck.SourceKind, name string) netcheck.VideoPlan {
		return with(func(v *netcheck.VideoPlan) { v.Source = netcheck.VideoSource{Kind: kind, Name: name} })
	}
	tests := map[string]netcheck.VideoPlan{
		"loss":             {},
		"check --no-video": {},
		"check": with(func(v *netcheck.VideoPlan) {
			v.Mode, v.Duration, v.Paths = netcheck.VideoAfterLoss, 3*time.Second, 2
		}),
		"video":                          with(func(*netcheck.VideoPlan) {}),
		"video --source synthetic":       with(func(*netcheck.VideoPlan) {}),
		"video --source Camera":          source(netcheck.SourceCamera, ""),
		"video --source camera:Front:HD": source(netcheck.SourceCamera, "Front:HD"),
		"video --source " + y4m:          source(netcheck.SourceFile, y4m),
		"video --difficulty HARD":        with(func(v *netcheck.VideoPlan) { v.Source.Difficulty = netcheck.DifficultyHard }),
		"video --size 1280X720 --fps 15": with(func(v *netcheck.VideoPlan) { v.Width, v.Height, v.FPS = 1280, 720, 15 }),
		"video --duration 90s":           with(func(v *netcheck.VideoPlan) { v.Duration = 90 * time.Second }),
		"video --start 300 --max 800.5":  with(func(v *netcheck.VideoPlan) { v.StartKbps, v.MaxKbps = 300, 800.5 }),
		"video --start 1000 --max 1000":  with(func(v *netcheck.VideoPlan) { v.MaxKbps = 1000 }),
		"video --start 10000":            with(func(v *netcheck.VideoPlan) { v.StartKbps, v.MaxKbps = 10_000, 10_000 }), // as high is wished for
		"video --max 100":                with(func(v *netcheck.VideoPlan) { v.StartKbps, v.MaxKbps = 100, 100 }),
		"video --fixed-size":             with(func(v *netcheck.VideoPlan) { v.Adapt = false }),
		"video --under-load --size 320x180": with(func(v *netcheck.VideoPlan) {
			v.Mode, v.Idle, v.Width, v.Height = netcheck.VideoUnderLoad, 5*time.Second, 320, 180
		}),
		"video --under-load=false --fps 30":    with(func(*netcheck.VideoPlan) {}),
		"video --path relay-tls --duration 1s": with(func(v *netcheck.VideoPlan) { v.Duration = time.Second }),
	}
	for line, want := range tests {
		c := (&command{args: append(words(line), "--quiet"), run: presenttest.AllGood}).do(t.Context()) // what came of it is of no interest
		if !c.ran {
			t.Errorf("%s: exit %d, %s", line, c.code, c.err)
			continue
		}
		if !reflect.DeepEqual(c.plan.Video, want) {
			t.Errorf("%s: got %+v, want %+v", line, c.plan.Video, want)
		}
		if c.job.Record != "" || c.job.RecordSent {
			t.Errorf("%s: records %q", line, c.job.Record)
		}
	}
}

func TestJobRecording(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	for what, sent := range map[string]bool{"": false, " --record-what received": false, " --record-what Sent": true} {
		c := (&command{args: words("video --quiet --record " + name + what), run: presenttest.VideoGood}).do(t.Context())
		if c.job.Record != name || c.job.RecordSent != sent {
			t.Errorf("%q: record %q, sent %v; stderr %q", what, c.job.Record, c.job.RecordSent, c.err)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) > 0 {
		t.Errorf("the attempt left %v, %v", entries, err)
	}
}

// A place where no video can be kept is told before anything is measured.
func TestRecordingUnwritableBefore(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		filepath.Join(dir, "gone", "call.webm"):              "make the folder, or name another",
		filepath.Join(file, "call.webm"):                     "name another file or folder",
		filepath.Join(dir, strings.Repeat("x", 250)+".webm"): "name another file or folder",
	}
	if os.Geteuid() != 0 { // who may write anywhere
		closed := filepath.Join(dir, "closed")
		if err := os.Mkdir(closed, 0o500); err != nil {
			t.Fatal(err)
		}
		tests[filepath.Join(closed, "call.webm")] = "name a folder that you may write to"
	}
	for name, advice := range tests {
		c := (&command{args: []string{"video", "--csv", filepath.Join(dir, "results"), "--record", name}}).do(t.Context())
		if c.code != ExitError || c.ran || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, "nothing was measured, because the video can not be kept") ||
			!strings.HasSuffix(c.err, ": "+advice+"\n") {
			t.Errorf("%s: exit %d, ran %v, stderr %q", name, c.code, c.ran, c.err)
		}
		if strings.Contains(c.err, ".part") {
			t.Errorf("%s: a name that nobody gave: %q", name, c.err)
		}
		if _, err := os.Stat(filepath.Join(dir, "results")); err == nil {
			t.Errorf("%s: a folder was made for a session that could not be", name)
		}
	}
}

// recorded makes the recorder of each path tell something at the end of its video.
func recorded(tell func(netcheck.Path) netcheck.VideoHappened) presenttest.RunFunc {
	return func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
		return presenttest.VideoGood(ctx, plan, func(e netcheck.Event) {
			if ended, ok := e.Body.(netcheck.ProbeEnded); ok && ended.Probe == netcheck.ProbeVideo {
				observe(netcheck.Event{Seq: e.Seq, At: e.At, Path: e.Path, Body: tell(e.Path)})
			}
			observe(e)
		})
	}
}

// Where the recordings are is said with the other files, and in their place when standard output belongs to a file.
func TestRecordingIsNamed(t *testing.T) {
	dir := t.TempDir()
	run := recorded(func(p netcheck.Path) netcheck.VideoHappened {
		return netcheck.VideoHappened{What: netcheck.RecordingEnded, Text: fmt.Sprintf("call-%s.webm (9.9 s, 297 pictures, 640x360, 1.2 MB)", p)}
	})
	const want = "\nRecording of Direct: call-direct.webm (9.9 s, 297 pictures, 640x360, 1.2 MB)\nRecording of STUN: call-stun.webm (9.9 s,"
	for _, form := range []string{"", "--json -", "--csv -", "--quiet", "--quiet --json -"} {
		args := append(words("video --path direct,stun "+form), "--record", filepath.Join(dir, "call.webm"))
		c := (&command{args: args, run: run}).do(t.Context())
		dashed, quiet := strings.Contains(form, "-"+" -") || strings.HasSuffix(form, " -"), strings.Contains(form, "quiet")
		if c.code != ExitOK {
			t.Errorf("%q: exit %d, stderr %q", form, c.code, c.err)
		}
		if got := strings.Contains(c.out, want); got == dashed {
			t.Errorf("%q: on standard output: %v\n%s", form, got, c.out)
		}
		if got := strings.Contains(c.err, want); got != (dashed && !quiet) {
			t.Errorf("%q: on standard error: %v\n%s", form, got, c.err)
		}
	}
}

// A recording that failed is a result that could not be written: the figures are shown, and the exit code is 4.
func TestRecordingFailed(t *testing.T) {
	run := recorded(func(p netcheck.Path) netcheck.VideoHappened {
		if p == netcheck.PathDirect {
			return netcheck.VideoHappened{What: netcheck.RecordingFailed, Text: "c.webm can not be written: there is no room left on the disk; make room. Nothing was saved."}
		}
		return netcheck.VideoHappened{What: netcheck.RecordingEnded, Text: "c-2.webm (1 s)"}
	})
	c := (&command{args: []string{"video", "--quiet", "--path", "direct,stun", "--record", filepath.Join(t.TempDir(), "c")}, run: run}).do(t.Context())
	if c.code != ExitError || !strings.Contains(c.err, "the recording of Direct failed: c.webm can not be written: there is no room left") || strings.Count(c.err, "\n") != 1 {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
	if !strings.Contains(c.out, "● GOOD") || !strings.Contains(c.out, "Recording of STUN: c-2.webm") || strings.Contains(c.out, "Recording of Direct") {
		t.Errorf("stdout:\n%s", c.out)
	}
}

// Ctrl-C in the middle of a video keeps what it has shown until then.
func TestVideoInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	run := func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
		cancel()
		r, _ := presenttest.VideoStopped(ctx, plan, observe)
		r.Ended = netcheck.EndedCancelled
		return r, ctx.Err()
	}
	c := (&command{args: []string{"video", "--csv", dir, "--json", filepath.Join(dir, "report.json")}, run: run}).do(ctx)
	out := strings.Join(strings.Fields(c.out), " ")
	for _, want := range []string{"Interrupted after", "○ interrupted", "90 of 90", "– not run: The session was stopped before this path.", "Written to " + dir} {
		if !strings.Contains(out, want) {
			t.Errorf("stdout lacks %q:\n%s", want, c.out)
		}
	}
	if c.code != ExitInterrupted || strings.Count(c.err, "Stopping; ") != 1 {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
	for name, rows := range map[string]int{"video.csv": 1 + 4, "frames.csv": 1 + 90} { // with the second in which the last came back
		b, err := os.ReadFile(filepath.Join(dir, name))
		if got := bytes.Count(b, []byte("\n")); err != nil || got < rows-1 || got > rows {
			t.Errorf("%s: %d rows, want %d: %v", name, got, rows, err)
		}
	}
}

// Both forms have the figures of the video, and nothing else is on standard output.
func TestVideoAsData(t *testing.T) {
	c := (&command{args: words("video --quiet --path direct --json -"), run: presenttest.VideoGood}).do(t.Context())
	var doc struct {
		Paths []struct {
			Video struct {
				FramesSent   int `json:"frames_sent"`
				FramesEchoed int `json:"frames_echoed"`
				Width        int
			}
		}
	}
	if err := json.Unmarshal([]byte(c.out), &doc); err != nil || c.code != ExitOK || c.err != "" {
		t.Fatalf("exit %d, %v, stderr %q", c.code, err, c.err)
	}
	if len(doc.Paths) != 1 || doc.Paths[0].Video.FramesSent != 300 || doc.Paths[0].Video.FramesEchoed != 300 || doc.Paths[0].Video.Width != 640 {
		t.Errorf("%+v", doc)
	}
	c = (&command{args: words("video --quiet --path direct --csv -"), run: presenttest.VideoGood}).do(t.Context())
	rows, err := csv.NewReader(strings.NewReader(c.out)).ReadAll()
	if err != nil || len(rows) < 2 || c.code != ExitOK {
		t.Fatalf("exit %d, %v:\n%s", c.code, err, c.out)
	}
	for _, r := range rows {
		if r[0] == "direct" && slices.Contains(r, "300") {
			return
		}
	}
	t.Errorf("the summary lacks the pictures:\n%s", c.out)
}

const noCgo = "this build has no video codec, since it was built without cgo: build it with CGO_ENABLED=1"

// A build without a codec has no video, says what it needs, and checks all the same.
func TestBuildWithoutVideo(t *testing.T) {
	c := (&command{args: words("video"), noVideo: noCgo}).do(t.Context())
	if c.code != ExitError || c.ran || c.out != "" || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, "build it with CGO_ENABLED=1") {
		t.Errorf("video: exit %d, ran %v, stderr %q", c.code, c.ran, c.err)
	}
	if c = (&command{args: words("video --help"), noVideo: noCgo}).do(t.Context()); c.code != ExitOK || !strings.Contains(c.out, "--under-load") {
		t.Errorf("video --help: exit %d", c.code)
	}
	if flat := strings.Join(strings.Fields(c.out), " "); !strings.HasPrefix(flat, "This program can not run it: "+noCgo+". Sends a picture") {
		t.Errorf("video --help begins with %.200q", flat)
	}
	for _, line := range []string{"video", "video --help"} {
		c := (&command{args: words(line), noVideo: noCgo, beside: func() string { return "bin/echopath" }}).do(t.Context())
		if all := strings.Join(strings.Fields(c.out+c.err), " "); strings.Count(all, noCgo+"; or use the program beside this one, which has video: bin/echopath video ...") != 1 {
			t.Errorf("%s: %.300q", line, all)
		}
	}
	if c = (&command{args: words("check --help"), noVideo: noCgo}).do(t.Context()); strings.Contains(c.out, "can not run it") {
		t.Error("a check is one without video")
	}
	for line, told := range map[string]bool{"check": true, "check --no-video": false, "check --quiet": false, "loss": false} {
		c := (&command{args: words(line), noVideo: noCgo, run: presenttest.AllGood}).do(t.Context())
		if c.code != ExitOK || c.plan.Video.On() {
			t.Errorf("%s: exit %d, video %+v, stderr %q", line, c.code, c.plan.Video, c.err)
		}
		if got := strings.Contains(c.err, "\nWithout video: this build has no video codec, since it was built without cgo.\n"); got != told {
			t.Errorf("%s: told %v: %q", line, got, c.err)
		}
	}
}

// What is wrong with a camera or a file comes in its own words, with what to do, once.
func TestSourceThatDoesNotOpen(t *testing.T) {
	c := (&command{args: words("video --quiet --source camera"),
		run: func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error) {
			return netcheck.Report{}, fmt.Errorf("open: %w", &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The camera is busy.",
				Advice: "Close the other program.", Err: os.ErrPermission})
		}}).do(t.Context())
	if c.code != ExitError || c.err != "echopath-cli: nothing was measured: The camera is busy. Close the other program.\n" {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
}

// A program is one with video if it is this one's and was built with cgo.
func TestHasVideo(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), windowName)
	if err := os.WriteFile(text, []byte("#!/bin/sh"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, why := range map[string]string{text: "a text", text + "2": "nothing there"} {
		if hasVideo(file) {
			t.Error(why)
		}
	}
	_ = hasVideo(self) // a test's build settings are its own
	if other := WithVideo(); other != "" {
		t.Errorf("there is nothing beside a test, and %s was found", other)
	}
}
