package model

import (
	"slices"
	"time"
)

// Video is the state of the screen "Video echo": the form, the run that goes on or has ended, and what is shown of both. The zero
// value is not ready; NewVideo makes one.
type Video struct {
	*trial
	machine machine
	far     bool   // the run of a guest, seen from the host
	farName string // of that guest
}

// NewVideo makes the screen's state with the form that a first-time user finds.
func NewVideo(units Units) *Video {
	v := &Video{}
	v.trial = newTrial(units, videoWords, v.read)
	v.obstacle = v.noCall
	v.SetForm(DefaultForm())
	return v
}

// NoVideo tells that this program can not do video at all, in a sentence that says why and what to do.
func (v *Video) NoVideo(why string) {
	v.machine.noVideo = why
	v.SetForm(v.form)
}

// SetCameras hands in the names of the cameras there are, and, if they could not be asked for, why, in words. Until then any name is
// taken.
func (v *Video) SetCameras(names []string, why string) {
	v.machine.cameras, v.machine.why, v.machine.asked = slices.Clone(names), why, true
	v.SetForm(v.form)
}

// Cameras are the names to choose from.
func (v *Video) Cameras() []string { return v.machine.cameras }

// View makes what the screen shows. now is the time since the session's start, which counts while a run goes on.
func (v *Video) View(now time.Duration) VideoView {
	return VideoView{View: v.view(now), Rows: v.rows(now), Off: v.off(), Caption: v.caption(), Call: v.calling()}
}
