package present

import (
	"fmt"

	"echopath/netcheck"
)

// CallFigures are the figures of one direction of a two-way call as people read them, in the forms of [VideoFigures]. Each is None
// where nothing was measured, and where only the other end could tell and did not.
type CallFigures struct {
	Shown               string // "299 of 300"
	Frozen, FrozenShort string // with units
	Dropped, Skipped    string // pictures left out by the sender's encoder, and by its computer

	Sent, Received, Target string // bitrates in kbit/s

	LossBefore, LossAfter string // repair, in percent with the sign
	Jitter                string // ms, RFC 3550
	Size                  string // of the last picture shown
}

// Called tells that a path's call has figures.
func Called(p netcheck.PathReport) bool { return p.Call != nil && p.Call.Result != nil }

// CallOf gives the figures of both directions of a call's result.
func CallOf(s netcheck.CallSummary) (up, down CallFigures) {
	return callFigures(s.Up, true, s.Up.Known), callFigures(s.Down, s.Down.Known, true)
}

func noCall() CallFigures {
	return CallFigures{Shown: None, Frozen: None, FrozenShort: None, Dropped: None, Skipped: None, Sent: None, Received: None, Target: None,
		LossBefore: None, LossAfter: None, Jitter: None, Size: None}
}

// callFigures are those of one direction. sender and receiver tell whether what those ends count is known here.
func callFigures(d netcheck.CallDirection, sender, receiver bool) CallFigures {
	f := noCall()
	if sender {
		f.Dropped, f.Skipped = Count(d.Dropped), Count(d.Skipped)
		if d.Sent > 0 {
			f.Sent, f.Target = Number(d.SentKbps, 3), Number(d.TargetKbps, 3)
		}
	}
	if receiver {
		f.Shown = Count(d.Shown)
		if d.ReceivedKbps > 0 || d.Known {
			f.Received = Number(d.ReceivedKbps, 3)
		}
		if d.JitterOK {
			f.Jitter = Micros(d.JitterUS)
		}
	}
	if receiver && d.Shown > 0 { // before the first picture nothing can be frozen
		f.Frozen, f.FrozenShort = frozenCall(d)
		f.Size = netcheck.VideoSize{Width: d.Width, Height: d.Height}.String()
	}
	if sender && receiver {
		f.Shown += " of " + Count(d.Sent)
		f.LossBefore, f.LossAfter = percent(d.BeforeRepair.LossRatio, d.BeforeRepair.RatioOK), percent(d.AfterRepair.LossRatio, d.AfterRepair.RatioOK)
	}
	return f
}

// frozenCall says how long the picture stood still: whole, and short.
func frozenCall(d netcheck.CallDirection) (text, short string) {
	short = Seconds(micros(d.FrozenUS))
	if d.Freezes < 2 {
		return short, short
	}
	short += " in " + Count(d.Freezes)
	return short + ", longest " + Seconds(micros(d.LongestFreezeUS)), short
}

// CallWords says in a sentence what came of a path's call; "" if there was none. Without the other end's account it says nothing of
// the way there.
func CallWords(p netcheck.PathReport) string {
	if !Called(p) {
		return ""
	}
	up, down := CallOf(*p.Call.Result)
	return fmt.Sprintf("Shown there: %s pictures, frozen %s. Shown here: %s pictures, frozen %s.", up.Shown, up.Frozen, down.Shown, down.Frozen)
}
