package model

import "slices"

// NoVideo tells that this program can not do video at all, in a sentence that says why and what to do.
func (h *Host) NoVideo(why string) {
	h.machine.noVideo = why
	h.SetForm(h.form)
}

// SetCameras hands in the names of the cameras there are, and, if they could not be asked for, why, in words. Until then any name is
// taken.
func (h *Host) SetCameras(names []string, why string) {
	h.machine.cameras, h.machine.why, h.machine.asked = slices.Clone(names), why, true
	h.SetForm(h.form)
}

// Cameras are the names to choose from.
func (h *Host) Cameras() []string { return h.machine.cameras }

// PicturesWhy says why there are no calls with this computer; "" if there can be.
func (h *Host) PicturesWhy() string {
	if h.machine.noVideo == "" {
		return ""
	}
	return sentence(forWindow(h.machine.noVideo))
}
