package export

import (
	"io"
	"strconv"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// framesHeader names the columns of frames.csv. Times are microseconds since the session's start by this end's clock; a cell
// is empty where nothing was measured.
var framesHeader = []string{
	"path", "frame", "capture_us", "sent_us", "shown_us", "delay_us", "width", "height", "bytes", "packets", "key", "status",
	"copies", "psnr_db", "ssim", "encode_us", "decode_us",
}

// FrameWriter writes frames.csv as a session runs: it is an observer of the events, since a report keeps no pictures. Rows of
// one path come in order of number. It belongs to one goroutine at a time, as observers do.
//
// Rows come when the fates of pictures are decided, a second or two behind their sending, and wait in a buffer; it is written
// out when it is full and whenever a path or the session ends.
type FrameWriter struct{ rowWriter }

// NewFrameWriter begins a table with its header, which stays in the buffer for now.
func NewFrameWriter(w io.Writer) *FrameWriter {
	return &FrameWriter{newRowWriter(w, "pictures", framesHeader)}
}

// Observe takes the next event of a session.
func (p *FrameWriter) Observe(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.FramesDecided:
		p.write(e.Path, b.Frames)
	case netcheck.PathEnded, netcheck.SessionEnded:
		p.flushRows()
	}
}

func (p *FrameWriter) write(path netcheck.Path, frames []stats.Frame) {
	start := append(appendText(make([]byte, 0, 16), string(path)), ',')
	for i := range frames {
		if p.err != nil {
			return
		}
		p.buf = appendFrame(append(p.buf, start...), &frames[i])
		p.rowDone()
	}
}

// appendFrame adds the cells behind path. Size, bytes and key belong to pictures that were made; of one that this computer never
// made, or that its encoder left out, they are not zero but not there.
func appendFrame(b []byte, f *stats.Frame) []byte {
	b = append(strconv.AppendUint(b, uint64(f.Number), 10), ',')
	b = appendTime(b, f.CaptureUS)
	b = appendTime(b, f.SentUS)
	b = appendTime(b, f.ShownUS)
	if us, ok := f.Delay(); ok {
		b = strconv.AppendInt(b, us, 10)
	}
	b = append(b, ',')
	for _, n := range [...]int{f.Width, f.Height, f.Bytes, f.Packets} {
		b = appendPositive(b, int64(n))
	}
	switch {
	case f.Key:
		b = append(b, '1')
	case f.Status == stats.FrameShown || f.Status == stats.FrameMissing:
		b = append(b, '0')
	}
	b = append(b, ',')
	if f.Status != stats.FrameUnknown {
		b = append(b, f.Status.String()...)
	}
	b = append(b, ',')
	if f.Status == stats.FrameShown {
		b = strconv.AppendInt(b, int64(f.Copies), 10)
	}
	b = append(b, ',')
	b = appendQuality(b, f.PSNR, stats.MaxPSNR)
	b = appendQuality(b, f.SSIM, 1)
	b = appendPositive(b, f.EncodeUS)
	b = appendPositive(b, f.DecodeUS)
	return append(b[:len(b)-1], endRow...)
}

// appendPositive leaves the cell empty for 0, which nothing that was measured has.
func appendPositive(b []byte, n int64) []byte {
	if n > 0 {
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, ',')
}

// appendQuality writes as many digits as it takes to read the same number back.
func appendQuality(b []byte, v, most float64) []byte {
	if v > 0 && v <= most {
		b = strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return append(b, ',')
}
