package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"

	"echopath/internal/ifaces"
	"echopath/internal/pace"
	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/loss"
	"echopath/netcheck/natprobe"
	"echopath/netcheck/network"
	"echopath/netcheck/rtc"
)

// Options are what a session gets from its front end.
type Options struct {
	Version string       // of the program, for the report
	Logger  *slog.Logger // nil: no log
	// Screen sees the pictures of the video probe; nil: nobody looks.
	Screen netcheck.Screen
	// Record, if set, keeps the video of the plan as WebM.
	Record *Recording
	// Remote is the session with the host of a plan with the target invite. Without one Run joins by the plan's invite, and leaves
	// at the end.
	Remote *Remote
	// Join is for that; its Version is this one's.
	Join JoinOptions
}

// Recording tells where the video is to be kept.
type Recording struct {
	// File is the name of the file, with or without .webm. With several paths each gets one of its own: NAME-PATH.webm.
	File string
	Sent bool // the pictures as they were sent; otherwise as they came back
}

// Run executes the plan with real sockets. See netcheck.Run for the order of events and the meaning of the error. Before the
// first event the error may also be a *netcheck.PlanError about the interface, or tell that the embedded server could not
// start.
func Run(ctx context.Context, plan netcheck.Plan, opt Options, observe netcheck.Observer) (_ netcheck.Report, err error) {
	granted, err := plan.Grant()
	if err != nil {
		return netcheck.Report{}, err
	}
	self := plan.Target.Kind == netcheck.TargetSelf || plan.Target.Kind == netcheck.TargetUnknown
	if err := ifaces.Check(plan.Interface, self); err != nil {
		return netcheck.Report{}, &netcheck.PlanError{Err: err}
	}
	source, err := openSource(ctx, granted.Video)
	if err != nil {
		return netcheck.Report{}, err
	}
	defer closeSource(source, &err)
	deps := netcheck.Deps{
		Network: network.New(dialerFrom), Clock: pace.Clock{}, AppVersion: opt.Version, OS: runtime.GOOS + "/" + runtime.GOARCH,
		Probes: (&probes{options: opt, source: source}).stages,
	}
	if plan.Target.Kind == netcheck.TargetInvite {
		return runRemote(ctx, plan, opt, deps, observe)
	}
	prober := &natprobe.Prober{Dialer: dialerFrom}
	deps.Connector = &rtc.Connector{
		Respond:  echo.Responder{}.Serve,
		Diagnose: prober.Diagnose,
		Dialer:   dialerFrom,
		Logger:   opt.Logger,
	}
	if self {
		own, startErr := startOwn(ctx, &plan, opt.Logger)
		if startErr != nil {
			return netcheck.Report{}, startErr
		}
		defer func() {
			if closeErr := own.Close(); closeErr != nil && err == nil {
				err = fmt.Errorf("stop the embedded server: %w", closeErr)
			}
		}()
		deps.Connector = ownConnector{deps.Connector, own.server.SocketDrops}
	}
	return netcheck.Run(ctx, plan, deps, observe)
}

// spool is a temporary file that goes with its last use.
type spool struct {
	*os.File
	unlinked bool
}

// newSpool makes the file and unlinks it at once where the system allows that, so that not even a killed run leaves it behind.
func newSpool() (loss.Spool, error) {
	f, err := os.CreateTemp("", "echopath-packets-*")
	if err != nil {
		return nil, err
	}
	return spool{f, os.Remove(f.Name()) == nil}, nil
}

// Close closes the file, and removes it if it is still there.
func (s spool) Close() error {
	err := s.File.Close()
	if s.unlinked {
		return err
	}
	return errors.Join(err, os.Remove(s.Name()))
}
