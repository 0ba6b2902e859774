package atomicfile

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Item is a file to be written.
type Item struct {
	Name  string
	Perm  fs.FileMode // as far as the umask allows
	Write func(io.Writer) error
}

// Write writes one file. See [WriteAll].
func Write(d Disk, item Item, overwrite bool) error {
	_, err := WriteAll(d, []Item{item}, overwrite)
	return err
}

// WriteAll writes files that belong together. None gets its final name before all are whole, so that a full disk leaves
// nothing behind. saved lists those that are there under their final names: all of them, or, if err is not nil, mostly none.
//
// Without overwrite nothing that is there is replaced: the error is then an [*ExistsError]. Every other failure of a place is
// an [*Error], in words; what an item's Write returns comes back as it is, unless it is about the file that was written to.
func WriteAll(d Disk, items []Item, overwrite bool) (saved []string, err error) {
	if err := check(items, overwrite); err != nil {
		return nil, err
	}
	var parts []part
	defer func() {
		for _, p := range parts {
			_ = d.Remove(p.temp) // only those without their final name are left here
		}
	}()
	for _, item := range items {
		p, err := writePart(d, item)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	for len(parts) > 0 {
		p := parts[0]
		if err := p.finish(d, overwrite); err != nil {
			return saved, err
		}
		saved, parts = append(saved, p.final), parts[1:]
	}
	return saved, nil
}

// check refuses what can be known to fail before anything is written.
func check(items []Item, overwrite bool) error {
	var taken []string
	for _, item := range items {
		info, err := os.Stat(item.Name)
		switch {
		case err == nil && info.IsDir():
			return &Error{Name: item.Name, Err: errFolder}
		case err == nil && !info.Mode().IsRegular():
			return &Error{Name: item.Name, Err: errSpecial}
		}
		if _, err := os.Lstat(item.Name); err == nil { // a link that leads nowhere is something too
			taken = append(taken, item.Name)
		}
	}
	if len(taken) > 0 && !overwrite {
		return &ExistsError{Names: taken}
	}
	return nil
}

// part is a file that is whole, but for its name.
type part struct{ final, target, temp string }

// Temporary is the beginning of the name of every file in the making, TemporaryEnd its end.
const (
	Temporary    = ".echopath-"
	TemporaryEnd = ".part"
)

// writePart leaves nothing behind when it fails.
func writePart(d Disk, item Item) (part, error) {
	p := part{final: item.Name, target: item.Name}
	if linked, err := filepath.EvalSymlinks(item.Name); err == nil {
		p.target = linked // the link stays one
	}
	f, err := p.create(d, item.Perm)
	if err != nil {
		return p, &Error{Name: item.Name, Err: err}
	}
	w := &watched{w: f}
	err = item.Write(w)
	if err == nil && w.err == nil {
		w.err = f.Sync()
	}
	if closeErr := f.Close(); w.err == nil {
		w.err = closeErr
	}
	switch {
	case w.err != nil:
		err = &Error{Name: item.Name, Err: w.err}
	case err == nil:
		return p, nil
	}
	_ = d.Remove(p.temp)
	return p, err
}

func (p *part) create(d Disk, perm fs.FileMode) (f File, err error) {
	const tries = 3
	for range tries {
		p.temp = filepath.Join(filepath.Dir(p.target), Temporary+strings.ToLower(rand.Text()[:10])+TemporaryEnd)
		if f, err = d.Create(p.temp, perm); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return f, err
}

// finish looks again whether the name is free, since a long file takes its time.
func (p part) finish(d Disk, overwrite bool) error {
	if _, err := os.Lstat(p.final); err == nil && !overwrite {
		return &ExistsError{Names: []string{p.final}}
	}
	if err := d.Rename(p.temp, p.target); err != nil {
		return &Error{Name: p.final, Err: err, renaming: true}
	}
	return nil
}

// watched tells a failure of the disk from one of whoever writes.
type watched struct {
	w   io.Writer
	err error
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}
