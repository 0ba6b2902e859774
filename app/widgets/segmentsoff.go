package widgets

// SetFixed keeps the choice as it is, for a while in which another one can not be made. The tip that lies around it says why.
func (s *Segments) SetFixed(on bool) {
	if s.fixed != on {
		s.fixed = on
		s.Refresh()
	}
}

// Fixed tells whether the choice can not be changed now.
func (s *Segments) Fixed() bool { return s.fixed }

// pick chooses as a person does.
func (s *Segments) pick(i int) {
	if !s.fixed {
		s.Select(i)
	}
}
