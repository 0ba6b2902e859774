package stats

import (
	"math/rand/v2"
	"testing"
	"time"
)

// perPacket lists everything that runs once a packet while a session measures.
func perPacket() map[string]func(i int) {
	var j Jitter
	var v IPDV
	var r Reorder
	var b Bursts
	var k Sketch
	return map[string]func(i int){
		"Jitter":  func(i int) { j.Add(int64(i)*1_000, int64(i)*1_000+int64(i%77)) },
		"IPDV":    func(i int) { v.Add(int64(i)*1_000, int64(i)*1_000+int64(i%77)) },
		"Reorder": func(i int) { r.Add(uint32(i ^ 3)) },
		"Bursts":  func(i int) { b.Add(i%7 < 2) },
		"Sketch":  func(i int) { k.Add(time.Duration(i)) },
	}
}

func TestAccumulatorsDoNotAllocate(t *testing.T) {
	for name, add := range perPacket() {
		i := 0
		if n := testing.AllocsPerRun(1_000, func() { add(i); i++ }); n != 0 {
			t.Errorf("%s allocates %v times a packet", name, n)
		}
	}
}

// A summary allocates a fixed number of slices, whatever the number of rows.
func TestSummarizeAllocatesPerRecordNotPerPacket(t *testing.T) {
	var rows Rows = randomRecord(rand.New(rand.NewPCG(19, 20)), 20_000, false)
	if n := testing.AllocsPerRun(5, func() { Summarize(rows, Options{}) }); n > 10 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	for name, add := range perPacket() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				add(i)
			}
		})
	}
}

func BenchmarkWilson(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Wilson(i%100, 1_000)
	}
}

func BenchmarkSummarizeMillion(b *testing.B) {
	var rows Rows = randomRecord(rand.New(rand.NewPCG(21, 22)), 1_000_000, false)
	b.ReportAllocs()
	for b.Loop() {
		Summarize(rows, Options{LateAfterUS: 25_000})
	}
}
