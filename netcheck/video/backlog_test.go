package video

import (
	"math"
	"testing"
	"time"
)

// line is a way of 40 ms through a bottleneck, there and back, in a time of its own.
type line struct {
	*backlog
	kbps   float64       // of the bottleneck
	delay  time.Duration // without a queue
	now    time.Duration
	free   time.Duration // the bottleneck has sent what it was given
	n      int
	number uint16
	saved  int           // bytes that the target allows
	wait   time.Duration // of the last packet
	held   float64       // least that was left of the target
	coming []coming
}

// coming is a packet on its way back.
type coming struct {
	n      int
	number uint16
	at     time.Duration
}

const linePayload = 1140

func newLine(kbps float64) *line {
	return &line{backlog: newBacklog(), kbps: kbps, delay: 40 * time.Millisecond, held: math.Inf(1)}
}

// run sends pictures of a target for a time; what is left of the target is sent.
func (l *line) run(target float64, span time.Duration) {
	for end := l.now + span; l.now < end; l.now += time.Second / 30 {
		l.deliver(l.now)
		allowed := l.hold(target, l.now)
		l.held = min(l.held, allowed)
		l.leaves(l.n, l.now)
		for l.saved += int(allowed * 1000 / 8 / 30); l.saved > 0; l.saved -= linePayload + aroundPayload {
			l.free = max(l.free, l.now) + time.Duration(float64(8*(linePayload+aroundPayload))/l.kbps*float64(time.Millisecond))
			l.wait = l.free - l.now
			l.coming = append(l.coming, coming{l.n, l.number, l.free + l.delay})
			l.number++
		}
		l.n++
	}
}

func (l *line) deliver(until time.Duration) {
	for len(l.coming) > 0 && l.coming[0].at <= until {
		c := l.coming[0]
		l.coming = l.coming[1:]
		l.came(c.n, c.number, linePayload, c.at)
	}
}

func TestBacklogLeavesALineAloneThatCarriesIt(t *testing.T) {
	for _, kbps := range []float64{300, 2000} {
		l := newLine(1.3 * kbps)
		if l.run(kbps, 30*time.Second); l.held != kbps {
			t.Errorf("of %.0f kbit/s on a line that carries them %.0f were left", kbps, l.held)
		}
	}
}

// The bottleneck gets narrow: the queue is kept from what would run over, and goes; then the target is left alone again.
func TestBacklogOfALineThatGetsNarrow(t *testing.T) {
	l := newLine(2600)
	l.run(2000, 5*time.Second)
	l.kbps = 600
	most := time.Duration(0)
	for range 60 {
		l.run(2000, time.Second/30)
		most = max(most, l.wait)
	}
	if most > 600*time.Millisecond || l.held > 600 { // unbraked it would be more than four seconds by then
		t.Errorf("waited for up to %v, at least %.0f kbit/s were left", most, l.held)
	}
	l.run(300, 3*time.Second) // the target has followed
	l.held = math.Inf(1)
	if l.run(300, time.Second); l.held != 300 || l.wait > backlogShort {
		t.Errorf("at the end %.0f kbit/s are left of 300, and the wait is %v", l.held, l.wait)
	}
}

// A way that has become longer, as after a handover, is no queue.
func TestBacklogOfALongerWay(t *testing.T) {
	l := newLine(2000)
	l.run(500, 12*time.Second)
	l.delay += 150 * time.Millisecond
	l.run(500, 4*time.Second)
	l.held = math.Inf(1)
	if l.run(500, 20*time.Second); l.held != 500 {
		t.Errorf("%.0f kbit/s were left of 500", l.held)
	}
}

// Packets that were held up for a moment come in a bunch, of which the last have hardly waited. What was sent again comes late, and
// out of order.
func TestBacklogOfAStallAndOfRepair(t *testing.T) {
	l := newLine(10_000)
	l.run(1000, time.Second)
	l.deliver(l.now)
	l.run(1000, time.Second/30) // and whatever is under way comes 300 ms late, with the rest
	for range 9 {
		l.leaves(l.n, l.now)
		l.coming = append(l.coming, coming{l.n, l.number, 0}, coming{l.n, l.number + 1, 0}, coming{l.n, l.number + 2, 0}, coming{l.n, l.number + 3, 0})
		l.n, l.number, l.now = l.n+1, l.number+4, l.now+time.Second/30
	}
	for i := range l.coming {
		l.coming[i].at = max(l.coming[i].at, l.now+l.delay)
	}
	l.now += l.delay
	l.deliver(l.now)
	if got := l.hold(1000, l.now); got != 1000 {
		t.Errorf("after a stall %.0f kbit/s are left of 1000", got)
	}
	for i := range uint16(50) { // the newest packets of all but one arrive again
		l.came(l.n-9, l.number-2-i, linePayload, l.now+time.Duration(i)*10*time.Millisecond)
	}
	if got := l.hold(1000, l.now+500*time.Millisecond); got != 1000 {
		t.Errorf("after repair %.0f kbit/s are left of 1000", got)
	}
}

// What comes back is the other end's: numbers of pictures that were never sent change nothing, and silence ends the brake.
func TestBacklogOfWhatWasNeverSent(t *testing.T) {
	b := newBacklog()
	b.leaves(0, 0)
	for i := range 1000 {
		at := time.Duration(i) * time.Millisecond
		b.came(-i, uint16(i), 1000, at)
		b.came(i*7919+1, uint16(i), 1000, at)
	}
	if got := b.hold(800, time.Second); got != 800 {
		t.Errorf("%.0f kbit/s are left of 800", got)
	}
	l := newLine(2600)
	l.run(2000, time.Second)
	l.kbps = 300
	if l.run(2000, 500*time.Millisecond); l.held > 400 {
		t.Errorf("no brake: %.0f kbit/s", l.held)
	}
	if got := l.hold(800, l.now+2*backlogMute); got != 800 {
		t.Errorf("a second after the last packet %.0f kbit/s are left of 800", got)
	}
}

// The whole course of a line that gets narrow: the queue goes, the target is left alone soon after, and the brake never takes more away
// than the queue needs.
func TestBacklogThroughAFall(t *testing.T) {
	for _, to := range []float64{300, 600, 1000} {
		l := newLine(2600)
		l.run(2000, 5*time.Second)
		l.kbps = to
		target, drained, free := 2000.0, time.Duration(0), time.Duration(0)
		for range 150 {
			l.held = math.Inf(1)
			l.run(target, time.Second/30)
			since := l.now - 5*time.Second
			if since > time.Second && drained == 0 && l.wait < backlogShort {
				drained = since
			}
			if drained > 0 && free == 0 && l.held == target {
				free = since
			}
			if l.held < 0.5*to {
				t.Fatalf("%.0f kbit/s: %v after the fall %.0f were left", to, since, l.held)
			}
			if since > 300*time.Millisecond {
				target = max(0.95*target, 0.8*to) // the controllers follow
			}
		}
		if drained == 0 || free == 0 || free-drained > 200*time.Millisecond {
			t.Errorf("%.0f kbit/s: drained after %v, left alone after %v", to, drained, free)
		}
	}
}

// A way that is longer and uneven is no queue that grows: what is sent less must not be taken for what the way carries.
func TestBacklogDoesNotGoByItself(t *testing.T) {
	l := newLine(2000)
	l.run(500, 12*time.Second)
	for i := range 60 {
		l.delay = 140*time.Millisecond + time.Duration(i%7)*3*time.Millisecond
		l.run(500, 100*time.Millisecond)
	}
	least := l.held
	l.held = math.Inf(1)
	if l.run(500, time.Second); least < 140 || l.held != 500 {
		t.Errorf("of 500 kbit/s %.0f were left, and %.0f in the end", least, l.held)
	}
}

// A wait between letting go and braking does not hold a target back for long.
func TestBacklogOfAWaitThatStays(t *testing.T) {
	l := newLine(2000)
	l.run(500, 12*time.Second)
	l.delay += 150 * time.Millisecond
	l.run(500, 400*time.Millisecond)
	if l.held == 500 {
		t.Fatal("no brake")
	}
	l.delay -= 150*time.Millisecond - (backlogShort+backlogLong)/2
	l.run(500, 2*backlogDrain)
	l.held = math.Inf(1)
	if l.run(500, time.Second); l.held != 500 {
		t.Errorf("of 500 kbit/s %.0f were left", l.held)
	}
}
