package model

import (
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// runLine says whose run is shown, and how it stands.
func (h *Host) runLine() string {
	g := h.find(h.selected)
	switch {
	case g == nil && h.phase.Busy():
		return "The run of a guest is shown here, live, as soon as one has begun."
	case g == nil:
		return "While you host, the runs of your guests are shown here, live."
	case g.run == nil:
		return guestName(g.Guest) + " has run nothing yet."
	}
	s := g.run.status(g.now)
	text := guestName(g.Guest) + ": " + s.Text
	if s.Elapsed != "" {
		text += ", " + s.Elapsed
	}
	if s.Left != "" {
		text += ", " + s.Left
	}
	return text
}

// RunView is the chosen guest's run as the screen "Test" would show it; ok is false if there is none.
func (h *Host) RunView() (v View, now time.Duration, ok bool) {
	run, _, now := h.Run()
	if run == nil {
		return View{Phase: PhaseIdle, Status: h.status(), SaveWhy: "There is no run of a guest yet.", StartWhy: guestsStart}, 0, false
	}
	v = run.View(now)
	v.Status = h.status()
	v.CanStart, v.StartWhy = false, guestsStart
	if run.Phase().Busy() {
		v.SaveWhy = "The guest's run can be exported when it has ended."
	}
	return v, now, true
}

// status is the foot of the window while the screen "Host" is shown and nothing else runs.
func (h *Host) status() Status {
	switch h.phase {
	case HostStarting:
		return Status{Text: "Starting to host"}
	case HostStopping:
		return Status{Text: "Hosting is being stopped"}
	case HostOn:
		return Status{Text: "Hosting: " + h.guestWords()}
	case HostOff:
	}
	return Status{Text: "Not hosting"}
}

const guestsStart = "Guests start their runs themselves. Go to the screen “Test” to start one of your own."

// RunNote says how the words of the chosen guest's run are meant here: it is told as the guest sees it.
func (h *Host) RunNote() string {
	if g := h.find(h.selected); g != nil && g.run != nil {
		return present.MirrorNote(g.Name)
	}
	return ""
}

// RunHeader gives the heads of the table of the chosen guest's run.
func (h *Host) RunHeader() [NumCols]Heading {
	if run, _, _ := h.Run(); run != nil {
		return run.Header()
	}
	return (&Test{&trial{setup: setup{units: h.units}, report: remoteReport}}).Header()
}

// remoteReport has the directions of a network between two computers, as every run of a guest.
var remoteReport = netcheck.Report{Paths: []netcheck.PathReport{{Direction: netcheck.DirectionUpDown}}}
