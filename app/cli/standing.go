package cli

import (
	"echopath/app/present"
	"echopath/netcheck/signaling"
)

// standings tells how this end stands with its host, as far as somebody has to wait: that nobody has to is no news.
type standings struct {
	say  func(text string)
	last signaling.Standing
}

// tell takes a new standing.
func (s *standings) tell(now signaling.Standing) {
	was := s.last
	s.last = now
	if !isNews(was.State, now.State) {
		return
	}
	if text := present.Standing(string(now.State), now.Position, now.Of); text != "" {
		s.say(text)
	}
}

func isNews(was, now signaling.StandingState) bool {
	switch now {
	case signaling.StandingWaiting, signaling.StandingQueued:
		return true
	case signaling.StandingIn:
		return was == signaling.StandingWaiting
	case signaling.StandingAdmitted:
		return was == signaling.StandingQueued
	case signaling.StandingRefused: // told at the end, as the reason why nothing was measured
	}
	return false
}
