package model

import (
	"slices"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck"
)

// HostPhase is where hosting stands.
type HostPhase string

// The phases.
const (
	HostOff      HostPhase = "off" // nothing listens
	HostStarting HostPhase = "starting"
	HostOn       HostPhase = "on"
	HostStopping HostPhase = "stopping" // the guests are told, and what they measured is written
)

// Busy tells whether anything of a host is there.
func (p HostPhase) Busy() bool { return p != HostOff }

// Host is the state of the screen "Host": the form, the host that runs, its guests and their runs. It is a fold of what happens at
// the host and of how it stands now and then. The zero value is not ready; NewHost makes one.
type Host struct {
	form       HostForm
	checked    CheckedHost
	ownName    string
	addresses  []HostAddress
	addressWhy string // why they could not be listed; "" if they could
	units      Units
	machine    machine

	phase    HostPhase
	err      error // why it could not start, or did not end in order; nil if all was well
	snapshot hosting.Snapshot
	invite   hostInvite
	paste    hostPaste
	guests   []*guest // by arrival; those who have left stay while there is a run of theirs
	selected string   // ID
	picked   bool     // by hand, and that guest has neither left nor ended a run since
	lines    []LogLine
	runs     int // of guests, so far
}

// hostInvite is the newest invite.
type hostInvite struct {
	text, link netcheck.Secret
	expiry     time.Time
	room       [8]byte
	asked      bool // one is being made
	err        error
}

// guest is one guest and its newest run.
type guest struct {
	hosting.Guest
	left bool
	run  *Test  // nil: it has run nothing yet
	film *Video // the same run, as the screen "Video echo" shows it; nil until somebody looks
	id   string
	now  time.Duration // since that run's start
}

// maxLeft is how many guests that have left are kept for their runs, maxHostLines how many lines of the log.
const (
	maxLeft      = 64
	maxHostLines = 5000
)

// NewHost makes the screen's state with the form that a first-time user finds. ownName is this computer's name.
func NewHost(units Units, ownName string) *Host {
	h := &Host{units: units, ownName: ownName, phase: HostOff}
	h.SetForm(DefaultHostForm())
	return h
}

// Form is what is filled in.
func (h *Host) Form() HostForm { return h.form }

// OwnName is the name that guests see unless another one is filled in.
func (h *Host) OwnName() string { return h.ownName }

// SetForm takes what was filled in and checks it. A host that runs goes on as it was started.
func (h *Host) SetForm(f HostForm) {
	h.form = f
	h.checked = f.check(h.addresses, h.ownName, h.machine)
	if h.addressWhy != "" && len(h.addresses) == 0 {
		h.checked.Problem = "The addresses of this computer can not be listed: " + sentence(h.addressWhy)
		h.checked.Problems[FieldHostAddress] = h.checked.Problem
	}
}

// Checked is the form as it was read.
func (h *Host) Checked() CheckedHost { return h.checked }

// SetAddresses hands in the addresses of this computer, and why they could not be listed, in words, if so.
func (h *Host) SetAddresses(list []HostAddress, why string) {
	h.addresses, h.addressWhy = sortAddresses(list), why
	h.SetForm(h.form)
}

// Addresses are the addresses to choose from, the usual one first and loopback last.
func (h *Host) Addresses() []HostAddress { return h.addresses }

// SetUnits changes the units of bitrates.
func (h *Host) SetUnits(u Units) {
	h.units = u
	for _, g := range h.guests {
		if g.run != nil {
			g.run.SetUnits(u)
		}
	}
}

// Phase is where hosting stands.
func (h *Host) Phase() HostPhase { return h.phase }

// Begin tells that a host is being started. What is known of the last one goes.
func (h *Host) Begin() {
	h.phase, h.err = HostStarting, nil
	h.snapshot, h.invite, h.paste = hosting.Snapshot{}, hostInvite{}, hostPaste{}
	h.guests, h.selected, h.picked, h.lines = nil, "", false, nil
}

// Started tells that it listens.
func (h *Host) Started() {
	if h.phase == HostStarting {
		h.phase = HostOn
	}
}

// Stopping tells that it was asked to stop.
func (h *Host) Stopping() {
	if h.phase.Busy() {
		h.phase = HostStopping
	}
}

// Stopped tells that nothing of it is left, and why it could not start or did not end in order; nil if all is well. The guests'
// runs stay.
func (h *Host) Stopped(err error) {
	h.phase, h.err, h.invite, h.paste = HostOff, err, hostInvite{}, hostPaste{}
	h.snapshot.Guests = nil
	h.takeGuests()
	if h.selected == "" && len(h.guests) > 0 {
		h.selected = h.shownGuests()[0].ID
	}
}

// SetSnapshot takes how the host stands.
func (h *Host) SetSnapshot(s hosting.Snapshot) {
	h.snapshot = s
	h.takeGuests()
}

// takeGuests brings the guests in line with the snapshot. A guest keeps its place.
func (h *Host) takeGuests() {
	here := map[string]bool{}
	changed := false // somebody has come or gone
	for _, fresh := range h.snapshot.Guests {
		here[fresh.ID] = true
		changed = changed || h.find(fresh.ID) == nil
		h.guest(fresh.ID).Guest = fresh
	}
	for _, g := range h.guests {
		changed = changed || g.left == here[g.ID]
		g.left = !here[g.ID]
	}
	if changed {
		h.followBack()
	}
	h.forgetLeft()
	if h.selected == "" && len(h.guests) > 0 {
		h.selected = h.shownGuests()[0].ID
	}
}

// forgetLeft drops guests that have left: those that ran nothing, and the oldest of too many.
func (h *Host) forgetLeft() {
	left := 0
	for _, g := range h.guests {
		if g.left && g.run != nil {
			left++
		}
	}
	h.guests = slices.DeleteFunc(h.guests, func(g *guest) bool {
		if !g.left || g.run != nil && left <= maxLeft {
			return false
		}
		if g.run != nil {
			left--
		}
		if g.ID == h.selected {
			h.selected, h.picked = "", false
		}
		return true
	})
}

// guest finds a guest, or makes one.
func (h *Host) guest(id string) *guest {
	if g := h.find(id); g != nil {
		return g
	}
	g := &guest{Guest: hosting.Guest{ID: id}}
	h.guests = append(h.guests, g)
	return g
}

func (h *Host) find(id string) *guest {
	if i := slices.IndexFunc(h.guests, func(g *guest) bool { return g.ID == id }); i >= 0 {
		return h.guests[i]
	}
	return nil
}

// Apply takes something that happened at the host into the log. Events of runs go to ApplyRun.
func (h *Host) Apply(e hosting.Event) {
	if e.Kind == hosting.EventRun {
		return
	}
	h.pasteEvent(e)
	text, tone := present.HostEventLine(e)
	if text == "" {
		return
	}
	line := LogLine{Time: e.Time.Format(time.TimeOnly), Text: text, Tone: tone}
	if e.Path != netcheck.PathUnknown {
		line.Path = e.Path.Title()
	}
	if len(h.lines) >= maxHostLines {
		h.lines = slices.Clone(h.lines[maxHostLines/2:])
	}
	h.lines = append(h.lines, line)
}

// Log gives what happened at the host in words. Lines are only added, until there are very many.
func (h *Host) Log() []LogLine { return slices.Clip(h.lines) }

// ApplyRun takes events of a guest's run, and the time since its start.
func (h *Host) ApplyRun(id, run string, events []netcheck.Event, now time.Duration) {
	g := h.guest(id)
	if g.run == nil || g.id != run {
		if len(events) == 0 {
			return
		}
		h.followRun(g)
		g.run, g.id, g.now = NewTest(h.units), run, 0
		g.run.runs = h.runs // RunKey tells the runs of all guests apart
		h.runs++
	}
	for _, e := range events {
		g.run.Apply(e)
	}
	g.now = max(g.now, now)
}

// EndRun tells that nothing more comes of a guest's run.
func (h *Host) EndRun(id, run string, o Outcome) {
	if g := h.find(id); g != nil && g.run != nil && g.id == run && g.run.Phase().Busy() {
		g.run.End(o)
		if id == h.selected {
			h.picked = false
		}
	}
}

// Select chooses the guest whose run is shown, by hand.
func (h *Host) Select(id string) {
	if h.find(id) != nil {
		h.selected, h.picked = id, true
	}
}

// Selected is the chosen guest's ID; "" if there is none.
func (h *Host) Selected() string { return h.selected }

// Waiting is the guest that has waited longest for somebody to let it in; "" if none waits.
func (h *Host) Waiting() string {
	for _, g := range h.guests {
		if !g.left && g.State == hosting.GuestWaiting {
			return g.ID
		}
	}
	return ""
}

// IsHere tells that a guest has not left.
func (h *Host) IsHere(id string) bool {
	g := h.find(id)
	return g != nil && !g.left
}

// Guests is how many are here.
func (h *Host) Guests() int { return len(h.snapshot.Guests) }

// Active is how many guests have a run that goes on or waits in the queue.
func (h *Host) Active() int {
	n := 0
	for _, g := range h.snapshot.Guests {
		if g.State == hosting.GuestActive || g.State == hosting.GuestQueued {
			n++
		}
	}
	return n
}

// Run is the newest run of the chosen guest, its ID, and the time since its start; nil if there is none.
func (h *Host) Run() (run *Test, id string, now time.Duration) {
	g := h.find(h.selected)
	if g == nil || g.run == nil {
		return nil, "", 0
	}
	return g.run, g.id, g.now
}
