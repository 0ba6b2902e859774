package rtc

import (
	"slices"
	"testing"
	"time"

	"echopath/netcheck"
)

// BenchmarkConnectRemote reports the same for a far end in another Acceptor, from the order on.
func BenchmarkConnectRemote(b *testing.B) {
	s := newTestServer(b, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		b.Run(string(p), func(b *testing.B) {
			h := loopbackHost(b)
			c := &Connector{Remote: h.order}
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				l, err := c.Connect(b.Context(), remote(s.leg(p)), func(netcheck.Event) {})
				must(b, err)
				took = append(took, time.Since(begin))
				far := <-h.links
				must(b, far.err)
				must(b, l.Close())
				must(b, far.link.Close())
			}
			slices.Sort(took)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(ms(took[len(took)/2]), "median-ms")
			b.ReportMetric(ms(took[len(took)*9/10]), "p90-ms")
			b.ReportMetric(ms(took[len(took)-1]), "max-ms")
		})
	}
}

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
