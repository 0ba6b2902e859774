package turnserver

// SetMaxAllocations bounds how many allocations the session may have at one time, below Config.MaxAllocationsPerSession; that alone bounds
// them if n is below 1. Those that it has above a new bound stay until they end.
func (s *Session) SetMaxAllocations(n int) {
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	s.most = max(n, 0)
}

// full tells whether the session has as many allocations as it may. Server.mu is held.
func (s *Session) full() bool {
	most := s.srv.cfg.MaxAllocationsPerSession
	if s.most > 0 {
		most = min(most, s.most)
	}
	return s.allocations >= most
}
