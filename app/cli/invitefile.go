package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// inviteFile is the file that holds the invite that is valid now. The zero value is none.
type inviteFile struct {
	name string
	text []byte // that was written last
}

// ownerOnly is the mode of a secret.
const ownerOnly fs.FileMode = 0o600

// errReadable tells that a file system does not keep others from reading.
var errReadable = errors.New("others could read the invite there")

// check looks at the name, before anything is opened.
func (f *inviteFile) check() error {
	if f.name == "" {
		return nil
	}
	if f.name == dash || isFolder(f.name) {
		return wrongUse("--invite-file %s is not a file: name one, for example %s; --print-invite prints the invite", f.name, filepath.Join(".", "invite.txt"))
	}
	if info, err := os.Lstat(f.name); err == nil && !info.Mode().IsRegular() {
		return wrongUse("--invite-file %s is not a plain file: name one, or one that is not there yet", f.name)
	}
	return nil
}

// try makes sure that the file can be written and be kept from others, so that a place where it can not is told before anybody
// listens. What is in the file stays.
func (f *inviteFile) try() error {
	if f.name == "" {
		return nil
	}
	part, err := f.part(nil)
	if err == nil {
		err = os.Remove(part)
	}
	return f.trouble(err)
}

// write puts a text into the file: all of it or nothing is seen there at any time, and never by others.
func (f *inviteFile) write(text string) error {
	if f.name == "" {
		return nil
	}
	f.text = append([]byte(text), '\n')
	part, err := f.part(f.text)
	if err != nil {
		return f.trouble(err)
	}
	if err = os.Rename(part, f.name); err != nil {
		return f.trouble(errors.Join(err, os.Remove(part)))
	}
	info, err := os.Stat(f.name)
	if err == nil && !secretive(info) {
		err = errReadable
	}
	if err != nil {
		f.remove()
	}
	return f.trouble(err)
}

// part writes a file beside the one that is meant. os.CreateTemp makes it new and with the mode 0600.
func (f *inviteFile) part(text []byte) (name string, err error) {
	file, err := os.CreateTemp(filepath.Dir(f.name), "."+strings.ReplaceAll(filepath.Base(f.name), "*", "_")+"-*.part")
	if err != nil {
		return "", err
	}
	info, err := file.Stat()
	if err == nil && !secretive(info) {
		err = errReadable
	}
	if err == nil {
		_, err = file.Write(text)
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), err
}

// secretive tells that nobody but the owner may read. Windows has other means than a mode: the folder's list of rights.
func secretive(info fs.FileInfo) bool {
	return runtime.GOOS == "windows" || info.Mode().Perm() == ownerOnly
}

// remove takes the file away if it holds what was written last: behind the end of the host nothing in it is of use.
func (f *inviteFile) remove() {
	if f.name == "" || f.text == nil {
		return
	}
	if now, err := os.ReadFile(f.name); err == nil && bytes.Equal(now, f.text) {
		_ = os.Remove(f.name)
	}
}

func (f *inviteFile) trouble(err error) error {
	if err == nil {
		return nil
	}
	advice := pathAdvice(err)
	if errors.Is(err, errReadable) {
		advice = "name a folder on a file system that keeps files from others"
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("the invite can not be kept in %s: %w: %s", f.name, err, advice)
}
