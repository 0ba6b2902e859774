package natprobe

import "time"

// pace is how quickly a server answers one socket.
type pace struct {
	quickest time.Duration // of the answers to a question that was sent once; 0: none
	latest   time.Duration // from the first sending to the answer
	sendings int           // of the question that was answered last
}

// patient is how long to wait before a question is sent again: longer than usual where answers are known to need longer.
func (p *pace) patient(usual time.Duration) time.Duration {
	return max(usual, min(2*p.latest, time.Second))
}

// answered notes an answer. One to a question that was sent again does not tell which of its sendings it answers (RFC 6298, section 3).
func (p *pace) answered(after time.Duration, sendings int) {
	p.latest, p.sendings = after, sendings
	if sendings == 1 && (p.quickest == 0 || after < p.quickest) {
		p.quickest = after
	}
}
