package signaling_test

import (
	"runtime"
	"testing"

	"echopath/netcheck/signaling"
)

// BenchmarkJoin is a whole handshake over a wire in memory, both ends, and the leaving.
func BenchmarkJoin(b *testing.B) {
	h := newHall(b, func(c *signaling.LobbyConfig, r *signaling.Room) { r.Guests = 1 })
	config := h.config()
	config.Identity = [32]byte{1}
	b.ReportAllocs()
	for b.Loop() {
		c, err := signaling.Join(b.Context(), config)
		if err != nil {
			b.Fatal(err)
		}
		g := <-h.guests
		_ = c.Close()
		<-g.Done()
		<-h.served
	}
}

// BenchmarkMessage is one message of a usual kind from Send to Receive, both ends.
func BenchmarkMessage(b *testing.B) {
	for name, m := range map[string]signaling.Message{
		"signal": {Signal: &signaling.Signal{Leg: 1, Candidate: "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host"}},
		"mirror": {Mirror: &signaling.Mirror{Run: "r", Data: make([]byte, signaling.MaxMirror)}},
	} {
		b.Run(name, func(b *testing.B) {
			h := newHall(b, nil)
			guest, host := h.join(identity(1))
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if n%200 == 199 { // so many at once would be a flood
					b.StopTimer()
					guest, host = h.join(identity(1))
					<-h.served
					b.StartTimer()
				}
				if err := guest.Send(b.Context(), m); err != nil {
					b.Fatal(err)
				}
				if _, err := host.Receive(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkIdleGuest tells what a host and a guest that say nothing need together, their wire in memory included.
func BenchmarkIdleGuest(b *testing.B) {
	const many = 100
	h := newHall(b, func(c *signaling.LobbyConfig, r *signaling.Room) { r.Guests = many })
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before, routines := heap(), runtime.NumGoroutine()
	for range many {
		h.join(nil)
	}
	bytes, more := heap()-before, runtime.NumGoroutine()-routines
	for b.Loop() {
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(bytes)/many, "B/guest")
	b.ReportMetric(float64(more)/many, "goroutines/guest")
}
