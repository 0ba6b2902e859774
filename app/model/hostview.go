package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
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
	return "Guests are listed here while you host, each with what it does"
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
	return "Nothing listens until you start hosting", "Ports, a public address and outside STUN servers are under “More…”."
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
	switch n := h.waitingCount() - 1; {
	case n == 1:
		text += " 1 more waits."
	case n > 1:
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
