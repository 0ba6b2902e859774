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
	"echopath/netcheck"
)

// Deps are those of a program of this name and version.
func Deps(name, version string) cli.Deps {
	return cli.Deps{
		Name:    name,
		Version: version,
		NoVideo: session.NoVideo(),
		Run: func(ctx context.Context, job cli.Job, observe netcheck.Observer) (netcheck.Report, error) {
			return session.Run(ctx, job.Plan, options(job, version), observe)
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

// options are what a job means to a session.
func options(job cli.Job, version string) session.Options {
	opt := session.Options{Version: version}
	if job.Record != "" {
		opt.Record = &session.Recording{File: job.Record, Sent: job.RecordSent}
	}
	opt.Join = session.JoinOptions{Name: job.Name, Version: version, Interface: job.Plan.Interface, Standing: job.Standing, Only: job.Signaling}
	return opt
}
