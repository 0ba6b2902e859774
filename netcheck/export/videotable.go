package export

import (
	"io"
	"math"
	"strconv"
	"time"

	"echopath/netcheck"
)

var videoHeader = []string{
	"path", "second", "at_us", "span_ms", "frames_sent", "frames_shown", "frames_duplicated", "frames_dropped", "frames_skipped", "key_frames",
	"bytes_sent", "bytes_received", "sent_kbps", "received_kbps", "target_kbps", "own_kbps", "peer_kbps", "controller",
	"packets_sent", "lost_up", "lost_down", "lost_after_repair", "nack", "pli", "rtt_ms", "delay_mean_ms", "delay_max_ms",
	"psnr_db", "ssim", "frozen_ms", "width", "height",
}

// HasVideo tells whether the video probe ran, or tried to, on any path: then there are video.csv and frames.csv.
func HasVideo(r netcheck.Report) bool {
	for _, p := range r.Paths {
		if p.Video != nil {
			return true
		}
	}
	return false
}

// Video writes video.csv: a row for each second and path, summed up from the windows of netcheck.VideoSampleWidth. at_us is the
// begin of its first window since the session's start; span_ms is less than 1000 where not all of its windows were reported.
func Video(w io.Writer, r netcheck.Report) error {
	b := appendRow(make([]byte, 0, bufferSize), videoHeader...)
	var err error
	for _, p := range r.Paths {
		if p.Video == nil {
			continue
		}
		for s := range seconds(p.Video.Samples) {
			b = appendSecond(append(appendText(b, string(p.Path)), ','), s)
			if b, err = drain(w, b, bufferSize/2); err != nil {
				return err
			}
		}
	}
	_, err = drain(w, b, 0)
	return err
}

// windowsPerSecond is the number of windows that a row sums up.
const windowsPerSecond = int(time.Second / netcheck.VideoSampleWidth)

// second is the sum of the windows of one second.
type second struct {
	number  int
	windows int
	sum     netcheck.VideoSample

	target, own, peer mean          // of the windows in which they are known
	rtt, delay        time.Duration // sums, each weighted by its count
}

// mean is a mean in the making.
type mean struct {
	sum float64
	n   int
}

// add takes a bitrate; -1 stands for one that is not known.
func (m *mean) add(kbps float64) {
	if kbps >= 0 && !math.IsInf(kbps, 0) {
		m.sum += kbps
		m.n++
	}
}

// rounded gives the mean to a thousandth.
func (m mean) rounded() *float64 {
	if m.n == 0 {
		return nil
	}
	return figure(true, math.Round(m.sum/float64(m.n)*1e3)/1e3)
}

// seconds yields the sums of each second that has windows, in order.
func seconds(list netcheck.List[netcheck.VideoSample]) func(func(second) bool) {
	return func(yield func(second) bool) {
		var s second
		for w := range list.All() {
			number := int(math.Floor(float64(w.Index) / float64(windowsPerSecond)))
			if s.windows > 0 && number != s.number {
				if !yield(s) {
					return
				}
				s = second{}
			}
			s.number = number
			s.add(w)
		}
		if s.windows > 0 {
			yield(s)
		}
	}
}

func (s *second) add(w netcheck.VideoSample) {
	if s.windows == 0 {
		s.sum.At = w.At
	}
	s.windows++
	t := &s.sum
	t.FramesSent += w.FramesSent
	t.FramesShown += w.FramesShown
	t.Duplicated += w.Duplicated
	t.FramesDropped += w.FramesDropped
	t.FramesSkipped += w.FramesSkipped
	t.KeyFrames += w.KeyFrames
	t.BytesSent += w.BytesSent
	t.BytesReceived += w.BytesReceived
	t.PacketsSent += w.PacketsSent
	t.LostUp += w.LostUp
	t.LostDown += w.LostDown
	t.LostAfter += w.LostAfter
	t.NACK += w.NACK
	t.PLI += w.PLI
	t.RTTCount += w.RTTCount
	t.PSNRSum += w.PSNRSum
	t.PSNRCount += w.PSNRCount
	t.SSIMSum += w.SSIMSum
	t.SSIMCount += w.SSIMCount
	t.Frozen += w.Frozen
	t.DelayMax = max(t.DelayMax, w.DelayMax)
	t.Width, t.Height, t.State = w.Width, w.Height, w.State
	s.target.add(w.TargetKbps)
	s.own.add(w.OwnKbps)
	s.peer.add(w.PeerKbps)
	s.rtt += w.RTT * time.Duration(w.RTTCount)
	s.delay += w.DelayMean * time.Duration(w.FramesShown)
}

// appendSecond adds the cells behind path. Counts of a second are facts even at 0; times and quality are not measured where no
// picture or report came.
func appendSecond(b []byte, s second) []byte {
	t := s.sum
	span := time.Duration(s.windows) * netcheck.VideoSampleWidth
	whole := func(list ...int64) {
		for _, n := range list {
			b = append(strconv.AppendInt(b, n, 10), ',')
		}
	}
	figures := func(list ...*float64) {
		for _, v := range list {
			b = append(append(b, cell(v)...), ',')
		}
	}
	whole(int64(s.number), t.At.Microseconds(), span.Milliseconds(), int64(t.FramesSent), int64(t.FramesShown), int64(t.Duplicated),
		int64(t.FramesDropped), int64(t.FramesSkipped), int64(t.KeyFrames), t.BytesSent, t.BytesReceived)
	figures(kbps(t.BytesSent, span), kbps(t.BytesReceived, span), s.target.rounded(), s.own.rounded(), s.peer.rounded())
	b = append(appendText(b, t.State), ',')
	whole(int64(t.PacketsSent), int64(t.LostUp), int64(t.LostDown), int64(t.LostAfter), int64(t.NACK), int64(t.PLI))
	figures(millisOf(t.RTTCount > 0, per(s.rtt, t.RTTCount)), millisOf(t.FramesShown > 0, per(s.delay, t.FramesShown)),
		millisOf(t.FramesShown > 0, t.DelayMax), quality(t.PSNRSum, t.PSNRCount), quality(t.SSIMSum, t.SSIMCount), millisOf(true, t.Frozen))
	if t.Width > 0 && t.Height > 0 {
		b = append(strconv.AppendInt(b, int64(t.Width), 10), ',')
		b = strconv.AppendInt(b, int64(t.Height), 10)
	} else {
		b = append(b, ',')
	}
	return append(b, endRow...)
}

func per(sum time.Duration, n int) time.Duration {
	if n <= 0 {
		return 0
	}
	return sum / time.Duration(n)
}

// quality is a mean of qualities, rounded to a millionth.
func quality(sum float64, n int) *float64 {
	if n <= 0 {
		return nil
	}
	return figure(true, math.Round(sum/float64(n)*1e6)/1e6)
}

// kbps is a bitrate to the bit a second.
func kbps(bytes int64, span time.Duration) *float64 {
	if span <= 0 {
		return nil
	}
	return figure(true, math.Round(float64(bytes)*8/span.Seconds())/1e3)
}
