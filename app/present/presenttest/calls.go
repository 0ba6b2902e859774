package presenttest

import (
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// CallPlan is a two-way call with the Echopath of an invite, as VideoPlan has it, on the first path that works if paths is 1.
func CallPlan(paths int, list ...netcheck.Path) netcheck.Plan {
	p := VideoPlan(netcheck.VideoCall, list...)
	p.Target = netcheck.Target{Kind: netcheck.TargetInvite, Invite: "of no session"}
	p.Video.Paths = paths
	return p
}

// CallWay describes what happened to the pictures of one direction of a call.
type CallWay struct {
	Kbps   float64       // on the wire; 0: 1000
	Lost   int           // one packet in so many before repair; 0: none
	Beyond int           // packets given up, each of which costs a picture
	Still  time.Duration // how long the picture stood still, in two pieces, from the fourth second on
	Small  bool          // 480x270 instead of what was asked for, from the fourth second on
	None   bool          // no picture arrived
}

// Calling describes a call.
type Calling struct {
	Up, Down  CallWay
	RTT       time.Duration
	NoAccount bool          // the other end's last account did not arrive, nor those of its windows
	Stop      time.Duration // the person stops the session so long after the call began; 0: never
}

// Call plays a call on a path that is connected, and gives what came of it.
func (s *Stage) Call(p netcheck.Path, c Calling) *netcheck.CallSummary {
	plan, begin := s.Plan.Video, s.Now
	length := plan.Duration
	if c.Stop > 0 {
		length = c.Stop
	}
	s.Emit(p, netcheck.ProbeStarted{Probe: netcheck.ProbeCall, Duration: plan.Duration})
	var up, down callReel
	for i := range int(length / netcheck.VideoSampleWidth) {
		s.Now = begin + time.Duration(i+1)*netcheck.VideoSampleWidth
		w := netcheck.CallSample{Index: i, At: begin + time.Duration(i)*netcheck.VideoSampleWidth, Up: up.window(i, plan, c.Up), Down: down.window(i, plan, c.Down),
			RTT: c.RTT, RTTCount: 1}
		whole := w
		w.Up, w.Down = nearUp(w.Up), nearDown(w.Down)
		s.Emit(p, netcheck.CallSampleTaken{Sample: w})
		if whole.Whole = !c.NoAccount; whole.Whole {
			s.Emit(p, netcheck.CallSampleTaken{Sample: whole})
		}
	}
	rtt := c.RTT.Microseconds()
	sum := &netcheck.CallSummary{Plan: plan, Partial: c.Stop > 0, Begin: begin, Span: length, FarSource: "synthetic picture (normal)",
		RTT: stats.RTT{OK: rtt > 0, N: int(length / time.Second), MinUS: rtt, MeanUS: float64(rtt), P50US: rtt, P95US: rtt + 2000, P99US: rtt + 2000, MaxUS: rtt + 2000},
		Up:  up.direction(plan, c.Up, length), Down: down.direction(plan, c.Down, length)}
	if c.NoAccount {
		sum.Up = netcheck.CallDirection{Sent: sum.Up.Sent, KeyFrames: 1, SentFull: sum.Up.SentFull, WidthAsked: plan.Width, HeightAsked: plan.Height, FPSAsked: plan.FPS,
			SentKbps: sum.Up.SentKbps, TargetKbps: sum.Up.TargetKbps}
		d := &sum.Down
		d.Known, d.Sent, d.SentKbps, d.TargetKbps, d.Lost, d.BeforeRepair, d.AfterRepair = false, 0, 0, 0, 0, stats.Loss{}, stats.Loss{}
	}
	return sum
}

// nearUp is what this end knows of its own window before the other end has told.
func nearUp(w netcheck.CallWindow) netcheck.CallWindow {
	w.Shown, w.BytesReceived, w.Lost, w.LostAfter, w.Frozen, w.Width, w.Height = 0, 0, 0, 0, 0, 0, 0
	return w
}

func nearDown(w netcheck.CallWindow) netcheck.CallWindow {
	w.Sent, w.BytesSent, w.TargetKbps = 0, 0, -1
	return w
}

// callReel is one direction that is being played.
type callReel struct {
	sent, full, shown, freezes int
	packets, lost, beyond      int
	bytes                      int64
	frozen                     time.Duration
}

const changes = 4 * time.Second // after the begin of a call

// window plays the pictures of one window.
func (r *callReel) window(i int, plan netcheck.VideoPlan, c CallWay) netcheck.CallWindow {
	kbps, late := c.Kbps, time.Duration(i)*netcheck.VideoSampleWidth >= changes
	if kbps == 0 {
		kbps = filmKbps
	}
	w := netcheck.CallWindow{Sent: plan.FPS * int(netcheck.VideoSampleWidth/time.Millisecond) / 1000, TargetKbps: kbps, Width: plan.Width, Height: plan.Height}
	w.Shown, w.BytesSent = w.Sent, int64(kbps*1000/8*netcheck.VideoSampleWidth.Seconds())
	w.BytesReceived = w.BytesSent
	if c.Small && late {
		w.Width, w.Height = 480, 270
	} else {
		r.full += w.Sent
	}
	if half := c.Still / 2; half > 0 && late && r.freezes < 2 {
		w.Frozen, w.Shown = half, 0
		r.freezes++
	}
	if late && r.beyond < c.Beyond {
		w.LostAfter, w.Shown = 1, max(w.Shown-1, 0)
		r.beyond++
	}
	before := r.packets
	r.packets += int(w.BytesSent) / packetBytes
	if c.Lost > 0 {
		w.Lost = r.packets/c.Lost - before/c.Lost
	}
	if c.None {
		w.Shown, w.BytesReceived, w.Frozen, w.Width, w.Height = 0, 0, 0, 0, 0
	}
	r.sent, r.shown, r.lost, r.bytes, r.frozen = r.sent+w.Sent, r.shown+w.Shown, r.lost+w.Lost, r.bytes+w.BytesSent, r.frozen+w.Frozen
	return w
}

// direction is what came of it.
func (r *callReel) direction(plan netcheck.VideoPlan, c CallWay, span time.Duration) netcheck.CallDirection {
	kbps := float64(r.bytes) * 8 / 1000 / span.Seconds()
	d := netcheck.CallDirection{Known: true, Sent: r.sent, KeyFrames: 1, SentFull: r.full, WidthAsked: plan.Width, HeightAsked: plan.Height, FPSAsked: plan.FPS,
		SentKbps: kbps, TargetKbps: kbps, Shown: r.shown, Freezes: r.freezes, FrozenUS: r.frozen.Microseconds(), LongestFreezeUS: c.Still.Microseconds() / 2,
		ReceivedKbps: kbps, Width: plan.Width, Height: plan.Height, JitterUS: 1850, JitterOK: true, DecodeP95US: 700, Lost: r.sent - r.shown,
		BeforeRepair: stats.LossOf(r.packets, r.lost), AfterRepair: stats.LossOf(r.packets, r.beyond), NACK: r.lost, Retransmitted: r.lost}
	if r.full < r.sent {
		d.Width, d.Height = 480, 270
	}
	if c.None {
		d.ReceivedKbps, d.Width, d.Height, d.JitterUS, d.JitterOK, d.DecodeP95US = 0, 0, 0, 0, false, 0
		d.BeforeRepair, d.AfterRepair = stats.LossOf(r.packets, r.packets), stats.LossOf(r.packets, r.packets)
	}
	return d
}

// Calls makes a session out of the call on each path. Nothing gets through directly; once the plan has as many calls as it asks for
// the other paths are not run, nor any after a call that a person stopped.
func Calls(call func(netcheck.Path) Calling) RunFunc {
	return Play(func(s *Stage, p netcheck.Path) {
		if s.leftOut(p) {
			return
		}
		s.Start(p)
		if p == netcheck.PathDirect {
			s.Now += 5 * time.Second
			s.Emit(p, netcheck.PathEnded{State: netcheck.StateBlocked, Code: netcheck.ReasonNoPair,
				Reason: "Both ends have addresses, but no packet got through between any two of them.", Advice: "A NAT or firewall stands between the two computers."})
			return
		}
		s.Connect(p, 31*time.Millisecond, "")
		c := call(p)
		end := netcheck.ProbeEnded{Probe: netcheck.ProbeCall, Call: s.Call(p, c)}
		closing := Ended
		switch {
		case c.Stop > 0:
			end.Code, end.Text, end.Partial = netcheck.ReasonCancelled, "Stopped.", true
			closing = netcheck.PathEnded{State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled, Reason: "Stopped before the end; what was measured until then is kept."}
		case c.NoAccount:
			closing = netcheck.PathEnded{State: netcheck.StateInconclusive, Code: netcheck.ReasonLogMissing,
				Reason: "The account of Lab-PC did not arrive or can not be used, so it is not known how this computer's picture arrived there.", Advice: "Run the call again."}
		}
		s.Emit(p, end)
		s.Emit(p, closing)
	})
}

// CallGood is a call in which every picture arrives at both ends.
var CallGood = Calls(func(p netcheck.Path) Calling { return Calling{RTT: 18_400*time.Microsecond + delays[p]} })

// CallUneven is one whose upload loses packets, freezes and is made smaller, while all is well the other way.
var CallUneven = Calls(func(netcheck.Path) Calling {
	return Calling{RTT: 60 * time.Millisecond, Up: CallWay{Kbps: 420, Lost: 20, Beyond: 6, Still: 1300 * time.Millisecond, Small: true}, Down: CallWay{Kbps: 1500}}
})

// CallOneWay is one whose pictures arrive here and not there.
var CallOneWay = Calls(func(netcheck.Path) Calling { return Calling{RTT: 30 * time.Millisecond, Up: CallWay{None: true}} })

// CallNoAccount is one without the other end's account.
var CallNoAccount = Calls(func(netcheck.Path) Calling { return Calling{RTT: 30 * time.Millisecond, NoAccount: true} })

// CallStopped is one that a person stops after three seconds.
var CallStopped = Calls(func(netcheck.Path) Calling { return Calling{RTT: 30 * time.Millisecond, Stop: 3 * time.Second} })
