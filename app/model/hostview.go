package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck"
)

// HostView is everything that the screen "Host" shows beside the chosen guest's run, made anew for each redraw.
type HostView struct {
	Phase       HostPhase
	Banner      Banner
	CanAct      bool   // start or stop
	ActWhy      string // what that will do, or why it can not be done
	Summary     string // where it listens or would
	SummaryHint string
	Invite      InviteView
	Ports       []HostPort
	Guests      []GuestRow
	Selected    string
	May         GuestActions // with the selected guest
	Waiting     *WaitingGuest
	Totals      []Section
	RunLine     string // whose run is shown, and how it stands
	NoGuests    string // stands in the empty table; "" if there is a guest
}

// InviteView is the card of the invite.
type InviteView struct {
	Short  string // its beginning and end; "" if there is none
	Expiry string // "Lets one guest in, until 19:42:10 (9:41 left)"
	Tone   present.Tone
	Can    bool   // it can be given away
	Why    string // why not
	CanNew bool
}

// HostPort is a port to open in the firewall.
type HostPort struct{ Protocol, Ports, Why string }

// Columns of the table of guests.
const (
	GuestColAddress = iota
	GuestColWay
	GuestColSince
	GuestColPacketsIn
	GuestColPacketsOut
	GuestColBytesIn
	GuestColBytesOut
	NumGuestCols
)

// GuestRow is a guest in the table.
type GuestRow struct {
	ID     string
	Name   string
	Hint   string
	State  present.Mark
	Why    string
	Cells  [NumGuestCols]Cell
	Active bool // a run of it goes on
}

// GuestActions are what can be done with a guest now, each with the reason why not.
type GuestActions struct {
	Accept, Refuse, Remove          bool
	AcceptWhy, RefuseWhy, RemoveWhy string
}

// WaitingGuest asks to be let in.
type WaitingGuest struct {
	ID   string
	Text string
}

// View makes what the screen shows; now is the time by the wall clock.
func (h *Host) View(now time.Time) HostView {
	v := HostView{Phase: h.phase, Banner: h.banner(now), Invite: h.inviteView(now), Ports: h.ports(), Guests: h.guestRows(),
		Selected: h.selected, May: h.may(h.selected), Waiting: h.waitingGuest(), Totals: h.totals(), RunLine: h.runLine(), NoGuests: h.noGuests()}
	v.CanAct, v.ActWhy = h.canAct()
	v.Summary, v.SummaryHint = h.summary()
	return v
}

func (h *Host) noGuests() string {
	switch {
	case len(h.guests) > 0:
		return ""
	case h.phase == HostOn:
		return "Nobody has come yet"
	}
	return "Guests stand here while you host, each with what it does"
}

func (h *Host) canAct() (ok bool, why string) {
	switch h.phase {
	case HostStarting:
		return true, "Give up starting."
	case HostOn:
		return true, "Stop hosting: the guests are told, and nobody can reach this computer any more."
	case HostStopping:
		return false, "Hosting is being stopped."
	case HostOff:
	}
	if h.checked.Problem != "" {
		return false, h.checked.Problem
	}
	return true, "Listen on " + h.checked.Config.Address.String() + ", and make an invite for one guest."
}

// summary says where the host listens.
func (h *Host) summary() (short, hint string) {
	if h.phase == HostOn || h.phase == HostStopping {
		s := h.snapshot
		if !s.Address.IsValid() {
			return "", ""
		}
		return "Listens on " + strings.Join(s.Signalling, ", "), "STUN and TURN: " + strings.Join(s.URLs, ", ")
	}
	if h.checked.Problem != "" {
		return h.checked.Problem, ""
	}
	if h.checked.Config.Address.IsLoopback() {
		return "Only programs on this computer can be guests", "To be reached from elsewhere, choose the address of a network."
	}
	return "Nothing listens until you start hosting", "Ports, a public address and outside STUN servers stand under “More…”."
}

func (h *Host) banner(now time.Time) Banner {
	switch h.phase {
	case HostStarting:
		return Banner{Mark: busyMark("starting"), Text: "Opening the ports and measuring how many guests this computer can serve …"}
	case HostStopping:
		return Banner{Mark: busyMark("stopping"), Text: "The guests are told, and everything is closed.", More: "What they measured until now is kept."}
	case HostOn:
		return h.hostingBanner(now)
	case HostOff:
	}
	return h.offBanner()
}

func (h *Host) offBanner() Banner {
	if h.err != nil {
		b := Banner{Mark: present.Mark{Shape: "■", Word: "NOT HOSTING", Tone: present.TonePoor}}
		b.Text, b.More = failureWords(h.err)
		b.More = orElse(b.More, "Change the settings under “More…”, or choose another address, and start again.")
		return b
	}
	if h.checked.Problem != "" {
		b := Banner{Mark: present.Mark{Shape: "○", Word: "NOT READY"}, Text: h.checked.Problem}
		if h.checked.More {
			b.More = "Press “More…” to mend it."
		}
		return b
	}
	return Banner{Mark: present.Mark{Shape: "○", Word: "NOT HOSTING"},
		Text: "Let another Echopath measure the network between its place and yours.",
		More: "Start hosting, send the invite to the other person, and let them in when they come."}
}

func (h *Host) hostingBanner(now time.Time) Banner {
	b := Banner{Mark: present.Mark{Shape: "●", Word: "HOSTING", Tone: present.ToneGood}}
	if len(h.snapshot.Guests) == 0 {
		b.Text = "Nobody is here yet. Send the invite to the person at the other end."
		b.More = orElse(joined(h.snapshot.Notes...), "They choose the target “Another Echopath”, paste the invite and press Start.")
		return b
	}
	b.Text = h.guestWords() + "."
	b.More = joined(append([]string{h.loadWords()}, h.snapshot.Notes...)...)
	return b
}

// guestWords counts the guests by what they do.
func (h *Host) guestWords() string {
	count := map[hosting.GuestState]int{}
	for _, g := range h.snapshot.Guests {
		count[g.State]++
	}
	if len(h.snapshot.Guests) == 0 {
		return "nobody is here"
	}
	text := present.Counted(len(h.snapshot.Guests), "guest")
	var parts []string
	for _, s := range []struct {
		state hosting.GuestState
		words string
	}{{hosting.GuestWaiting, "waiting to be let in"}, {hosting.GuestActive, "testing"}, {hosting.GuestQueued, "in the queue"}, {hosting.GuestAway, "away"}} {
		if n := count[s.state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.words))
		}
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// loadWords are the totals in a sentence.
func (h *Host) loadWords() string {
	s := h.snapshot
	return fmt.Sprintf("%s, %s MB in, %s MB out, %s of %s packets/s in use.", present.Counted(s.Allocations, "relay"), megabytes(s.BytesIn), megabytes(s.BytesOut),
		present.Number(s.Used, 4), present.Number(s.Budget, 4))
}

// megabytes writes so many bytes in MB, without the unit.
func megabytes(n uint64) string { return present.Number(float64(n)/1e6, 3) }

// shortened is the beginning and the end of an invite: enough to tell one from another, and no secret.
func shortened(text string) string {
	const head, tail = 14, 4
	if len(text) <= head+tail+1 {
		return "…"
	}
	return text[:head] + " … " + text[len(text)-tail:]
}

func (h *Host) inviteView(now time.Time) InviteView { return h.viewOf(h.invite, now) }

// viewOf is what is shown of an invite.
func (h *Host) viewOf(i hostInvite, now time.Time) InviteView {
	v := InviteView{CanNew: h.phase == HostOn && !i.asked}
	switch {
	case h.phase != HostOn:
		v.Why = "There is no invite while nothing is hosted. Press “Start hosting” to get one."
	case i.err != nil:
		v.Why, _ = failureWords(i.err)
		v.Expiry, v.Tone = v.Why, present.TonePoor
	case i.text == "":
		v.Why = "The invite is being made."
	default:
		v.Short, v.Can = shortened(i.text.Reveal()), true
		v.Expiry, v.Tone = h.expiryWords(i, now)
	}
	return v
}

// expiryWords says whom an invite lets in, and for how long.
func (h *Host) expiryWords(i hostInvite, now time.Time) (string, present.Tone) {
	left := i.expiry.Sub(now).Truncate(time.Second)
	if left <= 0 {
		return "Expired: it lets nobody in any more. Make a new one.", present.ToneFair
	}
	if h.used(i.room) {
		return "Used: a guest has come by it. Make a new one for the next guest.", present.ToneFaint
	}
	return "Lets one guest in, " + present.Clock(left) + " left", present.ToneNone
}

func (h *Host) ports() []HostPort {
	var out []HostPort
	for _, p := range h.snapshot.Ports {
		ports := fmt.Sprint(p.From)
		if p.To > p.From {
			ports += "–" + fmt.Sprint(p.To)
		}
		out = append(out, HostPort{strings.ToUpper(p.Protocol), ports, sentence(p.Why)})
	}
	return out
}

// Firewall is what the firewall team is asked for, as text.
func (h *Host) Firewall() string { return present.FirewallText(h.snapshot) }

func (h *Host) waitingGuest() *WaitingGuest {
	id := h.Waiting()
	if id == "" {
		return nil
	}
	g := h.find(id)
	text := fmt.Sprintf("%s (%s) asks to be let in.", guestName(g.Guest), guestAddress(g.Guest))
	if n := h.waitingCount() - 1; n > 0 {
		text += fmt.Sprintf(" %d more wait.", n)
	}
	return &WaitingGuest{ID: id, Text: text}
}

func (h *Host) waitingCount() int {
	n := 0
	for _, g := range h.guests {
		if !g.left && g.State == hosting.GuestWaiting {
			n++
		}
	}
	return n
}

// guestName is how a guest is called: what it says itself, made printable.
func guestName(g hosting.Guest) string {
	return orElse(strings.TrimSpace(present.Printable(g.Name)), "A guest without a name")
}

func guestAddress(g hosting.Guest) string {
	if !g.Address.IsValid() {
		return "address unknown"
	}
	return g.Address.Addr().Unmap().String()
}

// runLine says whose run is shown, and how it stands.
func (h *Host) runLine() string {
	g := h.find(h.selected)
	switch {
	case g == nil && h.phase.Busy():
		return "The run of a guest stands here, live, as soon as one has begun."
	case g == nil:
		return "While you host, the runs of your guests stand here, live."
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
