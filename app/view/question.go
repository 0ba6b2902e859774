package view

import "echopath/app/widgets"

// question is one that is asked about something that may be over before it is answered.
type question struct {
	sheet *widgets.Dialog
	still func() bool
}

// Ask asks a question about something that goes on. It is taken back, which answers no, when still tells that this is over: an answer
// would be one to another question. Escape and Enter answer no.
func (w *Window) Ask(title, text, yes, no string, still func() bool, answer func(yes bool)) {
	q := &question{still: still}
	q.sheet = widgets.Confirm(w.win, title, text, yes, no, func(yes bool) {
		if w.question == q {
			w.question = nil
		}
		answer(yes)
	})
	w.question = q
}

// takeBack closes a question that nobody needs to answer any more.
func (w *Window) takeBack() {
	if q := w.question; q != nil && !q.still() {
		q.sheet.Cancel()
	}
}
