package stamp_test

import (
	"math/rand/v2"
	"testing"

	"echopath/netcheck/stamp"
)

// naive is the same contract, kept by remembering everything. Numbers are absolute and start at base.
type naive struct {
	seen    map[int64]bool
	highest int64
}

func (n *naive) mark(seq int64) bool {
	if len(n.seen) == 0 || seq > n.highest {
		n.highest = seq
	}
	if n.highest-seq > stamp.History {
		return true
	}
	first := !n.seen[seq]
	n.seen[seq] = true
	return first
}

// window returns the bits, and which of them the contract fixes.
func (n *naive) window(seq int64) (want, fixed uint64) {
	for i := range int64(64) {
		if n.seen[seq-i] {
			want |= 1 << i
		}
		if n.highest-(seq-i) <= stamp.History {
			fixed |= 1 << i
		}
	}
	return want, fixed
}

func TestBitmapAgainstNaive(t *testing.T) {
	for _, base := range []int64{0, 1000, 1<<31 - 5000, 1<<32 - 5000, 1<<32 - 1} {
		for seed := range uint64(4) {
			gen := rand.New(rand.NewPCG(seed, uint64(base)))
			model := naive{seen: map[int64]bool{}}
			var m stamp.Bitmap
			next := base
			for step := range 4000 {
				seq := pick(gen, &next, base)
				if got, want := m.Mark(uint32(seq)), model.mark(seq); got != want {
					t.Fatalf("base %d seed %d step %d: Mark(%d) = %v, highest %d", base, seed, step, seq, got, model.highest)
				}
				for _, at := range []int64{seq, next, next + 70, next - gen.Int64N(stamp.History+200)} {
					want, fixed := model.window(at)
					if got := m.Window(uint32(at)); got&fixed != want&fixed || got&^want != 0 {
						t.Fatalf("base %d seed %d step %d: Window(%d) = %b, want %b", base, seed, step, at, got, want)
					}
				}
			}
		}
	}
}

// pick returns the next number of a path with loss, reordering, duplicates, gaps and stragglers.
func pick(gen *rand.Rand, next *int64, base int64) int64 {
	switch p := gen.IntN(1000); {
	case p < 600: // in order
	case p < 750: // lost ones
		*next += gen.Int64N(5)
	case p < 760: // a gap wider than a reply's window
		*next += 64 + gen.Int64N(200)
	case p < 762: // a gap wider than the history
		*next += gen.Int64N(3 * stamp.History)
	case p < 980: // late or twice
		return max(base, *next-1-gen.Int64N(100))
	default: // from far back
		return max(base, *next-1-gen.Int64N(stamp.History+500))
	}
	*next++
	return *next - 1
}

func TestBitmapEdges(t *testing.T) {
	var m stamp.Bitmap
	if got := m.Window(0); got != 0 {
		t.Errorf("empty window %b", got)
	}
	if !m.Mark(0) || m.Mark(0) {
		t.Error("the first number is not first, or not a duplicate the second time")
	}
	if got := m.Window(0); got != 1 {
		t.Errorf("before sequence 0: %b, want 1", got)
	}
	m.Mark(stamp.History)
	if m.Mark(0) {
		t.Error("forgot a number within the history")
	}
	m.Mark(stamp.History + 1)
	if !m.Mark(0) {
		t.Error("called a number beyond the history a duplicate")
	}
	m.Mark(1 << 30)
	if got := m.Window(1 << 30); got != 1 {
		t.Errorf("after a long gap: %b, want 1", got)
	}
}

func TestBitmapAllocs(t *testing.T) {
	var m stamp.Bitmap
	var seq uint32
	if n := testing.AllocsPerRun(1000, func() { m.Mark(seq); m.Window(seq); seq += 3 }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
