package timecode

import (
	"math/rand/v2"
	"testing"
)

// remainder is the CRC by long division, a bit at a time over the whole message, as in a textbook: the initial value is added to
// the first eight bits.
func remainder(c Code) uint8 {
	message := uint64(c.Time)<<32 | uint64(c.Frame)<<8 ^ 0xff<<56
	for bit := 63; bit >= 8; bit-- {
		if message>>bit&1 == 1 {
			message ^= 0b1_0000_0111 << (bit - 8)
		}
	}
	return uint8(message)
}

func TestCRC(t *testing.T) {
	gen := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		c := Code{Frame: gen.Uint32N(1 << 24), Time: gen.Uint32()}
		if got, want := c.crc(), remainder(c); got != want {
			t.Fatalf("%+v: %#x, want %#x", c, got, want)
		}
	}
}

// TestRows freezes the pattern: recordings outlive the program that made them.
func TestRows(t *testing.T) {
	got := Code{Frame: 0x123456, Time: 0xdeadbeef}.rows()
	crc := uint64(remainder(Code{Frame: 0x123456, Time: 0xdeadbeef}))
	if want := [2]uint64{0xa_deadbeef_5, 0x5_123456_00_a | crc<<4}; got != want {
		t.Errorf("%x, want %x", got, want)
	}
}

// TestFlippedCells changes up to three cells in every way, and every odd number in many: none may pass.
func TestFlippedCells(t *testing.T) {
	gen := rand.New(rand.NewPCG(2, 2))
	{
		c := Code{Frame: gen.Uint32N(1 << 24), Time: gen.Uint32()}
		for i := range 80 {
			for j := i; j < 80; j++ { // j == i and k == j flip fewer
				for k := j; k < 80; k++ {
					rows := c.rows()
					flip(&rows, i)
					if j != i {
						flip(&rows, j)
					}
					if k != j {
						flip(&rows, k)
					}
					if got, ok := parse(rows); ok {
						t.Fatalf("%+v with cells %d, %d and %d flipped was read as %+v", c, i, j, k, got)
					}
				}
			}
		}
		for range 3000 {
			rows := c.rows()
			cells := gen.Perm(80)[:1+2*gen.IntN(30)]
			for _, i := range cells {
				flip(&rows, i)
			}
			if got, ok := parse(rows); ok {
				t.Fatalf("%+v with cells %v flipped was read as %+v", c, cells, got)
			}
		}
	}
}

func flip(rows *[2]uint64, cell int) { rows[cell/40] ^= 1 << (cell % 40) }

func TestClock(t *testing.T) {
	const wrap = 1 << 32 * Tick
	for _, c := range []struct {
		us   int64
		want uint32
	}{{0, 0}, {99, 0}, {100, 1}, {1_000_000, 10_000}, {wrap - 1, 1<<32 - 1}, {wrap, 0}, {-1, 1<<32 - 1}, {-100, 1<<32 - 1}, {-101, 1<<32 - 2}} {
		if got := Ticks(c.us); got != c.want {
			t.Errorf("Ticks(%d) = %d, want %d", c.us, got, c.want)
		}
	}
	for _, now := range []int64{0, 1, 12345, 86_400_000_000, wrap - 50, wrap, wrap + 77, 5*wrap + 1, -77} {
		for _, age := range []int64{0, 1, 99, 100, 4000, 3_600_000_000, 86_400_000_000, -5000, wrap/2 - 200, -(wrap/2 - 200)} {
			then := now - age
			got := Since(now, Ticks(then))
			if got < age || got >= age+Tick {
				t.Errorf("at %d a picture of %d is %d old, want %d to %d", now, then, got, age, age+Tick-1)
			}
			if us := Unwrap(now, Ticks(then)); us > then || us <= then-Tick || us%Tick != 0 {
				t.Errorf("near %d the time of %d is %d", now, then, us)
			}
		}
	}
}
