package netcheck

import (
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
		{"one in a hundred skipped", self(func(s *SelfCheck) { s.SkippedSender = 1 }), ReasonNone, ""},
		{"more of them skipped", self(func(s *SelfCheck) { s.SkippedSender = 2 }), ReasonSenderLimit, "too much was queued"},
		{"slots missed", self(func(s *SelfCheck) { s.MissedSends, s.SkippedSender = 2, 1 }), ReasonSenderLimit, "could not keep up with 100 packets a second"},
		{"the far end skipped", self(func(s *SelfCheck) { s.SkippedReflector = 2 }), ReasonReflectorBusy, "2 % of its answers on the SRTP carrier"},
		{"dropped here", dropped(2, 0, true, lossy(stats.StatusLostDown)), ReasonSocketDrops, "2 packets that had arrived"},
		{"dropped there", dropped(0, 2, true, lossy(stats.StatusLostUp)), ReasonSocketDrops, "the 20 losses"},
		{"too few drops to explain the loss", dropped(1, 0, true, lossy(stats.StatusLostDown)), ReasonNone, ""},
		{"drops without loss", dropped(50, 0, true, sound(CarrierSRTP)), ReasonNone, ""},
		{"drops not known", dropped(50, 0, false, lossy(stats.StatusLostDown)), ReasonNone, ""},
		{"the timer is good enough", self(func(s *SelfCheck) { s.SendErrorP95 = maxSendErrorP95 }), ReasonNone, ""},
		{"the timer is late", self(func(s *SelfCheck) { s.SendErrorP95 = maxSendErrorP95 + 1 }), ReasonBusy, "25 ms or more"},
		{"losses without direction", LossSummary{Carriers: []CarrierResult{lossy(stats.StatusLost)}}, ReasonLogMissing, "log did not arrive"},
		{"saturated comes before late", self(func(s *SelfCheck) { s.MissedSends, s.SendErrorP95 = 50, time.Second }), ReasonSenderLimit, "gave up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := assess(LossPlan{Rate: 100}, tt.sum)
			if got.Code != tt.want || got.State != tt.want.State() || !strings.Contains(got.Reason, tt.text) {
				t.Errorf("%+v, want %q with %q", got, tt.want, tt.text)
			}
			if (got.Reason == "" || got.Advice == "") != (tt.want == ReasonNone) {
				t.Errorf("words are missing, or too many: %+v", got)
			}
		})
	}
}
