package wire

import (
	"encoding/binary"
	"math"
	"testing"
	"time"
)

const ms = time.Millisecond

// udp makes an IPv4 packet of UDP whose payload begins with head.
func udp(length int, from, to uint16, head ...byte) []byte {
	b := make([]byte, length)
	b[0], b[8], b[9] = 0x45, 64, UDP
	binary.BigEndian.PutUint16(b[2:], uint16(length)) //nolint:gosec // small
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(b[20:], from)
	binary.BigEndian.PutUint16(b[22:], to)
	binary.BigEndian.PutUint16(b[24:], uint16(length-20)) //nolint:gosec // small
	copy(b[28:], head)
	return b
}

func tcp(from, to uint16) []byte {
	b := udp(60, from, to)
	b[9] = TCP
	return b
}

// media is a packet of RTP with a sequence number.
func media(length int, seq uint16) []byte {
	return udp(length, 1000, 2000, 0x80, 111, byte(seq>>8), byte(seq), 0, 0, 0, 0, 0, 0, 0, 9)
}

func pipe(t *testing.T, c Config) *Pipe {
	t.Helper()
	p, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// always is a treatment from the start on.
func always(t Treatment) Config { return Config{Seed: 1, Phases: []Phase{{Treatment: t}}} }

// carry sends count packets through a pipe, one each interval, lets each go when it is due, and gives the records and what came out.
func carry(t *testing.T, c Config, count int, interval time.Duration, make func(n int) []byte) (records []Record, out [][]byte) {
	t.Helper()
	p := pipe(t, c)
	for n := range count {
		now := time.Duration(n) * interval
		out = append(out, until(p, now)...)
		p.Take(now, make(n))
	}
	out = append(out, until(p, math.MaxInt64)...)
	return p.Records(), out
}

// until lets go what is due until then, each packet at its time.
func until(p *Pipe, end time.Duration) [][]byte {
	var out [][]byte
	for next := p.Next(); next != Never && next <= end; next = p.Next() {
		out = append(out, append([]byte(nil), p.Due(next)...))
	}
	return out
}

func same(length int) func(int) []byte {
	return func(n int) []byte { return media(length, uint16(n)) } //nolint:gosec // small
}

// checkShare fails if k of n is out of what independent chances of p give, but for one case in ten million.
func checkShare(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	low, high := 0.0, 0.0
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	for i := range n + 1 {
		c := math.Exp(lg(n) - lg(i) - lg(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		if i <= k {
			low += c
		}
		if i >= k {
			high += c
		}
	}
	if min(low, high) < 5e-8 {
		t.Errorf("%s: %d of %d does not fit a chance of %v", what, k, n, p)
	}
}
