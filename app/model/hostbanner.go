package model

import (
	"fmt"
	"math"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
)

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
		if len(h.guests) > 0 {
			b.Text = "Nobody is here now. A guest that left by itself can come back by its invite until that expires; one that was sent out can not."
		}
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
	switch {
	case len(parts) == 1 && len(h.snapshot.Guests) == 1:
		text += ", " + strings.TrimPrefix(parts[0], "1 ")
	case len(parts) > 0:
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

// megabytes writes so many bytes in MB, without the unit. What is less than one has three digits behind the point: more would only move what
// stands beside them.
func megabytes(n uint64) string {
	mb := float64(n) / 1e6
	if mb < 1 {
		mb = math.Round(mb*1e3) / 1e3
	}
	return present.Number(mb, 3)
}
