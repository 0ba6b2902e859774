package mirror

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// A stream that is as long as one may be passes at the speed that a sender keeps to, and so do those of runs after it.
func TestAllowanceOfWholeStreams(t *testing.T) {
	var clock time.Time
	a := NewAllowance(func() time.Time { return clock })
	for run := range 3 {
		for range maxStream / maxPiece {
			clock = clock.Add(time.Second / 100)
			if err := a.take(partBytes + maxPiece); err != nil {
				t.Fatalf("run %d: %v", run, err)
			}
		}
		clock = clock.Add(time.Minute)
	}
}

func TestAllowance(t *testing.T) {
	var clock time.Time
	a := NewAllowance(func() time.Time { return clock })
	if err := a.take(peakBurst); err != nil {
		t.Error(err)
	}
	if err := a.take(1); !errors.Is(err, errPeak) {
		t.Errorf("error %v, want the one about too much at once", err)
	}
	clock = clock.Add(time.Second)
	if err := errors.Join(a.take(peakPerSecond), a.take(0)); err != nil {
		t.Error(err)
	}
	a.owe(1)
	if err := a.take(0); !errors.Is(err, errPeak) {
		t.Errorf("what was owed is forgotten: %v", err)
	}
	clock = clock.Add(-time.Hour)
	if err := a.take(1); err == nil {
		t.Error("a clock that goes back gives an allowance")
	}
	clock = clock.Add(time.Hour * 24 * 365 * 100)
	if err := a.take(peakBurst); err != nil {
		t.Error(err)
	}
	if err := a.take(1); err == nil {
		t.Error("a long time gives more than the most that there may be")
	}
	taken, err := 0, error(nil)
	for ; err == nil; taken += peakPerSecond {
		clock = clock.Add(time.Second)
		err = a.take(peakPerSecond)
	}
	if !errors.Is(err, errLong) || taken < longBurst || taken > 2*longBurst {
		t.Errorf("%d MiB until %v", taken>>20, err)
	}
}

// A new run does not begin with a new allowance; time does.
func TestRunsShareAnAllowance(t *testing.T) {
	var clock time.Time
	a := NewAllowance(func() time.Time { return clock })
	notes := 0
	padded := packed(strings.Repeat(strings.Repeat(" ", maxSmall-1000)+line("noted", ""), 20)) // 1.2 MiB
	run := func(i int) error {
		id := fmt.Sprint("run ", i)
		r := a.NewReceiver(id, func(netcheck.Event) { notes++ })
		for _, m := range padded {
			m.Run = id
			if err := r.Take(m); err != nil {
				return err
			}
		}
		return nil
	}
	runs := 0
	for runs < 100 && run(runs) == nil {
		runs++
	}
	if runs < 10 || runs > peakBurst>>20 {
		t.Errorf("%d runs without a pause", runs)
	}
	notes = 0
	if err := run(runs); !errors.Is(err, ErrStream) || notes != 1 {
		t.Errorf("a new run begins with a new allowance: %v, %d events", err, notes)
	}
	clock = clock.Add(time.Minute)
	if err := run(runs); err != nil || notes != 21 {
		t.Errorf("after a minute: %v, %d events", err, notes)
	}
}

// Parts count by what is in them even if nothing comes out of them.
func TestPartsThatHoldNothing(t *testing.T) {
	standstill := func() time.Time { return time.Time{} }
	for name, tt := range map[string]struct {
		data []byte
		most int
	}{
		"small": {syncBlock, peakBurst / partBytes},
		"large": {bytes.Repeat(syncBlock, signaling.MaxMirror/len(syncBlock)), peakBurst / packedFactor / signaling.MaxMirror},
	} {
		r := NewAllowance(standstill).NewReceiver("run", func(netcheck.Event) {})
		taken := uint32(0)
		for int(taken) <= tt.most && r.Take(signaling.Mirror{Run: "run", Part: taken, Data: tt.data}) == nil {
			taken++
		}
		if int(taken) > tt.most || int(taken) < tt.most*9/10 {
			t.Errorf("%s: %d parts were taken, want about %d", name, taken, tt.most)
		}
	}
}

// syncBlock is a stored block of DEFLATE without content (RFC 1951, section 3.2.4).
var syncBlock = append([]byte{0}, syncMarker...)
