// Package wire joins the terminal front end with what runs its plans and its hosts.
//
// It owns nothing but that wiring, which both programs share.
package wire

import (
	"context"

	"echopath/app/cli"
	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/app/session/identity"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// Deps are those of a program of this name and version.
func Deps(name, version string) cli.Deps {
	return cli.Deps{
		Name:       name,
		Version:    version,
		NoVideo:    session.NoVideo(),
		LongProbes: session.LongProbes(),
		Beside:     cli.WithVideo,
		Run: func(ctx context.Context, job cli.Job, observe netcheck.Observer) (netcheck.Report, error) {
			opt := options(job, version)
			who := identityFor(job.Plan)
			defer who.Release()
			opt.Join.Identity = who.ID
			return session.Run(ctx, job.Plan, opt, observe)
		},
		Host: func(ctx context.Context, c hosting.Config) (hosting.Host, error) {
			h, err := host.Start(ctx, c)
			if err != nil { // a nil *host.Host would be a Host that is not nil
				return nil, err
			}
			return h, nil
		},
	}
}

// identityFor is who this computer is to the host of a plan's invite: the same guest each time that the program is started. Where that can
// not be kept it is another one each time, and an invite for one use says so soon enough.
func identityFor(plan netcheck.Plan) *identity.Taken {
	dir, err := identity.DefaultDir()
	if plan.Target.Kind != netcheck.TargetInvite || err != nil {
		return &identity.Taken{}
	}
	i, err := invite.Parse(plan.Target.Invite.Reveal())
	if err != nil {
		return &identity.Taken{} // the session says what is wrong with it
	}
	who, _ := identity.Store{Dir: dir}.Take(i)
	return who
}

// options are what a job means to a session.
func options(job cli.Job, version string) session.Options {
	opt := session.Options{Version: version}
	if job.Record != "" {
		opt.Record = &session.Recording{File: job.Record, Sent: job.RecordSent}
	}
	opt.Join = session.JoinOptions{Name: job.Name, Version: version, Interface: job.Plan.Interface, Standing: job.Standing, Only: job.Signaling,
		Paste: job.Paste, Servers: job.Plan.Target.Servers}
	return opt
}
