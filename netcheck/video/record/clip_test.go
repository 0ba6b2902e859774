package record

import (
	"testing"
	"time"
)

// The head is written anew in the place of the old one, whatever is known by then.
func TestTheHeadKeepsItsLength(t *testing.T) {
	h := head{width: 1, height: 1, began: time.Unix(1_800_000_000, 0)}
	open, segment, err := h.bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, closed := range []head{
		{size: 1000, duration: 1}, {size: 1000, cues: 900, duration: time.Hour},
		{size: 1 << 40, cues: 1<<40 - 1, duration: 1 << 62},
	} {
		closed.width, closed.height, closed.began = 1, 1, h.began
		b, s, err := closed.bytes()
		if err != nil || len(b) != len(open) || s != segment {
			t.Errorf("%+v: %d bytes instead of %d: %v", closed, len(b), len(open), err)
		}
	}
}

func TestTimesAscend(t *testing.T) {
	var d disk
	r := New(Options{Path: "clip.webm", Create: d.create, Queue: ample})
	for i, ms := range []float64{1000, 1000.2, 1000.4, 1033.6, 900, 901, 5000, 40_000} {
		r.Put(Frame{Data: []byte{1}, Key: i == 0, Width: 1, Height: 1, At: time.Duration(ms * 1e6)})
	}
	s := mustClose(t, r)
	p, err := parse(d.files["clip.webm"].b)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{0, 1, 2, 34, 35, 36, 4000, 39_000} {
		if got := p.blocks()[i].ms; got != want {
			t.Errorf("frame %d is at %d ms, want %d", i, got, want)
		}
	}
	if s.Files[0].Duration != 39_100*time.Millisecond || p.duration != 39_100 {
		t.Error(s.Files[0].Duration, p.duration)
	}
}

// No cluster lasts longer than clusterSpan, and each key frame begins one.
func TestClusters(t *testing.T) {
	var d disk
	r := New(Options{Path: "clip.webm", Create: d.create, Queue: ample})
	putAll(t, r, fake(600, 150))
	mustClose(t, r)
	p, err := parse(d.files["clip.webm"].b)
	if err == nil {
		err = p.whole(true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(p.clusters) != 12 || len(p.cues) != 4 {
		t.Errorf("%d clusters, %d cues", len(p.clusters), len(p.cues))
	}
	for _, c := range p.clusters {
		if span := c.blocks[len(c.blocks)-1].ms - c.blocks[0].ms; span >= clusterSpan || c.blocks[0].ms != int64(c.time) {
			t.Errorf("a cluster of %d ms", span)
		}
	}
}

// A day of key frames every 100 ms does not let the index grow: it becomes coarser, evenly.
func TestTheIndexIsBounded(t *testing.T) {
	var c clip
	const day = 24 * 60 * 60 * 1000
	longest := 0
	for ms := int64(0); ms < day; ms += 100 {
		c.last = ms
		c.addCue(cue{ms, ms})
		longest = max(longest, len(c.cues))
	}
	if longest > maxCues || len(c.cues) < maxCues/4 {
		t.Errorf("%d cues, at most %d", len(c.cues), longest)
	}
	for i := 1; i < len(c.cues); i++ {
		if step := c.cues[i].ms - c.cues[i-1].ms; step < 0 || step > 4*day/maxCues+1000 {
			t.Fatalf("%d ms between cues %d and %d", step, i-1, i)
		}
	}
}
