package capture

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/vp8"
)

// reel is a file's pictures in order of time.
type reel interface {
	// peek gives the time of the next picture since the file's begin, which never goes back; io.EOF at the end.
	peek() (time.Duration, error)
	// next gives the next picture, valid until the next call, or nil for one that can not be shown; io.EOF at the end.
	next() (*image.YCbCr, error)
	// length is the time of the last picture's end, once next has met the end.
	length() time.Duration
	// restart goes back to the begin, from where r reads.
	restart(r io.Reader) error
	close() error
}

// file shows a reel at its own pace, over and over again.
type file struct {
	want want
	name string

	mu     sync.Mutex
	r      io.ReadSeekCloser // nil: closed
	reel   reel
	fit    picture.Scaler
	shown  *image.YCbCr  // the picture of now, in the size that was asked for
	ticks  int64         // pictures that were given
	loop   time.Duration // when this turn of the reel began
	begun  bool          // shown is meaningful
	any    bool          // this turn of the reel had a picture
	failed error         // why there are no more
}

const fileAdvice = "Choose a Y4M file (8 bits, 4:2:0) or an IVF file with VP8. ffmpeg makes one of most videos: ffmpeg -i VIDEO -pix_fmt yuv420p FILE.y4m"

// openFile opens the file and reads its first picture, so that what is wrong with it is told at once.
func openFile(ctx context.Context, name string, w want) (Source, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, failure(nil, fileAdvice, "%s is not a file.", name)
	}
	var r *os.File
	if err == nil {
		r, err = os.Open(name)
	}
	if err != nil {
		return nil, openFailure(name, err)
	}
	f, err := newFile(ctx, name, r, w)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return f, nil
}

func openFailure(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return failure(nil, "Check its name and folder.", "There is no file %s.", name)
	case errors.Is(err, fs.ErrPermission):
		return failure(nil, "Give yourself the right to read it, or choose another file.", "You may not read the file %s.", name)
	}
	return failure(err, "Choose another file.", "The file %s could not be opened.", name)
}

// newFile owns r if it succeeds.
func newFile(ctx context.Context, name string, r io.ReadSeekCloser, w want) (*file, error) {
	reel, err := newReel(r)
	if err != nil {
		return nil, unusable(name, err)
	}
	f := &file{want: w, name: name, r: r, reel: reel, shown: picture.New(w.width, w.height)}
	if err := f.seek(ctx, 0); err != nil {
		return nil, errors.Join(err, reel.close())
	}
	return f, nil
}

// newReel looks at how the file begins.
func newReel(r io.ReadSeeker) (reel, error) {
	var magic [len(y4mMagic)]byte
	n, err := io.ReadFull(r, magic[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch begin := string(magic[:n]); {
	case begin == y4mMagic:
		return newY4M(r)
	case len(begin) >= len(ivfMagic) && begin[:len(ivfMagic)] == ivfMagic:
		return newIVF(r)
	case n == 0:
		return nil, errors.New("it is empty")
	}
	return nil, errors.New("it is neither Y4M nor IVF")
}

func unusable(name string, err error) *netcheck.Failure {
	if unavailable := vp8.Available(); unavailable != nil && errors.Is(err, unavailable) {
		return failure(err, "Choose a Y4M file, or build Echopath with cgo.", "The file %s holds VP8, which this build can not decode.", filepath.Base(name))
	}
	return failure(err, fileAdvice, "The file %s can not be shown: %v.", filepath.Base(name), err)
}

// Next gives the picture that is due.
func (f *file) Next(ctx context.Context, dst *image.YCbCr) error {
	if err := f.want.checkTarget(dst); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed != nil {
		return f.failed
	}
	// Computed from the whole count, so that roundings do not add up.
	now := time.Duration(float64(f.ticks) * float64(time.Second) / float64(f.want.fps))
	if err := f.seek(ctx, now); err != nil {
		return err
	}
	f.ticks++
	picture.Copy(dst, f.shown)
	return nil
}

// seek goes on until the picture of the time now is shown. Of those that it passes by, the last one is.
func (f *file) seek(ctx context.Context, now time.Duration) error {
	var due *image.YCbCr
	for {
		if err := ctx.Err(); err != nil {
			f.show(due)
			return err
		}
		at, err := f.reel.peek()
		if err == nil && f.loop+at > now && f.begun {
			f.show(due)
			return nil
		}
		var img *image.YCbCr
		if err == nil {
			img, err = f.reel.next()
		}
		switch {
		case errors.Is(err, io.EOF):
			f.show(due) // its memory may change now
			due = nil
			if err = f.again(); err != nil {
				return f.fail(err)
			}
		case err != nil:
			return f.fail(err)
		case img != nil:
			due, f.any, f.begun = img, true, true
		}
	}
}

func (f *file) show(img *image.YCbCr) {
	if img != nil {
		f.fit.Fit(f.shown, img)
	}
}

// again begins the next turn of the reel.
func (f *file) again() error {
	if !f.any {
		if r, ok := f.reel.(*ivf); ok && r.bad != nil {
			return fmt.Errorf("none of its pictures can be decoded (%w)", r.bad)
		}
		return errors.New("there is no whole picture in it")
	}
	if _, err := f.r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f.loop += f.reel.length()
	f.any = false
	return f.reel.restart(f.r)
}

func (f *file) fail(err error) error {
	f.failed = unusable(f.name, err)
	return f.failed
}

// Close closes the file.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.r == nil {
		return nil
	}
	err := errors.Join(f.reel.close(), f.r.Close())
	f.r, f.failed = nil, errClosed("file "+filepath.Base(f.name))
	return err
}
