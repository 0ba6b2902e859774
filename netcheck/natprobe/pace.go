package natprobe

import "time"

// pace is how quickly a server answers one socket.
type pace struct {
	quickest time.Duration // of the answers to a question that was sent once; 0: none
	latest   time.Duration // from the first sending to the answer
	sendings int           // of the question that was answered last

	questions int             // that were answered, and those that were asked beside them in vain
	again     []time.Duration // after the first sending, for each of them that was sent again, or was in vain
}

// patient is how long to wait before a question is sent again: longer than usual where answers are known to need longer.
func (p *pace) patient(usual time.Duration) time.Duration {
	return max(usual, min(2*p.latest, time.Second))
}

// answered notes an answer. One to a question that was sent again does not tell which of its sendings it answers (RFC 6298, section 3).
func (p *pace) answered(after time.Duration, sendings int, again time.Duration) {
	p.latest, p.sendings = after, sendings
	p.questions++
	if sendings > 1 {
		p.again = append(p.again, again)
	}
	if sendings == 1 && (p.quickest == 0 || after < p.quickest) {
		p.quickest = after
	}
}

// gone notes a question that got no answer in a time in which others did.
func (p *pace) gone(after time.Duration) {
	p.questions++
	p.again = append(p.again, after)
}

// lost is how many of the questions lost a packet, there or back: they were sent again, or given up, at a time when the answer to the first sending would have
// been there twice over. Without a known round trip none is: the server may be far away.
func (p *pace) lost() int {
	n := 0
	for _, again := range p.again {
		if p.quickest > 0 && again > 2*p.quickest {
			n++
		}
	}
	return n
}
