package netcheck

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

func TestAssess(t *testing.T) {
	sound := func(c Carrier) CarrierResult { return resultOf(c, fates(100, 20*ms, nil)) }
	lossy := func(s stats.Status) CarrierResult { return resultOf(CarrierSRTP, fates(100, 20*ms, every(5, s))) }
	self := func(change func(*SelfCheck)) LossSummary {
		r := sound(CarrierSRTP)
		change(&r.Self)
		return LossSummary{Carriers: []CarrierResult{sound(CarrierDataChannel), r}}
	}
	dropped := func(here, there uint64, known bool, r CarrierResult) LossSummary {
		return LossSummary{Carriers: []CarrierResult{r}, Pair: PairCheck{Known: true, Drops: here, FarDrops: there, DropsKnown: known}}
	}
	nothing := CarrierResult{Carrier: CarrierSRTP}
	skippedAll := nothing
	skippedAll.Self.SkippedSender = 100
	refusedAll := nothing
	refusedAll.Self.SendFailed = 100
	outageOf := func(seconds, until int, s stats.Status, change func(*SelfCheck)) LossSummary {
		r := resultOf(CarrierSRTP, fates(1000, 20*ms, func(i int, p *stats.Packet) {
			if i >= until-100*seconds && i < until {
				p.Status = s
			}
		}))
		change(&r.Self)
		return LossSummary{Carriers: []CarrierResult{r}}
	}
	skipped := func(s *SelfCheck) { s.SkippedSender, s.LogComplete = 200, false }
	tests := []struct {
		name string
		sum  LossSummary
		want ReasonCode
		text string
	}{
		{"sound", self(func(*SelfCheck) {}), ReasonNone, ""},
		{"no carrier", LossSummary{}, ReasonNoData, "No probe packet was sent"},
		{"nothing sent", LossSummary{Carriers: []CarrierResult{nothing, nothing}}, ReasonNoData, "No probe packet was sent"},
		{"all skipped", LossSummary{Carriers: []CarrierResult{skippedAll}}, ReasonSenderLimit, "100 % of the packets on the SRTP carrier"},
		{"broken until the end", outageOf(4, 1000, stats.StatusLost, skipped), ReasonLinkLost, "in the last 4.0 s"},
		{"a log is missing and nothing broke", outageOf(1, 1000, stats.StatusLost, func(s *SelfCheck) { s.LogComplete = false }), ReasonLogMissing, "log did not arrive"},
		{"queues of an outage", outageOf(4, 800, stats.StatusLostUp, func(s *SelfCheck) { s.SkippedSender = 200 }), ReasonNone, ""},
		{"one in a hundred skipped", self(func(s *SelfCheck) { s.SkippedSender = 1 }), ReasonNone, ""},
		{"more of them skipped", self(func(s *SelfCheck) { s.SkippedSender = 2 }), ReasonSenderLimit, "too much was queued"},
		{"slots missed", self(func(s *SelfCheck) { s.MissedSends, s.SkippedSender = 2, 1 }), ReasonSenderLimit, "could not keep up with 100 packets a second"},
		{"the far end skipped", self(func(s *SelfCheck) { s.SkippedReflector = 2 }), ReasonReflectorBusy, "2 % of its answers on the SRTP carrier"},
		{"dropped here", dropped(2, 0, true, lossy(stats.StatusLostDown)), ReasonSocketDrops, "2 packets that had arrived"},
		{"dropped there", dropped(0, 2, true, lossy(stats.StatusLostUp)), ReasonSocketDrops, "the 20 losses"},
		{"too few drops to explain the loss", dropped(1, 0, true, lossy(stats.StatusLostDown)), ReasonNone, ""},
		{"drops without loss", dropped(50, 0, true, sound(CarrierSRTP)), ReasonNone, ""},
		{"drops not known", dropped(50, 0, false, lossy(stats.StatusLostDown)), ReasonNone, ""},
		{"the timer is good enough", self(func(s *SelfCheck) { s.SendErrorP95 = 10 * ms }), ReasonNone, ""},
		{"the timer is late", self(func(s *SelfCheck) { s.SendErrorP95 = 11 * ms }), ReasonBusy, "11 ms or more"},
		{"late, and some slots missed", self(func(s *SelfCheck) { s.MissedSends, s.SendErrorP95 = 1, 11*ms }), ReasonBusy, "11 ms or more"},
		{"refused by the system", self(func(s *SelfCheck) { s.MissedSends, s.SkippedSender, s.SendFailed = 1, 1, 6 }), ReasonSenderLimit,
			"5.56 % of the packets on the SRTP carrier could not be handed to the network: the system refused to send them."},
		{"few of them refused", self(func(s *SelfCheck) { s.SendFailed = 1 }), ReasonNone, ""},
		{"refused, but more were missed", self(func(s *SelfCheck) { s.MissedSends, s.SendFailed = 3, 2 }), ReasonSenderLimit, "could not keep up"},
		{"refused, but more were queued", self(func(s *SelfCheck) { s.SkippedSender, s.SendFailed = 3, 2 }), ReasonSenderLimit, "too much was queued"},
		{"all refused", LossSummary{Carriers: []CarrierResult{refusedAll}}, ReasonSenderLimit, "100 % of the packets on the SRTP carrier could not be handed"},
		{"nothing came back, and no log", LossSummary{Carriers: []CarrierResult{resultOf(CarrierSRTP, fates(100, 20*ms, losing(100, stats.StatusLost)))}}, ReasonNone, ""},
		{"losses without direction", LossSummary{Carriers: []CarrierResult{lossy(stats.StatusLost)}}, ReasonLogMissing, "log did not arrive"},
		{"late in an outage alone", outageOf(4, 800, stats.StatusLostUp, func(s *SelfCheck) { s.SendErrorP95, s.SendErrorBeside = 570*ms, ms }), ReasonNone, ""},
		{"late beside an outage too", outageOf(4, 800, stats.StatusLostUp, func(s *SelfCheck) { s.SendErrorP95, s.SendErrorBeside = 570*ms, 30*ms }), ReasonBusy, "30 ms or more"},
		{"saturated comes before late", self(func(s *SelfCheck) { s.MissedSends, s.SendErrorP95 = 50, time.Second }), ReasonSenderLimit, "gave up"},
	}
	harmless := []string{"slots missed", "the timer is late", "late, and some slots missed"} // all figures are good there
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			state := tt.want.State()
			if slices.Contains(harmless, tt.name) {
				state = StateOK
			}
			got := assess(LossPlan{Rate: 100}, tt.sum, nil)
			if got.Code != tt.want || got.State != state || !strings.Contains(got.Reason, tt.text) {
				t.Errorf("%+v, want %q with %q", got, tt.want, tt.text)
			}
			if (got.Reason == "" || got.Advice == "") != (tt.want == ReasonNone) {
				t.Errorf("words are missing, or too many: %+v", got)
			}
		})
	}
}

// The faster the packets, the sooner a late timer spoils the picture; what is usual on a computer is never too much.
func TestSendErrorLimit(t *testing.T) {
	for rate, want := range map[float64]time.Duration{1: 10 * ms, 100: 10 * ms, 200: 5 * ms, 500: 2 * ms, 1000: 2 * ms, 20_000: 2 * ms} {
		if got := sendErrorLimit(LossPlan{Rate: rate}); got != want {
			t.Errorf("%v/s: %v, want %v", rate, got, want)
		}
	}
}
