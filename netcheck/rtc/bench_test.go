package rtc

import (
	"slices"
	"testing"
	"time"

	"echopath/netcheck"
)

// BenchmarkConnect reports the median time from the start of connecting to open carriers at both ends, and that of Close.
func BenchmarkConnect(b *testing.B) {
	s := newTestServer(b, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		b.Run(string(p), func(b *testing.B) {
			var took, closing []time.Duration
			for b.Loop() {
				l, err := (&Connector{}).Connect(b.Context(), s.leg(p), func(e netcheck.Event) {
					if c, ok := e.Body.(netcheck.PathConnected); ok {
						took = append(took, c.Connect)
					}
				})
				must(b, err)
				begin := time.Now()
				must(b, l.Close())
				closing = append(closing, time.Since(begin))
			}
			slices.Sort(took)
			slices.Sort(closing)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(ms(took[len(took)/2]), "median-ms")
			b.ReportMetric(ms(took[len(took)*9/10]), "p90-ms")
			b.ReportMetric(ms(took[len(took)-1]), "max-ms")
			b.ReportMetric(ms(closing[len(closing)/2]), "close-ms")
		})
	}
}
