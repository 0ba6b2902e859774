package desktop

import (
	"context"
	"os"

	"echopath/app/runner"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// JoinHost comes to the host of an invite, as session.Join does.
type JoinHost func(ctx context.Context, invite netcheck.Secret, o session.JoinOptions) (runner.Remote, error)

// joinHost is the link's: it runs beside the goroutine that draws.
func (d *desk) joinHost(ctx context.Context, to runner.Invited, trace func(netcheck.StepDone), standing func(signaling.Standing)) (runner.Remote, error) {
	name, _ := os.Hostname() // without one the host shows none
	o := session.JoinOptions{Name: name, Version: d.opt.Version, Interface: to.Interface, Trace: trace, Standing: standing}
	if d.opt.Join != nil {
		return d.opt.Join(ctx, to.Invite, o)
	}
	r, err := session.Join(ctx, to.Invite, o)
	if err != nil {
		return nil, err // and no session: a nil of its type would be one
	}
	return r, nil
}

// connect comes to the host of the form's invite.
func (d *desk) connect() {
	plan := d.model.Checked().Plan
	if plan.Target.Kind != netcheck.TargetInvite || plan.Target.Invite == "" {
		return
	}
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
		d.join.Begin()
	case n.Step != nil:
		d.join.Step(*n.Step)
	case n.Standing != nil:
		d.join.Standing(*n.Standing)
	case n.Joined != nil:
		d.join.Joined(*n.Joined)
	case n.Gone != nil:
		d.join.Gone(n.Gone)
	case n.Left:
		d.join.Left()
	}
	d.view.Refresh()
}
