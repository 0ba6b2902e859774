package desktop

import (
	"context"
	"fmt"
	"image"
	"os"
	"runtime"

	"fyne.io/fyne/v2"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/record"
	"echopath/app/runner"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// makeHost makes the state of hosting and of being a guest.
func (d *desk) makeHost() {
	name, _ := os.Hostname() // without one, guests see none
	d.host = model.NewHost(model.Units{Mbit: d.settings.Mbit}, name)
	if d.settings.Host != nil {
		d.host.SetForm(*d.settings.Host)
	}
	d.join = model.NewJoin()
	d.model.SetJoin(d.join)
	d.video.SetJoin(d.join)
	d.network.SetJoin(d.join)
	d.guests = map[string]runner.Result{}
}

// makeHosting makes what runs a host, and what keeps the session with another one.
func (d *desk) makeHosting(post func(func())) {
	start := d.opt.StartHost
	if start == nil {
		start = func(ctx context.Context, c hosting.Config) (hosting.Host, error) {
			h, err := host.Start(ctx, c)
			if err != nil {
				return nil, err // and no host: a nil of its type would be one
			}
			return h, nil
		}
	}
	d.post = post
	d.guestFilm = &guestPictures{post: post, show: d.showGuestPictures}
	d.hosting = runner.NewHosting(runner.HostConfig{Start: start, Post: post, Started: d.hostStarted, Deliver: d.hostNews, Ended: d.hostEnded})
	d.link = runner.NewLink(runner.LinkConfig{Join: d.joinHost, Post: post, Tell: d.joinNews})
}

// startHost hosts by the form. The view asks only for a form that was checked.
func (d *desk) startHost() {
	checked := d.host.Checked()
	if checked.Problem != "" || d.hosting.Busy() {
		return
	}
	c := checked.Config
	c.Screens = d.guestFilm.screen
	c.Version, c.OS = d.opt.Version, runtime.GOOS+"/"+runtime.GOARCH
	keep := record.Keep{Results: d.settings.KeepResults}
	var err error
	if keep.Dir, err = d.settings.Results(); err != nil {
		keep.Results = false
	}
	clear(d.guests)
	d.host.Begin()
	d.saveSettings()
	if err := d.hosting.Start(c, keep); err != nil {
		d.host.Stopped(err)
	}
	d.view.Refresh()
}

// stopHost ends hosting. If runs of guests go on it asks, once.
func (d *desk) stopHost() {
	if !d.hosting.Busy() {
		return
	}
	n := d.host.Active()
	if n == 0 || d.asking {
		d.stopHosting()
		return
	}
	d.asking = true
	d.view.Ask("Stop hosting?", endingRuns(n), "Stop hosting", "Go on", func() bool { return d.host.Active() > 0 }, func(yes bool) {
		d.asking = false
		if yes {
			d.stopHosting()
		}
	})
}

// endingRuns says what becomes of so many runs of guests.
func endingRuns(n int) string {
	const kept = "What was measured until now is kept."
	if n == 1 {
		return "The run of a guest is under way or in the queue. It ends, and the guest is told. " + kept
	}
	return fmt.Sprintf("%d runs of guests are under way or in the queue. They end, and the guests are told. ", n) + kept
}

func (d *desk) stopHosting() {
	if !d.hosting.Busy() {
		return
	}
	d.host.Stopping()
	d.hosting.Stop()
	d.view.Refresh()
}

// hostStarted asks for the first invite.
func (d *desk) hostStarted() {
	d.host.Started()
	d.newInvite()
	d.view.Refresh()
}

// newInvite makes an invite for one guest, valid as long as the host finds usual.
func (d *desk) newInvite() {
	d.host.Asking()
	d.hosting.Invite(1, 0, func(i invite.Invite, err error) {
		if err == nil {
			err = d.invited(i)
		}
		if err != nil {
			d.host.InviteFailed(err)
		}
		d.view.Refresh()
	})
}

func (d *desk) invited(i invite.Invite) error {
	text, err := i.Text()
	if err != nil {
		return err
	}
	link, err := i.Link()
	if err != nil {
		return err
	}
	d.host.Invited(netcheck.Secret(text), netcheck.Secret(link), i.Room, i.Expiry)
	return nil
}

// pasteInvite makes an invite by copy and paste, which may take some seconds.
func (d *desk) pasteInvite() {
	d.host.PasteAsking()
	d.hosting.InviteByPaste(0, func(i invite.Invite, err error) {
		var text string
		if err == nil {
			text, err = i.Text()
		}
		if err != nil {
			d.host.PasteFailed(err)
		} else {
			d.host.PasteInvited(netcheck.Secret(text), i.Room, i.Expiry)
		}
		d.view.Refresh()
	})
	d.view.Refresh()
}

// giveAnswer hands the text that a guest has sent back to the host.
func (d *desk) giveAnswer(text string) {
	d.host.Answering()
	d.hosting.Answer(text, func(err error) {
		d.host.Answered(err)
		d.view.Refresh()
	})
	d.view.Refresh()
}

// hostNews takes what has happened at the host since the last time.
func (d *desk) hostNews(n runner.HostNews) {
	said := ""
	for _, e := range n.Events {
		d.host.Apply(e)
		switch e.Kind {
		case hosting.EventGuestLeft, hosting.EventGuestAway, hosting.EventGuestBack:
			said, _ = present.HostEventLine(e)
		}
		if e.Kind == hosting.EventGuestWaiting {
			d.notifyWaiting(e)
		}
	}
	for _, r := range n.Runs {
		d.host.ApplyRun(r.Guest, r.Run, r.Events, r.Now)
		if r.Result != nil {
			d.guests[r.Guest] = *r.Result
			d.host.EndRun(r.Guest, r.Run, model.Outcome{Folder: r.Result.Folder, Saved: r.Result.Saved, SaveErr: r.Result.SaveErr})
		}
	}
	if n.Snapshot != nil {
		d.host.SetSnapshot(*n.Snapshot)
	}
	d.followGuest()
	for id := range d.guests {
		if d.host.GuestName(id) == "" {
			delete(d.guests, id)
		}
	}
	d.view.Refresh()
	if said != "" {
		d.view.Say(said) // after it: what is said is over when another guest comes
	}
}

// followGuest has the pictures of the chosen guest's call shown, and no others.
func (d *desk) followGuest() {
	_, run, _ := d.host.Film()
	guest := d.host.CallOf()
	if guest == "" {
		run = ""
	}
	d.guestFilm.choose(guest, run)
}

func (d *desk) showGuestPictures(own, guest *image.RGBA) {
	d.shown++
	d.view.ShowGuestPictures(own, guest)
}

// notifyWaiting tells the desktop of a guest that waits while nobody looks.
func (d *desk) notifyWaiting(e hosting.Event) {
	if !d.behind || !d.settings.Notify {
		return
	}
	text, _ := present.HostEventLine(e)
	d.app.SendNotification(fyne.NewNotification("Echopath: a guest waits", text))
}

// hostEnded takes the end of a host.
func (d *desk) hostEnded(err error) {
	d.host.Stopped(err)
	d.view.Refresh()
}

// guest has something done about a guest; what goes wrong is said in the status bar: mostly the guest has left meanwhile.
func (d *desk) guest(work func(hosting.Host) error) {
	d.hosting.Do(work, func(err error) {
		if err != nil {
			d.view.Say(err.Error())
		}
		d.view.Refresh()
	})
}

// The words that guests get who are turned away or removed.
const (
	refusedText = "The person at the host did not let you in."
	removedText = "The person at the host has ended your session."
)

func (d *desk) acceptGuest(id string) {
	d.guest(func(h hosting.Host) error { return h.Accept(id) })
}

func (d *desk) refuseGuest(id string) {
	d.guest(func(h hosting.Host) error { return h.Refuse(id, refusedText) })
}

func (d *desk) removeGuest(id string) {
	d.guest(func(h hosting.Host) error { return h.Remove(id, removedText) })
}

// guestsToo says in the question of a running test what becomes of guests.
func (d *desk) guestsToo() string {
	if n := d.host.Guests(); n > 0 {
		return " You are hosting, too: the session of " + present.Counted(n, "guest") + " ends."
	}
	return ""
}

// quitHosting asks before the window closes on guests.
func (d *desk) quitHosting() {
	n := d.host.Guests()
	d.view.Ask("You are hosting", "Close and end the session of "+present.Counted(n, "guest")+"? They are told, and what they measured until now is kept.",
		"Stop hosting and close", "Go on", func() bool { return d.host.Guests() > 0 }, func(yes bool) {
			d.asking = false
			if yes {
				d.app.Quit() // the host is closed, and waited for, behind the last frame
			}
		})
}
