package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	y4mMagic   = "YUV4MPEG2"
	frameMagic = "FRAME"

	maxLine = 1024 // of a header of a Y4M file

	// The largest picture of a file, and the fastest one.
	maxFileWidth  = 3840
	maxFileHeight = 2160
	maxFileFPS    = 240
)

// y4m reads the pictures of a Y4M file: uncompressed, 8 bits, 4:2:0.
type y4m struct {
	r             *bufio.Reader
	width, height int
	period        time.Duration // of a picture
	full          bool          // luma uses 0..255

	index int64
	begun bool         // the next picture's header has been read
	img   *image.YCbCr // the next picture's
	out   *image.YCbCr // the last one's: a picture that is cut short must not spoil it
}

// newY4M reads the file's header.
func newY4M(r io.Reader) (*y4m, error) {
	f := &y4m{r: bufio.NewReaderSize(r, 64<<10)}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *y4m) readHeader() error {
	line, err := readLine(f.r)
	if err != nil {
		return fmt.Errorf("the header of the file is damaged: %w", noEOF(err))
	}
	words := strings.Fields(string(line))
	if len(words) == 0 || words[0] != y4mMagic {
		return errors.New("the header of the file is damaged")
	}
	f.period = time.Second / 25 // where the file does not say
	for _, w := range words[1:] {
		if err := f.parameter(w[0], w[1:]); err != nil {
			return err
		}
	}
	if f.width == 0 || f.height == 0 {
		return errors.New("the header of the file does not tell the size of its pictures")
	}
	return nil
}

// parameter takes one word of the header. Aspect, interlacing and what is not known change nothing in how it is read.
func (f *y4m) parameter(tag byte, value string) (err error) {
	switch tag {
	case 'W':
		f.width, err = dimension(value, maxFileWidth)
	case 'H':
		f.height, err = dimension(value, maxFileHeight)
	case 'F':
		f.period, err = ratePeriod(value)
	case 'C':
		err = checkColours(value)
	case 'X':
		f.full = f.full || value == "COLORRANGE=FULL"
	}
	return err
}

func dimension(value string, limit int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 2 || n > limit {
		return 0, fmt.Errorf("its pictures are %.20q pixels wide or high, which must be from 2x2 to %dx%d", value, maxFileWidth, maxFileHeight)
	}
	return n, nil
}

// ratePeriod reads a rate such as 30000:1001.
func ratePeriod(value string) (time.Duration, error) {
	a, b, _ := strings.Cut(value, ":")
	num, err1 := strconv.ParseUint(a, 10, 32)
	den, err2 := strconv.ParseUint(b, 10, 32)
	if err1 == nil && err2 == nil && num == 0 {
		return time.Second / 25, nil // 0:0 stands for unknown
	}
	if err1 != nil || err2 != nil || den == 0 || num > den*maxFileFPS || den > num*60 {
		return 0, fmt.Errorf("it has %.30q pictures a second, which must be from 1:60 to %d:1", value, maxFileFPS)
	}
	return time.Duration(float64(time.Second) * float64(den) / float64(num)), nil
}

// checkColours accepts the variants of 4:2:0 with 8 bits, which differ in where chroma was sampled, by half a pixel.
func checkColours(value string) error {
	switch value {
	case "420", "420jpeg", "420paldv", "420mpeg2":
		return nil
	}
	if strings.HasPrefix(value, "420p") || strings.HasPrefix(value, "422p1") || strings.HasPrefix(value, "444p1") {
		return fmt.Errorf("its pictures are of the kind C%.20s, with more than 8 bits; only 8 bits with 4:2:0 can be read", value)
	}
	return fmt.Errorf("its pictures are of the kind C%.20s; only 4:2:0 (C420, C420jpeg, C420paldv, C420mpeg2) can be read", value)
}

// readLine reads up to a line's end, at most maxLine bytes. The line is valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	b, err := r.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		if len(b) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if len(b) > maxLine || err != nil {
		return nil, fmt.Errorf("a line has more than %d bytes", maxLine)
	}
	return b[:len(b)-1], nil
}

func (f *y4m) peek() (time.Duration, error) {
	if !f.begun {
		line, err := readLine(f.r)
		if err != nil {
			return 0, atEnd(err)
		}
		if word, _, _ := bytes.Cut(line, []byte{' '}); string(word) != frameMagic {
			return 0, fmt.Errorf("picture %d of the file does not begin with %s", f.index, frameMagic)
		}
		f.begun = true
	}
	return time.Duration(f.index) * f.period, nil
}

func (f *y4m) next() (*image.YCbCr, error) {
	if _, err := f.peek(); err != nil {
		return nil, err
	}
	if f.img == nil { // not before: a header alone must not cost memory
		f.img = image.NewYCbCr(image.Rect(0, 0, f.width, f.height), image.YCbCrSubsampleRatio420)
	}
	for _, plane := range [][]byte{f.img.Y, f.img.Cb, f.img.Cr} {
		if _, err := io.ReadFull(f.r, plane); err != nil {
			return nil, atEnd(err)
		}
	}
	f.begun = false
	f.index++
	f.img, f.out = f.out, f.img
	if f.full {
		limitRange(f.out)
	}
	return f.out, nil
}

func (f *y4m) length() time.Duration { return time.Duration(f.index) * f.period }

func (f *y4m) restart(r io.Reader) error {
	f.r.Reset(r)
	before := *f
	f.index, f.begun, f.width, f.height, f.full = 0, false, 0, 0, false
	if err := f.readHeader(); err != nil {
		return err
	}
	if f.width != before.width || f.height != before.height { // the memory for pictures is made
		return errors.New("the file was changed while it was read")
	}
	return nil
}

func (f *y4m) close() error { return nil }

// atEnd makes the end of the file of a picture that is cut short: recordings end like that when the writer was stopped.
func atEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// noEOF keeps the end of a file from being taken for that of a complete one.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errCutShort
	}
	return err
}

// errCutShort is io.ErrUnexpectedEOF in plain words.
var errCutShort error = cutShort{}

type cutShort struct{}

func (cutShort) Error() string { return "the file ends in the middle of it" }

// Unwrap gives io.ErrUnexpectedEOF.
func (cutShort) Unwrap() error { return io.ErrUnexpectedEOF }
