package stats

// silence follows runs of packets that were not answered, in order of sequence.
type silence struct {
	open    bool
	from    int64 // departure of the first packet of the run
	to      int64 // of the newest one
	longest int64
}

func (s *silence) add(p Packet) {
	if p.SentUS == NotMeasured {
		return
	}
	switch p.Status {
	case StatusLostUp, StatusLostDown, StatusLost:
		if !s.open {
			s.open, s.from = true, p.SentUS
		}
		s.to = p.SentUS
	case StatusOK:
		if s.open {
			s.to, s.open = p.SentUS, false
			s.longest = max(s.longest, difference(s.to, s.from))
		}
	case StatusUnknown, StatusSkipped, statusEnd:
	}
}

func (s *silence) result() Silence {
	r := Silence{LongestUS: s.longest}
	if s.open {
		r.AtEndUS = difference(s.to, s.from)
		r.LongestUS = max(r.LongestUS, r.AtEndUS)
	}
	return r
}
