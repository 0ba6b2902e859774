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
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// joinLine is the line of the header by which a person comes to another Echopath: the invite, a button, and how things stand. It is
// there only while that is the target.
type joinLine struct {
	object  fyne.CanvasObject
	invite  *widgets.Entry
	paste   *widgets.Button
	connect *widgets.Button
	mark    *widgets.MarkText
	line    oneLine

	shown   model.JoinView
	locked  bool // the entry shows whose invite it was, and not the invite
	loading bool // the entry is being filled: its answers are no input
}

const inviteWidth = 250

// newJoinLine makes the line; edited gets what is typed.
func newJoinLine(do formActions, edited func(netcheck.Secret)) *joinLine {
	j := &joinLine{mark: widgets.NewMarkText(present.Mark{Shape: "○", Tone: present.ToneFaint})}
	j.invite = widgets.NewEntry()
	j.invite.Secret = true
	j.invite.SetPlaceHolder("Paste the invite here")
	j.invite.OnChanged = func(text string) {
		if !j.loading {
			edited(netcheck.Secret(j.typed(text)))
		}
	}
	j.paste = widgets.NewButton("", theme.ContentPasteIcon(), func() { j.invite.SetText(do.paste()) })
	j.connect = widgets.NewButton("Connect", nil, do.connect)
	j.line.text = canvas.NewText("", theme.Color(look.ColorMuted))
	j.invite.OnSubmitted = func(string) {
		if j.shown.Action == "Connect" && !j.connect.Disabled() { // not to leave the host by the same key
			do.connect()
		}
	}
	left := container.New(layout.NewCustomPaddedHBoxLayout(4), widgets.TipLabel("Invite", define(present.TermInvite)),
		container.New(fixedWidth(inviteWidth), j.invite),
		widgets.Tipped(j.paste, widgets.Tip("Paste the invite from the clipboard")),
		container.New(atLeast{width: 104}, widgets.Tipped(j.connect, func() string { return j.shown.Why })),
		container.New(layout.NewCustomPaddedLayout(0, 0, 6, 0), container.NewCenter(j.mark)))
	line := widgets.Tipped(j.line.text, func() string { return j.shown.Hint })
	j.object = container.NewBorder(nil, nil, left, nil, container.New(&j.line, line))
	j.object.Hide()
	return j
}

// load puts the form's invite into the entry.
func (j *joinLine) load(text netcheck.Secret) {
	if j.locked || j.invite.Text == text.Reveal() {
		return
	}
	j.set(text.Reveal())
}

// typed is what a person has put into the entry: where it shows whose invite it was, only what was added to that, since what is shown
// is no invite.
func (j *joinLine) typed(text string) string {
	if !j.locked {
		return text
	}
	j.locked = false
	return strings.TrimSpace(strings.Replace(text, j.shown.Shown, "", 1))
}

func (j *joinLine) set(text string) {
	j.loading = true
	defer func() { j.loading = false }()
	j.invite.SetText(text)
}

// show brings the line in line with the state; on tells that another Echopath is the target.
func (j *joinLine) show(v model.JoinView, on bool, text netcheck.Secret) {
	setVisible(j.object, on)
	if !on {
		return
	}
	j.shown = v
	if hide := v.Shown != ""; hide != j.locked || hide && j.invite.Text != v.Shown {
		j.locked = hide
		if hide {
			j.set(v.Shown)
		} else {
			j.set(text.Reveal())
		}
	} else if !hide && j.invite.Text != text.Reveal() {
		j.set(text.Reveal())
	}
	disable(v.Locked, j.invite, j.paste)
	if j.connect.Text != v.Action {
		j.connect.SetText(v.Action)
	}
	disable(!v.CanAct, j.connect)
	j.mark.Set(v.Mark)
	j.line.set(v.Line, lineColor(v.Mark.Tone))
}

// lineColor is that of a line of text beside a mark.
func lineColor(t present.Tone) fyne.ThemeColorName {
	if t == present.TonePoor {
		return look.ColorPoor
	}
	return look.ColorMuted
}
