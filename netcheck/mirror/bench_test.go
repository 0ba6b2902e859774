package mirror

import (
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

// What a mebibyte of the dearest things costs who takes it.
func BenchmarkTake(b *testing.B) {
	for name, text := range map[string]string{
		"notes":   strings.Repeat(line("noted", ""), 1<<20/len(line("noted", ""))),
		"samples": strings.Repeat(line("sample_taken", `"sample":{}`), 10000),
		"rows":    strings.Repeat(line("packets_decided", `"packets":`+list(row, netcheck.MaxBlock)), 9),
		"steps":   strings.Repeat(line("step_done", ""), 2000),
		"servers": strings.Repeat(line("path_started", `"servers":`+list(`""`, maxList)), 4000),
	} {
		parts := packed(text)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			charged := 0
			for b.Loop() {
				var report netcheck.Report
				report = netcheck.Fold(report, netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Paths: netcheck.AllPaths()}}})
				r := NewReceiver("run", func(e netcheck.Event) { report = netcheck.Fold(report, e) })
				if err := takeAll(r, parts); err != nil {
					b.Fatal(err)
				}
				charged = r.total
			}
			b.ReportMetric(float64(charged)/(1<<20), "MiB-counted")
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/(float64(charged)/(1<<20)), "ms/MiB-counted")
		})
	}
}

// The longest stream that an honest sender makes of rows, at the speed that it is let to send with.
func BenchmarkWholeStream(b *testing.B) {
	packets, _ := rowsOf(netcheck.MaxBlock)
	events := []netcheck.Event{{Body: netcheck.SessionStarted{}}}
	for range 200 {
		events = append(events, netcheck.Event{Path: netcheck.PathSTUN, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP, Packets: packets}})
	}
	events = append(events, netcheck.Event{Body: netcheck.SessionEnded{}})
	b.ReportAllocs()
	for b.Loop() {
		var clock time.Time
		var p packer
		rows := 0
		r := NewAllowance(func() time.Time { return clock }).NewReceiver("run", func(e netcheck.Event) {
			if d, ok := e.Body.(netcheck.PacketsDecided); ok {
				rows += len(d.Packets)
			}
		})
		sent(b, events, &p, r, &clock)
		if r.total < maxStream-reserve-maxLine || !r.Ended() {
			b.Fatalf("%d bytes, ended %v", r.total, r.Ended())
		}
		b.ReportMetric(float64(rows), "rows")
		b.ReportMetric(float64(r.total)/(1<<20), "MiB")
	}
}
