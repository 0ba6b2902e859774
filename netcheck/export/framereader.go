package export

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// ReadFrames reads a frames.csv back, so that every figure of a video can be computed again from its rows. It is strict: an
// unknown word, a hole in the numbers, a delay that does not follow from its two times are errors, which name line and
// column. Both kinds of line ends are taken.
func ReadFrames(r io.Reader) (map[netcheck.Path]stats.Frames, error) {
	all := map[netcheck.Path]stats.Frames{}
	if err := readRows(r, FramesName, framesHeader, func(cells []string) (column int, err error) { return addFrame(all, cells) }); err != nil {
		return nil, err
	}
	return all, nil
}

// addFrame adds a row to the path that it belongs to, or tells which column is wrong.
func addFrame(all map[netcheck.Path]stats.Frames, cells []string) (column int, err error) {
	path := netcheck.Path(cells[0])
	if !slices.Contains(netcheck.AllPaths(), path) {
		return 0, fmt.Errorf("%q is not a path", cells[0])
	}
	row := frameReader{rowReader{cells: cells}}
	f := row.frame()
	rows := all[path]
	if row.err == nil && int(f.Number) != len(rows) {
		row.fail(1, fmt.Errorf("picture %d follows on %d pictures of %s: they must be in order, from 0, without holes", f.Number, len(rows), path))
	}
	if row.err != nil {
		return row.column, row.err
	}
	all[path] = append(rows, f)
	return 0, nil
}

// frameReader reads the cells of a picture and keeps the first error.
type frameReader struct{ rowReader }

func (r *frameReader) frame() stats.Frame {
	f := stats.Frame{
		Number:    uint32(r.number(1, 0, math.MaxUint32, false)), //nolint:gosec // within the limits given
		CaptureUS: r.time(2), SentUS: r.time(3), ShownUS: r.time(4),
		Width: r.positive(6), Height: r.positive(7), Bytes: r.positive(8), Packets: r.positive(9),
		Copies: int(r.number(12, 0, math.MaxInt32, true)), //nolint:gosec // as above
		PSNR:   r.quality(13, stats.MaxPSNR), SSIM: r.quality(14, 1),
		EncodeUS: int64(r.number(15, 1, math.MaxInt64, true)), DecodeUS: int64(r.number(16, 1, math.MaxInt64, true)), //nolint:gosec // as above
	}
	if r.cells[11] != "" {
		status, err := stats.ParseFrameStatus(r.cells[11])
		if err != nil {
			r.fail(11, err)
		}
		f.Status = status
	}
	f.Key = r.key(f.Status)
	want := ""
	if us, ok := f.Delay(); ok {
		want = strconv.FormatInt(us, 10)
	}
	if r.cells[5] != want {
		r.fail(5, fmt.Errorf("%q does not follow from the times of capture and showing, which give %q", r.cells[5], want))
	}
	if f.Copies > 0 && f.Status != stats.FrameShown {
		r.fail(12, errors.New("only a picture that was shown was shown again"))
	}
	return f
}

func (r *frameReader) positive(column int) int {
	return int(r.number(column, 1, math.MaxInt32, true)) //nolint:gosec // within the limits given
}

func (r *frameReader) key(s stats.FrameStatus) bool {
	switch word := r.cells[10]; {
	case word == "1":
		return true
	case word == "0" || word == "" && s != stats.FrameShown && s != stats.FrameMissing:
	default:
		r.fail(10, fmt.Errorf("%q is neither 0 nor 1", word))
	}
	return false
}

// quality reads a figure above 0 and up to most; an empty cell is 0.
func (r *frameReader) quality(column int, most float64) float64 {
	s := r.cells[column]
	if s == "" {
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v > 0 && v <= most) || !plainNumber(s) {
		r.fail(column, fmt.Errorf("%q is not a number above 0 and up to %v", s, most))
		return 0
	}
	return v
}
