package desktop

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"echopath/app/model"
	"echopath/app/record"
	"echopath/app/record/atomicfile"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/app/view"
)

// deps is what the views can ask for.
func (d *desk) deps() view.Deps {
	results, _ := d.settingsDefaults()
	return view.Deps{
		Model: d.model, Video: d.video, Network: d.network, Host: d.host, Join: d.join, Version: d.opt.Version,
		Start: d.start, Stop: d.stop, Quit: d.quit,
		Connect: d.connect, Disconnect: d.disconnect, PasteText: d.app.Clipboard().Content, Now: time.Now,
		ListAddresses: d.listAddresses, StartHost: d.startHost, StopHost: d.stopHost, NewInvite: d.newInvite,
		PasteInvite: d.pasteInvite, GiveAnswer: d.giveAnswer,
		AcceptGuest: d.acceptGuest, RefuseGuest: d.refuseGuest, RemoveGuest: d.removeGuest,
		Settings: d.currentSettings, SetSettings: d.adopt, Forget: d.forget,
		ExportSummary: d.exportSummary, ExportTables: d.exportTables, ExportJSON: d.exportJSON, SavePNG: d.savePNG,
		CopyText: d.app.Clipboard().SetContent, ReadCA: d.readCA, TryServers: d.tryServers, OpenFolder: d.openFolder,
		DefaultResults: results,
		Pictures:       screenPictures{d.pictures}, GuestPictures: d.guestFilm, Cameras: d.listCameras,
		ReadServers: d.readServers, WriteServers: d.writeServers,
		CheckVideoFile: d.checkVideoFile, CheckRecordPlace: d.checkRecordPlace,
	}
}

// export writes what was measured, in a goroutine: a disk may be slow. Closing the window waits for it: it may be the only copy.
func (d *desk) export(t view.Trial, name string, done view.Done, write func(context.Context, *record.Recording) ([]string, error)) {
	recording := d.result(t).Recording
	if recording == nil {
		done(nil, errNothing)
		return
	}
	err := runner.Go(d.jobs, name, func(ctx context.Context) ([]string, error) { return write(context.WithoutCancel(ctx), recording) }, done)
	if err != nil {
		done(nil, err)
	}
}

// result is the last run of a screen that measures, or of the chosen guest.
func (d *desk) result(t view.Trial) runner.Result {
	if t != view.TrialGuest {
		return d.results[t]
	}
	return d.guests[d.host.Selected()]
}

// one is the answer of an export of one file.
func one(path string, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return []string{path}, nil
}

// The file dialogs have asked whether an existing file may be replaced.
const replace = true

func (d *desk) exportSummary(t view.Trial, path string, done view.Done) {
	d.export(t, "export "+path, done, func(_ context.Context, r *record.Recording) ([]string, error) {
		return one(path, r.ExportSummary(path, replace))
	})
}

func (d *desk) exportJSON(t view.Trial, path string, done view.Done) {
	d.export(t, "export "+path, done, func(_ context.Context, r *record.Recording) ([]string, error) {
		return one(path, r.ExportJSON(path, replace))
	})
}

func (d *desk) exportTables(t view.Trial, parent string, done view.Done) {
	d.export(t, "export "+parent, done, func(ctx context.Context, r *record.Recording) ([]string, error) {
		return r.ExportInto(ctx, parent)
	})
}

func (d *desk) savePNG(path string, img image.Image, done view.Done) {
	err := runner.Go(d.jobs, "export "+path, func(context.Context) ([]string, error) {
		item := atomicfile.Item{Name: path, Perm: 0o644, Write: func(w io.Writer) error { return png.Encode(w, img) }}
		return one(path, atomicfile.Write(atomicfile.System{}, item, replace))
	}, done)
	if err != nil {
		done(nil, err)
	}
}

// maxCA bounds a file of certificates; a bundle of all public authorities has 200 kB.
const maxCA = 1 << 20

// readCA reads a file of certificates; what is in it the form checks.
func (d *desk) readCA(path string, done func(pem []byte, problem string)) {
	type answer struct {
		pem     []byte
		problem string
	}
	err := runner.Go(d.jobs, "ca "+path, func(context.Context) (answer, error) {
		pem, problem := readFile(path)
		return answer{pem, problem}, nil
	}, func(a answer, err error) {
		if err != nil {
			a.problem = err.Error()
		}
		done(a.pem, a.problem)
	})
	if err != nil {
		done(nil, err.Error())
	}
}

// readFile gives what is in a file, or says in a sentence why it can not be read.
func readFile(path string) (text []byte, problem string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "There is no file of this name."
	case err == nil && !info.Mode().IsRegular():
		return nil, "This is not a file."
	case err == nil && info.Size() > maxCA:
		return nil, "The file is larger than 1 MB: it is not the one that is meant."
	}
	text, err = os.ReadFile(path) //nolint:gosec // the user names the file
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, "You may not read this file."
	case err != nil:
		why, _ := atomicfile.Why(err)
		return nil, "The file can not be read: " + why + "."
	}
	return text, ""
}

// readStoredCA reads the file of certificates that the restored form names.
func (d *desk) readStoredCA() {
	path := d.model.Form().Servers.CAFile
	if path == "" {
		return
	}
	d.readCA(path, func(pem []byte, problem string) {
		form := d.model.Form()
		if form.Servers.CAFile == path {
			form.Servers.CAPEM, form.Servers.CAProblem = pem, problem
			d.model.SetForm(form)
			d.view.FormChanged()
		}
	})
}

// tryServers asks the form's servers, whatever else is wrong with the form.
func (d *desk) tryServers(f model.Form, done func([]view.Tried, error)) {
	plan := f.ServersPlan()
	err := runner.Go(d.jobs, "try", func(ctx context.Context) ([]session.Answer, error) { return d.opt.Try(ctx, plan) },
		func(answers []session.Answer, err error) { done(tried(answers), err) })
	if err != nil {
		done(nil, err)
	}
}

func tried(answers []session.Answer) []view.Tried {
	var out []view.Tried
	for _, a := range answers {
		out = append(out, view.Tried{Server: a.Server, OK: a.Failure == nil, Text: model.TryText(a.Failure, a.Took)})
	}
	return out
}

// openFolder shows a folder in the system's file manager.
func (d *desk) openFolder(path string) {
	err := os.MkdirAll(path, 0o755) //nolint:gosec // results are for others to read, as far as the umask allows
	if err == nil {
		err = d.app.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(path)})
	}
	if err != nil {
		d.view.Say(fmt.Sprintf("The folder %s can not be opened: %v", path, err))
	}
}
