package desktop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/model"
	"echopath/app/record"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/app/view"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// trialModel is what the screens that measure have in common.
type trialModel interface {
	Checked() model.Checked
	Phase() model.Phase
	Begin()
	Apply(netcheck.Event)
	Stopping()
	Warn(string)
	End(model.Outcome)
}

// of is the state of a screen.
func (d *desk) of(t view.Trial) trialModel {
	switch t {
	case view.TrialVideo:
		return d.video
	case view.TrialNetwork:
		return d.network
	case view.TrialTest, view.TrialGuest:
	}
	return d.model
}

// running is the state of the screen whose run goes on, or was the last.
func (d *desk) running() trialModel { return d.of(d.trial) }

// start runs the form's plan. The view asks only for a form that was checked.
func (d *desk) start(t view.Trial) {
	checked := d.of(t).Checked()
	if checked.Problem != "" || d.runner.Busy() {
		return
	}
	granted, err := checked.Plan.Grant()
	if err != nil {
		return // the check says so already
	}
	keep := record.Keep{Results: d.settings.KeepResults}
	var homeless error
	if keep.Dir, homeless = d.settings.Results(); homeless != nil {
		keep.Results = false
	}
	d.keeps = keep.Results
	d.trial, d.results[t] = t, runner.Result{}
	d.outside.set(d.model.Form().OutsideSTUN())
	d.record = recording(checked.Record)
	d.running().Begin()
	d.view.SetNow(0)
	if homeless != nil && d.settings.KeepResults {
		d.trouble(homeless)
	}
	d.saveSettings()
	if err := d.runner.Start(checked.Plan, granted, keep); err != nil {
		d.running().End(model.Outcome{Err: err})
		d.view.Refresh()
	}
}

// recording is the form's recording as the session wants it.
func recording(r *model.Recording) *session.Recording {
	if r == nil {
		return nil
	}
	return &session.Recording{File: r.File, Sent: r.Sent}
}

// session is the runner's: it runs beside the goroutine that draws, and shows the pictures of a video while it goes on.
func (d *desk) session(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
	opt := session.Options{Version: d.opt.Version}
	if plan.Target.Kind == netcheck.TargetInvite {
		remote, err := d.link.Use(ctx, runner.Invited{Invite: plan.Target.Invite, Interface: plan.Interface})
		if err != nil {
			return netcheck.Report{}, err
		}
		opt.Remote = sessionOf(remote)
	}
	if plan.Video.On() {
		if d.record != nil {
			_ = os.MkdirAll(filepath.Dir(d.record.File), 0o755) //nolint:gosec // for others to read, as far as the umask allows; what is wrong the recorder says
		}
		d.pictures.Begin()
		defer d.pictures.End()
		opt.Screen, opt.Record = screenOf(plan, d.pictures), d.record
	}
	return d.opt.Run(ctx, plan, opt, observe)
}

func (d *desk) showPictures(s runner.Shown) {
	d.shown++
	d.view.ShowPictures(s.Sent, s.Echoed, s.Difference)
}

// stop ends the run. Its last answers are waited for, and what it measured is kept.
func (d *desk) stop() {
	if !d.runner.Busy() {
		return
	}
	d.running().Stopping()
	d.runner.Stop()
	d.view.Refresh()
}

// deliver takes what has happened since the last time.
func (d *desk) deliver(events []netcheck.Event, now time.Duration) {
	for _, e := range events {
		d.running().Apply(e)
	}
	d.view.SetNow(now)
	d.redraws++
}

// trouble tells during a run that something can not be kept.
func (d *desk) trouble(err error) {
	d.running().Warn(err.Error())
	d.view.Refresh()
}

// ended takes the end of a run.
func (d *desk) ended(r runner.Result) {
	d.results[d.trial] = r
	err := r.Err
	if r.Ran && r.Report.Ended == netcheck.EndedCancelled {
		err = nil // it was asked for
	}
	d.running().End(model.Outcome{Err: err, Folder: r.Folder, Saved: r.Saved, SaveErr: r.SaveErr})
	d.view.Refresh()
	switch {
	case d.closing && r.SaveErr == nil:
		d.app.Quit()
	case d.closing: // it would close without anybody having read where the results are
		d.closing = false
		widgets.Message(d.win, "The results could not be kept", r.SaveErr.Error()+"\n\nExport them to another place, or close Echopath again.")
	default:
		d.notify(r)
	}
}

// notify tells the desktop that a run has ended which nobody is looking at.
func (d *desk) notify(r runner.Result) {
	if !d.behind || !d.settings.Notify {
		return
	}
	text := r.Verdict.Sentence
	if !r.Ran && r.Err != nil {
		text = r.Err.Error()
	}
	title := "Echopath: the test has ended"
	if r.Verdict.Grade != netcheck.GradeUnknown {
		title = fmt.Sprintf("Echopath: %s", r.Verdict.Grade)
	}
	d.app.SendNotification(fyne.NewNotification(title, text))
}

// quit closes the window. In the middle of a run it asks, once, and says what becomes of what was measured.
func (d *desk) quit() {
	switch {
	case d.closing:
		d.app.Quit() // asked for twice: at once
	case !d.runner.Busy() && d.host.Guests() == 0:
		d.app.Quit()
	case d.asking:
	case !d.runner.Busy():
		d.asking = true
		d.quitHosting()
	default:
		d.asking = true
		kept := "What was measured until now is kept."
		if !d.keeps {
			kept = "What was measured until now is lost, since results are not kept (see Settings). To keep it: go on, stop the test, then export."
		}
		d.view.Ask("A test is running", "Stop it and close? "+kept+d.guestsToo(), "Stop and close", "Go on", d.runner.Busy, func(yes bool) {
			d.asking = false
			if !yes {
				return
			}
			if !d.runner.Busy() {
				d.app.Quit()
				return
			}
			d.closing = true
			d.stop()
		})
	}
}

// errNothing is what an export gets before anything was measured.
var errNothing = errors.New("nothing was measured yet: start a test first")
