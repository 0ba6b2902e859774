package export

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"echopath/netcheck"
)

// withoutVideo is the test report of a session that had none.
func withoutVideo() netcheck.Report {
	r := testReport()
	r.Plan.Video, r.Granted.Video = netcheck.VideoPlan{}, netcheck.VideoPlan{}
	r.Paths = slices.Clone(r.Paths)
	for i := range r.Paths {
		r.Paths[i].Video = nil
	}
	return r
}

// TestFilesWithoutVideo: a session without video leaves no table of one, also if it was asked for and came to nothing.
func TestFilesWithoutVideo(t *testing.T) {
	for name, granted := range map[string]netcheck.VideoPlan{"not asked for": {}, "on no path": testVideoPlan()} {
		dir := t.TempDir()
		f := mustCreate(t, Where{CSVDir: dir})
		f.Observer()(netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Video: granted}}})
		if err := f.Finish(withoutVideo(), testVerdict()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 3 || len(f.Saved()) != 3 {
			t.Errorf("%s: %v, %v, saved %q", name, entries, err, f.Saved())
		}
	}
}

// A session with video begins its table at its start, so that what is wrong is told early, and discards it like the others.
func TestFramesBeginWithTheSession(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, Where{CSVDir: dir})
	started := netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Video: testVideoPlan()}}}
	f.Observer()(started)
	if got := leftovers(t, dir); len(got) != 2 {
		t.Errorf("while the session runs: %q", got)
	}
	f.Discard()
	wantFiles(t, dir)

	f = mustCreate(t, Where{CSVDir: dir})
	if err := os.Mkdir(filepath.Join(dir, FramesName), 0o700); err != nil {
		t.Fatal(err)
	}
	f.Observer()(started)
	if err := f.Err(); err == nil || !strings.Contains(err.Error(), FramesName+" is a folder") {
		t.Errorf("while the session runs: %v", err)
	}
	e := saveError(t, f.run())
	if got := names(e.Saved); len(e.Failed) != 1 || !slices.Equal(got, []string{PacketsName, SamplesName, SummaryName, VideoName}) {
		t.Errorf("saved %q: %v", got, e)
	}
}

// TestPicturesFillTheDisk: those until then are kept, and the small tables find room.
func TestPicturesFillTheDisk(t *testing.T) {
	dir := t.TempDir()
	d := newSmallDisk(200_000)
	f, err := create(d, Where{CSVDir: dir}, testLateAfter)
	if err != nil {
		t.Fatal(err)
	}
	observe := f.Observer()
	rows := randomPictures(newRand(), 20_000)
	for i := 0; i < len(rows); i += netcheck.MaxFrameBlock {
		observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.FramesDecided{Frames: rows[i:min(len(rows), i+netcheck.MaxFrameBlock)]}})
	}
	if err := f.Err(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), FramesName) {
		t.Errorf("while the session runs: %v", err)
	}
	d.room += reserveSize
	e := saveError(t, f.Finish(testReport(), testVerdict()))
	if got := names(e.Saved); !slices.Equal(got, []string{PacketsName, SamplesName, SummaryName, VideoName}) || len(e.Failed) != 1 || e.Failed[0].Rows < 500 ||
		!strings.Contains(e.Error(), " pictures are in "+e.Failed[0].Kept) {
		t.Fatalf("saved %q: %v", got, e)
	}
	b, err := os.ReadFile(e.Failed[0].Kept)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), endRow)
	read, err := ReadFrames(strings.NewReader(strings.Join(lines[:e.Failed[0].Rows+1], "")))
	if err != nil || len(read[netcheck.PathDirect]) != e.Failed[0].Rows {
		t.Errorf("read %d of %d pictures: %v", len(read[netcheck.PathDirect]), e.Failed[0].Rows, err)
	}
}

// The pictures make room for the report when the packets are gone and it still does not fit.
func TestPicturesMakeRoom(t *testing.T) {
	dir := t.TempDir()
	small := len(written(t, SummaryName)) + len(written(t, VideoName)) + len(written(t, ReportName))
	d := newSmallDisk(2*bufferSize + small - 2_000)
	f, err := create(d, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}, testLateAfter)
	if err != nil {
		t.Fatal(err)
	}
	observe := f.Observer()
	for range 4 {
		observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.FramesDecided{Frames: randomPictures(newRand(), 900)}})
	}
	e := saveError(t, f.Finish(testReport(), testVerdict()))
	if got := names(e.Saved); !slices.Contains(got, ReportName) || !slices.Contains(got, SummaryName) || !slices.Contains(got, VideoName) {
		t.Errorf("saved %q: %v", got, e)
	}
	if left := leftovers(t, dir); len(left) > 0 || !full(e) {
		t.Errorf("left %q: %v", left, e)
	}
}

// Of a process that is ended before the first picture nothing is left, also when a path has ended by then.
func TestAbandonedBeforeTheFirstPicture(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, Where{CSVDir: dir})
	f.Observer()(netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Video: testVideoPlan()}}})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PathEnded{}})
	f.Abandon()
	wantFiles(t, dir)
	f.Discard()
}

// TestKilledDuringVideo: what a path showed is on the disk when it has ended, however the process ends.
func TestKilledDuringVideo(t *testing.T) {
	f := mustCreate(t, Where{CSVDir: t.TempDir()})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.FramesDecided{Frames: everyPicture()}})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PathEnded{}})
	b, err := os.ReadFile(f.frames.temp)
	if err != nil {
		t.Fatal(err)
	}
	if read, err := ReadFrames(strings.NewReader(string(b))); err != nil || len(read[netcheck.PathDirect]) != len(everyPicture()) {
		t.Errorf("%d pictures, %v", len(read[netcheck.PathDirect]), err)
	}
	f.Discard()
}

// TestVideoNames pins the names that other programs were promised.
func TestVideoNames(t *testing.T) {
	var doc struct {
		Paths []struct {
			Video map[string]any `json:"video"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(written(t, ReportName), &doc); err != nil {
		t.Fatal(err)
	}
	v := doc.Paths[0].Video
	for _, name := range []string{"width", "height", "fps", "frames_sent", "frames_echoed", "frames_missing", "freezes", "frozen_s", "longest_freeze_ms",
		"delay_ms.p50", "delay_ms.p95", "delay_ms.max", "bitrate_kbps.sent", "bitrate_kbps.received", "bitrate_kbps.target", "rtt_ms.p50",
		"loss_before_repair.up", "loss_before_repair.down", "loss_after_repair", "psnr_db", "ssim", "nack", "pli", "key_frames"} {
		var at any = v
		for word := range strings.SplitSeq(name, ".") {
			at = at.(map[string]any)[word]
		}
		if at == nil {
			t.Errorf("%s is missing in %v", name, v)
		}
	}
}

// A video that could not be shown has its reason and what was asked for, and not one figure.
func TestFailedVideoHasNoFigures(t *testing.T) {
	d := newDocument(testReport(), testVerdict()).Paths[4].Video
	if d == nil || *d.ReasonCode != "local_error" || *d.Reason != "There is no camera." || d.Width != 640 || d.FPS != 30 || d.Bitrate.Max != 2500 {
		t.Fatalf("%+v", d)
	}
	asked := *videoOf(&netcheck.VideoReport{}, testVideoPlan())
	asked.ReasonCode, asked.Reason = d.ReasonCode, d.Reason
	b, err := json.Marshal(asked)
	if got, err2 := json.Marshal(d); err != nil || err2 != nil || string(got) != string(b) {
		t.Errorf("%s\n%s", got, b)
	}
	if strings.Contains(string(b), `"frames_sent":0`) || !strings.Contains(string(b), `"freezes":null`) || !strings.Contains(string(b), `"psnr_db":null`) {
		t.Errorf("%s", b)
	}
}

// Where nothing was shown nothing can have frozen, and what JSON can not hold is left open.
func TestVideoNotMeasuredIsNull(t *testing.T) {
	rows := everyPicture()[2:3]
	rows[0].Number = 0
	s := videoResult(rows)
	s.DirectionKnown, s.TargetKbps, s.SentKbps = false, 0, math.NaN()
	d := videoOf(&netcheck.VideoReport{Result: s}, testVideoPlan())
	if *d.FramesSent != 1 || *d.Missing != 1 || *d.Echoed != 0 || d.Freezes != nil || d.FrozenS != nil || d.DelayMS != (videoDelayDoc{}) || d.FPSShown != nil ||
		d.LossBefore != (videoLossDoc{}) || d.Bitrate.Target != nil || d.Bitrate.Sent != nil || d.PSNRDB != nil || d.DecodeMS.P95 != nil || d.EncodeMS.P95 == nil {
		t.Errorf("%+v", d)
	}
	if d := videoOf(nil, testVideoPlan()); d != nil {
		t.Errorf("a video that did not run: %+v", d)
	}
}

// A video that is stopped half-way does not make the packets before it partial.
func TestStoppedVideoAfterWholeLoss(t *testing.T) {
	p := okPath()
	p.Partial, p.Video.Code, p.Video.Text = true, netcheck.ReasonCancelled, "Stopped."
	d := path(p, netcheck.GradeGood, testPlan())
	if !d.Video.Partial || d.Carriers[0].Partial || d.Carriers[1].Partial {
		t.Errorf("partial: video %v, carriers %v and %v", d.Video.Partial, d.Carriers[0].Partial, d.Carriers[1].Partial)
	}
	p.Carriers[0].Result.Partial = true
	if d := path(p, netcheck.GradeGood, testPlan()); !d.Carriers[1].Partial {
		t.Error("a carrier that was stopped itself is whole")
	}
	p.Video = nil
	if d := path(p, netcheck.GradeGood, testPlan()); !d.Carriers[0].Partial {
		t.Error("without a video the path's word counts")
	}
}

// TestSecondsAddUp: the rows of video.csv hold every window once.
func TestSecondsAddUp(t *testing.T) {
	var v netcheck.VideoReport
	r := netcheck.Fold(netcheck.Report{}, netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Paths: netcheck.AllPaths()}}})
	rnd := newRand()
	sent, bytes := 0, int64(0)
	for i := range 500 {
		if rnd.IntN(5) == 0 {
			continue
		}
		w := netcheck.VideoSample{Index: i, At: time.Duration(i) * netcheck.VideoSampleWidth, FramesSent: rnd.IntN(9), BytesSent: rnd.Int64N(9_000)}
		sent, bytes = sent+w.FramesSent, bytes+w.BytesSent
		r = netcheck.Fold(r, netcheck.Event{Path: netcheck.PathSTUN, Body: netcheck.VideoSampleTaken{Sample: w}})
	}
	p, _ := r.Path(netcheck.PathSTUN)
	v, last := *p.Video, -1
	for s := range seconds(v.Samples) {
		if s.number <= last || s.windows < 1 || s.windows > windowsPerSecond || s.sum.At/time.Second != time.Duration(s.number) {
			t.Errorf("second %d of %d windows from %v, after %d", s.number, s.windows, s.sum.At, last)
		}
		last = s.number
		sent, bytes = sent-s.sum.FramesSent, bytes-s.sum.BytesSent
	}
	if sent != 0 || bytes != 0 || last != 99 {
		t.Errorf("%d pictures and %d bytes are missing; the last second is %d", sent, bytes, last)
	}
}

// A video alone has no packets, and leaves no empty tables of them.
func TestFilesOfAVideoAlone(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, Where{CSVDir: dir})
	plan := testVideoPlan()
	plan.Mode = netcheck.VideoAlone
	f.Observer()(netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Video: plan}}})
	r := testReport()
	r.Granted.Video.Mode = netcheck.VideoAlone
	if err := f.Finish(r, testVerdict()); err != nil {
		t.Fatal(err)
	}
	if got := names(f.Saved()); !slices.Equal(got, []string{FramesName, SummaryName, VideoName}) {
		t.Errorf("saved %q", got)
	}
}
