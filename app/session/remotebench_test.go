package session_test

import (
	"slices"
	"testing"
	"time"

	"echopath/app/session"
	"echopath/netcheck"
)

// BenchmarkInviteToPacket takes the time from the text of an invite to the first probe packet, and to the first one that counts: the
// packets before it, sent for half a second, only warm the path up. The median of 20 is wanted to be below one second on a LAN:
//
//	go test -run '^$' -bench InviteToPacket -benchtime 20x ./app/session
func BenchmarkInviteToPacket(b *testing.B) {
	h, _ := startHost(b, nil)
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	plan.Loss.Warmup = netcheck.DefaultWarmup
	var joined, sent, measured []time.Duration
	for b.Loop() {
		b.StopTimer()
		text := inviteText(b, h, 1)
		b.StartTimer()
		begin := time.Now()
		remote, err := session.Join(b.Context(), text, session.JoinOptions{})
		if err != nil {
			b.Fatal(err)
		}
		joined = append(joined, time.Since(begin))
		var start time.Time
		_, err = session.Run(b.Context(), plan, session.Options{Remote: remote}, func(e netcheck.Event) {
			switch body := e.Body.(type) {
			case netcheck.SessionStarted:
				start = body.Started
			case netcheck.ProbeEnded:
				if body.Loss == nil || len(body.Loss.Carriers) == 0 {
					b.Errorf("nothing was measured: %s", body.Text)
					return
				}
				first := start.Add(body.Loss.Carriers[0].Begin)
				sent, measured = append(sent, first.Add(-plan.Loss.Warmup).Sub(begin)), append(measured, first.Sub(begin))
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = remote.Close()
		b.StartTimer()
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		if len(d) == 0 {
			return 0
		}
		return float64(d[len(d)/2].Microseconds()) / 1000
	}
	b.ReportMetric(median(joined), "ms-until-joined")
	b.ReportMetric(median(sent), "ms-until-first-packet")
	b.ReportMetric(median(measured), "ms-until-first-measured")
}
