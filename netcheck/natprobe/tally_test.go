package natprobe

import (
	"testing"

	"echopath/netcheck"
)

func TestTallyTellsLostSendingsFromLateAnswers(t *testing.T) {
	var c tally
	if c.result() != nil {
		t.Error("nothing was asked, and something was counted")
	}
	c.asked(3, false)
	if got := c.result(); got == nil || got.Silent != 1 {
		t.Errorf("after silence: %+v", got)
	}
	c.asked(2, true)
	c.late()
	c.late() // a copy that the network made
	c.asked(1, true)
	c.asked(0, false) // over before it was sent
	want := netcheck.QuestionFacts{Asked: 3, Sent: 6, Answered: 3, Silent: 1, SilentSent: 3}
	if got := c.result(); got == nil || *got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	var none *tally
	none.asked(1, true)
	none.late()
	if none.result() != nil {
		t.Error("nil counts")
	}
}
