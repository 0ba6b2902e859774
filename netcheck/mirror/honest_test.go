package mirror

import (
	"encoding/json"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/stats"
)

// largestPlans are at the limits of what netcheck takes.
func largestPlans(t *testing.T) map[string]netcheck.Plan {
	t.Helper()
	base := netcheck.Plan{Title: strings.Repeat("ü", 200), Paths: netcheck.AllPaths(), ConnectTimeout: 10 * time.Minute, Target: netcheck.Target{Kind: netcheck.TargetInvite}}
	name := strings.Repeat(strings.Repeat("x", 60)+".", 4) + "org"
	for range 12 {
		for _, s := range []string{"stun:" + name + ":65535", "turns:" + name + ":65535?transport=tcp"} {
			u, err := netcheck.ParseServerURL(s)
			if err != nil {
				t.Fatal(err)
			}
			base.Target.Servers = append(base.Target.Servers, netcheck.ICEServer{URL: u, Trust: netcheck.Trust{CAFile: strings.Repeat("d/", 100), Pins: make([]netcheck.SPKIHash, 4)}})
		}
	}
	plan := func(rate float64, d time.Duration, video netcheck.VideoMode, length time.Duration) netcheck.Plan {
		p := base
		p.Loss = netcheck.LossPlan{Carriers: netcheck.AllCarriers(), Rate: rate, Size: netcheck.MaxSize, Duration: d, Warmup: 10 * time.Second, LateAfter: time.Minute}
		if p.Video = netcheck.DefaultVideoPlan(video); video == netcheck.VideoNone {
			p.Video = netcheck.VideoPlan{}
		}
		p.Video.Duration = length
		granted, err := p.Grant()
		if err != nil {
			t.Fatal(err)
		}
		return granted
	}
	return map[string]netcheck.Plan{
		"longest":  plan(115, netcheck.MaxDuration, netcheck.VideoNone, 0),
		"fastest":  plan(netcheck.MaxRate, netcheck.MaxPackets/netcheck.MaxRate*time.Second, netcheck.VideoNone, 0),
		"pictures": plan(netcheck.MaxPackets/netcheck.MaxDuration.Seconds(), netcheck.MaxDuration, netcheck.VideoAfterLoss, netcheck.MaxVideoDuration),
		"call":     plan(netcheck.MinRate, netcheck.MinDuration, netcheck.VideoCall, netcheck.MaxVideoDuration),
	}
}

// full sets every figure in v to one that is long to write, and every text that is empty to n letters.
func full(v reflect.Value, figure int64, n int) {
	switch v.Kind() {
	case reflect.Struct:
		if a, ok := v.Addr().Interface().(*netip.AddrPort); ok {
			*a = netip.MustParseAddrPort("[2001:db8:1111:2222:3333:4444:5555:6666]:65535")
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				full(v.Field(i), figure, n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		full(v.Elem(), figure, n)
	case reflect.Int, reflect.Int64:
		v.SetInt(figure)
	case reflect.Uint64:
		v.SetUint(uint64(figure)) //nolint:gosec // positive
	case reflect.Float64:
		v.SetFloat(float64(figure) / 7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(strings.Repeat("x", n))
	}
}

// fullest is a body with all that there is room for.
func fullest[B any](change func(*B)) B {
	var b B
	full(reflect.ValueOf(&b).Elem(), int64(netcheck.MaxDuration), 300)
	if change != nil {
		change(&b)
	}
	return b
}

// rowsOf are the last rows of a run.
func rowsOf(n int) (packets []stats.Packet, frames []stats.Frame) {
	us := netcheck.MaxDuration.Microseconds()
	for i := range n {
		packets = append(packets, stats.Packet{Seq: uint32(netcheck.MaxPackets - n + i), SentUS: us, UpRecvUS: us, ReflSendUS: us, DownRecvUS: us, //nolint:gosec // small
			UpOrder: netcheck.MaxPackets, DownOrder: netcheck.MaxPackets, DupUp: math.MaxUint8, DupDown: math.MaxUint8,
			Status: stats.StatusSkipped, SkippedBy: stats.SkipperReflector})
	}
	for range min(n, netcheck.MaxFrameBlock) {
		f := stats.Frame{Number: math.MaxUint32, CaptureUS: us, SentUS: us, ShownUS: us, Width: 1280, Height: 720, Bytes: 1 << 20, Packets: 1000, Key: true,
			Status: stats.FrameShown, PSNR: 41.123456789012, SSIM: 0.9612345678901234, EncodeUS: 100_000, DecodeUS: 100_000}
		frames = append(frames, f)
	}
	return packets, frames
}

// largestRun are events as large as they come, of every kind, on every path of a plan; the windows of each list are its last ones.
func largestRun(plan netcheck.Plan, windows, blocks int) (events []netcheck.Event) {
	path := netcheck.Path("")
	add := func(b netcheck.Body) {
		events = append(events, netcheck.Event{At: 48 * time.Hour, Path: path, Body: b})
	}
	add(netcheck.SessionStarted{ID: strings.Repeat("x", 16), Started: time.Unix(1<<31, 0).UTC(), OS: "x", Plan: plan, Granted: plan, Other: &netcheck.OtherEnd{Name: strings.Repeat("x", 200)}})
	last := int(netcheck.MaxDuration / netcheck.SampleWidth)
	packets, frames := rowsOf(netcheck.MaxBlock)
	var step netcheck.StepDone
	full(reflect.ValueOf(&step).Elem(), int64(netcheck.MaxDuration), 100)
	for _, path = range plan.Paths {
		started := netcheck.PathStarted{Family: netcheck.Family6}
		for _, s := range plan.Target.Servers {
			started.Servers = append(started.Servers, s.URL.String())
		}
		add(started)
		for range 2 * len(plan.Target.Servers) {
			add(step)
		}
		add(fullest[netcheck.PathConnected](nil))
		add(fullest[netcheck.ProbeStarted](nil))
		for i := range windows {
			for _, c := range netcheck.AllCarriers() {
				add(fullest(func(b *netcheck.SampleTaken) { b.Sample.Carrier, b.Sample.Index = c, last-windows+i }))
			}
			add(fullest(func(b *netcheck.VideoSampleTaken) { b.Sample.Index = last - windows + i }))
			add(fullest(func(b *netcheck.CallSampleTaken) { b.Sample.Index = last - windows + i }))
		}
		add(fullest[netcheck.VideoHappened](nil))
		for range blocks { // all of them on the first path
			add(netcheck.PacketsDecided{Carrier: netcheck.CarrierDataChannel, Packets: packets})
			add(netcheck.FramesDecided{Frames: frames})
		}
		blocks = 0
		add(fullest(func(b *netcheck.ProbeEnded) {
			for _, c := range netcheck.AllCarriers() {
				b.Loss.Carriers = append(b.Loss.Carriers, fullest(func(r *netcheck.CarrierResult) { r.Carrier = c }))
			}
		}))
		add(fullest[netcheck.Noted](nil))
		add(fullest[netcheck.PathEnded](nil))
	}
	path = ""
	add(netcheck.SessionEnded{Ended: netcheck.EndedComplete, Duration: 48 * time.Hour})
	return events
}

// sent packs events as a Sender does, in parts that come a hundredth of a second after another, as a guest is let to send them.
func sent(t testing.TB, events []netcheck.Event, p *packer, r *Receiver, clock *time.Time) {
	t.Helper()
	p.init()
	part := func(last bool) {
		m := signaling.Mirror{Run: "run", Part: p.next, Data: p.compress(p.pending.Next(maxPiece), last), Last: last}
		p.next++
		*clock = clock.Add(time.Second / 100)
		if err := r.Take(m); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range events {
		p.line(e)
		for p.pending.Len() >= maxPiece {
			part(false)
		}
	}
	part(true)
}

// Whatever plan is legal, the other end sees the run whole: no event of it is too large, and none counts much more than its line.
func TestLargestHonestRuns(t *testing.T) {
	for name, plan := range largestPlans(t) {
		t.Run(name, func(t *testing.T) {
			blocks := 0 // most of the time goes into them, and they are the same in all runs
			if name == "fastest" {
				blocks = 1
			}
			events := largestRun(plan, 5, blocks)
			var clock time.Time
			var want, folded netcheck.Report
			var kinds, wantKinds []string
			r := NewAllowance(func() time.Time { return clock }).NewReceiver("run", func(e netcheck.Event) {
				kinds = append(kinds, reflect.TypeOf(e.Body).Name())
				folded = netcheck.Fold(folded, e)
			})
			var p packer
			sent(t, events, &p, r, &clock)
			bytes := 0
			for _, e := range events {
				line, err := json.Marshal(withoutUsers(e))
				if err != nil {
					t.Fatal(err)
				}
				bytes += len(line) + 1
				wantKinds = append(wantKinds, reflect.TypeOf(e.Body).Name())
				if _, kind := measure(e); kind == kindRows { // a fold makes nothing of them
					continue
				}
				var back netcheck.Event
				if err := json.Unmarshal(line, &back); err != nil {
					t.Fatal(err)
				}
				want = netcheck.Fold(want, back)
			}
			if !slices.Equal(kinds, wantKinds) || !reflect.DeepEqual(folded, want) || !r.Ended() {
				t.Errorf("%d of %d events arrived, ended %v, or the report is another", len(kinds), len(wantKinds), r.Ended())
			}
			if p.total != r.total || p.total > bytes*11/10 {
				t.Errorf("%d bytes count as %d for the sender, %d for the receiver", bytes, p.total, r.total)
			}
		})
	}
}

// A plan with more servers than a line takes is shown without them.
func TestPlanOfManyServers(t *testing.T) {
	plan := largestPlans(t)["longest"]
	for range 5 {
		plan.Target.Servers = append(plan.Target.Servers, plan.Target.Servers...)
	}
	started := netcheck.PathStarted{Servers: make([]string, 5*maxList)}
	var got []netcheck.Event
	var clock time.Time
	var p packer
	sent(t, []netcheck.Event{{Body: netcheck.SessionStarted{Plan: plan, Granted: plan}}, {Path: netcheck.PathSTUN, Body: started},
		{Path: netcheck.PathSTUN, Body: started}, {Body: netcheck.Noted{Text: strings.Repeat("x", maxSmall)}}}, &p,
		NewReceiver("run", func(e netcheck.Event) { got = append(got, e) }), &clock)
	var texts []string
	for _, e := range got {
		switch b := e.Body.(type) {
		case netcheck.Noted:
			texts = append(texts, b.Text)
		case netcheck.SessionStarted:
			if len(b.Granted.Paths) != 5 || len(b.Plan.Target.Servers) != 0 {
				t.Errorf("%+v", b)
			}
		}
	}
	if len(got) != 6 || len(texts) != 3 || !strings.Contains(texts[0], "servers of this run") || !strings.Contains(texts[1], "servers of every path") || !strings.Contains(texts[2], "too long") {
		t.Errorf("%d events, remarks %q", len(got), texts)
	}
}

// The sender leaves out what the receiver would refuse.
func TestSenderKeepsToTheBounds(t *testing.T) {
	var events []netcheck.Event
	for range maxSteps + 10 {
		events = append(events, netcheck.Event{Body: netcheck.StepDone{}})
	}
	events = append(events, netcheck.Event{Body: netcheck.SessionEnded{}})
	kinds := map[string]int{}
	var clock time.Time
	var p packer
	sent(t, events, &p, NewReceiver("run", func(e netcheck.Event) { kinds[reflect.TypeOf(e.Body).Name()]++ }), &clock)
	if want := map[string]int{"StepDone": maxSteps, "Noted": 1, "SessionEnded": 1}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}
