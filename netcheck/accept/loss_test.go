package accept_test

import (
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// findings gives the IDs of the verdict's findings on the one path.
func (o outcome) findings() map[string]bool {
	out := map[string]bool{}
	for _, f := range netcheck.Judge(o.report).Findings {
		out[f.ID] = true
	}
	return out
}

func TestRandomLossByEveryUDPPath(t *testing.T) {
	for i, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP} {
		t.Run(string(path), func(t *testing.T) {
			t.Parallel()
			load := usualLoad()
			twoPercent := during(load, vlab.Shape{Loss: 0.02})
			o := trial{lab: vlab.Config{Seed: uint64(i) + 1}, path: path, load: load, up: twoPercent, down: twoPercent}.run(t)
			for _, c := range netcheck.AllCarriers() {
				o.checkFates(t, c)
				s := o.carrier(t, c).Stats
				if !s.Up.Known || !o.carrier(t, c).Self.LogComplete {
					t.Errorf("%s: the direction of the losses is not known", c)
				}
				checkShare(t, string(c)+" out", s.Up.Lost, s.Up.Sent, 0.02)
				checkShare(t, string(c)+" back", s.Down.Lost, s.Down.Sent, 0.02)
			}
		})
	}
}

func TestLossIsAttributedToItsDirection(t *testing.T) {
	fivePercent := vlab.Shape{Loss: 0.05}
	for _, tt := range []struct {
		name             string
		up, down         vlab.Shape
		finding, another string
	}{
		{"out", fivePercent, vlab.Shape{}, "loss_out", "loss_back"},
		{"back", vlab.Shape{}, fivePercent, "loss_back", "loss_out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			load := usualLoad()
			o := trial{lab: vlab.Config{Seed: 5}, path: netcheck.PathSTUN, load: load,
				up: during(load, tt.up), down: during(load, tt.down)}.run(t)
			for _, c := range netcheck.AllCarriers() {
				o.checkFates(t, c)
				s := o.carrier(t, c).Stats
				lossy, clean := s.Up.Loss, s.Down.Loss
				if tt.name == "back" {
					lossy, clean = clean, lossy
				}
				checkShare(t, string(c), lossy.Lost, lossy.Sent, 0.05)
				if clean.Lost != 0 {
					t.Errorf("%s: %d of %d packets count as lost in the direction that lost none", c, clean.Lost, clean.Sent)
				}
			}
			if f := o.findings(); o.calm(t) && (!f[tt.finding] || f[tt.another]) {
				t.Errorf("findings %v, want %s and not %s", f, tt.finding, tt.another)
			}
		})
	}
}

// Five in a row of every hundred. Packets that the sender gave up on a busy machine end no burst, so the longest one is known.
func TestBursts(t *testing.T) {
	t.Parallel()
	load := usualLoad()
	load.Warmup = 0
	burst := during(load, vlab.Shape{Burst: vlab.Burst{Length: 5, Every: 100}})
	o := trial{path: netcheck.PathDirect, load: load, up: burst}.run(t)
	o.checkFates(t, netcheck.CarrierSRTP)
	b, want := o.carrier(t, netcheck.CarrierSRTP).Stats.Up.Bursts, burstsOf(o.truth(t, netcheck.CarrierSRTP).fates())
	if b != want || o.calm(t) && b.Max != 5 {
		t.Errorf("bursts %+v, want %+v with a longest of 5", b, want)
	}
	t.Logf("bursts: %d, longest %d", b.Count, b.Max)
}

func burstsOf(fates []stats.Status) stats.BurstResult {
	var b stats.Bursts
	for _, f := range fates {
		b.Add(f == stats.StatusLostUp)
	}
	return b.Result()
}

func TestCleanLink(t *testing.T) {
	t.Parallel()
	load := usualLoad()
	load.Duration = 3 * time.Second
	o := trial{path: netcheck.PathRelayUDP, load: load}.run(t)
	for _, c := range netcheck.AllCarriers() {
		if n := o.checkFates(t, c); n != (counts{sentUp: n.sentUp}) {
			t.Errorf("%s: the lab is not clean: %+v", c, n)
		}
		r := o.carrier(t, c)
		if s := r.Stats; s.Total.Lost != 0 || s.Undecided != 0 || s.SkippedByReflector != 0 || !s.RTT.OK || s.RTT.N != s.Up.Sent {
			t.Errorf("%s: %+v", c, s)
		}
		if !r.Self.LogComplete || r.Partial {
			t.Errorf("%s: self check %+v", c, r.Self)
		}
		if asked := load.Packets(); r.Stats.Up.Sent+r.Self.MissedSends+r.Self.SkippedSender != asked {
			t.Errorf("%s: %d sent, %d missed, %d skipped of %d", c, r.Stats.Up.Sent, r.Self.MissedSends, r.Self.SkippedSender, asked)
		}
	}
	checkPair(t, o.path.Pair)
	if f := o.findings(); f["loss_out"] || f["loss_back"] || f["loss_total"] || f["reordering_as_loss"] || f["datachannel_only_loss"] {
		t.Errorf("findings %v on a clean link", f)
	}
}

// checkPair looks at the cross-check by the candidate pair's own counters on a link that loses nothing. The ends count from
// and to moments of their own, so a few packets more or less are no loss; but more can not be received than was sent.
func checkPair(t *testing.T, p *netcheck.PairCheck) {
	t.Helper()
	const few = 5
	if p == nil || !p.Known {
		t.Fatalf("the pair's counters were not compared: %+v", p)
	}
	up, down := int(p.SentUp)-int(p.ReceivedUp), int(p.SentDown)-int(p.RecvDown)
	if up < -few || up > few || down < 0 || down > few {
		t.Errorf("by the pair's counters %d packets are missing out and %d back: %+v", up, down, *p)
	}
}

// Connected, and then nothing passes: every packet is lost on the way out, and nothing is made up.
func TestNothingComesBack(t *testing.T) {
	t.Parallel()
	load := usualLoad()
	load.Duration = time.Second
	o := trial{path: netcheck.PathRelayUDP, load: load, up: during(load, vlab.Shape{Block: true})}.run(t)
	for _, c := range netcheck.AllCarriers() {
		o.checkFates(t, c)
		s := o.carrier(t, c).Stats
		if s.Up.Lost != s.Up.Sent || s.Down.Sent != 0 || s.Down.RatioOK || s.RTT.OK || s.Total.LossRatio != 1 {
			t.Errorf("%s: %+v", c, s)
		}
	}
	if f := o.findings(); o.calm(t) && !f["no_data"] {
		t.Errorf("findings %v, want no_data", f)
	}
}
