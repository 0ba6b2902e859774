package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
)

// inviteCard is what somebody who hosts gives to others: the invite to the guest, the ports to the firewall team. Before hosting it says
// how that goes.
type inviteCard struct {
	object fyne.CanvasObject
	model  *model.Host

	before, now *fyne.Container // what stands there while nothing is hosted, and while something is
	text        *widgets.CopyText
	expiry      *canvas.Text
	copy, link  *widgets.Button
	qr, fresh   *widgets.Button
	paste       *widgets.Button
	ports       *widgets.SectionView
	copyPorts   *widgets.Button
	shown       model.HostView
}

// The steps of hosting, for somebody who does it for the first time.
var hostSteps = []string{
	"Start hosting. This computer then listens on the chosen address, and on no other, until you stop.",
	"Send the invite to the person at the other end, by mail or chat, or let them scan it. It is for one guest, and for ten minutes.",
	"There, in Echopath, the target “Another Echopath” takes the invite. In the terminal, with the invite in a file: echopath check --target @FILE. With --target - it is pasted and ended by Enter.",
	"Let the guest in. Its test then shows here, live: every packet crosses the network between you two.",
}

func newInviteCard(m *model.Host, do hostActions) *inviteCard {
	c := &inviteCard{model: m}
	c.text = widgets.NewCopyText(func() string {
		text, _, _ := m.Invite()
		return text.Reveal()
	})
	c.expiry = canvas.NewText("", theme.Color(look.ColorMuted))
	c.copy = widgets.NewButton("Copy invite", theme.ContentCopyIcon(), do.copyInvite)
	c.link = widgets.NewButton("Copy link", nil, do.copyLink)
	c.qr = widgets.NewButton("QR code…", nil, do.qr)
	c.fresh = widgets.NewButton("New invite", nil, do.newInvite)
	c.paste = widgets.NewButton("Invite by copy and paste…", nil, do.pasteInvite)
	c.copyPorts = widgets.NewButton("Copy ports", theme.ContentCopyIcon(), do.copyPorts)
	c.ports = widgets.NewSectionView()
	why := func(purpose string) func() string {
		return func() string {
			if c.shown.Invite.Can {
				return purpose
			}
			return c.shown.Invite.Why
		}
	}
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(4),
		widgets.Tipped(c.copy, why("Copy the invite. It is a secret: send it to one person only")),
		widgets.Tipped(c.link, why("Copy the invite as a link that begins with echopath:")),
		widgets.Tipped(c.qr, why("Show the invite for a camera")),
		widgets.Tipped(c.fresh, widgets.Tip("Make another invite, for the next guest. The ones before stay until they are used or expire")))
	head := container.NewBorder(nil, nil, widgets.TipLabel("Invite", define(present.TermInvite)), nil, c.text)
	left := container.New(layout.NewCustomPaddedVBoxLayout(4), head, buttons, container.New(layout.NewCustomPaddedLayout(2, 4, theme.InnerPadding(), 0), c.expiry),
		container.New(layout.NewCustomPaddedHBoxLayout(4), widgets.Tipped(c.paste, widgets.Tip("For a guest that can not reach this computer by any TCP connection: two texts are carried by hand")),
			widgets.Tipped(c.copyPorts, widgets.Tip("Copy the list of ports as text for the firewall team"))))
	c.now = container.New(sideBySide{}, left, c.ports)
	c.before = container.NewVBox()
	for i, step := range hostSteps {
		number := widget.NewLabel(count(i+1) + ".")
		number.TextStyle.Bold = true
		c.before.Add(container.NewBorder(nil, nil, container.NewVBox(number), nil, paragraph(step, theme.ColorNameForeground, false)))
	}
	c.object = container.NewStack(container.NewVScroll(container.New(readable{720}, c.before)), c.now)
	c.show(m.View(noTime))
	return c
}

// show brings the card in line with the state.
func (c *inviteCard) show(v model.HostView) {
	c.shown = v
	on := v.Phase.Busy()
	setVisible(c.object.(*fyne.Container).Objects[0], !on)
	setVisible(c.now, on)
	c.text.Set(v.Invite.Short, v.Invite.Why)
	disable(!v.Invite.Can, c.copy, c.link, c.qr)
	disable(!v.Invite.CanNew, c.fresh)
	disable(v.Phase != model.HostOn, c.paste)
	disable(len(v.Ports) == 0, c.copyPorts)
	setText(c.expiry, v.Invite.Expiry, toneColor(v.Invite.Tone))
	c.ports.SetSections(portSections(v.Ports))
}

func toneColor(t present.Tone) fyne.ThemeColorName {
	switch t {
	case present.TonePoor:
		return look.ColorPoor
	case present.ToneFair:
		return look.ColorFair
	case present.ToneNone, present.ToneGood, present.ToneFaint:
	}
	return look.ColorMuted
}

func portSections(ports []model.HostPort) []model.Section {
	if len(ports) == 0 {
		return nil
	}
	s := model.Section{Columns: []string{"Protocol", "Port to open", "What for"}}
	for _, p := range ports {
		s.Rows = append(s.Rows, []model.Cell{{Text: p.Protocol}, {Text: p.Ports}, {Text: p.Why}})
	}
	return []model.Section{s}
}

// sideBySide puts its two objects beside each other where there is room for both, else one below the other.
type sideBySide struct{}

// besideFrom is the width from which there is room.
const besideFrom = 760

// Layout implements fyne.Layout.
func (sideBySide) Layout(o []fyne.CanvasObject, size fyne.Size) {
	if size.Width >= besideFrom {
		left := o[0].MinSize().Width
		place(o[0], 0, 0, left, size.Height)
		place(o[1], left+3*gap, 0, size.Width-left-3*gap, size.Height)
		return
	}
	top := o[0].MinSize().Height
	place(o[0], 0, 0, size.Width, top)
	place(o[1], 0, top+2*gap, size.Width, size.Height-top-2*gap)
}

// MinSize implements fyne.Layout.
func (sideBySide) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(o[0].MinSize().Width, o[1].MinSize().Width), o[0].MinSize().Height)
}

// showQR opens the sheet with the link of the newest invite as a QR code.
func showQR(win fyne.Window, m *model.Host) {
	_, link, ok := m.Invite()
	if !ok {
		return
	}
	const side = 340
	code, err := widgets.NewQRCode(link.Reveal(), side)
	if err != nil {
		widgets.Message(win, "No QR code", "The invite is too long for a QR code: it names many addresses. Send it as text instead.")
		return
	}
	note := widget.NewLabel("Whoever scans this can come in. It opens Echopath, or can be pasted as the invite.")
	note.Wrapping = fyne.TextWrapWord
	d := widgets.NewDialog(win, "Invite as a QR code", container.New(fixedWidth(side+40), container.NewVBox(container.NewCenter(code), note)))
	d.SetDefault(d.AddButton("Close", d.Close))
	d.Show()
}
