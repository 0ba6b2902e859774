package accept_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/internal/pace"
	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/loss"
	"echopath/netcheck/rtc"
	"echopath/netcheck/stats"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// trial is one session over one path of a lab. The wires are clean while the link is made and shaped from the moment at which
// the probe begins, warm-up included.
type trial struct {
	lab      vlab.Config
	path     netcheck.Path
	load     netcheck.LossPlan // zero fields take the usual load
	up, down []vlab.Phase
	before   func(*vlab.Lab) // called before anything is sent
}

// The usual load. The size is odd, and so are the sizes of its packets: nothing else on the wire has them.
const (
	usualRate = 150
	usualSize = 203
	usualTime = 4 * time.Second
)

// during holds a shape until all packets of the load are sent, so that the log of the far end travels on a clean wire.
func during(l netcheck.LossPlan, s vlab.Shape) []vlab.Phase {
	return []vlab.Phase{{Shape: s}, {From: l.Warmup + l.Duration + 100*time.Millisecond}}
}

func usualLoad() netcheck.LossPlan {
	return netcheck.LossPlan{Carriers: netcheck.AllCarriers(), Rate: usualRate, Size: usualSize, Duration: usualTime,
		Warmup: 200 * time.Millisecond, LateAfter: 150 * time.Millisecond}
}

// outcome is what a session found, and what happened.
type outcome struct {
	report netcheck.Report
	path   netcheck.PathReport
	rows   map[netcheck.Carrier][]stats.Packet
	wire   [2][]vlab.Packet // by direction, from the moment at which the probe began
	took   time.Duration
}

// calm tells that nothing kept this computer from measuring as asked. Verdicts are compared only then: on a busy machine the
// right verdict is that it was busy.
func (o outcome) calm(t *testing.T) bool {
	t.Helper()
	if o.path.State != netcheck.StateOK {
		t.Logf("the verdict is not compared: %s, %s", o.path.State, o.path.Reason)
	}
	return o.path.State == netcheck.StateOK
}

func (o outcome) carrier(t *testing.T, c netcheck.Carrier) netcheck.CarrierResult {
	t.Helper()
	r, ok := o.path.Carrier(c)
	if !ok {
		t.Fatalf("no result for %s: %s %s (%s)", c, o.path.State, o.path.Reason, o.path.Cause)
	}
	return r
}

// run runs the trial. It does not look at the session's own judgement: on a busy machine that may be "saturated", and what is
// then measured must still be true.
func (tr trial) run(t *testing.T) outcome {
	t.Helper()
	lab, err := vlab.New(tr.lab)
	must(t, err)
	defer func() { must(t, lab.Stop()) }()
	if tr.before != nil {
		tr.before(lab)
	}
	if tr.load.Rate == 0 {
		tr.load = usualLoad()
	}
	o := outcome{rows: map[netcheck.Carrier][]stats.Packet{}}
	deps := netcheck.Deps{
		Connector: anyTarget{&rtc.Connector{LocalNet: lab.Local(), FarNet: lab.Far(), Respond: echo.Responder{}.Serve}},
		Probes: func(a netcheck.Asked) []netcheck.Stage {
			return []netcheck.Stage{{&loss.Probe{Path: a.Path, Plan: a.Granted.Loss, Start: a.Start, Clock: pace.Clock{}}}}
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	begin, before := time.Now(), [2]int{}
	o.report, err = netcheck.Run(ctx, tr.plan(t, lab.Server()), deps, func(e netcheck.Event) {
		switch b := e.Body.(type) {
		case netcheck.ProbeStarted:
			for d, phases := range [...][]vlab.Phase{vlab.Up: tr.up, vlab.Down: tr.down} {
				before[d] = len(lab.Log(vlab.Direction(d)))
				lab.Shape(vlab.Direction(d), phases...)
			}
		case netcheck.PacketsDecided:
			o.rows[b.Carrier] = append(o.rows[b.Carrier], b.Packets...)
		}
	})
	must(t, err)
	o.took = time.Since(begin)
	for d := range o.wire {
		o.wire[d] = lab.Log(vlab.Direction(d))[before[d]:]
	}
	o.path, _ = o.report.Path(tr.path)
	return o
}

// plan asks for the one path. A direct path is in no plan but that of the target self.
func (tr trial) plan(t *testing.T, at netip.AddrPort) netcheck.Plan {
	t.Helper()
	p := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetSelf}, Paths: []netcheck.Path{tr.path}, Loss: tr.load}
	if tr.path == netcheck.PathDirect {
		return p
	}
	p.Target.Kind = netcheck.TargetTURN
	for _, address := range []string{"stun:" + at.String(), "turn:" + at.String() + "?transport=udp"} {
		u, err := netcheck.ParseServerURL(address)
		must(t, err)
		p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u, Username: vlab.User, Password: vlab.Password})
	}
	return p
}

// anyTarget lifts the limit of the target self to loopback addresses: the two ends are on two hosts here.
type anyTarget struct{ netcheck.Connector }

func (c anyTarget) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	leg.Target = netcheck.TargetTURN
	return c.Connector.Connect(ctx, leg, trace)
}
