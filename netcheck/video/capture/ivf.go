package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"echopath/netcheck/video/vp8"
)

const (
	ivfMagic       = "DKIF"
	ivfHeaderSize  = 32
	ivfFrameHeader = 12

	maxIVFFrame = 4 << 20 // more than the largest picture that is decoded can need

	// Times between pictures are kept within these, whatever the file says: a file that stands still would never be read to where it
	// is due, and one that jumps would be a frozen picture.
	minGap = time.Second / maxFileFPS
	maxGap = 5 * time.Second
)

// ivf reads the pictures of an IVF file with VP8.
type ivf struct {
	r       *bufio.Reader
	unit    float64 // nanoseconds of a timestamp's unit
	decoder *vp8.Decoder

	buf   []byte
	size  int // of the next frame
	begun bool
	some  bool          // a frame has been read: stamp is meaningful
	stamp uint64        // of the last frame
	at    time.Duration // of the next frame or, between them, the last one
	gap   time.Duration // the last one between two pictures
	bad   error         // why the last frame that could not be decoded could not
}

// newIVF reads the file's header.
func newIVF(r io.Reader) (*ivf, error) {
	f := &ivf{r: bufio.NewReaderSize(r, 64<<10), gap: time.Second / 30}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	var err error
	if f.decoder, err = vp8.NewDecoder(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *ivf) readHeader() error {
	var h [ivfHeaderSize]byte
	if _, err := io.ReadFull(f.r, h[:]); err != nil {
		return fmt.Errorf("the header of the file is damaged: %w", noEOF(err))
	}
	if string(h[:4]) != ivfMagic || binary.LittleEndian.Uint16(h[6:]) != ivfHeaderSize {
		return errors.New("the header of the file is damaged")
	}
	if codec := string(h[8:12]); codec != "VP80" {
		return fmt.Errorf("its pictures are coded as %q; only VP8 (VP80) can be read", codec)
	}
	rate, scale := binary.LittleEndian.Uint32(h[16:]), binary.LittleEndian.Uint32(h[20:])
	if rate == 0 || scale == 0 {
		return fmt.Errorf("its unit of time is %d/%d of a second", scale, rate)
	}
	f.unit = float64(time.Second) * float64(scale) / float64(rate)
	return nil
}

func (f *ivf) peek() (time.Duration, error) {
	if f.begun {
		return f.at, nil
	}
	var h [ivfFrameHeader]byte
	if _, err := io.ReadFull(f.r, h[:]); err != nil {
		return 0, atEnd(err)
	}
	size := binary.LittleEndian.Uint32(h[:])
	if size > maxIVFFrame {
		return 0, fmt.Errorf("a frame of %d bytes is larger than %d: the file is damaged", size, maxIVFFrame)
	}
	f.advance(binary.LittleEndian.Uint64(h[4:]))
	f.size, f.begun = int(size), true
	return f.at, nil
}

// advance goes on to the time of the frame that is stamped so.
func (f *ivf) advance(stamp uint64) {
	if f.some {
		var units float64
		if stamp > f.stamp {
			units = float64(stamp - f.stamp)
		}
		f.gap = time.Duration(min(max(units*f.unit, float64(minGap)), float64(maxGap)))
		f.at += f.gap
	}
	f.stamp, f.some = stamp, true
}

// next gives nil for a frame that has no picture to show: it was made to be built on, or is damaged.
func (f *ivf) next() (*image.YCbCr, error) {
	if _, err := f.peek(); err != nil {
		return nil, err
	}
	if cap(f.buf) < f.size {
		f.buf = make([]byte, f.size)
	}
	f.buf = f.buf[:f.size]
	if _, err := io.ReadFull(f.r, f.buf); err != nil {
		return nil, atEnd(err)
	}
	f.begun = false
	img, err := f.decoder.Decode(f.buf)
	if err != nil {
		if !errors.Is(err, vp8.ErrHidden) && !errors.Is(err, vp8.ErrNeedKey) {
			f.bad = err
		}
		return nil, nil
	}
	return img, nil
}

func (f *ivf) length() time.Duration { return f.at + f.gap }

func (f *ivf) restart(r io.Reader) error {
	f.r.Reset(r)
	f.begun, f.some, f.at = false, false, 0
	return f.readHeader()
}

func (f *ivf) close() error { return f.decoder.Close() }
