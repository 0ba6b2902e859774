package video

import (
	"math"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/vp8"
)

// still is a clock that stands.
type still struct {
	netcheck.RuntimeClock
	at time.Time
}

func (s *still) Now() time.Time { return s.at }

func lonelyEnd(t *testing.T) (*callEnd, *still) {
	t.Helper()
	clock := &still{at: time.Unix(1000, 0)}
	p := newPipe(netcheck.PathDirect, netcheck.DefaultVideoPlan(netcheck.VideoCall), clock.at, clock, nil)
	e := &callEnd{pipe: p, theirs: control.CallTerms{Width: 640, Height: 360, FPS: 30}, opened: clock.at}
	e.got.endUS = math.MaxInt64
	return e, clock
}

// TestNoMoreIsDecodedThanWasAgreed: an end that sends more pictures, or larger ones, keeps no decoder busy.
func TestNoMoreIsDecodedThanWasAgreed(t *testing.T) {
	e, clock := lonelyEnd(t)
	coded := func(size netcheck.VideoSize) assembled {
		enc, err := vp8.NewEncoder(vp8.Config{Width: size.Width, Height: size.Height, FPS: 30, Kbps: 500})
		if err != nil {
			t.Skip(err)
		}
		defer enc.Close() //nolint:errcheck // frees memory
		p, err := enc.Encode(picture.New(size.Width, size.Height), 0, 500, true)
		if err != nil {
			t.Fatal(err)
		}
		return assembled{data: append([]byte(nil), p.Data...), key: true}
	}
	for size, want := range map[netcheck.VideoSize]bool{{Width: 320, Height: 180}: true, {Width: 640, Height: 360}: true, {Width: 960, Height: 540}: false,
		{Width: 160, Height: 90}: false, {Width: 320, Height: 320}: false} {
		if got := e.wanted(coded(size)); got != want {
			t.Errorf("a key frame of %v: wanted %v", size, got)
		}
	}
	e.got.tried = 0
	wanted := func() (n int) {
		for range 1000 {
			if e.wanted(assembled{}) {
				n++
			}
		}
		return n
	}
	if n := wanted(); n != 60 {
		t.Errorf("at once %d pictures are decoded, want two seconds' worth", n)
	}
	e.got.tried = 60
	clock.at = clock.at.Add(10 * time.Second)
	if n := wanted(); n != 300 {
		t.Errorf("in ten seconds %d more are, want 300", n)
	}
}

func TestPicturesOfACallAreNewOnce(t *testing.T) {
	type step struct {
		stamp, code   uint32
		read          bool
		number        uint32
		agreed, fresh bool
	}
	e, _ := lonelyEnd(t)
	for i, s := range []step{
		{0, 0, true, 0, true, true},
		{3000, 1, true, 1, true, true},
		{3000, 1, true, 0, false, false},          // again
		{2000, 9, true, 0, false, false},          // older, whatever its code says
		{9000, 3, true, 3, true, true},            // one is missing
		{12000, 0, false, 4, false, true},         // its code can not be read
		{15000, 2, true, 5, false, true},          // its code is of an older one
		{18000, 6, true, 6, true, true},           //
		{1 << 30, 0xffffff, true, 7, false, true}, // its code is of one that can not be
		{1<<30 + 1, 0xfffff, true, 0xfffff, true, true},
	} {
		number, agreed, fresh := e.newer(s.stamp, s.code, s.read)
		if fresh {
			e.got.shown++
		}
		if number != s.number || agreed != s.agreed || fresh != s.fresh {
			t.Errorf("step %d: number %d, agreed %v, new %v, want %+v", i, number, agreed, fresh, s)
		}
	}
}

// TestAccountsOfOtherWindows: whatever window the other end names, its counts are entered once and near the present.
func TestAccountsOfOtherWindows(t *testing.T) {
	var c callSamples
	sent := map[int]int{}
	note := func(s netcheck.CallSample) { sent[s.Index] = s.Down.Sent }
	for i := range 100 {
		note(c.near(i, time.Duration(i)*netcheck.VideoSampleWidth, control.CallAccount{}, 0, 0, 0))
		a := control.CallAccount{FramesSent: uint64(6 * (i + 1)), Window: uint64(i + 1)}
		switch {
		case i%7 == 3:
			a.Window = 0
		case i%7 == 4:
			a.Window = 1 << 53
		case i%7 == 5:
			a.Window = 1
		case i%7 == 6:
			a.Window += 10
		}
		if s, told := c.far(a); told {
			note(s)
		}
	}
	c.settle(control.CallAccount{FramesSent: 600})
	for i := 100; i < 120; i++ {
		note(c.near(i, 0, control.CallAccount{}, 0, 0, 0))
	}
	sum := 0
	for _, n := range sent {
		sum += n
	}
	if sum != 600 {
		t.Errorf("entered %d of 600 pictures", sum)
	}
}
