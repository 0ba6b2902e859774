package export

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"echopath/netcheck"
)

// bufferSize is how much of a long table is gathered before it is written.
const bufferSize = 64 << 10

var samplesHeader = []string{
	"path", "carrier", "index", "at_us", "sent", "answered", "lost_up", "lost_down", "lost_unknown", "late", "skipped",
	"rtt_min_ms", "rtt_mean_ms", "rtt_max_ms", "bytes_out", "bytes_back", "queued_bytes",
}

// Samples writes samples.csv: a row for each window of netcheck.SampleWidth of each path and carrier, by the time at which its
// packets were sent. at_us is its begin since the session's start.
func Samples(w io.Writer, r netcheck.Report) error {
	b := appendRow(make([]byte, 0, bufferSize), samplesHeader...)
	var err error
	for _, p := range r.Paths {
		for _, c := range inShownOrder(p.Carriers) {
			start := appendText(append(appendText(nil, string(p.Path)), ','), string(c.Carrier))
			for s := range c.Samples.All() {
				b = appendSample(append(append(b, start...), ','), s)
				if b, err = drain(w, b, bufferSize/2); err != nil {
					return err
				}
			}
		}
	}
	_, err = drain(w, b, 0)
	return err
}

func drain(w io.Writer, b []byte, above int) ([]byte, error) {
	if len(b) <= above {
		return b, nil
	}
	if _, err := w.Write(b); err != nil {
		return b, fmt.Errorf("write the table: %w", err)
	}
	return b[:0], nil
}

// appendSample adds the cells behind path and carrier. Counts of a window are facts even at 0; round-trip times are not
// measured where nothing was answered.
func appendSample(b []byte, s netcheck.Sample) []byte {
	for _, n := range [...]int64{int64(s.Index), s.At.Microseconds(), int64(s.Sent), int64(s.Answered), int64(s.LostUp),
		int64(s.LostDown), int64(s.LostUnknown)} {
		b = append(strconv.AppendInt(b, n, 10), ',')
	}
	if s.Answered > 0 {
		b = strconv.AppendInt(b, int64(s.Late), 10)
	}
	b = append(b, ',')
	b = append(strconv.AppendInt(b, int64(s.Skipped), 10), ',')
	for _, rtt := range [...]time.Duration{s.RTTMin, s.RTTMean, s.RTTMax} {
		if s.Answered > 0 {
			b = append(b, cell(millisOf(true, rtt))...)
		}
		b = append(b, ',')
	}
	b = append(strconv.AppendInt(b, int64(s.BytesOut), 10), ',')
	b = append(strconv.AppendInt(b, int64(s.BytesBack), 10), ',')
	return append(strconv.AppendInt(b, int64(s.Queued), 10), endRow...)
}
