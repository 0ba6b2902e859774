package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"echopath/netcheck/signaling/invite"
)

// privateFile is a file for its owner alone, which holds an invite or an answer as long as that is good. Without a name there is none.
// Its name may have been given in error: nothing is written over or taken away that is not such a text.
type privateFile struct {
	what string // invite or answer: the flag is named after it
	name string
	text []byte // that was written last
}

// ownerOnly is the mode of a secret.
const ownerOnly fs.FileMode = 0o600

var (
	errReadable = errors.New("others could read it there") // a file system does not keep them from it
	errForeign  = errors.New("something else is in it")
)

// check looks at the name and at what is there, before anything is opened.
func (f *privateFile) check() error {
	if f.name == "" {
		return nil
	}
	if f.name == dash || isFolder(f.name) {
		return wrongUse("--%s-file %s is not a file: name one, for example %s; %s", f.what, f.name, filepath.Join(".", f.what+".txt"),
			map[string]string{inviteWord: "--print-invite prints the invite", answerWord: "without it the answer is on the screen"}[f.what])
	}
	if info, err := os.Lstat(f.name); err == nil && !info.Mode().IsRegular() {
		return wrongUse("--%s-file %s is not a plain file: name one, or one that is not there yet", f.what, f.name)
	}
	if err := f.ours(f.name); errors.Is(err, errForeign) {
		return f.trouble(err)
	}
	return nil
}

// try makes sure that the file can be written and be kept from others, so that a place where it can not is told before anybody
// listens. What is in the file stays.
func (f *privateFile) try() error {
	if f.name == "" {
		return nil
	}
	if err := passed(f.ours(f.name)); err != nil {
		return f.trouble(err)
	}
	part, err := f.part(nil)
	if err == nil {
		err = os.Remove(part)
	}
	return f.trouble(err)
}

// write puts a text into the file: all of it or nothing is seen there at any time, and never by others. While it takes the place of
// another there may be no such file for a moment: what is there is taken aside first and looked at, so that nobody else's is lost.
func (f *privateFile) write(text string) error {
	if f.name == "" {
		return nil
	}
	next := append([]byte(text), '\n')
	part, err := f.part(next)
	if err != nil {
		return f.trouble(err)
	}
	defer func() { _ = os.Remove(part) }() // one of its names
	aside, err := f.takeAside()
	if err != nil {
		return f.trouble(err)
	}
	if err := place(part, f.name); err != nil {
		return f.trouble(errors.Join(err, f.putBack(aside)))
	}
	if aside != "" {
		_ = os.Remove(aside) // it was of use no more
	}
	f.text = next
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
func (f *privateFile) part(text []byte) (name string, err error) {
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

// takeAside moves what has the name away, under another name of its own, and gives that; "" if there was nothing. What is not ours to
// replace goes back.
func (f *privateFile) takeAside() (aside string, err error) {
	if err := f.ours(f.name); err != nil { // mostly it is not moved in vain
		return "", passed(err)
	}
	if aside, err = f.part(nil); err != nil {
		return "", err
	}
	if err := os.Rename(f.name, aside); err != nil {
		return "", errors.Join(passed(err), os.Remove(aside))
	}
	if err := f.ours(aside); err != nil {
		return "", errors.Join(err, f.putBack(aside))
	}
	return aside, nil
}

// passed makes a file that is not there no error.
func passed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// putBack gives a file that was taken aside its name back, unless another has it by now.
func (f *privateFile) putBack(aside string) error {
	if aside == "" {
		return nil
	}
	if _, err := os.Lstat(f.name); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("what was there before is in %s", aside)
	}
	if err := os.Link(aside, f.name); err == nil {
		return os.Remove(aside)
	}
	return os.Rename(aside, f.name) // not every file system has two names for a file
}

// place gives a new file its name, if nothing has it.
func place(part, name string) error {
	err := os.Link(part, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	text, err := os.ReadFile(part) //nolint:gosec // it was made here
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// ours tells whether a file may be replaced: it holds what was written last, or, as long as nothing was, an invite or answer of an
// earlier run, or nothing. The error wraps errForeign if not.
func (f *privateFile) ours(name string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errForeign
	}
	file, err := os.Open(name) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxInvite+1))
	switch {
	case err != nil:
		return err
	case f.text != nil && bytes.Equal(text, f.text), f.text == nil && f.isOne(text):
		return nil
	}
	return errForeign
}

// isOne tells an invite, or an answer, or nothing at all, as mktemp leaves it.
func (f *privateFile) isOne(text []byte) bool {
	if len(text) == 0 || len(text) > maxInvite || len(bytes.Fields(text)) != 1 { // a mail with one in it is not one
		return len(text) == 0
	}
	var err error
	if f.what == answerWord {
		_, err = invite.ParseAnswer(string(text))
	} else {
		_, err = invite.Parse(string(text))
	}
	return err == nil
}

// secretive tells that nobody but the owner may read. Windows has other means than a mode: the folder's list of rights.
func secretive(info fs.FileInfo) bool {
	return runtime.GOOS == "windows" || info.Mode().Perm() == ownerOnly
}

// remove takes the file away if it holds what was written last: behind the end of the host nothing in it is of use.
func (f *privateFile) remove() {
	if f.name == "" || f.text == nil {
		return
	}
	if aside, err := f.takeAside(); err == nil && aside != "" {
		_ = os.Remove(aside)
	}
}

func (f *privateFile) trouble(err error) error {
	if err == nil {
		return nil
	}
	switch foreign := errors.Is(err, errForeign) || errors.Is(err, fs.ErrExist); {
	case foreign && f.text != nil:
		return fmt.Errorf("another file has taken the place of the %s in %s, and was left as it is: take it away, or start again with another name", f.what, f.name)
	case foreign:
		return wrongUse("--%s-file %s: there is a file of this name that is not an %s of Echopath, and it was left as it is: name another, or take it away", f.what, f.name, f.what)
	}
	advice := pathAdvice(err)
	if errors.Is(err, errReadable) {
		advice = "name a folder on a file system that keeps files from others"
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("the %s can not be kept in %s: %w: %s", f.what, f.name, err, advice)
}
