package presenttest

import (
	"errors"
	"time"

	"echopath/netcheck"
)

// VideoPlan is a session on this computer with video in that mode: 640x360 at 30 pictures a second for 10 s, on the given paths or
// on all. Packets, where there are some, are those of the preset quick; under load SRTP alone, for as long as the video needs.
func VideoPlan(mode netcheck.VideoMode, paths ...netcheck.Path) netcheck.Plan {
	quick, err := netcheck.PresetByName("quick")
	if err != nil {
		panic(err) // the preset that every front end begins with
	}
	p := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetSelf}, Paths: paths, Loss: quick.Loss, Video: netcheck.DefaultVideoPlan(mode)}
	if mode == netcheck.VideoUnderLoad {
		p.Loss.Carriers = []netcheck.Carrier{netcheck.CarrierSRTP}
	}
	return p
}

// Videos makes a session out of the film of each path, in the mode of its plan. Once the plan has as many videos as it asks for the
// other paths get packets alone, or are not run where there are none; none is after a film that a person stopped.
func Videos(film func(netcheck.Path) Film) RunFunc {
	return Play(func(s *Stage, p netcheck.Path) {
		if s.leftOut(p) {
			return
		}
		if s.enough() {
			s.OK(p)
			return
		}
		s.Start(p)
		s.Connect(p, 14*time.Millisecond, "")
		s.video(p, film(p))
	})
}

// enough tells that the plan has as many videos or calls as it asks for.
func (s *Stage) enough() bool {
	filmed := 0
	for _, p := range s.Report.Paths {
		if p.Video != nil && p.Video.Result != nil || p.Call != nil && p.Call.Result != nil {
			filmed++
		}
	}
	limit := s.Plan.Video.Paths
	return limit > 0 && filmed >= limit
}

// leftOut ends a path that is not run, as netcheck.Run does: the session was stopped before it, or there is nothing on it to measure.
func (s *Stage) leftOut(p netcheck.Path) bool {
	for _, before := range s.Report.Paths {
		if before.Code == netcheck.ReasonCancelled {
			s.Emit(p, netcheck.PathEnded{State: netcheck.StateNotRun, Code: netcheck.ReasonCancelled, Reason: "The session was stopped before this path."})
			return true
		}
	}
	if s.Plan.Video.Mode.Only() && s.enough() {
		s.Emit(p, netcheck.PathEnded{State: netcheck.StateNotRun, Code: netcheck.ReasonEnough, Reason: "Not asked for: the paths before it were as many as were wanted."})
		return true
	}
	return false
}

// video plays the probes of a path in the mode of the plan, and its end.
func (s *Stage) video(p netcheck.Path, f Film) {
	var end netcheck.ProbeEnded
	series := Series{RTT: max(f.Delay.Microseconds()/2, 400)}
	switch s.Plan.Video.Mode {
	case netcheck.VideoUnderLoad:
		end = s.besidePackets(p, f, series)
	case netcheck.VideoAfterLoss:
		s.packets(p, s.Carrier(netcheck.CarrierSRTP, series), s.Carrier(netcheck.CarrierDataChannel, series))
		fallthrough
	case netcheck.VideoAlone, netcheck.VideoCall, netcheck.VideoNone:
		end = s.filmed(f, s.Film(p, f))
	}
	s.Emit(p, end)
	s.Emit(p, s.closing(f, end))
}

// packets plays a loss probe without the end of its path.
func (s *Stage) packets(p netcheck.Path, carriers ...netcheck.CarrierResult) {
	l := s.Plan.Loss
	s.Emit(p, netcheck.ProbeStarted{Probe: netcheck.ProbeLoss, Duration: l.Warmup + l.Duration, Packets: l.Packets()})
	s.Now += l.Warmup + l.Duration
	s.Emit(p, netcheck.ProbeEnded{Probe: netcheck.ProbeLoss, Loss: &netcheck.LossSummary{Carriers: carriers}})
}

// besidePackets plays both probes at once: the packets begin alone.
func (s *Stage) besidePackets(p netcheck.Path, f Film, series Series) netcheck.ProbeEnded {
	l, begin := s.Plan.Loss, s.Now
	s.Emit(p, netcheck.ProbeStarted{Probe: netcheck.ProbeLoss, Duration: l.Warmup + l.Duration, Packets: l.Packets()})
	if f.Adds > 0 {
		series.Idle, series.Added = int(l.Rate*s.Plan.Video.Idle.Seconds()), f.Adds
	}
	var results []netcheck.CarrierResult
	for _, c := range l.Carriers {
		results = append(results, s.Carrier(c, series))
	}
	s.Now = begin + l.Warmup + s.Plan.Video.Idle
	sum := s.Film(p, f)
	s.Now = max(s.Now, begin+l.Warmup+l.Duration)
	s.Emit(p, netcheck.ProbeEnded{Probe: netcheck.ProbeLoss, Loss: &netcheck.LossSummary{Carriers: results}})
	return s.filmed(f, sum)
}

// filmed is how the video probe ended.
func (s *Stage) filmed(f Film, sum *netcheck.VideoSummary) netcheck.ProbeEnded {
	end := netcheck.ProbeEnded{Probe: netcheck.ProbeVideo, Video: sum}
	switch {
	case f.Fail != nil:
		failure := netcheck.AsFailure(f.Fail, netcheck.ReasonLocal)
		end.Code, end.Text, end.Partial = failure.Code, failure.Error(), sum != nil
	case f.Stop > 0:
		end.Code, end.Text, end.Partial = netcheck.ReasonCancelled, "Stopped.", true
	}
	return end
}

// closing is how the path ended.
func (s *Stage) closing(f Film, end netcheck.ProbeEnded) netcheck.PathEnded {
	var failure *netcheck.Failure
	switch {
	case f.Fail == nil && f.Stop > 0:
		return netcheck.PathEnded{State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled,
			Reason: "Stopped before the end; what was measured until then is kept."}
	case f.Fail == nil || s.Plan.Video.Mode != netcheck.VideoAlone:
		return Ended
	case errors.As(f.Fail, &failure):
		return netcheck.PathEnded{State: end.Code.State(), Code: end.Code, Reason: failure.Text, Advice: failure.Advice}
	}
	return netcheck.PathEnded{State: end.Code.State(), Code: end.Code, Reason: end.Text}
}

// delays tell the paths apart.
var delays = map[netcheck.Path]time.Duration{netcheck.PathDirect: 4 * time.Millisecond, netcheck.PathSTUN: 4200 * time.Microsecond,
	netcheck.PathRelayUDP: 41 * time.Millisecond, netcheck.PathRelayTCP: 44 * time.Millisecond, netcheck.PathRelayTLS: 46 * time.Millisecond}

// VideoGood is a session in which every picture comes back. Under load the video adds 12 ms to everything else.
var VideoGood = Videos(func(p netcheck.Path) Film {
	return Film{Delay: delays[p], Wobble: 2 * time.Millisecond, Adds: 12_000}
})

// VideoFreezing is one in which the picture stands still twice on each path, is made smaller, and loses packets. Under load the
// video adds 90 ms to everything else.
var VideoFreezing = Videos(func(p netcheck.Path) Film {
	return Film{Delay: delays[p] + 60*time.Millisecond, Wobble: 20 * time.Millisecond, LostUp: 25, Beyond: 9, Adds: 90_000,
		Missing: map[int]bool{7: true}, Dropped: map[int]bool{20: true, 21: true}, Smaller: 4 * time.Second,
		Still: []Still{{At: 2 * time.Second, For: 700 * time.Millisecond}, {At: 6 * time.Second, For: 500 * time.Millisecond}}}
})

// VideoStopped is one that a person stops three seconds into the first video.
var VideoStopped = Videos(func(p netcheck.Path) Film {
	return Film{Delay: delays[p], Stop: 3 * time.Second}
})

// ErrCameraGone is what ends the video of VideoFailed.
var ErrCameraGone = &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The camera “Integrated” was unplugged.",
	Advice: "Plug it in again, or choose another source."}

// VideoFailed is one in which no video can be measured on any path, from the first picture on.
var VideoFailed = Videos(func(netcheck.Path) Film { return Film{Fail: ErrCameraGone} })
