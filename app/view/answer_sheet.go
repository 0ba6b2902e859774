package view

import (
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"echopath/app/look"
	"echopath/app/widgets"
)

// answerSheet is what a guest sees that reaches its host by no TCP connection: the answer, which a person has to carry there. It goes by
// itself when the two have met.
type answerSheet struct {
	w      *Window
	dialog *widgets.Dialog
	text   *widgets.CopyText
	expiry *canvas.Text
	open   bool
}

func newAnswerSheet(w *Window) *answerSheet {
	s := &answerSheet{w: w, open: true}
	s.text = widgets.NewCopyText(w.deps.Join.AnswerText)
	s.expiry = canvas.NewText("", theme.Color(look.ColorMuted))
	copy := widgets.NewButton("Copy answer", theme.ContentCopyIcon(), s.copy)
	content := container.New(layout.NewCustomPaddedVBoxLayout(6),
		paragraph("No TCP connection to the host is possible, so this answer has to be carried there: send it to the person who gave you the invite, by mail or chat.", theme.ColorNameForeground, false),
		inset(container.NewBorder(nil, nil, nil, copy, s.text)), inset(s.expiry),
		paragraph("At the host it is pasted under the invite. This sheet closes by itself when the two computers have met.", look.ColorMuted, false))
	s.dialog = widgets.NewDialog(w.win, "Answer for the host", container.New(fixedWidth(pasteWidth), content))
	s.dialog.AddButton("Give up", s.giveUp)
	s.dialog.SetOnCancel(s.giveUp)
	s.dialog.SetFirst(copy)
	return s
}

// showAnswer opens the sheet when there is an answer to carry, and closes it when that is over.
func (w *Window) showAnswer() {
	v := w.deps.Join.AnswerView(w.deps.Now())
	switch {
	case v.Open && w.answer == nil:
		w.answer = newAnswerSheet(w)
		w.answer.dialog.Show()
	case !v.Open && w.answer != nil:
		w.answer.close()
	}
	if w.answer != nil {
		w.answer.text.Set(v.Short, "")
		setText(w.answer.expiry, v.Expiry, toneColor(v.Tone))
	}
}

func (s *answerSheet) copy() {
	s.w.deps.CopyText(s.w.deps.Join.AnswerText())
	s.w.Say("The answer is in the clipboard. Send it to the person at the host.")
}

// giveUp ends the attempt.
func (s *answerSheet) giveUp() {
	s.close()
	s.w.deps.Disconnect()
}

func (s *answerSheet) close() {
	if s.open {
		s.open = false
		s.w.answer = nil
		s.w.status.say("", s.w.deps.Now()) // that it is to be sent
		s.dialog.Close()
	}
}
