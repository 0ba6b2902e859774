package stats

// A run of lost packets is a cut when it lasts for this long and holds so many: no queue explains it, and where half of the packets
// are lost by chance, one run of ten in a thousand places is as long.
const (
	CutUS   = 2_000_000 // microseconds
	CutLost = 10
)

// silence follows runs of packets that were not answered, in order of sequence.
type silence struct {
	open    bool
	from    int64 // departure of the first packet of the run
	to      int64 // of the newest one
	longest int64
	run     Cuts // of the open run
	cuts    Cuts
}

func (s *silence) add(p Packet) {
	if p.SentUS == NotMeasured {
		return
	}
	switch p.Status {
	case StatusLostUp, StatusLostDown, StatusLost:
		if !s.open {
			s.open, s.from, s.run = true, p.SentUS, Cuts{}
		}
		s.to = p.SentUS
		s.run.add(p.Status)
	case StatusOK:
		if s.open {
			s.to, s.open = p.SentUS, false
			s.longest = max(s.longest, difference(s.to, s.from))
			s.cuts.join(s.run, difference(s.to, s.from))
		}
	case StatusUnknown, StatusSkipped, statusEnd:
	}
}

func (s *silence) result() Silence {
	r := Silence{LongestUS: s.longest, Cuts: s.cuts}
	if s.open {
		r.AtEndUS = difference(s.to, s.from)
		r.LongestUS = max(r.LongestUS, r.AtEndUS)
		r.Cuts.join(s.run, r.AtEndUS)
	}
	return r
}

func (c *Cuts) add(fate Status) {
	switch fate {
	case StatusLostUp:
		c.LostUp++
	case StatusLostDown:
		c.LostDown++
	default:
		c.LostSomewhere++
	}
}

// join adds a run of lost packets, if it is a cut.
func (c *Cuts) join(run Cuts, us int64) {
	if us < CutUS || run.Lost() < CutLost {
		return
	}
	c.N++
	c.US += us
	c.LongestUS = max(c.LongestUS, us)
	c.LostUp += run.LostUp
	c.LostDown += run.LostDown
	c.LostSomewhere += run.LostSomewhere
}

// Lost is the number of packets lost in the cuts.
func (c Cuts) Lost() int { return c.LostUp + c.LostDown + c.LostSomewhere }

// BesideCuts is the loss of a direction, or of both ways together, without what was lost in the cuts.
func (l Loss) BesideCuts(lost int) Loss { return LossOf(max(0, l.Sent-lost), max(0, l.Lost-lost)) }
