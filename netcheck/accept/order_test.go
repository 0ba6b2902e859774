package accept_test

import (
	"slices"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// The data channel throws away what has been overtaken (pion/sctp issue 505). The network lost nothing, and the report says
// both.
func TestReorderingIsNoNetworkLoss(t *testing.T) {
	t.Parallel()
	load := usualLoad()
	load.Rate = 200 // ten milliseconds are two packets of a carrier
	shape := vlab.Shape{Delay: 20 * time.Millisecond, Reorder: vlab.Reorder{Share: 0.05, By: 10 * time.Millisecond}}
	o := trial{lab: vlab.Config{Seed: 3}, path: netcheck.PathDirect, load: load, up: during(load, shape), down: during(load, shape)}.run(t)
	n := o.checkFates(t, netcheck.CarrierSRTP)
	network, data := o.carrier(t, netcheck.CarrierSRTP).Stats, o.carrier(t, netcheck.CarrierDataChannel).Stats
	if network.Total.Lost != 0 {
		t.Errorf("%d of %d packets count as lost by the network, which lost none", network.Total.Lost, network.Total.Sent)
	}
	checkShare(t, "reordered out", n.reorderedUp, network.Up.Ordered, 0.05)
	checkShare(t, "reordered back", n.reorderedDown, network.Down.Ordered, 0.05)
	for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
		if slices.ContainsFunc(o.wire[d], func(p vlab.Packet) bool { return p.Dropped }) {
			t.Errorf("the lab dropped packets on the way %s", d)
		}
	}
	t.Logf("data channel: %d of %d lost out, %d of %d back", data.Up.Lost, data.Up.Sent, data.Down.Lost, data.Down.Sent)
	if data.Total.Lost == 0 {
		t.Error("the data channel's own loss does not show")
	}
	if f := o.findings(); o.calm(t) && (!f["reordering_as_loss"] || f["loss_out"] || f["loss_back"]) {
		t.Errorf("findings %v, want reordering_as_loss and no loss of the network", f)
	}
}

func TestDuplicatesAreCounted(t *testing.T) {
	t.Parallel()
	load := usualLoad()
	load.Duration, load.Warmup = 3*time.Second, 0 // copies of the warm-up are answered, those of measured packets are not
	twice := during(load, vlab.Shape{Duplicate: 0.05})
	o := trial{lab: vlab.Config{Seed: 4}, path: netcheck.PathSTUN, load: load, up: twice, down: twice}.run(t)
	n := o.checkFates(t, netcheck.CarrierSRTP)
	if n.dupUp == 0 || n.dupDown == 0 || n.lostUp+n.lostDown != 0 {
		t.Fatalf("the lab did something else: %+v", n)
	}
	for _, c := range netcheck.AllCarriers() {
		if l := o.carrier(t, c).Stats.Total; l.Lost != 0 {
			t.Errorf("%s: %d of %d packets count as lost", c, l.Lost, l.Sent)
		}
	}
}

// A delay that rises half-way makes packets late. None is lost.
func TestDelayStepIsLateNotLost(t *testing.T) {
	t.Parallel()
	load := usualLoad()
	load.LateAfter = 100 * time.Millisecond
	half := load.Warmup + load.Duration/2
	step := []vlab.Phase{{Shape: vlab.Shape{Delay: 10 * time.Millisecond}}, {From: half, Shape: vlab.Shape{Delay: 100 * time.Millisecond}}}
	o := trial{path: netcheck.PathDirect, load: load, up: step, down: step}.run(t)
	o.checkFates(t, netcheck.CarrierSRTP)
	for _, c := range netcheck.AllCarriers() {
		s := o.carrier(t, c).Stats
		if s.Total.Lost != 0 {
			t.Errorf("%s: %d packets count as lost", c, s.Total.Lost)
		}
		checkLate(t, o, c)
	}
	if f := o.findings(); o.calm(t) && (!f["late"] || f["loss_out"] || f["loss_back"]) {
		t.Errorf("findings %v, want late and no loss", f)
	}
}

// checkLate compares round trips with the delays that the lab added. What this machine adds can only make them longer.
func checkLate(t *testing.T, o outcome, c netcheck.Carrier) {
	t.Helper()
	tr := o.truth(t, c)
	limit := o.report.Granted.Loss.LateAfter
	late, added := 0, map[time.Duration][]time.Duration{}
	for _, r := range tr.replies {
		us, ok := tr.rows[r.to].RTT()
		if !ok {
			t.Fatalf("%s: packet %d has no RTT", c, tr.rows[r.to].Seq)
		}
		rtt, delay := time.Duration(us)*time.Microsecond, tr.up[r.to].delay+r.delay
		if rtt < delay-time.Millisecond {
			t.Errorf("%s: packet %d took %v, where the network held it for %v", c, tr.rows[r.to].Seq, rtt, delay)
		}
		if delay > limit {
			late++
		}
		added[delay] = append(added[delay], rtt)
	}
	s := o.carrier(t, c).Stats
	if s.Late < late || o.calm(t) && s.Late > late+len(tr.rows)/10 {
		t.Errorf("%s: %d packets count as late, the network made %d late", c, s.Late, late)
	}
	for _, delay := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond} {
		list := added[delay]
		slices.Sort(list)
		if len(list) == 0 {
			t.Fatalf("%s: no packet with a delay of %v", c, delay)
		}
		median := list[len(list)/2]
		// How much longer it takes is told and not judged: a busy machine holds packets up in the virtual network too.
		t.Logf("%s: median RTT %v where the network adds %v; %d late (network: %d)", c, median, delay, s.Late, late)
		if median < delay {
			t.Errorf("%s: the median RTT is %v where the network adds %v", c, median, delay)
		}
	}
}
