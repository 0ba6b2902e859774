//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// withVideo adds a video of a length to a plan. Its size stays what it is, however busy the computer: a recording is one file then.
func (s settings) withVideo(duration string) settings {
	s["form"].(map[string]any)["video"] = map[string]any{"duration": duration, "size": "640x360", "adapt_size": false}
	return s
}

// video is the part of the settings that is about the video.
func (s settings) video() map[string]any {
	return s["form"].(map[string]any)["video"].(map[string]any)
}

// toVideo goes to the screen "Video echo" by its shortcut.
func (p *program) toVideo() {
	p.t.Helper()
	p.await("the focus on Start, if it can be pressed", func(s stat) bool {
		return s.Screen != "" && (s.Focused == "Button Start" || !s.CanStart)
	})
	p.key("ctrl+shift+2")
	p.await("the screen of the video", func(s stat) bool { return s.Screen == "Screen Video echo" })
}

// redrawn waits until a run was redrawn so many times more.
func (p *program) redrawn(times int) {
	p.t.Helper()
	now := p.last()
	p.await("redraws", func(s stat) bool { return s.Redraws >= now.Redraws+times })
}

// filmed waits for so many more pictures on the screen.
func (p *program) filmed(times int) stat {
	p.t.Helper()
	now := p.last()
	return p.await("pictures", func(s stat) bool { return s.Pictures >= now.Pictures+times })
}

// area is a part of the screen.
type area struct{ left, top, width, height int }

// areaOf is where the middle of something with the focus is, without its edge.
func areaOf(at [4]float64) area {
	return area{int(at[0]) + 8, int(at[1]) + 30, int(at[2]) - 16, int(at[3]) - 38}
}

func (x *xclient) area(a area) []byte {
	x.t.Helper()
	return x.pixels(a.left, a.top, a.width, a.height)
}

// pictures gives the place of each picture by its name.
func (p *program) pictures() map[string]area {
	p.t.Helper()
	places := map[string]area{}
	for _, name := range []string{"Sent", "Echoed", "Difference"} {
		p.tabTo("Picture "+name, "Tab")
		a := areaOf(p.last().FocusAt)
		a.width = min(a.width, a.height*16/9) // what is said above it may be wider
		places[name] = a
	}
	return places
}

// areAlive waits until each picture shows something, and then something else.
func (p *program) areAlive(places map[string]area) {
	p.t.Helper()
	x := dialX(p.t, p.screen)
	for _, name := range []string{"Sent", "Echoed", "Difference"} {
		least := map[string]int{"Sent": 100, "Echoed": 100, "Difference": 5}[name]
		p.eventually(name+" with colours", func() bool { return colours(x.area(places[name]), least) >= least })
		first := x.area(places[name])
		p.eventually(name+" moves", func() bool { return !bytes.Equal(x.area(places[name]), first) })
	}
}

// videoRun gives the folder of the one run with video that was kept, and its report. Only the recording may lie beside it.
func (h home) videoRun(t *testing.T) (string, videoReport) {
	t.Helper()
	runs := slices.DeleteFunc(names(t, h.results()), func(name string) bool { return strings.HasSuffix(name, ".webm") })
	if len(runs) != 1 {
		t.Fatalf("folders of results: %v, want one", runs)
	}
	folder := filepath.Join(h.results(), runs[0])
	if files := names(t, folder); !slices.Equal(files, []string{"frames.csv", "report.json", "summary.csv", "video.csv"}) {
		t.Fatalf("files of the run: %v", files)
	}
	var r videoReport
	if err := json.Unmarshal(readFile(t, filepath.Join(folder, "report.json")), &r); err != nil {
		t.Fatal(err)
	}
	if left := names(t, h.path("tmp")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	r.agree(t, folder)
	return folder, r
}

// videoReport is as much of report.json as the tests of the video compare.
type videoReport struct {
	Run struct {
		Ended string `json:"ended"`
	} `json:"run"`
	Paths []struct {
		Path  string `json:"path"`
		Video *struct {
			Sent   *int `json:"frames_sent"`
			Echoed *int `json:"frames_echoed"`
		} `json:"video"`
	} `json:"paths"`
	Verdict struct {
		Sentence string `json:"sentence"`
	} `json:"verdict"`
}

// agree compares the report with the rows of the pictures.
func (r videoReport) agree(t *testing.T, folder string) {
	t.Helper()
	for _, p := range r.Paths {
		if p.Video == nil || p.Video.Sent == nil {
			continue
		}
		if shown := framesShown(t, folder, p.Path); shown != *p.Video.Echoed || shown == 0 {
			t.Errorf("%s: frames.csv has %d shown pictures, the report %d of %d", p.Path, shown, *p.Video.Echoed, *p.Video.Sent)
		}
	}
}

// framesShown counts in frames.csv.
func framesShown(t *testing.T, folder, path string) int {
	t.Helper()
	n := 0
	for _, row := range readTable(t, filepath.Join(folder, "frames.csv")) {
		if row["path"] == path && row["status"] == "shown" {
			n++
		}
	}
	return n
}

// withRecording has the video of a plan recorded.
func (s settings) withRecording(file string) settings {
	s.video()["record"], s.video()["record_file"] = true, file
	return s
}

// recorded gives the frames that ffprobe finds in a recording, all of which ffmpeg must be able to decode.
func recorded(t *testing.T, file string) int {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames",
		"-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "default=noprint_wrappers=1", file).CombinedOutput()
	if err != nil {
		t.Fatalf("ffprobe: %v\n%s", err, out)
	}
	fields := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		fields[name] = value
	}
	if fields["codec_name"] != "vp8" || fields["width"] != "640" || fields["height"] != "360" {
		t.Errorf("ffprobe says %s", out)
	}
	n, err := strconv.Atoi(fields["nb_read_frames"])
	if err != nil {
		t.Errorf("ffprobe says %s", out)
	}
	return n
}
