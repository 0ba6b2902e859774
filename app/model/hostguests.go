package model

import (
	"fmt"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// GuestHeader gives the heads of the table of guests. They do not change.
func GuestHeader() [NumGuestCols]Heading {
	return [NumGuestCols]Heading{
		GuestColAddress:    {Title: "Address", Unit: "as seen here", Hint: "Where the guest's signalling comes from, as this computer sees it: its own address, or that of its NAT or proxy."},
		GuestColWay:        {Title: "Way", Unit: "signalling", Hint: "How the guest and this computer talk beside the test: WebSocket, or server-sent events and POST where a proxy breaks WebSockets."},
		GuestColSince:      {Title: "Since", Unit: "time of day", Hint: "When the guest came."},
		GuestColPacketsIn:  {Title: "In", Unit: "packets", Hint: "Packets from this guest, counted at this computer: by the echo peer and by the guest's relays."},
		GuestColPacketsOut: {Title: "Out", Unit: "packets", Hint: "Packets to this guest, counted at this computer."},
		GuestColBytesIn:    {Title: "In", Unit: "MB", Hint: "Data from this guest in megabytes (1 MB is 1 000 000 bytes)."},
		GuestColBytesOut:   {Title: "Out", Unit: "MB", Hint: "Data to this guest in megabytes (1 MB is 1 000 000 bytes)."},
	}
}

func (h *Host) guestRows() []GuestRow {
	rows := make([]GuestRow, 0, len(h.guests))
	for _, g := range h.shownGuests() {
		rows = append(rows, h.guestRow(g))
	}
	return rows
}

func (h *Host) guestRow(g *guest) GuestRow {
	r := GuestRow{ID: g.ID, Name: guestName(g.Guest), State: h.guestState(g), Active: !g.left && g.State == hosting.GuestActive}
	r.Hint = joined(sentence(r.Name), sentence("Echopath "+orElse(present.Printable(g.AppVersion), "of unknown version")), sentence(present.Printable(g.OS)),
		present.Counted(g.Runs, "run")+" ended.")
	r.Why = h.guestWhy(g)
	heads := GuestHeader()
	texts := [NumGuestCols]string{
		GuestColAddress: guestAddress(g.Guest), GuestColWay: wayTitle(g.Way), GuestColSince: since(g.Since),
		GuestColPacketsIn: present.Count(count(g.PacketsIn)), GuestColPacketsOut: present.Count(count(g.PacketsOut)),
		GuestColBytesIn: megabytes(g.BytesIn), GuestColBytesOut: megabytes(g.BytesOut),
	}
	for i, text := range texts {
		r.Cells[i] = Cell{Text: text, Hint: heads[i].Hint, Soft: g.left}
	}
	r.Cells[GuestColAddress].Hint = texts[GuestColAddress] + ": " + heads[GuestColAddress].Hint // the column may be too narrow for it
	return r
}

// count is a number of packets as an int. No guest sends so many that it does not fit.
func count(n uint64) int { return int(min(n, 1<<62)) } //nolint:gosec // bounded

func since(t time.Time) string {
	if t.IsZero() {
		return present.None
	}
	return t.Local().Format(time.TimeOnly)
}

// guestState is how a guest stands, with shape and word.
func (h *Host) guestState(g *guest) present.Mark {
	if g.left {
		return present.Mark{Shape: present.None, Word: "left", Tone: present.ToneFaint}
	}
	return present.Mark{Shape: guestShapes[g.State], Word: present.GuestState(g.Guest), Tone: present.GuestTone(g.State)}
}

// guestShapes tell the states apart without colour.
var guestShapes = map[hosting.GuestState]string{
	hosting.GuestWaiting: "▲", hosting.GuestIn: "○", hosting.GuestQueued: "·", hosting.GuestActive: "●", hosting.GuestAway: "■",
}

// wayTitle is how signalling travels, as short as a column wants it.
func wayTitle(way string) string {
	if signaling.Way(way) == signaling.WaySSE {
		return "SSE"
	}
	return orElse(present.WayWords(way), present.None)
}

// guestWhy says what the state means, and what to do.
func (h *Host) guestWhy(g *guest) string {
	switch {
	case g.left:
		return "It has left. Its last run can still be exported."
	case g.State == hosting.GuestWaiting:
		return "It has the invite and waits for you: press Accept or Refuse."
	case g.State == hosting.GuestQueued:
		return "Its run waits until others have ended, so that they do not disturb each other."
	case g.State == hosting.GuestAway:
		return "Its connection broke. It may come back within a minute."
	case g.State == hosting.GuestActive && g.Title != "":
		return "Its run: " + sentence(present.Printable(g.Title))
	}
	return ""
}

// may tells what can be done with a guest.
func (h *Host) may(id string) GuestActions {
	g := h.find(id)
	if h.phase != HostOn || g == nil || g.left {
		why := "Select a guest in the table first."
		if g != nil && g.left {
			why = "This guest has left."
		}
		return GuestActions{AcceptWhy: why, RefuseWhy: why, RemoveWhy: why}
	}
	waits := g.State == hosting.GuestWaiting
	a := GuestActions{Accept: waits, Refuse: waits, Remove: !waits,
		AcceptWhy: "Let " + guestName(g.Guest) + " in", RefuseWhy: "Turn " + guestName(g.Guest) + " away",
		RemoveWhy: "End the session of " + guestName(g.Guest) + ", and its run"}
	if !waits {
		a.AcceptWhy, a.RefuseWhy = "This guest is in already.", "This guest is in already: remove it instead."
	} else {
		a.RemoveWhy = "This guest is not in yet: refuse it instead."
	}
	return a
}

// GuestName is how a guest is called; "" for one that is not known.
func (h *Host) GuestName(id string) string {
	if g := h.find(id); g != nil {
		return guestName(g.Guest)
	}
	return ""
}

// totals are what the host does as a whole, and the chosen guest.
func (h *Host) totals() []Section {
	if !h.phase.Busy() {
		return []Section{{Title: "Load of this computer", Rows: [][]Cell{{{Text: "Not hosting"}, {Text: "What this computer carries for guests is shown here while you host."}}}}}
	}
	s := h.snapshot
	line := func(name, value, hint string) []Cell {
		return []Cell{{Text: name, Hint: hint}, {Text: value, Hint: hint}}
	}
	load := Section{Title: "Load of this computer", Rows: [][]Cell{
		line("Runs under way", fmt.Sprint(s.Active), "Runs of guests that were admitted."),
		line("Runs in the queue", fmt.Sprint(s.Queued), "They begin when others have ended."),
		line("Packets a second in use", present.Number(s.Used, 4)+" of "+present.Number(s.Budget, 4), "What all runs together ask for in each direction, and how much this computer serves without loss of its own. It was measured at the start."),
		line("Relays", fmt.Sprint(s.Allocations), "Allocations on the TURN server (RFC 8656)."),
		line("Data in", megabytes(s.BytesIn)+" MB", "To the TURN server and the echo peer."),
		line("Data out", megabytes(s.BytesOut)+" MB", "From the TURN server and the echo peer."),
		line("Thrown away here", present.Counted(count(s.Drops), "packet"), "Packets that this computer received and could not take in time. They are no loss of the network."),
	}}
	where := Section{Title: "Where it listens", Rows: [][]Cell{line("Address", s.Address.String(), "")}}
	if s.Public.IsValid() {
		where.Rows = append(where.Rows, line("Public address", s.Public.String(), "Under it a NAT shows this computer to the world."))
	}
	for _, a := range s.Signalling {
		where.Rows = append(where.Rows, line("Invites name", a, "Guests come to this address, over TLS."))
	}
	for _, u := range s.URLs {
		where.Rows = append(where.Rows, line("STUN and TURN", u, "What guests test their paths through."))
	}
	out := []Section{load, where}
	if len(s.Notes) > 0 {
		notes := Section{Title: "Worth knowing"}
		for _, n := range s.Notes {
			notes.Rows = append(notes.Rows, line("Note", sentence(present.Printable(n)), ""))
		}
		out = append(out, notes)
	}
	return append(out, h.ofGuest()...)
}

// ofGuest is what is known of the chosen guest.
func (h *Host) ofGuest() []Section {
	g := h.find(h.selected)
	if g == nil {
		return nil
	}
	row := h.guestRow(g)
	out := Section{Title: row.Name, Intro: "What a guest says of itself is not proved; only that it has an invite.", Rows: [][]Cell{
		{{Text: "State"}, {Text: row.State.Word}}, {{Text: "Version"}, {Text: orElse(present.Printable(g.AppVersion), present.None)}},
		{{Text: "System"}, {Text: orElse(present.Printable(g.OS), present.None)}}, {{Text: "Relays"}, {Text: fmt.Sprint(g.Allocations)}},
		{{Text: "Runs ended"}, {Text: fmt.Sprint(g.Runs)}}}}
	if g.Path != netcheck.PathUnknown {
		out.Rows = append(out.Rows, []Cell{{Text: "Path under way"}, {Text: g.Path.Title()}})
	}
	return []Section{out}
}
