package desktop

import (
	"context"
	"os"
	"time"

	"echopath/app/runner"
	"echopath/app/session"
	"echopath/app/session/identity"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// JoinHost comes to the host of an invite, as session.Join does.
type JoinHost func(ctx context.Context, invite netcheck.Secret, o session.JoinOptions) (runner.Remote, error)

// joinHost is the link's: it runs beside the goroutine that draws.
func (d *desk) joinHost(ctx context.Context, to runner.Invited, trace func(netcheck.StepDone), standing func(signaling.Standing), paste func(answer string)) (runner.Remote, error) {
	name, _ := os.Hostname() // without one the host shows none
	who := d.known.take(to.Invite)
	r, err := d.reach(ctx, to.Invite, session.JoinOptions{Servers: d.outside.get(), Name: name, Version: d.opt.Version, Interface: to.Interface,
		Trace: trace, Standing: standing, Paste: paste, Identity: who.ID})
	if err != nil {
		who.Release()
		return nil, err
	}
	return &guestSession{r, who}, nil
}

// reach comes to the host.
func (d *desk) reach(ctx context.Context, to netcheck.Secret, o session.JoinOptions) (runner.Remote, error) {
	if d.opt.Join != nil {
		return d.opt.Join(ctx, to, o)
	}
	r, err := session.Join(ctx, to, o)
	if err != nil {
		return nil, err // and no session: a nil of its type would be one
	}
	calls := r.Calls()
	d.post(func() {
		d.join.Calls(calls)
		d.view.Refresh()
	})
	return r, nil
}

// guestSession is a session with a host under an identity, which other programs must not use as long as it lasts.
type guestSession struct {
	runner.Remote
	who *identity.Taken
}

// Close implements runner.Remote.
func (g *guestSession) Close() error {
	defer g.who.Release()
	return g.Remote.Close()
}

// sessionOf is the session itself, for a run over it; nil if it is not one of this program's own.
func sessionOf(r runner.Remote) *session.Remote {
	if g, ok := r.(*guestSession); ok {
		r = g.Remote
	}
	s, _ := r.(*session.Remote)
	return s
}

// connect comes to the host of the form's invite.
func (d *desk) connect() {
	plan := d.model.Checked().Plan
	if plan.Target.Kind != netcheck.TargetInvite || plan.Target.Invite == "" {
		return
	}
	d.outside.set(d.model.Form().OutsideSTUN())
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
