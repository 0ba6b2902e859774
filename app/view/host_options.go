package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// The names of what a host shows in calls.
const (
	syntheticName = "Synthetic picture"
	cameraName    = "Camera"
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
	camera  *widgets.Select
	deps    Deps
	open    bool
}

// showHostOptions opens the sheet.
func showHostOptions(win fyne.Window, deps Deps, changed func()) {
	m := deps.Host
	o := &hostOptions{model: m, deps: deps, open: true, changed: changed, before: m.Form(), boxes: map[model.Field]*widgets.FieldBox{}}
	ports, first := o.ports()
	content := container.New(fixedWidth(680), container.NewVBox(ports, o.addresses(), o.servers(), container.New(columns{1, 1}, o.pictures(), o.candidates())))
	o.dialog = widgets.NewDialog(win, "More about hosting", content)
	o.dialog.AddButton("Cancel", o.cancel)
	o.dialog.SetDefault(o.dialog.AddButton("Done", o.close))
	o.dialog.SetOnCancel(o.cancel)
	o.dialog.SetFirst(first)
	o.check()
	o.dialog.Show()
	o.listCameras()
}

func (o *hostOptions) close() {
	o.open = false
	o.dialog.Close()
}

func (o *hostOptions) cancel() {
	o.model.SetForm(o.before)
	o.close()
	o.changed()
}

func (o *hostOptions) ports() (fyne.CanvasObject, *widgets.Entry) {
	f := o.model.Form()
	tls, first := o.entry(model.FieldTLSPort, "TLS port", f.TLSPort, "443, else 5349", "TCP. Invites lead to it, and TURN over TLS. Port 443 passes most firewalls, but may need rights that this program has not.",
		func(h *model.HostForm, s string) { h.TLSPort = s })
	udp, _ := o.entry(model.FieldUDPPort, "UDP port", f.UDPPort, "3478", "STUN and TURN over UDP.", func(h *model.HostForm, s string) { h.UDPPort = s })
	tcp, _ := o.entry(model.FieldTCPPort, "TCP port", f.TCPPort, "3478", "TURN over TCP.", func(h *model.HostForm, s string) { h.TCPPort = s })
	peers, _ := o.entry(model.FieldPeerPorts, "Peer ports", f.PeerPorts, "49152-50175", "UDP ports of relays and of the echo peer, for example 49152-49407. The firewall must let them in for direct and STUN paths.",
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

// pictures is what guests see in a call.
func (o *hostOptions) pictures() fyne.CanvasObject {
	f := o.model.Form()
	kinds := newSelect([]string{syntheticName, cameraName}, nil)
	kinds.SetSelected(map[bool]string{false: syntheticName, true: cameraName}[f.Pictures == netcheck.SourceCamera])
	kinds.OnChanged = func(name string) {
		o.edit(func(h *model.HostForm) {
			if h.Pictures = netcheck.SourceSynthetic; name == cameraName {
				h.Pictures = netcheck.SourceCamera
			}
		})
	}
	o.camera = newSelect(append([]string{firstCamera}, o.model.Cameras()...), nil)
	o.camera.SetSelected(f.Camera)
	if f.Camera == "" {
		o.camera.SetSelected(firstCamera)
	}
	o.camera.OnChanged = func(name string) {
		o.edit(func(h *model.HostForm) {
			if h.Camera = name; name == firstCamera {
				h.Camera = ""
			}
		})
	}
	why := func(purpose string) func() string {
		return func() string {
			if w := o.model.PicturesWhy(); w != "" {
				return w
			}
			return purpose
		}
	}
	disable(o.model.PicturesWhy() != "", kinds)
	selects := container.New(columns{1, 1}, widgets.Tipped(kinds, why("")), widgets.Tipped(o.camera, why("Choose the camera as the picture first.")))
	box := newBox("Pictures in calls", selects, "What guests see of this computer in a two-way call: a picture that is made for it, or a camera. "+
		"No guest can switch a camera on that is not chosen here, and it runs only while a call goes on.")
	o.boxes[model.FieldHostCamera] = box
	return container.NewVBox(box) // no higher than it has to be
}

// listCameras asks for those that there are now. Some drivers take a second for that.
func (o *hostOptions) listCameras() {
	if o.deps.Cameras == nil {
		return
	}
	o.deps.Cameras(func(names []string, why string) {
		o.model.SetCameras(names, why)
		if !o.open {
			return
		}
		o.camera.Options = append([]string{firstCamera}, names...)
		o.camera.Refresh()
		o.check()
		o.changed()
	})
}

func (o *hostOptions) candidates() fyne.CanvasObject {
	check := widgets.NewCheck("Let guests name other addresses", nil)
	check.SetChecked(o.model.Form().AnyCandidate)
	check.OnChanged = func(on bool) { o.edit(func(f *model.HostForm) { f.AnyCandidate = on }) }
	tip := widgets.Tip("In a network that you trust, a guest with several interfaces may need this to reach its direct path.")
	return container.NewVBox(flush(widgets.Tipped(check, tip)), paragraph("Off: test packets go only to addresses from which this computer has itself seen a guest, so that nobody can aim it at others.",
		look.ColorMuted, false))
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
	disable(o.model.Form().Pictures != netcheck.SourceCamera || o.model.PicturesWhy() != "", o.camera)
}
