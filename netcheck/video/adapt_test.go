package video

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"echopath/netcheck"
)

// sizesOf follows a target, given ten times a second, and lists the sizes with the time of each change in tenths of a second.
func sizesOf(p netcheck.VideoPlan, kbps func(tenth int) float64, tenths int) []string {
	a := newAdapter(p)
	out := []string{a.size().String()}
	for i := range tenths {
		if a.target(kbps(i), epoch.Add(time.Duration(i)*100*time.Millisecond)) {
			out = append(out, fmt.Sprintf("%d:%s", i, a.size()))
		}
	}
	return out
}

func TestSizesFollowTheTarget(t *testing.T) {
	plan := netcheck.DefaultVideoPlan(netcheck.VideoAlone)
	large := plan
	large.Width, large.Height = 1280, 720
	slow, fixed, poor := large, large, large
	slow.FPS, fixed.Adapt, poor.StartKbps = 15, false, 100
	constant := func(v float64) func(int) float64 { return func(int) float64 { return v } }
	dip := func(i int) float64 {
		if i >= 10 && i < 40 {
			return 150
		}
		return 1000
	}
	tests := []struct {
		name string
		plan netcheck.VideoPlan
		kbps func(int) float64
		want []string
	}{
		{"enough", plan, constant(1000), []string{"640x360"}},
		{"too little: at once as far down as needed", large, constant(150), []string{"1280x720", "8:480x270"}},
		{"a short dip changes nothing", plan, func(i int) float64 {
			if i%9 == 0 {
				return 1000
			}
			return 150
		}, []string{"640x360"}},
		{"down, and up again step by step", large, dip, []string{"1280x720", "18:480x270", "80:640x360", "121:960x540"}},
		{"fewer pictures need less", slow, constant(500), []string{"1280x720"}},
		{"not to be changed", fixed, constant(100), []string{"1280x720"}},
		{"begins with what there is", poor, constant(100), []string{"320x180"}},
		{"up only with some room", poor, constant(165), []string{"320x180"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sizesOf(tt.plan, tt.kbps, 140); !slices.Equal(got, tt.want) {
				t.Errorf("sizes %v, want %v", got, tt.want)
			}
		})
	}
}

// A bitrate that swings around what a size needs does not make the size swing with it.
func TestStepsUpThatDoNotLastBecomeRare(t *testing.T) {
	plan := netcheck.DefaultVideoPlan(netcheck.VideoAlone)
	swing := func(i int) float64 {
		if i%60 < 10 {
			return 200
		}
		return 320
	}
	changes := sizesOf(plan, swing, 6000) // ten minutes
	if len(changes) > 45 {
		t.Errorf("%d changes in ten minutes: %v", len(changes), changes)
	}
}

func TestPayloadKbps(t *testing.T) {
	for _, wire := range []float64{100, 300, 1000, 2500, 10_000} {
		for _, fps := range []int{15, 30} {
			payload := payloadKbps(wire, fps)
			frame := payload * 1000 / 8 / float64(fps)
			packets := float64(int(frame/(maxPayload-4)) + 1)
			used := payload + packets*wireOverhead*8*float64(fps)/1000
			if used > wire*1.02 || used < wire*0.85 && payload > wire/2 {
				t.Errorf("of %g kbit/s at %d/s %g are left for pictures, which makes %g on the wire", wire, fps, payload, used)
			}
		}
	}
}
