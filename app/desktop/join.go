package desktop

import (
	"context"
	"os"
	"slices"
	"sync"
	"time"

	"echopath/app/runner"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// JoinHost comes to the host of an invite, as session.Join does.
type JoinHost func(ctx context.Context, invite netcheck.Secret, o session.JoinOptions) (runner.Remote, error)

// joinHost is the link's: it runs beside the goroutine that draws.
func (d *desk) joinHost(ctx context.Context, to runner.Invited, trace func(netcheck.StepDone), standing func(signaling.Standing), paste func(answer string)) (runner.Remote, error) {
	name, _ := os.Hostname() // without one the host shows none
	o := session.JoinOptions{Servers: d.known.outside(), Name: name, Version: d.opt.Version, Interface: to.Interface, Trace: trace, Standing: standing, Paste: paste}
	o.Identity = d.known.of(to.Invite)
	if d.opt.Join != nil {
		return d.opt.Join(ctx, to.Invite, o)
	}
	r, err := session.Join(ctx, to.Invite, o)
	if err != nil {
		return nil, err // and no session: a nil of its type would be one
	}
	d.known.keep(to.Invite, r.Identity())
	calls := r.Calls()
	d.post(func() { d.join.Calls(calls) }) // it is told before that the host was joined
	return r, nil
}

// identities remembers who this computer was to the host of an invite, so that an invite for one use lets it in again after it has left
// or lost the host. It lasts as long as the window.
type identities struct {
	mu     sync.Mutex
	invite netcheck.Secret
	own    [32]byte
	stun   []netcheck.ICEServer // outside servers by which this computer may be found
}

// of gives who this computer was by an invite; zero if it was not there.
func (i *identities) of(invite netcheck.Secret) [32]byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.invite != invite {
		return [32]byte{}
	}
	return i.own
}

func (i *identities) keep(invite netcheck.Secret, own [32]byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.invite, i.own = invite, own
}

// tick has the clock of the answer's sheet go on while it is open.
func (d *desk) tick() {
	_ = runner.Go(d.jobs, "clock", func(ctx context.Context) (struct{}, error) { // an error: one is under way
		second := time.NewTimer(time.Second)
		defer second.Stop()
		select {
		case <-second.C:
		case <-ctx.Done():
		}
		return struct{}{}, ctx.Err()
	}, func(_ struct{}, err error) {
		if err == nil && d.join.AnswerView(time.Now()).Open {
			d.view.Refresh()
			d.tick()
		}
	})
}

// outside gives the outside servers that were set last.
func (i *identities) outside() []netcheck.ICEServer {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.stun)
}

func (i *identities) setOutside(servers []netcheck.ICEServer) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stun = servers
}

// connect comes to the host of the form's invite.
func (d *desk) connect() {
	plan := d.model.Checked().Plan
	if plan.Target.Kind != netcheck.TargetInvite || plan.Target.Invite == "" {
		return
	}
	d.known.setOutside(d.model.Form().OutsideSTUN())
	if err := d.link.Connect(runner.Invited{Invite: plan.Target.Invite, Interface: plan.Interface}); err != nil {
		d.view.Say(err.Error())
	}
	d.view.Refresh()
}

// disconnect leaves the host, or gives up reaching it.
func (d *desk) disconnect() {
	d.join.Leaving()
	d.link.Leave()
	d.view.Refresh()
}

// joinNews takes what has happened with the host.
func (d *desk) joinNews(n runner.LinkNews) {
	switch {
	case n.Reaching:
		d.join.By(d.model.Form().Invite)
		d.join.Begin()
	case n.Step != nil:
		d.join.Step(*n.Step)
	case n.Standing != nil:
		d.join.Standing(*n.Standing)
	case n.Answer != "":
		d.join.Answer(n.Answer)
		d.tick()
	case n.Joined != nil:
		d.join.Joined(*n.Joined)
	case n.Gone != nil:
		d.join.Gone(n.Gone)
	case n.Left:
		d.join.Left()
	}
	d.view.Refresh()
}
