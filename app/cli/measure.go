package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/export"
	"echopath/netcheck/signaling"
)

// dash stands for standard output in the place of a file.
const dash = "-"

// measure is a measuring command from its flags to its exit code.
func (a *app) measure(ctx context.Context, command string, o *options) error {
	warn := func(format string, args ...any) { _, _ = fmt.Fprintf(a.err, "warning: "+format+"\n", args...) }
	if command == "video" && a.deps.NoVideo != "" {
		return errors.New("nothing was measured: " + a.noVideo())
	}
	plan, granted, err := o.plan(command, inputs{noVideo: a.deps.NoVideo, long: a.deps.LongProbes, stdin: a.stdin, env: a.env, warn: warn})
	if err != nil {
		return err
	}
	if o.json == dash && o.csv == dash {
		return wrongUse("--json - and --csv - can not both have standard output: give a file or folder to one of them")
	}
	if o.json == dash && o.firewallText.name == dash {
		return wrongUse("--json - and --firewall-text - can not both have standard output: give a file to one of them")
	}
	if err := tryRecording(o.record); err != nil {
		return err
	}
	if err := o.firewallText.try("firewall-text"); err != nil {
		return err
	}
	if err := o.answer.try(); err != nil {
		return fmt.Errorf("nothing was measured, because %w", err)
	}
	defer o.answer.remove()
	files, err := createFiles(o, granted)
	if err != nil {
		return err
	}
	defer files.Discard()
	a.deps.lastAct.set(func() {
		o.answer.remove()
		files.Abandon()
	})
	if !o.quiet && plan.Target.Kind != netcheck.TargetInvite {
		a.announce(a.err, granted, o)
	}
	report, ran, err := a.session(ctx, plan, granted, o, files)
	switch {
	case !ran && ctx.Err() != nil:
		a.code = ExitInterrupted
		return nil
	case !ran:
		return notMeasured(plan, err)
	case err != nil && report.Ended == netcheck.EndedComplete:
		warn("%s", oneLine(err.Error())) // after the measurement: the result stands
	case err != nil && report.Ended != netcheck.EndedCancelled:
		return a.endedEarly(plan, report, err, o, files)
	}
	return a.finish(report, o, files)
}

// notMeasured tells why a session did not even begin.
func notMeasured(plan netcheck.Plan, err error) error {
	var f *netcheck.Failure
	told := fmt.Errorf("nothing was measured%s: %w", codeOf(plan, err), withCause(err))
	if errors.As(err, new(*netcheck.PlanError)) { // the host never would: the command has to change
		return coded{told, ExitUsage}
	}
	if plan.Target.Kind == netcheck.TargetInvite && errors.As(err, &f) {
		return coded{told, withoutHost(f.Code)}
	}
	return told
}

// endedEarly shows and writes what was measured until a session ended, and tells why it did.
func (a *app) endedEarly(plan netcheck.Plan, r netcheck.Report, err error, o *options, files *export.Files) error {
	told := fmt.Errorf("the session ended early%s: %w", codeOf(plan, err), withCause(err))
	if finishErr := a.finish(r, o, files); finishErr != nil || !lostHost(r) {
		return errors.Join(told, finishErr)
	}
	return coded{told, a.code}
}

// announce says what will be sent, and that a check leaves the video out if the build is the reason.
func (a *app) announce(out screen, granted netcheck.Plan, o *options) {
	out.paragraph(present.Announcement(granted))
	if o.command == "check" && a.deps.NoVideo != "" && !o.noVideo {
		why, _, _ := strings.Cut(a.deps.NoVideo, ": ") // what is needed for it is told by video
		out.paragraph("Without video: " + why + ".")
	}
}

// inWords gives a failure's own sentences, with what to do, in the place of its cause.
func inWords(err error) error {
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Text == "" {
		return err
	}
	return errors.New(strings.TrimSpace(f.Text + " " + f.Advice))
}

// withCause is inWords, and the system's own words where a failure refers to them.
func withCause(err error) error {
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Err == nil || !strings.Contains(f.Advice, namesCause) {
		return inWords(err)
	}
	text := strings.Replace(inWords(err).Error(), namesCause, namesCause+": "+netcheck.CleanText(f.Err.Error(), maxCause), 1)
	return errors.New(text)
}

// namesCause is how they refer to them.
const namesCause = "The technical message names the cause"

// maxCause is in characters.
const maxCause = 300

// codeOf names, for scripts, what went wrong with the host of an invite: its own word if it gave one.
func codeOf(plan netcheck.Plan, err error) string {
	var (
		gone *signaling.Gone
		f    *netcheck.Failure
	)
	switch {
	case plan.Target.Kind != netcheck.TargetInvite:
	case errors.As(err, &gone) && gone.Code != "":
		return fmt.Sprintf(" (%s)", gone.Code)
	case errors.As(err, &f) && f.Code != "":
		return fmt.Sprintf(" (%s)", f.Code)
	}
	return ""
}

// createFiles opens what will be written, so that a folder that can not be written is told before the measurement.
func createFiles(o *options, granted netcheck.Plan) (*export.Files, error) {
	where := export.Where{CSVDir: o.csv, JSON: o.json}
	if o.csv == dash {
		where.CSVDir = ""
	}
	if o.json == dash {
		where.JSON = ""
	}
	if info, err := os.Stat(where.JSON); err == nil && info.IsDir() {
		return nil, wrongUse("--json %s is a folder: name a file, for example %s", where.JSON, filepath.Join(where.JSON, export.ReportName))
	}
	files, err := export.Create(where, granted.Loss.LateAfter)
	if err != nil {
		return nil, fmt.Errorf("nothing was measured, because the results could not be written: %w: %s", err, pathAdvice(err))
	}
	return files, nil
}

// pathAdvice says what to do about a place where nothing can be written.
func pathAdvice(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "make the folder, or name another"
	case errors.Is(err, fs.ErrPermission):
		return "name a folder that you may write to"
	}
	return "name another file or folder"
}

// session runs the plan with progress. ran is false when it did not even begin.
func (a *app) session(ctx context.Context, plan, granted netcheck.Plan, o *options, files *export.Files) (_ netcheck.Report, ran bool, err error) {
	bar := startBar(a.err, granted, o.quiet)
	defer bar.close()
	told := make(chan struct{})
	stopTelling := context.AfterFunc(ctx, func() {
		defer close(told)
		bar.close()
		if !o.quiet {
			bar.stopping()
		}
	})
	write := files.Observer()
	job := Job{Plan: plan, Record: o.record, RecordSent: o.recordWhat == "sent", Name: o.name, Signaling: signaling.Way(o.signaling)}
	job.Paste = (&answers{bar: bar, file: &o.answer, quiet: o.quiet, asked: job.Signaling == signaling.WayPaste}).show
	if !o.quiet {
		job.Standing = (&standings{say: bar.say}).tell
	}
	report, err := a.deps.Run(ctx, job, func(e netcheck.Event) {
		if started, ok := e.Body.(netcheck.SessionStarted); ok && !o.quiet && plan.Target.Kind == netcheck.TargetInvite {
			// Before the host let this computer in nothing was to be announced: it may not.
			bar.show(func(out screen) { a.announce(out, started.Granted, o) })
		}
		ran = true
		write(e)
		o.kept.observe(e)
		bar.observe(e)
	})
	if !stopTelling() {
		<-told // it has begun, and must be done before anything else is shown
	}
	return report, ran, err
}

// finish shows and writes the result and sets the exit code. Files are written first: they must be there even if standard
// output is a pipe that nobody reads any more.
func (a *app) finish(r netcheck.Report, o *options, files *export.Files) error {
	v := netcheck.Judge(r)
	fileErr := files.Finish(r, v)
	saved, textErr := o.keepFirewallText(r, v)
	a.code = exitCodeFor(r, v)
	if err := errors.Join(fileErr, textErr, o.kept.err(), a.show(r, v, o, slices.Concat(files.Saved(), saved))); err != nil {
		return err
	}
	return otherFamily(r, v)
}

// show puts the result on standard output in the form that was asked for.
func (a *app) show(r netcheck.Report, v netcheck.Verdict, o *options, saved []string) error {
	switch {
	case o.json == dash:
		a.saved(a.err, saved, o, o.quiet)
		return export.JSON(a.out, r, v)
	case o.csv == dash:
		a.saved(a.err, saved, o, o.quiet)
		return export.Summary(a.out, r, v)
	case o.firewallText.name == dash:
		a.saved(a.err, saved, o, o.quiet)
		_, err := a.out.Write([]byte(a.out.Fit(netcheck.FirewallText(r, v))))
		return err
	}
	present.Report(a.out, a.out.Style, r, v)
	a.saved(a.out, saved, o, false)
	return nil
}

// saved says where everything is that was kept.
func (*app) saved(s screen, files []string, o *options, quiet bool) {
	o.kept.show(s, quiet)
	printSaved(s, files, quiet)
}

// printSaved says where the files are: the folder once, with what is in it.
func printSaved(s screen, saved []string, quiet bool) {
	if len(saved) == 0 || quiet {
		return
	}
	var folders []string
	names := map[string][]string{}
	for _, path := range saved {
		folder := filepath.Dir(path)
		if names[folder] == nil {
			folders = append(folders, folder)
		}
		names[folder] = append(names[folder], filepath.Base(path))
	}
	_, _ = fmt.Fprintln(s)
	for _, folder := range folders {
		where := " to " + folder
		if folder == "." {
			where = ""
		}
		s.paragraph(fmt.Sprintf("Written%s: %s", where, strings.Join(names[folder], ", ")))
	}
}
