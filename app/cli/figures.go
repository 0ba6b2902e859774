package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// none stands where nothing was measured: never 0, which would be a result.
const none = "–"

// number writes v with at most digits significant ones, without needless zeros and never in exponent form.
func number(v float64, digits int) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(math.Abs(v))))
	s := strconv.FormatFloat(v, 'f', min(max(decimals, 0), 6), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func millis(d time.Duration) string { return milliseconds(float64(d) / float64(time.Millisecond)) }

func micros(us float64) string { return milliseconds(us / 1000) }

// milliseconds writes at most three digits and no more than two behind the point: what lies below is the computer's own noise.
func milliseconds(v float64) string {
	switch {
	case v > 0 && v < 0.005:
		return "<0.01"
	case v < 1:
		return number(math.Round(v*100)/100, 3)
	}
	return number(v, 3)
}

// loss writes a ratio with what it is worth: its upper bound where nothing was lost, else its 95 % interval.
func loss(l stats.Loss) string {
	switch {
	case !l.RatioOK:
		return none
	case l.Lost == 0:
		return "0 % (≤ " + netcheck.UpperBound(l.CI95High) + " %)"
	}
	return fmt.Sprintf("%s (%s–%s)", netcheck.Percent(l.LossRatio), netcheck.LowerBound(l.CI95Low), netcheck.UpperBound(l.CI95High))
}

// lossCells are the losses out and back. Where the directions are not known the first cell says what was lost in all.
func lossCells(s stats.Summary) (out, back string) {
	if !s.Up.Known && s.Total.RatioOK {
		return netcheck.Percent(s.Total.LossRatio) + " in all", none
	}
	return loss(s.Up.Loss), loss(s.Down.Loss)
}

// late is the share of the answers that came too late for a call.
func late(s stats.Summary) string {
	if s.Total.Received == 0 {
		return none
	}
	return netcheck.Percent(float64(s.Late) / float64(s.Total.Received))
}

func rtt(r stats.RTT) string {
	if !r.OK {
		return none
	}
	return micros(float64(r.P50US)) + " / " + micros(float64(r.P95US))
}

// jitter is the larger of both directions', at 95 % of the packets: what the grade goes by.
func jitter(s stats.Summary) string {
	if !s.Up.JitterOK && !s.Down.JitterOK {
		return none
	}
	return micros(max(s.Up.JitterP95US, s.Down.JitterP95US))
}

// kbps is the bitrate of the probe datagrams that came back on the carriers.
func kbps(size int, carriers ...netcheck.CarrierResult) string {
	sum, known := 0.0, false
	for _, c := range carriers {
		if c.Span > 0 && c.Stats.Total.Sent > 0 {
			sum += float64(c.Stats.Total.Received*size) * 8 / 1000 / c.Span.Seconds()
			known = true
		}
	}
	if !known {
		return none
	}
	return number(sum, 3)
}

// count writes an integer with thin groups, as 12 000: a long row of digits is misread.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// about rounds a length of time to what a person plans with: "35 s", "6 min", "1 h 5 min".
func about(d time.Duration) string {
	switch seconds := int(math.Ceil(d.Seconds())); {
	case seconds < 20:
		return fmt.Sprintf("%d s", max(seconds, 1))
	case seconds < 120:
		return fmt.Sprintf("%d s", (seconds+2)/5*5)
	case seconds < 3600:
		return fmt.Sprintf("%d min", (seconds+59)/60)
	default:
		minutes := (seconds + 59) / 60
		return strings.TrimSuffix(fmt.Sprintf("%d h %d min", minutes/60, minutes%60), " 0 min")
	}
}

// clock writes a length of time for a display that counts down: "0:09", "12:05", "1:00:03".
func clock(d time.Duration) string {
	s := int(math.Ceil(max(d, 0).Seconds()))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
