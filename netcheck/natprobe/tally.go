package natprobe

import (
	"sync"

	"echopath/netcheck"
)

// tally counts the packets of a probe's questions over UDP, of all its sockets together: how many of them nobody answered is what tells
// lost packets from a silent server. A nil one counts nothing.
type tally struct {
	mu    sync.Mutex
	facts netcheck.QuestionFacts
}

// asked counts a question that was sent so many times, and whether an answer came.
func (t *tally) asked(sendings int, answered bool) {
	if t == nil || sendings == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.facts.Asked++
	t.facts.Sent += sendings
	if answered {
		t.facts.Answered++
		return
	}
	t.facts.Silent++
	t.facts.SilentSent += sendings
}

// late counts one more answer to a question that had one: the sending that it belongs to was not lost.
func (t *tally) late() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.facts.Answered < t.facts.Sent-t.facts.SilentSent {
		t.facts.Answered++
	}
}

// result is what was counted; nil if nothing was asked.
func (t *tally) result() *netcheck.QuestionFacts {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.facts.Asked == 0 {
		return nil
	}
	facts := t.facts
	return &facts
}
