package model

import (
	"echopath/app/present"
	"echopath/netcheck"
)

// calls tells that the screen "Video echo" would start a two-way call: that takes another Echopath.
func (f Form) calls() bool { return f.Video.Call && f.Target == netcheck.TargetInvite }

// CanChooseCall tells that there is a choice between an echo and a call at all.
func (v *Video) CanChooseCall() bool { return v.form.Target == netcheck.TargetInvite }

// What the two do, in a sentence each.
const (
	echoWords = "Echo: the other Echopath sends this computer's pictures back, so that delay and quality show picture by picture."
	callWords = "Call: both computers send pictures of their own at the same time, and each direction is measured where it arrives. There is one call over each ticked path, one after another."
)

const noCallRecord = "Calls are not recorded, only pictures that come back. Choose “Echo” to record."

// ModeHint says what an echo and a call are, and why there can be no call, if so.
func (v *Video) ModeHint() string {
	why := v.noCallWith()
	if v.machine.noVideo != "" {
		why = sentence(forWindow(v.machine.noVideo))
	}
	if why != "" {
		why = "\n" + why
	}
	return echoWords + "\n" + callWords + why
}

// noCall says why the call that is chosen can not be made with the host that this computer has joined; "" if it can, or if that is not
// known yet.
func (v *Video) noCall() string {
	if !v.form.calls() {
		return ""
	}
	return v.noCallWith()
}

func (v *Video) noCallWith() string {
	if v.join == nil || v.join.phase != JoinIn || !v.join.noCalls {
		return ""
	}
	return hostName(v.join.other) + " sends no pictures of its own, so there is no call with it: its Echopath is an older one, or was built without video. Choose “Echo”."
}

// calling tells that what is shown is a two-way call: the run that goes on or has ended, or else the one that would be started.
func (v *Video) calling() bool {
	if v.begun || v.phase.Busy() {
		return v.plan.Video.Mode == netcheck.VideoCall
	}
	return v.form.calls()
}

// names are whose the two pictures are.
func (v *Video) names() [2]string {
	if !v.calling() && !(v.far && !v.plan.Video.On()) {
		return [2]string{"Sent", "Echoed"}
	}
	if v.far {
		return [2]string{"This computer", orElse(v.farName, "The guest")}
	}
	other := netcheck.OtherEnd{}
	switch {
	case v.report.Other != nil:
		other = *v.report.Other
	case v.join != nil && v.join.phase == JoinIn:
		other = v.join.other
	}
	return [2]string{"This computer", orElse(netcheck.CleanText(other.Name, present.MaxName), "The other computer")}
}
