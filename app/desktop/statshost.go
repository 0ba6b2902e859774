package desktop

import (
	"time"

	"echopath/app/model"
)

// statHost is how hosting stands in a line of stats. The invite, a secret, is not in it.
type statHost struct {
	Phase   string      `json:"phase"`
	Mark    string      `json:"mark"` // of the banner on the screen "Host"
	Banner  string      `json:"banner"`
	More    string      `json:"more"`
	Invite  bool        `json:"invite"`  // there is one to give away
	Paste   bool        `json:"paste"`   // likewise, by copy and paste
	Waiting string      `json:"waiting"` // ID of the guest that waits for an answer
	Guests  []statGuest `json:"guests,omitempty"`
	Run     string      `json:"run"`      // phase of the chosen guest's run
	RunPath string      `json:"run_path"` // that is being measured in it
	Verdict string      `json:"verdict"`  // its sentence
}

// statGuest is a row of the table of guests.
type statGuest struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// statJoin is how this computer stands with the host that it has come to.
type statJoin struct {
	Phase  string `json:"phase"`
	Line   string `json:"line"`
	Hint   string `json:"hint"`
	Action string `json:"action"`
}

func (s *stats) host() statHost {
	v := s.d.host.View(time.Now())
	out := statHost{Phase: string(v.Phase), Mark: v.Banner.Mark.Word, Banner: v.Banner.Text, More: v.Banner.More, Invite: v.Invite.Can, Waiting: s.d.host.Waiting()}
	_, out.Paste = s.d.host.PasteText()
	for _, g := range v.Guests {
		out.Guests = append(out.Guests, statGuest{g.Name, g.State.Word})
	}
	if run, _, ok := s.d.host.RunView(); ok {
		out.Run, out.Verdict = string(run.Phase), run.Banner.Text
		for _, r := range run.Rows {
			if r.Active {
				out.RunPath = string(r.Path)
			}
		}
	}
	return out
}

func (s *stats) join() statJoin {
	v := s.d.join.View("", s.d.running().Phase().Busy())
	return statJoin{string(s.d.join.Phase()), v.Line, v.Hint, v.Action}
}

// hostKey is what of both a line is written at once for.
type hostKey struct {
	host    model.HostPhase
	guests  int
	waiting string
	run     string // ID of the chosen guest's run
	phase   model.Phase
	join    model.JoinPhase
	paste   bool
}

func (s *stats) hostKey() hostKey {
	k := hostKey{host: s.d.host.Phase(), guests: s.d.host.Guests(), waiting: s.d.host.Waiting(), join: s.d.join.Phase()}
	_, k.paste = s.d.host.PasteText()
	if run, id, _ := s.d.host.Run(); run != nil {
		k.run, k.phase = id, run.Phase()
	}
	return k
}
