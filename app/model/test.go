package model

import "time"

// Test is the state of the screen "Test": the form, the run that goes on or has ended, and what is shown of both. The zero
// value is not ready; NewTest makes one.
type Test struct{ *trial }

// NewTest makes the screen's state with the form that a first-time user finds.
func NewTest(units Units) *Test {
	t := &Test{newTrial(units, testWords, Form.check)}
	t.SetForm(DefaultForm())
	return t
}

// View makes what the screen shows. now is the time since the session's start, which counts while a run goes on.
func (t *Test) View(now time.Duration) View {
	v := t.view(now)
	v.Rows = t.rows(now)
	return v
}
