package netcheck

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestVideoPlansAreGranted(t *testing.T) {
	for _, mode := range []VideoMode{VideoAlone, VideoAfterLoss, VideoUnderLoad} {
		g, err := Plan{Loss: quick(), Video: VideoPlan{Mode: mode}}.Grant()
		want := DefaultVideoPlan(mode)
		want.Adapt = false // asked for, never assumed
		if mode != VideoUnderLoad {
			want.Idle = 0
		}
		if err != nil || g.Video != want {
			t.Errorf("%s: %+v, %v; want %+v", mode, g.Video, err, want)
		}
		if g, err := (Plan{Loss: quick(), Video: DefaultVideoPlan(mode)}).Grant(); err != nil || !g.Video.Adapt {
			t.Errorf("%s: %+v, %v", mode, g.Video, err)
		}
	}
	g, err := Plan{Loss: quick(), Video: VideoPlan{Width: 5, FPS: 99}}.Grant()
	if err != nil || g.Video != (VideoPlan{}) || g.Video.On() || g.Video.Load() != nil {
		t.Errorf("without a video: %+v, %v", g.Video, err)
	}
	if l := DefaultVideoPlan(VideoAlone).Load(); l == nil || *l != (VideoLoad{DefaultStartKbps, DefaultMaxKbps}) {
		t.Errorf("load %+v", l)
	}
}

func TestVideoBitratesAreFilledIn(t *testing.T) {
	for _, tt := range []struct{ start, most, wantStart, wantMost float64 }{
		{0, 0, 1000, 2500}, {0, 500, 500, 500}, {0, 8000, 1000, 8000}, {4000, 0, 4000, 4000}, {300, 0, 300, 2500}, {300, 700, 300, 700},
	} {
		g := VideoPlan{Mode: VideoAlone, StartKbps: tt.start, MaxKbps: tt.most}.filled()
		if g.StartKbps != tt.wantStart || g.MaxKbps != tt.wantMost || len(g.check()) > 0 {
			t.Errorf("%v to %v became %v to %v: %v", tt.start, tt.most, g.StartKbps, g.MaxKbps, g.check())
		}
	}
}

func TestVideoPlanRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*VideoPlan)
		want   string // in the error; "" for none
	}{
		{"a sound plan", func(*VideoPlan) {}, ""},
		{"the largest", func(v *VideoPlan) {
			v.Width, v.Height, v.MaxKbps, v.Duration = 1280, 720, MaxVideoKbps, MaxVideoDuration
		}, ""},
		{"the smallest", func(v *VideoPlan) {
			v.Width, v.Height, v.FPS, v.StartKbps, v.MaxKbps, v.Duration = 320, 180, 15, MinVideoKbps, MinVideoKbps, MinVideoDuration
		}, ""},
		{"an unknown mode", func(v *VideoPlan) { v.Mode = "sometimes" }, `"sometimes" is not a way to run the video`},
		{"an unknown size", func(v *VideoPlan) { v.Width = 641 }, `"641x360" is not a picture size: use one of 320x180`},
		{"half a size", func(v *VideoPlan) { v.Height = 0 }, "is not a picture size"},
		{"25 a second", func(v *VideoPlan) { v.FPS = 25 }, "must be 15 or 30"},
		{"too little at most", func(v *VideoPlan) { v.MaxKbps, v.StartKbps = 99, 99 }, "highest bitrate must be from 100 to 10000"},
		{"too much at most", func(v *VideoPlan) { v.MaxKbps = 10_001 }, "highest bitrate must be"},
		{"no number at most", func(v *VideoPlan) { v.MaxKbps = math.NaN() }, "highest bitrate must be"},
		{"more to start with than at most", func(v *VideoPlan) { v.StartKbps = 2501 }, "bitrate to start with"},
		{"too little to start with", func(v *VideoPlan) { v.StartKbps = 99 }, "bitrate to start with"},
		{"no number to start with", func(v *VideoPlan) { v.StartKbps = math.NaN() }, "bitrate to start with"},
		{"too short", func(v *VideoPlan) { v.Duration = time.Second - 1 }, "video's duration must be"},
		{"too long", func(v *VideoPlan) { v.Duration = 25 * time.Hour }, "video's duration must be"},
		{"a negative wait", func(v *VideoPlan) { v.Mode, v.Idle = VideoUnderLoad, -1 }, "time before the video starts"},
		{"a long wait", func(v *VideoPlan) { v.Mode, v.Idle = VideoUnderLoad, time.Hour }, "time before the video starts"},
		{"a wait that does not matter", func(v *VideoPlan) { v.Idle = time.Hour }, ""},
		{"a negative number of paths", func(v *VideoPlan) { v.Paths = -1 }, "number of paths with video"},
		{"an unknown difficulty", func(v *VideoPlan) { v.Source.Difficulty = "impossible" }, `"impossible" is not a difficulty`},
		{"a camera", func(v *VideoPlan) { v.Source = VideoSource{Kind: SourceCamera} }, ""},
		{"a file", func(v *VideoPlan) { v.Source = VideoSource{Kind: SourceFile, Name: "x.y4m"} }, ""},
		{"a file without a name", func(v *VideoPlan) { v.Source = VideoSource{Kind: SourceFile} }, "the video file has no name"},
		{"an unknown source", func(v *VideoPlan) { v.Source.Kind = "dream" }, `"dream" is not a source of pictures`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := DefaultVideoPlan(VideoAlone)
			tt.change(&v)
			_, err := Plan{Loss: quick(), Video: v}.Grant()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// A video alone does not need a loss plan; beside it, the loss probe runs from before the video begins until it ends.
func TestVideoAndLossPlan(t *testing.T) {
	if _, err := (Plan{Video: DefaultVideoPlan(VideoAlone)}).Grant(); err != nil {
		t.Errorf("alone: %v", err)
	}
	if _, err := (Plan{Video: DefaultVideoPlan(VideoAfterLoss)}).Grant(); err == nil || !strings.Contains(err.Error(), "rate must be") {
		t.Errorf("after loss: %v", err)
	}
	g, err := Plan{Loss: quick(), Video: VideoPlan{Mode: VideoUnderLoad, Duration: 20 * time.Second, Idle: 3 * time.Second}}.Grant()
	if err != nil || g.Loss.Duration != 23*time.Second {
		t.Errorf("under load: %+v, %v", g.Loss, err)
	}
}

func TestVideoEstimate(t *testing.T) {
	p := Plan{Paths: AllPaths()[:3], Loss: LossPlan{Carriers: AllCarriers(), Rate: 100, Size: 200, Duration: 10 * time.Second}}
	const lossKbps = 320
	for _, tt := range []struct {
		mode  VideoMode
		paths int
		want  Estimate
	}{
		{VideoNone, 0, Estimate{6000, lossKbps, 30 * time.Second}}, {VideoAlone, 0, Estimate{0, 2500, 30 * time.Second}},
		{VideoAfterLoss, 0, Estimate{6000, 2500, 60 * time.Second}}, {VideoAfterLoss, 2, Estimate{6000, 2500, 50 * time.Second}},
		{VideoAfterLoss, 9, Estimate{6000, 2500, 60 * time.Second}}, {VideoUnderLoad, 0, Estimate{6000, 2500 + lossKbps, 30 * time.Second}},
	} {
		p.Video = DefaultVideoPlan(tt.mode)
		p.Video.Paths = tt.paths
		if tt.mode == VideoNone {
			p.Video = VideoPlan{}
		}
		if got := p.Estimate(); got != tt.want {
			t.Errorf("%s on %d: %+v, want %+v", tt.mode, tt.paths, got, tt.want)
		}
	}
}

func TestParseVideoSize(t *testing.T) {
	for _, s := range VideoSizes() {
		if got, err := ParseVideoSize(" " + strings.ToUpper(s.String()) + " "); err != nil || got != s {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, bad := range []string{"", "640", "640x", "640x361", "640×360", "-640x360"} {
		if s, err := ParseVideoSize(bad); err == nil || !strings.Contains(err.Error(), "320x180, 480x270, 640x360") {
			t.Errorf("%q: %v, %v", bad, s, err)
		}
	}
}
