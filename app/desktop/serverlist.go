package desktop

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"echopath/app/record/atomicfile"
	"echopath/app/runner"
	"echopath/app/serverlist"
	"echopath/app/view"
	"echopath/netcheck"
)

// readServers reads a list of servers that somebody has passed on.
func (d *desk) readServers(path string, done func([]netcheck.ICEServer, error)) {
	err := runner.Go(d.jobs, "servers "+path, func(context.Context) ([]netcheck.ICEServer, error) { return listOf(path) }, done)
	if err != nil {
		done(nil, err)
	}
}

// listOf opens only what is a file: a pipe may never end.
func listOf(path string) ([]netcheck.ICEServer, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no file of this name")
	case err == nil && !info.Mode().IsRegular():
		return nil, errors.New("this is not a file")
	}
	f, err := os.Open(path) //nolint:gosec // the user names the file
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, errors.New("you may not read this file")
	case err != nil:
		why, _ := atomicfile.Why(err)
		return nil, errors.New("the file can not be read: " + why)
	}
	defer f.Close() //nolint:errcheck // only read
	return serverlist.Read(f)
}

// writeServers writes a list of servers. With passwords in it, it is for its owner alone to read.
func (d *desk) writeServers(path string, list []netcheck.ICEServer, passwords bool, done view.Done) {
	perm := fs.FileMode(0o644)
	if passwords {
		perm = 0o600
	}
	err := runner.Go(d.jobs, "export "+path, func(context.Context) ([]string, error) {
		item := atomicfile.Item{Name: path, Perm: perm, Write: func(w io.Writer) error { return serverlist.Write(w, list, passwords) }}
		return one(path, atomicfile.Write(atomicfile.System{}, item, replace))
	}, done)
	if err != nil {
		done(nil, err)
	}
}
