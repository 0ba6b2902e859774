package view

import (
	"fyne.io/fyne/v2"

	"echopath/app/model"
)

// formActions are what the header of a screen that measures does.
func (w *Window) formActions(t Trial, options func()) formActions {
	return formActions{changed: func() { w.edited(t) }, servers: w.editServers, options: options, startStop: w.startStop,
		connect: w.connect, paste: w.deps.PasteText, focus: w.focus}
}

// connect comes to the other Echopath, or leaves it.
func (w *Window) connect() {
	w.hideTips()
	switch w.deps.Join.Phase() {
	case model.JoinNone, model.JoinGone:
		w.deps.Connect()
	case model.JoinReaching, model.JoinWaiting, model.JoinIn, model.JoinLeaving:
		w.deps.Disconnect()
	}
}

// hostActions are what the buttons of the screen "Host" do.
func (w *Window) hostActions() hostActions {
	run := func(a func(*actions) *action) func() { return func() { a(w.actions).run() } }
	return hostActions{
		changed: w.HostChanged, more: w.editHostOptions, startStop: w.startStopHost,
		newInvite:   run(func(a *actions) *action { return a.newInvite }),
		pasteInvite: run(func(a *actions) *action { return a.pasteInvite }),
		copyInvite:  run(func(a *actions) *action { return a.copyInvite }),
		copyLink:    run(func(a *actions) *action { return a.copyLink }),
		qr:          run(func(a *actions) *action { return a.showQR }),
		copyPorts:   run(func(a *actions) *action { return a.copyPorts }),
		accept:      w.acceptGuest, refuse: w.refuseGuest, remove: w.removeGuest,
		selected: func(string) { w.Refresh() },
	}
}

// acceptGuest and refuseGuest take the tip of the button away: what it says is not so any more.
func (w *Window) acceptGuest(id string) {
	w.hideTips()
	w.deps.AcceptGuest(id)
}

func (w *Window) refuseGuest(id string) {
	w.hideTips()
	w.deps.RefuseGuest(id)
}

// HostChanged takes over a form of the screen "Host", or addresses of this computer, that were changed elsewhere.
func (w *Window) HostChanged() {
	w.host.form.load()
	w.Refresh()
}

func (w *Window) editHostOptions() { showHostOptions(w.win, w.deps, w.HostChanged) }

func (w *Window) startStopHost() {
	w.hideTips()
	if w.deps.Host.Phase().Busy() {
		w.deps.StopHost()
		return
	}
	w.deps.StartHost()
}

// removeGuest asks first: a run of the guest would end.
func (w *Window) removeGuest(id string) {
	w.hideTips()
	w.Ask("Remove this guest?", w.deps.Host.GuestName(id)+" is told that you ended its session, and its run ends. What it measured until now is kept.",
		"Remove", "Keep", func() bool { return w.deps.Host.IsHere(id) }, func(yes bool) {
			if yes {
				w.deps.RemoveGuest(id)
			}
		})
}

// hostMenu makes the actions of the screen "Host". They work on every screen.
func (w *Window) hostMenu(a *actions) {
	h := w.deps.Host
	a.hostStart = &action{name: "Start or stop hosting", shortcut: key(fyne.KeyH, ctrlShift), enabled: func() (bool, string) { return w.hosting.CanAct, w.hosting.ActWhy },
		checked: func() bool { return h.Phase().Busy() },
		do: func() {
			w.show(screenHost)
			w.startStopHost()
		}}
	a.hostMore = &action{name: "More about hosting…", shortcut: key(fyne.KeyM, ctrl), do: w.editHostOptions,
		enabled: func() (bool, string) { return h.Phase() == model.HostOff, "Stop hosting first." }}
	a.newInvite = &action{name: "New invite", shortcut: key(fyne.KeyN, ctrl), do: w.deps.NewInvite,
		enabled: func() (bool, string) { return w.hosting.Invite.CanNew, "Start hosting first." }}
	a.pasteInvite = &action{name: "Invite by copy and paste…", shortcut: key(fyne.KeyV, ctrlShift), do: w.openPaste,
		enabled: func() (bool, string) { return h.Phase() == model.HostOn, "Start hosting first." }}
	invited := func() (bool, string) { return w.hosting.Invite.Can, w.hosting.Invite.Why }
	a.copyInvite = &action{name: "Copy invite", shortcut: key(fyne.KeyI, ctrlShift), enabled: invited, do: func() { w.copyInvite(false) }}
	a.copyLink = &action{name: "Copy link of the invite", shortcut: key(fyne.KeyL, ctrlShift), enabled: invited, do: func() { w.copyInvite(true) }}
	a.showQR = &action{name: "Invite as a QR code…", shortcut: key(fyne.KeyQ, ctrlShift), enabled: invited, do: func() { showQR(w.win, h) }}
	a.copyPorts = &action{name: "Copy ports for the firewall team", shortcut: key(fyne.KeyP, ctrlShift), do: w.copyPorts,
		enabled: func() (bool, string) { return len(w.hosting.Ports) > 0, "Start hosting first." }}
	w.guestActions(a)
}

// guestActions are about the guest that waits, if one does, else about the one that is selected.
func (w *Window) guestActions(a *actions) {
	h := w.deps.Host
	waits := func() (bool, string) { return h.Waiting() != "", "No guest waits." }
	a.accept = &action{name: "Accept the guest that waits", shortcut: key(fyne.KeyY, ctrlShift), enabled: waits, do: func() { w.acceptGuest(h.Waiting()) }}
	a.refuse = &action{name: "Refuse the guest that waits", shortcut: key(fyne.KeyN, ctrlShift), enabled: waits, do: func() { w.refuseGuest(h.Waiting()) }}
	a.remove = &action{name: "Remove the selected guest…", shortcut: key(fyne.KeyBackspace, ctrlShift), do: func() { w.removeGuest(h.Selected()) },
		enabled: func() (bool, string) { return w.hosting.May.Remove, w.hosting.May.RemoveWhy }}
}

func (w *Window) copyInvite(link bool) {
	text, address, ok := w.deps.Host.Invite()
	if !ok {
		return
	}
	if link {
		text = address
	}
	w.deps.CopyText(text.Reveal())
	w.Say("The invite is in the clipboard. Send it to one person only.")
}

func (w *Window) copyPorts() {
	w.deps.CopyText(w.deps.Host.Firewall())
	w.Say("The list of ports is in the clipboard, as text for the firewall team.")
}
