package rtc

import (
	"math"
	"testing"
	"time"

	"github.com/pion/interceptor/pkg/rtpfb"
)

// road is a way with a capacity and a queue, on which packets of 1000 bytes are sent; feedback on it goes to a brake every 100 ms.
type road struct {
	brake   *brake
	free    time.Duration // the line is free again
	pending []rtpfb.PacketReport
}

var roadBegin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// drive sends at a bitrate over a capacity, both in kbit/s, from one time to another, and gives what the brake holds 5000 kbit/s to at
// each feedback.
func (r *road) drive(from, to time.Duration, rate, capacity float64) (held []float64) {
	const size, way = 1000, 20 * time.Millisecond
	gap := time.Duration(size * 8 / rate * float64(time.Millisecond))
	next := from + 100*time.Millisecond
	for at := from; at < to; at += gap {
		for at >= next {
			r.brake.heed(rtpfb.Report{PacketReports: r.arrivedBy(next)})
			now, _ := r.brake.hold(5000)
			held = append(held, now)
			next += 100 * time.Millisecond
		}
		r.free = max(r.free, at) + time.Duration(size*8/capacity*float64(time.Millisecond))
		r.pending = append(r.pending, rtpfb.PacketReport{Arrived: true, Size: size, Departure: roadBegin.Add(at),
			Arrival: time.Time{}.Add(time.Hour + r.free + way)})
	}
	return held
}

func (r *road) arrivedBy(now time.Duration) (out []rtpfb.PacketReport) {
	for len(r.pending) > 0 && !r.pending[0].Arrival.After(time.Time{}.Add(time.Hour+now)) {
		out, r.pending = append(out, r.pending[0]), r.pending[1:]
	}
	return out
}

func newRoad() *road { return &road{brake: &brake{limit: math.Inf(1)}} }

func TestTheBrakeIsOffWhileTheWayIsWide(t *testing.T) {
	for _, held := range newRoad().drive(0, 10*time.Second, 2000, 2600) {
		if held != 5000 {
			t.Fatalf("held to %.0f kbit/s although nothing waits", held)
		}
	}
}

func TestTheBrakeHoldsWhenTheCapacityFalls(t *testing.T) {
	r := newRoad()
	r.drive(0, 5*time.Second, 2000, 2600)
	held := r.drive(5*time.Second, 6*time.Second, 2000, 600)
	if at := held[3]; at > 600 || at < 400 {
		t.Errorf("400 ms after the fall to 600 kbit/s held to %.0f: %v", at, held)
	}
}

func TestTheBrakeLetsGoByAndBy(t *testing.T) {
	r := newRoad()
	r.drive(0, 5*time.Second, 2000, 2600)
	r.drive(5*time.Second, 5400*time.Millisecond, 2000, 600)
	r.free = 5400 * time.Millisecond // the queue was emptied
	held := r.drive(5500*time.Millisecond, 9*time.Second, 300, 600)
	previous := 0.0
	for i, now := range held {
		if now < previous || i > 0 && now > previous*releaseStep*1.01 && now < 5000 {
			t.Fatalf("feedback %d: from %.0f to %.0f kbit/s", i, previous, now)
		}
		previous = now
	}
	if previous != 5000 {
		t.Errorf("after three seconds without a queue it still holds to %.0f", previous)
	}
}

// A clock that runs faster at the other end looks like a queue that grows: 200 ppm are 4 ms in twenty seconds.
func TestTheBrakeForgetsOldTimes(t *testing.T) {
	b := newRoad().brake
	for i := range 3600 {
		at := time.Duration(i) * time.Second / 10
		b.heed(rtpfb.Report{PacketReports: []rtpfb.PacketReport{
			{Arrived: true, Size: 1000, Departure: roadBegin.Add(at), Arrival: time.Time{}.Add(time.Hour + at + at/5000)},
			{Arrived: true, Size: 1000, Departure: roadBegin.Add(at), Arrival: time.Time{}.Add(time.Hour + at + at/5000 + 60*time.Millisecond)},
		}})
		if held, braked := b.hold(5000); braked {
			t.Fatalf("after %v held to %.0f kbit/s", at, held)
		}
	}
	if len(b.arrivals) > 10 {
		t.Errorf("%d arrivals are kept", len(b.arrivals))
	}
}

func TestTheBrakeMakesNothingOfNothing(t *testing.T) {
	b := newRoad().brake
	b.heed(rtpfb.Report{})
	b.heed(rtpfb.Report{PacketReports: []rtpfb.PacketReport{{Size: 5}, {Arrived: true}}})
	if held, braked := b.hold(700); held != 700 || braked {
		t.Errorf("held to %.0f", held)
	}
}
