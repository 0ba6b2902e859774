//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestVideoByKeyboard is a whole visit to the screen of the video: two paths, watched, on the whole screen too, and saved in every
// form that only it has.
func TestVideoByKeyboard(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct", "relay-udp").withVideo("6s"))
	p := open(t, s, h)
	p.toVideo()
	places := p.pictures()
	p.tabTo("Picture Echoed", "shift+Tab")
	p.key("ctrl+r")
	p.filmed(2)
	p.areAlive(places)
	p.wholeScreen()
	p.saw("the second path", 0, func(s stat) bool { return s.Path == "relay-udp" })
	shown := p.awaitPhase("done")
	folder, r := h.videoRun(t)
	if r.Run.Ended != "complete" || len(r.Paths) < 2 || r.Verdict.Sentence != shown.Banner {
		t.Errorf("the report is of another run than the window shows: %+v, %q", r, shown.Banner)
	}
	out := h.path("out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	snapshot(t, p, filepath.Join(out, "echoed.png"))
	p.exportAll(out, folder, 3)
	p.key("ctrl+q")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit status %d", code)
	}
}

// wholeScreen shows a picture alone, and comes back.
func (p *program) wholeScreen() {
	p.t.Helper()
	x := dialX(p.t, p.screen)
	rail := area{10, 300, 56, 300} // below the names of the screens there is nothing
	before := x.area(rail)
	p.key("alt+Return")
	p.awaitDialogs(1)
	p.eventually("a picture over everything", func() bool { return colours(x.area(area{10, 100, p.screen.width - 20, 600}), 100) == 100 })
	p.eventually("nothing of the window", func() bool { return !bytes.Equal(x.area(rail), before) })
	first := x.area(area{100, 100, 1000, 600})
	p.eventually("a picture that moves", func() bool { return !bytes.Equal(x.area(area{100, 100, 1000, 600}), first) })
	p.key("Escape")
	p.awaitDialogs(0)
	p.eventually("the window", func() bool { return bytes.Equal(x.area(rail), before) })
}

// snapshot saves the echoed picture, which has the size that was asked for and not the one on the screen.
func snapshot(t *testing.T, p *program, file string) {
	t.Helper()
	p.key("ctrl+s")
	p.await("a dialog with the name's field", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Entry" })
	p.write(file)
	p.key("Return")
	p.awaitDialogs(0)
	eventually(t, file, func() bool { _, err := os.Stat(file); return err == nil })
	img, err := png.Decode(bytes.NewReader(readFile(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != 640 || size.Y != 360 {
		t.Errorf("the picture has %v", size)
	}
	seen := map[any]bool{}
	for y := 0; y < img.Bounds().Dy(); y += 5 {
		for x := 0; x < img.Bounds().Dx(); x += 5 {
			seen[img.At(x, y)] = true
		}
	}
	if len(seen) < 100 {
		t.Errorf("the picture has %d colours", len(seen))
	}
}

// clickOn clicks into the middle of what has the focus.
func (p *program) clickOn(at [4]float64) {
	p.t.Helper()
	p.screen.run(p.t, "xdotool", "mousemove", fmt.Sprint(int(at[0]+at[2]/2)), fmt.Sprint(int(at[1]+at[3]/2)), "click", "1")
}

// TestVideoByMouse records a video, and opens a picture by a double click.
func TestVideoByMouse(t *testing.T) {
	programPath(t, "ffprobe")
	s, h := newScreen(t, 1280, 800), newHome(t)
	file := filepath.Join(h.results(), "talk.webm")
	h.write(t, quickLoad("direct").withVideo("2s").withRecording(file))
	p := open(t, s, h)
	start := p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	_, places := p.tour()
	screens := slices.DeleteFunc(places, func(at [4]float64) bool { return !onRail(at) })
	slices.SortFunc(screens, func(a, b [4]float64) int { return int(a[1] - b[1]) })
	p.clickOn(screens[1]) // Test, Video, Settings
	p.await("the screen of the video", func(s stat) bool { return s.Screen == "Screen Video echo" })
	pictures := p.pictures()
	p.clickOn(start.FocusAt) // both screens have it at the same place
	p.filmed(2)
	p.areAlive(pictures)
	at := pictures["Sent"]
	s.run(t, "xdotool", "mousemove", strconv.Itoa(at.left+at.width/2), strconv.Itoa(at.top+at.height/2),
		"click", "--repeat", "2", "--delay", "60", "1")
	p.awaitDialogs(1)
	p.key("Escape")
	p.awaitDialogs(0)
	p.awaitPhase("done")
	folder, r := h.videoRun(t)
	if r.Run.Ended != "complete" {
		t.Errorf("ended %q", r.Run.Ended)
	}
	if n, shown := recorded(t, file), framesShown(t, folder, "direct"); n != shown {
		t.Errorf("the recording has %d frames, frames.csv %d that were shown", n, shown)
	}
}

// openVideo starts a video of a minute and waits until it has run for a while.
func openVideo(t *testing.T, record bool) (p *program, recording string) {
	t.Helper()
	s, h := newScreen(t, 1280, 800), newHome(t)
	set := quickLoad("direct", "stun").withVideo("60s")
	recording = filepath.Join(h.results(), "video-direct.webm") // each path has a file of its own
	if record {
		set.withRecording(filepath.Join(h.results(), "video.webm"))
	}
	h.write(t, set)
	p = open(t, s, h)
	p.toVideo()
	p.key("ctrl+r")
	p.filmed(20)
	return p, recording
}

// videoPartial checks what is kept of a video that was ended early.
func videoPartial(t *testing.T, h home) (folder string) {
	t.Helper()
	folder, r := h.videoRun(t)
	if r.Run.Ended != "cancelled" {
		t.Errorf("the report says ended %q, want cancelled", r.Run.Ended)
	}
	if rows := readTable(t, filepath.Join(folder, "video.csv")); len(rows) == 0 || len(rows) > 50 {
		t.Errorf("video.csv has %d seconds", len(rows))
	}
	return folder
}

// TestStopVideoHalfWay also looks at the other screen meanwhile: one run goes on at a time.
func TestStopVideoHalfWay(t *testing.T) {
	p, _ := openVideo(t, false)
	p.key("ctrl+shift+1")
	other := p.await("the other screen", func(s stat) bool { return s.Screen == "Screen Test" })
	if other.CanStart || !strings.Contains(other.StartWhy, "Video echo") {
		t.Errorf("a second run can be started: %q", other.StartWhy)
	}
	p.key("ctrl+shift+2")
	p.await("the screen of the video", func(s stat) bool { return s.Screen == "Screen Video echo" })
	p.filmed(2) // pictures come again
	p.tabTo("Button Stop", "shift+Tab")
	stop := p.await("the place of Stop, at the right", func(s stat) bool { return s.Focused == "Button Stop" && s.FocusAt[0] > 500 })
	p.clickOn(stop.FocusAt)
	shown := p.awaitPhase("done")
	videoPartial(t, p.home)
	if !strings.Contains(shown.More, "Stopped after") {
		t.Errorf("the window says %q, %q", shown.Banner, shown.More)
	}
	p.key("ctrl+shift+1")
	p.await("a start on the other screen", func(s stat) bool { return s.Screen == "Screen Test" && s.CanStart })
	from := p.written()
	p.key("ctrl+r")
	p.saw("packets", from, func(s stat) bool { return s.Phase == "running" || s.Phase == "starting" })
	p.key("ctrl+shift+2")
	other = p.await("the screen of the video", func(s stat) bool { return s.Screen == "Screen Video echo" })
	if other.Phase != "done" && (other.CanStart || !strings.Contains(other.StartWhy, "“Test”")) {
		t.Errorf("a second run can be started: %q", other.StartWhy)
	}
}

func TestCloseDuringVideo(t *testing.T) {
	programPath(t, "ffprobe")
	p, recording := openVideo(t, true)
	dialX(t, p.screen).closeWindow(p.window)
	p.awaitDialogs(1)
	p.tabTo("Button Stop and close", "Tab")
	p.key("Return")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit status %d\n%s", code, p.out.String())
	}
	folder := videoPartial(t, p.home)
	if n, shown := recorded(t, recording), framesShown(t, folder, "direct"); n != shown {
		t.Errorf("the recording has %d frames, frames.csv %d that were shown", n, shown)
	}
}

// pick chooses from the list that has the focus: 0 is the first entry.
func (p *program) pick(entry int) {
	p.t.Helper()
	n := p.last().Overlays
	p.key("space")
	p.awaitDialogs(n + 1)
	for range entry + 1 {
		p.key("Down")
	}
	p.key("Return")
	p.awaitDialogs(n)
}

// TestVideoSettingsComeBack chooses everything by keyboard.
func TestVideoSettingsComeBack(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	source := h.path("grey.y4m")
	grey := "YUV4MPEG2 W64 H36 F30:1 Ip A1:1 C420\n" + strings.Repeat("FRAME\n"+strings.Repeat("\x80", 64*36*3/2), 3)
	if err := os.WriteFile(source, []byte(grey), 0o600); err != nil {
		t.Fatal(err)
	}
	h.write(t, quickLoad("direct").withVideo("2s"))
	p := open(t, s, h)
	p.toVideo()
	p.tabTo("Select 640x360", "Tab")
	p.pick(1)
	p.await("a smaller size", func(s stat) bool { return strings.Contains(s.StartWhy, "480x270") })
	p.key("ctrl+o")
	p.await("the options", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Select Synthetic picture" })
	p.pick(2)
	p.await("a file as the source", func(s stat) bool { return s.Focused == "Select File (Y4M or IVF)" })
	p.tabTo("Entry", "Tab")
	p.write(source)
	p.tabTo("Check Call under load: packets beside the video", "Tab")
	p.key("space")
	p.tabTo("Button Done", "Tab")
	p.key("Return")
	p.awaitDialogs(0)
	p.key("alt+d")
	before := p.await("a plan", func(s stat) bool { return s.CanStart && strings.Contains(s.StartWhy, "beside") })
	p.key("ctrl+q")
	p.exit(t)

	p = open(t, s, h)
	p.toVideo()
	again := p.await("the same plan", func(s stat) bool { return s.CanStart && s.StartWhy == before.StartWhy })
	p.tabTo("Select 480x270", "Tab")
	stops, _ := p.tour()
	for want, there := range map[string]bool{
		"Select File (Y4M or IVF)": true, "Select 480x270": true, "Picture Echoed": true, "Picture Difference": false,
	} {
		if slices.Contains(stops, want) != there {
			t.Errorf("%s can be reached: %v; the plan is %q", want, !there, again.StartWhy)
		}
	}
	p.key("ctrl+r")
	p.await("a video of the file", func(s stat) bool { return s.Pictures > 0 })
}
