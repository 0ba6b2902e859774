package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"echopath/netcheck"
)

// textFile is a file for a text that is whole or not there. Without a name there is none; "-" is standard output, and no file.
type textFile struct{ name string }

func (f textFile) none() bool { return f.name == "" || f.name == dash }

// try makes sure that the file can be written, so that a place where it can not is told before anything is sent.
func (f textFile) try(flag string) error {
	if f.none() {
		return nil
	}
	if isFolder(f.name) {
		return wrongUse("--%s %s is a folder: name a file, for example %s", flag, f.name, filepath.Join(f.name, "firewall.txt"))
	}
	if info, err := os.Lstat(f.name); err == nil && !info.Mode().IsRegular() {
		return wrongUse("--%s %s is not a plain file: name one, or one that is not there yet", flag, f.name)
	}
	part, err := f.part("")
	if err == nil {
		err = os.Remove(part)
	}
	if err != nil {
		return fmt.Errorf("nothing was measured, because %s could not be written: %w: %s", f.name, err, pathAdvice(err))
	}
	return nil
}

// write puts a text into the file, in the place of what was there.
func (f textFile) write(text string) error {
	part, err := f.part(text)
	if err != nil {
		return fmt.Errorf("%s could not be written: %w", f.name, err)
	}
	if err := os.Rename(part, f.name); err != nil {
		return errors.Join(fmt.Errorf("%s could not be written: %w", f.name, err), os.Remove(part))
	}
	return nil
}

// part writes a text beside the file, under a name that is nobody's.
func (f textFile) part(text string) (name string, err error) {
	name = fmt.Sprintf("%s.%d.part", f.name, os.Getpid())
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // it is for others to read, and the user names it
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(name))
	}
	return name, nil
}

// keepFirewallText writes what the firewall team gets, and names the file for whoever shows what was written.
func (o *options) keepFirewallText(r netcheck.Report, v netcheck.Verdict) (saved []string, err error) {
	if o.firewallText.none() {
		return nil, nil
	}
	if err := o.firewallText.write(netcheck.FirewallText(r, v)); err != nil {
		return nil, err
	}
	return []string{o.firewallText.name}, nil
}
