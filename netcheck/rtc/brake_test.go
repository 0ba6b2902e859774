package rtc

import (
	"math"
	"math/rand/v2"
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
			now, _ := r.brake.hold(5000, roadBegin)
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
	if at := held[3]; at > 600 || at < 300 {
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
		if held, braked := b.hold(5000, roadBegin); braked {
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
	if held, braked := b.hold(700, roadBegin); held != 700 || braked {
		t.Errorf("held to %.0f", held)
	}
}

// jitter gives feedback every 100 ms on ten packets whose waits are drawn by the test, and tells how long the brake held below 1000
// kbit/s in all, and what it left on average.
func jitter(feedbacks int, wait func(feedback, packet int) time.Duration, clock func(feedback int) time.Duration) (held time.Duration, mean float64) {
	b := newRoad().brake
	for i := range feedbacks {
		var report rtpfb.Report
		for j := range 10 {
			at := time.Duration(i)*100*time.Millisecond + time.Duration(j)*10*time.Millisecond
			report.PacketReports = append(report.PacketReports, rtpfb.PacketReport{Arrived: true, Size: 1000,
				Departure: roadBegin.Add(at), Arrival: time.Time{}.Add(time.Hour + at + clock(i) + wait(i, j))})
		}
		b.heed(report)
		now, braked := b.hold(1000, roadBegin)
		if mean += now; braked {
			held += 100 * time.Millisecond
		}
	}
	return held, mean / float64(feedbacks)
}

func never(int) time.Duration { return 0 }

// Wi-Fi and mobile networks hold packets up for a moment, and then let them all go: that is no queue.
func TestTheBrakeLeavesStallsAlone(t *testing.T) {
	stall := func(feedback, packet int) time.Duration {
		if feedback%5 != 0 {
			return 0
		}
		return max(0, 190*time.Millisecond-time.Duration(packet)*20*time.Millisecond) // up to 190 ms, and back in order
	}
	if held, mean := jitter(600, stall, never); held > 0 {
		t.Errorf("held for %v of a minute, %.0f kbit/s on average", held, mean)
	}
}

// What waits for no visible reason costs some of the bitrate, and not most of it.
func TestTheBrakeAndJitter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	each := func(int, int) time.Duration { return time.Duration(rnd.IntN(200)) * time.Millisecond }
	if held, mean := jitter(600, each, never); mean < 750 {
		t.Errorf("packets that wait up to 200 ms, each for itself: held for %v of a minute, %.0f kbit/s on average", held, mean)
	}
	var now time.Duration
	together := func(_, packet int) time.Duration {
		if packet == 0 {
			now = time.Duration(rnd.IntN(150)) * time.Millisecond
		}
		return now
	}
	if held, mean := jitter(600, together, never); mean < 600 {
		t.Errorf("all packets of 100 ms that wait up to 150 ms: held for %v of a minute, %.0f kbit/s on average", held, mean)
	}
}

// A handover, or a relay in another place: the way is 150 ms longer for good.
func TestTheBrakeLearnsALongerWay(t *testing.T) {
	longer := func(feedback, _ int) time.Duration {
		if feedback >= 100 {
			return 150 * time.Millisecond
		}
		return 0
	}
	if held, _ := jitter(400, longer, never); held == 0 || held > 6*time.Second {
		t.Errorf("held for %v", held)
	}
}

// Times of a stranger come round after 12 days, or begin anywhere.
func TestTheBrakeSurvivesAClockThatComesRound(t *testing.T) {
	b := newRoad().brake
	for i := range 5000 {
		at := time.Duration(i) * 20 * time.Millisecond
		far := at
		if i >= 10 {
			far -= 1 << 24 * 64 * time.Millisecond
		}
		b.heed(rtpfb.Report{PacketReports: []rtpfb.PacketReport{{Arrived: true, Size: 1000, Departure: roadBegin.Add(at),
			Arrival: time.Time{}.Add(30*24*time.Hour + far)}}})
		if len(b.arrivals) > 50 {
			t.Fatalf("%d arrivals are kept", len(b.arrivals))
		}
	}
}

func TestSilence(t *testing.T) {
	b := newRoad().brake
	heard := rtpfb.Report{Arrival: roadBegin, PacketReports: []rtpfb.PacketReport{{Arrived: true, Size: 1000, Departure: roadBegin, Arrival: time.Time{}.Add(time.Hour)}}}
	b.heed(heard)
	b.unheard = 100
	if held, braked := b.hold(2000, roadBegin.Add(silence/2)); braked {
		t.Errorf("half a second of silence holds to %.0f", held)
	}
	if held, _ := b.hold(2000, roadBegin.Add(2*silence)); held != brakeLeast {
		t.Errorf("two seconds of silence hold to %.0f", held)
	}
	heard.Arrival = roadBegin.Add(3 * silence)
	b.heed(heard)
	if held, _ := b.hold(2000, heard.Arrival); held <= brakeLeast || held > 2*brakeLeast {
		t.Errorf("after the first feedback held to %.0f", held)
	}
}
