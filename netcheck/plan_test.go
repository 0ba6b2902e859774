package netcheck

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// quick is the load of the quick check.
func quick() LossPlan {
	p, err := PresetByName("quick")
	if err != nil {
		panic(err)
	}
	return p.Loss
}

func TestPresetsAreGranted(t *testing.T) {
	for _, p := range Presets() {
		g, err := Plan{Loss: p.Loss}.Grant()
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if found, err := PresetByName(p.Name); err != nil || found.Name != g.Loss.Preset || p.Title == "" {
			t.Errorf("%s is not found by its name: %+v, %v", p.Name, found, err)
		}
	}
	if _, err := PresetByName("best"); err == nil || !strings.Contains(err.Error(), "quick, voice, video, game or long") {
		t.Errorf("an unknown preset: %v", err)
	}
}

func TestGrantFillsInWhatIsLeftOpen(t *testing.T) {
	p := Plan{Title: strings.Repeat("ü", 300), Loss: LossPlan{Rate: 50, Size: 160, Duration: time.Second}}
	g, err := p.Grant()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(g.Paths, AllPaths()) || g.Family != FamilyAuto || g.ConnectTimeout != DefaultConnectTimeout || g.Target.Kind != TargetSelf ||
		!slices.Equal(g.Loss.Carriers, AllCarriers()) || g.Loss.LateAfter != DefaultLateAfter || g.Title != strings.Repeat("ü", 200) {
		t.Errorf("granted %+v", g)
	}
	if p.Paths != nil || p.Loss.Carriers != nil || len(p.Title) != 600 {
		t.Errorf("the plan itself has changed: %+v", p)
	}
}

func TestGrantRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Plan)
		want   string // in the error; "" for none
	}{
		{"a sound plan", func(*Plan) {}, ""},
		{"the largest rate", func(p *Plan) { p.Loss.Rate = MaxRate }, ""},
		{"rate 0", func(p *Plan) { p.Loss.Rate = 0 }, "rate must be from 1 to 20000"},
		{"rate too high", func(p *Plan) { p.Loss.Rate = MaxRate + 1 }, "rate must be"},
		{"rate no number", func(p *Plan) { p.Loss.Rate = math.NaN() }, "rate must be"},
		{"rate without end", func(p *Plan) { p.Loss.Rate = math.Inf(1) }, "rate must be"},
		{"smallest and largest size", func(p *Plan) { p.Loss.Size = MaxSize }, ""},
		{"size too small", func(p *Plan) { p.Loss.Size = MinSize - 1 }, "size must be from 64 to 1150"},
		{"size too large", func(p *Plan) { p.Loss.Size = MaxSize + 1 }, "one packet"},
		{"too short", func(p *Plan) { p.Loss.Duration = time.Second - 1 }, "duration must be from 1s to 24h"},
		{"too long", func(p *Plan) { p.Loss.Duration = 25 * time.Hour }, "duration must be"},
		{"late at once", func(p *Plan) { p.Loss.LateAfter = time.Microsecond }, "late-after"},
		{"warm-up that never ends", func(p *Plan) { p.Loss.Warmup = time.Hour }, "warm-up"},
		{"negative warm-up", func(p *Plan) { p.Loss.Warmup = -1 }, "warm-up"},
		{"an unknown carrier", func(p *Plan) { p.Loss.Carriers = []Carrier{"pigeon"} }, `"pigeon" is not a carrier`},
		{"a carrier twice", func(p *Plan) { p.Loss.Carriers = []Carrier{CarrierSRTP, CarrierSRTP} }, "given twice"},
		{"too many packets", func(p *Plan) { p.Loss.Rate, p.Loss.Duration = 20_000, time.Hour }, "more than 10000000 packets"},
		{"an unknown path", func(p *Plan) { p.Paths = []Path{"scenic"} }, `"scenic" is not a path`},
		{"a path twice", func(p *Plan) { p.Paths = []Path{PathSTUN, PathDirect, PathSTUN} }, "stun is given twice"},
		{"an unknown family", func(p *Plan) { p.Family = "5" }, "not an address family"},
		{"a negative timeout", func(p *Plan) { p.ConnectTimeout = -time.Second }, "connect timeout"},
		{"a timeout of days", func(p *Plan) { p.ConnectTimeout = 48 * time.Hour }, "connect timeout"},
		{"no server to go to", func(p *Plan) { p.Target = Target{Kind: TargetTURN} }, "at least one server address"},
		{"an unknown target", func(p *Plan) { p.Target.Kind = "moon" }, `"moon" is not a target: use self, turn or an invite`},
		{"an invite, without servers yet", func(p *Plan) { p.Target.Kind = TargetInvite }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Plan{Loss: quick()}
			tt.change(&p)
			_, err := p.Grant()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestGrantTellsEverythingThatIsWrong(t *testing.T) {
	_, err := Plan{Loss: LossPlan{Rate: -1, Size: 1, Duration: 1}, Paths: []Path{"scenic"}, Target: Target{Kind: "moon"}}.Grant()
	if err == nil || strings.Count(err.Error(), "\n") != 4 {
		t.Errorf("want five lines:\n%v", err)
	}
}

func TestEstimate(t *testing.T) {
	p := Plan{Paths: []Path{PathDirect, PathRelayUDP}, Loss: LossPlan{Carriers: AllCarriers(), Rate: 62.5, Size: 200,
		Duration: 10 * time.Second, Warmup: 500 * time.Millisecond}}
	want := Estimate{Packets: 2 * 2 * 625, Kbps: 200, Duration: 21 * time.Second}
	if got := p.Estimate(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if l := p.Loss; l.WarmupPackets() != 31 || l.Interval() != 16*time.Millisecond || (LossPlan{}).Interval() != 0 {
		t.Errorf("warm-up %d packets, interval %v", l.WarmupPackets(), l.Interval())
	}
}

func TestReasonsHaveTheirState(t *testing.T) {
	tests := map[ReasonCode]State{
		ReasonNone: StateOK, ReasonNoHairpin: StateNotApplicable, ReasonNoAnswer: StateBlocked, ReasonRefused: StateBlocked,
		ReasonAuth: StateFailed, ReasonTLSUntrusted: StateFailed, ReasonLinkLost: StateFailed, ReasonNoData: StateInconclusive,
		ReasonSenderLimit: StateSaturated, ReasonCancelled: StateInterrupted,
		ReasonInvite: StateFailed, ReasonHostRefused: StateFailed, ReasonHostGone: StateFailed, ReasonOtherVersion: StateFailed, ReasonImpostor: StateFailed,
		"made_up": StateFailed,
	}
	for code, want := range tests {
		if got := code.State(); got != want {
			t.Errorf("%s: state %s, want %s", code, got, want)
		}
	}
}
