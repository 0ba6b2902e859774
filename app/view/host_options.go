package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
)

// hostOptions is the sheet with what a host on a plain network does not need. What is typed takes effect at once; cancelling puts the
// form back as it was.
type hostOptions struct {
	model   *model.Host
	changed func()
	before  model.HostForm
	dialog  *widgets.Dialog
	boxes   map[model.Field]*widgets.FieldBox
	stun    *widgets.Entry
}

// showHostOptions opens the sheet.
func showHostOptions(win fyne.Window, m *model.Host, changed func()) {
	o := &hostOptions{model: m, changed: changed, before: m.Form(), boxes: map[model.Field]*widgets.FieldBox{}}
	ports, first := o.ports()
	content := container.New(fixedWidth(680), container.NewVBox(ports, o.addresses(), o.servers(), o.candidates()))
	o.dialog = widgets.NewDialog(win, "More about hosting", content)
	o.dialog.AddButton("Cancel", o.cancel)
	o.dialog.SetDefault(o.dialog.AddButton("Done", o.dialog.Close))
	o.dialog.SetOnCancel(o.cancel)
	o.dialog.SetFirst(first)
	o.check()
	o.dialog.Show()
}

func (o *hostOptions) cancel() {
	o.model.SetForm(o.before)
	o.dialog.Close()
	o.changed()
}

func (o *hostOptions) ports() (fyne.CanvasObject, *widgets.Entry) {
	f := o.model.Form()
	tls, first := o.entry(model.FieldTLSPort, "TLS port", f.TLSPort, "443, else 5349", "TCP. Invites lead to it, and TURN over TLS. Port 443 passes most firewalls, but may need rights that this program has not.",
		func(h *model.HostForm, s string) { h.TLSPort = s })
	udp, _ := o.entry(model.FieldUDPPort, "UDP port", f.UDPPort, "3478", "STUN and TURN over UDP.", func(h *model.HostForm, s string) { h.UDPPort = s })
	tcp, _ := o.entry(model.FieldTCPPort, "TCP port", f.TCPPort, "3478", "TURN over TCP.", func(h *model.HostForm, s string) { h.TCPPort = s })
	peers, _ := o.entry(model.FieldPeerPorts, "Peer ports", f.PeerPorts, "chosen by itself", "UDP ports of relays and of the echo peer, for example 49152-49407. The firewall must let them in for direct and STUN paths.",
		func(h *model.HostForm, s string) { h.PeerPorts = s })
	return container.NewGridWithColumns(4, tls, udp, tcp, peers), first
}

func (o *hostOptions) addresses() fyne.CanvasObject {
	f := o.model.Form()
	public, _ := o.entry(model.FieldPublic, "Public address", f.Public, "none", present.Define(present.TermOneToOne)+" Give the address under which it shows this computer.",
		func(h *model.HostForm, s string) { h.Public = s })
	more, _ := o.entry(model.FieldAnnounce, "More addresses for the invite", f.Announce, "host.example.com, 198.51.100.7:8443",
		"Names or addresses by which guests reach this computer as well, for example a port that a router forwards. They come first in the invite.",
		func(h *model.HostForm, s string) { h.Announce = s })
	return container.NewGridWithColumns(2, public, more)
}

func (o *hostOptions) servers() fyne.CanvasObject {
	o.stun = widgets.NewMultiLineEntry()
	o.stun.SetMinRowsVisible(5)
	o.stun.SetText(o.model.Form().STUN)
	o.stun.OnChanged = func(text string) { o.edit(func(f *model.HostForm) { f.STUN = text }) }
	public := widgets.NewButton("Public list", nil, func() { o.stun.SetText(model.PublicSTUN()) })
	none := widgets.NewButton("None", nil, func() { o.stun.SetText("") })
	buttons := container.NewVBox(widgets.Tipped(public, widgets.Tip("Put the public servers back. Companies run them for everybody")), widgets.Tipped(none, widgets.Tip("Ask no server outside. Guests beyond a NAT may then not find this computer on direct paths")))
	box := newBox("Outside STUN servers, one a line", container.NewBorder(nil, nil, nil, buttons, o.stun),
		"By them this computer is found behind a NAT. "+present.Define(present.TermPublicSTUN)+" None is asked before a guest starts a test.")
	o.boxes[model.FieldSTUN] = box
	return box
}

func (o *hostOptions) candidates() fyne.CanvasObject {
	check := widgets.NewCheck("Let guests name other addresses", nil)
	check.SetChecked(o.model.Form().AnyCandidate)
	check.OnChanged = func(on bool) { o.edit(func(f *model.HostForm) { f.AnyCandidate = on }) }
	return container.NewVBox(flush(check), paragraph("This computer sends test packets only to addresses from which it has itself seen a guest. That way nobody can aim it at others. "+
		"In a network that you trust, a guest with several interfaces may need this to reach its direct path.", look.ColorMuted, false))
}

// entry makes a labelled input for a field.
func (o *hostOptions) entry(field model.Field, label, text, empty, hint string, typed func(*model.HostForm, string)) (fyne.CanvasObject, *widgets.Entry) {
	e := widgets.NewEntry()
	e.SetPlaceHolder(empty)
	e.SetText(text)
	e.OnChanged = func(s string) { o.edit(func(f *model.HostForm) { typed(f, s) }) }
	box := newBox(label, e, hint)
	o.boxes[field] = box
	return box, e
}

func (o *hostOptions) edit(change func(*model.HostForm)) {
	form := o.model.Form()
	change(&form)
	o.model.SetForm(form)
	o.check()
	o.changed()
}

func (o *hostOptions) check() {
	c := o.model.Checked()
	for field, box := range o.boxes {
		box.SetProblem(c.Problems[field])
	}
}
