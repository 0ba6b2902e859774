package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

// typedVideo is the form of a first-time user with a change.
func typedVideo(change func(*VideoForm)) Form {
	f := DefaultForm()
	change(&f.Video)
	return f
}

func TestTheFirstVideoCanBeStarted(t *testing.T) {
	c := NewVideo(Units{}).Checked()
	if c.Problem != "" || len(c.Problems) != 0 || c.Record != nil {
		t.Fatalf("%q %v", c.Problem, c.Problems)
	}
	want := netcheck.DefaultVideoPlan(netcheck.VideoAlone)
	want.Idle = 0
	if c.Plan.Video != want || !slices.Equal(c.Plan.Paths, netcheck.AllPaths()) {
		t.Errorf("got  %+v\nwant %+v", c.Plan.Video, want)
	}
	if c.Cost != "5 paths × 640x360@30 for 10 s, at most 2500 kbit/s each way, about 55 s" {
		t.Error(c.Cost)
	}
	if !strings.Contains(c.CostHint, "a video of 640x360@30 for 10 s") || !strings.Contains(c.CostHint, "stays inside this computer") {
		t.Error(c.CostHint)
	}
}

func TestACallUnderLoadSendsPacketsToo(t *testing.T) {
	m := NewVideo(Units{Mbit: true})
	m.SetForm(typedVideo(func(f *VideoForm) { f.UnderLoad, f.Duration = true, "20" }))
	c := m.Checked()
	if c.Problem != "" || c.Plan.Video.Mode != netcheck.VideoUnderLoad || len(c.Plan.Loss.Carriers) != 1 {
		t.Fatalf("%q %+v", c.Problem, c.Plan)
	}
	granted, err := c.Plan.Grant()
	if err != nil || granted.Loss.Duration != 25*time.Second {
		t.Errorf("%v, packets for %v", err, granted.Loss.Duration)
	}
	if !strings.HasPrefix(c.Cost, "5 paths × 640x360@30 for 20 s beside 50 packets/s, at most 2.56 Mbit/s each way, about ") {
		t.Error(c.Cost)
	}
}

func TestTheVideoIsReadAsTyped(t *testing.T) {
	tests := []struct {
		field  Field
		change func(*VideoForm)
		want   string // words of the problem; "" if there is none
	}{
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = " 100 " }, ""},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = "" }, "Type the bitrate to start with, from 100 to 10 000 kbit/s."},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = "fast" }, "“fast” is not a number: type kbit/s, for example 1000."},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = "NaN" }, "not a number"},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = "0x100" }, "not a number"},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = "99" }, "“99” is out of range: the bitrate to start with is from 100"},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps = "3000" }, "can not start with more than the highest bitrate, which is 2500 kbit/s"},
		{FieldStartKbps, func(f *VideoForm) { f.StartKbps, f.MaxKbps = "3000", "much" }, ""}, // the other one is wrong
		{FieldMaxKbps, func(f *VideoForm) { f.MaxKbps = "10000" }, ""},
		{FieldMaxKbps, func(f *VideoForm) { f.MaxKbps = "10001" }, "the highest bitrate is from 100 to 10 000 kbit/s"},
		{FieldMaxKbps, func(f *VideoForm) { f.MaxKbps = "1e999" }, "out of range"},
		{FieldVideoTime, func(f *VideoForm) { f.Duration = "2 min" }, ""},
		{FieldVideoTime, func(f *VideoForm) { f.Duration = "" }, "Type how long"},
		{FieldVideoTime, func(f *VideoForm) { f.Duration = "0.5" }, "out of range"},
		{FieldPicture, func(f *VideoForm) { f.Size = netcheck.VideoSize{Width: 1280, Height: 720} }, ""},
		{FieldPicture, func(f *VideoForm) { f.Size = netcheck.VideoSize{Width: 641, Height: 360} }, "Choose a size"},
		{FieldFPS, func(f *VideoForm) { f.FPS = 15 }, ""},
		{FieldFPS, func(f *VideoForm) { f.FPS = 60 }, "Choose 15 or 30"},
		{FieldSource, func(f *VideoForm) { f.Source = "television" }, "Choose where the pictures come from"},
		{FieldDifficulty, func(f *VideoForm) { f.Difficulty = "odd" }, "easy, normal or hard"},
		{FieldFile, func(f *VideoForm) { f.Source = netcheck.SourceFile }, "Choose a video file"},
		{FieldFile, func(f *VideoForm) { f.Source, f.File = netcheck.SourceFile, "/tmp/a.y4m" }, ""},
		{FieldFile, func(f *VideoForm) {
			f.Source, f.File, f.FileWhy = netcheck.SourceFile, "/tmp/a.y4m", "there is no such file"
		}, "There is no such file."},
		{FieldFile, func(f *VideoForm) { f.FileWhy = "there is no such file" }, ""}, // another source is chosen
		{FieldRecordFile, func(f *VideoForm) { f.Record = true }, "Choose the file to record to."},
		{FieldRecordFile, func(f *VideoForm) {
			f.Record, f.RecordFile, f.RecordWhy = true, "/a.webm", "the folder can not be written to"
		}, "The folder can not be written to."},
		{FieldRecordFile, func(f *VideoForm) { f.RecordFile, f.RecordWhy = "/a.webm", "the folder can not be written to" }, ""}, // nothing is recorded
	}
	for _, tt := range tests {
		m := NewVideo(Units{})
		m.SetForm(typedVideo(tt.change))
		c := m.Checked()
		if got := c.Problems[tt.field]; tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.field, got, tt.want)
		}
		if v := m.View(0); v.CanStart != (c.Problem == "") || !v.CanStart && (v.StartWhy != c.Problem || v.Banner.Mark.Word != "NOT READY") {
			t.Errorf("%s: can start: %v %q", tt.field, v.CanStart, v.StartWhy)
		}
	}
}

func TestCameras(t *testing.T) {
	camera := typedVideo(func(f *VideoForm) { f.Source, f.Camera = netcheck.SourceCamera, "Integrated" })
	m := NewVideo(Units{})
	m.SetForm(camera)
	problem := func() string { return m.Checked().Problems[FieldCamera] }
	if problem() != "" || m.Checked().Plan.Video.Source != (netcheck.VideoSource{Kind: netcheck.SourceCamera, Name: "Integrated"}) {
		t.Errorf("before they are known: %q %+v", problem(), m.Checked().Plan.Video.Source)
	}
	tests := []struct {
		names    []string
		why      string
		want     string
		disabled bool
	}{
		{[]string{"Integrated", "USB"}, "", "", false},
		{[]string{"USB"}, "", "The camera “Integrated” is not there any more.", false}, // it was unplugged
		{nil, "", "No camera was found. Connect one, or choose the synthetic picture.", true},
		{nil, "the system does not let Echopath use cameras", "The system does not let Echopath use cameras.", true},
	}
	for _, tt := range tests {
		m.SetCameras(tt.names, tt.why)
		if off := m.View(0).Off[FieldCamera]; (tt.want == "") != (problem() == "") || !strings.HasPrefix(problem(), tt.want) || (off != "") != tt.disabled {
			t.Errorf("%v: %q, off: %q", tt.names, problem(), off)
		}
	}
	m.SetForm(typedVideo(func(*VideoForm) {}))
	if problem() != "" || m.View(0).Off[FieldCamera] == "" {
		t.Errorf("with the synthetic picture: %q", problem())
	}
}

func TestWithoutVideo(t *testing.T) {
	m := NewVideo(Units{})
	m.NoVideo("this program was built without video; install one that has it")
	v := m.View(0)
	if v.CanStart || v.StartWhy != "This program was built without video; install one that has it." || v.Caption.Why != v.StartWhy || len(v.Off) != len(videoFields) {
		t.Errorf("%+v", v)
	}
	if m.NoVideo(""); !m.View(0).CanStart {
		t.Error("it stays off")
	}
}

func TestOneFormForBothScreens(t *testing.T) {
	test, video := NewTest(Units{}), NewVideo(Units{})
	f := test.Form()
	f.Target, f.Servers.URLs, f.Servers.User, f.Servers.Password = netcheck.TargetTURN, "turn:turn.example.com", "ann", "secret"
	f.Video.MaxKbps = "much" // no matter to the test of packets
	test.SetForm(f)
	video.SetForm(test.Form())
	if p := video.Checked().Plan.Target; len(p.Servers) != 1 || p.Servers[0].Username != "ann" || test.Checked().Problem != "" {
		t.Errorf("%+v %q", p, test.Checked().Problem)
	}
	if video.Checked().Problems[FieldMaxKbps] == "" || test.Checked().Plan.Video.On() {
		t.Error("the fields of one screen are not its own")
	}
	f.Preset, f.Load.Rate = Custom, "fast" // no matter to the video
	f.Video.MaxKbps = "2000"
	video.SetForm(f)
	if video.Checked().Problem != "" {
		t.Error(video.Checked().Problem)
	}
	video.SetForm(f.WithoutSecrets())
	if video.Checked().Problems[FieldPassword] == "" {
		t.Error("a login without its password will do")
	}
}

func TestARunOnTheOtherScreen(t *testing.T) {
	const why = "The screen “Test” is measuring. Stop it first."
	test, video := NewTest(Units{}), NewVideo(Units{})
	test.Begin()
	video.Elsewhere(why)
	if v := video.View(0); v.CanStart || v.StartWhy != why {
		t.Errorf("%v %q", v.CanStart, v.StartWhy)
	}
	if video.Elsewhere(""); !video.View(0).CanStart {
		t.Error("it stays so")
	}
}

func TestRecordings(t *testing.T) {
	m := NewVideo(Units{})
	m.SetForm(typedVideo(func(f *VideoForm) { f.Record, f.RecordSent, f.RecordFile = true, true, " /home/ann/call.webm " }))
	if r := m.Checked().Record; r == nil || *r != (Recording{File: "/home/ann/call.webm", Sent: true}) {
		t.Errorf("%+v", r)
	}
	if _, off := m.View(0).Off[FieldRecordFile]; off {
		t.Error("the place can not be changed")
	}
}

// Every choice has a name of its own, and every plan survives the form.
func TestVideoChoices(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Sources() {
		names[SourceTitle(k)] = true
	}
	for _, d := range Difficulties() {
		names[DifficultyTitle(d)] = true
	}
	if len(names) != 6 {
		t.Errorf("%v", names)
	}
	for _, source := range []netcheck.VideoSource{{Kind: netcheck.SourceSynthetic, Difficulty: netcheck.DifficultyHard}, {Kind: netcheck.SourceCamera, Name: "USB"},
		{Kind: netcheck.SourceFile, Name: "/tmp/a.ivf"}} {
		for _, mode := range []netcheck.VideoMode{netcheck.VideoAlone, netcheck.VideoUnderLoad} {
			want := netcheck.VideoPlan{Mode: mode, Source: source, Width: 960, Height: 540, FPS: 15, StartKbps: 300, MaxKbps: 1234.5, Duration: 90 * time.Second, Adapt: true}
			f := DefaultForm()
			f.Video = VideoFormOf(want)
			m := NewVideo(Units{})
			m.SetForm(f)
			if got := m.Checked().Plan.Video; got != want || m.Checked().Problem != "" {
				t.Errorf("%q\ngot  %+v\nwant %+v", m.Checked().Problem, got, want)
			}
		}
	}
}
