package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
)

// pasteSheet is the sheet of an invite by copy and paste: the invite, which the person sends to the guest, and the answer that comes
// back. It goes by itself when the guest is in.
type pasteSheet struct {
	w      *Window
	dialog *widgets.Dialog
	invite *widgets.CopyText
	copy   *widgets.Button
	expiry *canvas.Text
	answer *widgets.Entry
	box    *widgets.FieldBox
	line   *canvas.Text
	fresh  *widgets.Button
	meet   *widgets.Button
	open   bool
}

// pasteWidth is that of both sheets of copy and paste.
const pasteWidth = 620

// openPaste opens the sheet, with the invite that waits for an answer or with a new one.
func (w *Window) openPaste() {
	h := w.deps.Host
	if h.NeedsPaste(w.deps.Now()) {
		w.deps.PasteInvite()
	}
	s := &pasteSheet{w: w, open: true}
	s.invite = widgets.NewCopyText(func() string {
		text, _ := h.PasteText()
		return text.Reveal()
	})
	s.copy = widgets.NewButton("Copy invite", theme.ContentCopyIcon(), s.copyInvite)
	s.fresh = widgets.NewButton("New one", nil, w.deps.PasteInvite)
	s.expiry = canvas.NewText("", theme.Color(look.ColorMuted))
	s.line = canvas.NewText("", theme.Color(look.ColorMuted))
	s.dialog = widgets.NewDialog(w.win, "Invite by copy and paste", container.New(fixedWidth(pasteWidth), container.New(layout.NewCustomPaddedVBoxLayout(6), s.toSend(), s.toTake())))
	s.dialog.AddButton("Close", s.close)
	s.meet = s.dialog.AddButton("Connect", s.connect)
	s.dialog.SetDefault(s.meet)
	s.dialog.SetOnCancel(s.close)
	s.dialog.SetFirst(s.copy)
	w.paste = s
	if s.show(); s.open {
		s.dialog.Show()
	}
}

// toSend is the first step.
func (s *pasteSheet) toSend() fyne.CanvasObject {
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(4), s.copy,
		widgets.Tipped(s.fresh, widgets.Tip("Make another invite, in the place of this one")))
	return container.New(layout.NewCustomPaddedVBoxLayout(4),
		paragraph("For a guest that can not reach this computer by any TCP connection. First send it this invite. It is a secret: for one person only, and for one guest.", look.ColorMuted, false),
		inset(container.NewBorder(nil, nil, nil, buttons, s.invite)), inset(s.expiry))
}

// toTake is the second step.
func (s *pasteSheet) toTake() fyne.CanvasObject {
	s.answer = widgets.NewEntry()
	s.answer.SetPlaceHolder("The text that the guest's Echopath shows")
	s.answer.OnChanged = func(string) {
		s.w.deps.Host.AnswerEdited()
		s.show()
	}
	paste := widgets.NewButton("Paste", theme.ContentPasteIcon(), func() { s.answer.SetText(s.w.deps.PasteText()) })
	s.box = newBox("Answer of the guest", container.NewBorder(nil, nil, nil, paste, s.answer),
		"The guest gives the invite to its Echopath and presses Connect. That shows a text, the answer, which comes back to you by mail or chat.")
	return container.New(layout.NewCustomPaddedVBoxLayout(2), inset(s.box), inset(s.line))
}

// inset lines an object up with paragraphs.
func inset(o fyne.CanvasObject) fyne.CanvasObject {
	pad := theme.InnerPadding()
	return container.New(layout.NewCustomPaddedLayout(0, 0, pad, pad), o)
}

func (s *pasteSheet) typed() string { return strings.TrimSpace(s.answer.Text) }

// show brings the sheet in line with the state, and closes it when the guest is in or nothing is hosted any more.
func (s *pasteSheet) show() {
	v := s.w.deps.Host.Paste(s.w.deps.Now(), s.typed())
	if v.Done || s.w.deps.Host.Phase() != model.HostOn {
		s.close()
		return
	}
	s.invite.Set(v.Invite.Short, v.Invite.Why)
	disable(!v.Invite.Can, s.copy)
	disable(!v.Invite.Can && v.Invite.Expiry == "", s.fresh)
	setText(s.expiry, v.Invite.Expiry, toneColor(v.Invite.Tone))
	s.box.SetProblem(v.Problem)
	setText(s.line, v.Line, look.ColorMuted)
	disable(!v.Can, s.meet)
}

func (s *pasteSheet) copyInvite() {
	if text, ok := s.w.deps.Host.PasteText(); ok {
		s.w.deps.CopyText(text.Reveal())
		s.w.Say("The invite is in the clipboard. Send it to one person only.")
	}
}

func (s *pasteSheet) connect() {
	if s.w.deps.Host.Paste(s.w.deps.Now(), s.typed()).Can {
		s.w.deps.GiveAnswer(s.typed())
		s.show()
	}
}

func (s *pasteSheet) close() {
	if s.open {
		s.open = false
		s.w.paste = nil
		s.dialog.Close()
	}
}
