package present

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// None stands where nothing was measured: never 0, which would be a result. Every function that gives a measured figure gives it
// in that case.
const None = "–"

// Number writes v with at most that many significant digits, without needless zeros and never in exponent form. Digits before
// the point are never dropped, and at most 6 stand behind it. NaN and the infinities are "0".
func Number(v float64, digits int) string {
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

// Millis writes a length of time in milliseconds, without the unit: "12.3", "<0.01".
func Millis(d time.Duration) string { return milliseconds(float64(d) / float64(time.Millisecond)) }

// Micros writes microseconds in milliseconds, in the form of [Millis].
func Micros(us float64) string { return milliseconds(us / 1000) }

// milliseconds writes at most three digits and no more than two behind the point: what lies below is the computer's own noise.
func milliseconds(v float64) string {
	switch {
	case v > 0 && v < 0.005:
		return "<0.01"
	case v < 1:
		return Number(math.Round(v*100)/100, 3)
	}
	return Number(v, 3)
}

// Loss writes a ratio with what it is worth: its upper bound where nothing was lost, "0 % (≤ 0.77 %)", else its 95 % interval,
// "2.4 % (1.3–4.2)".
func Loss(l stats.Loss) string {
	switch {
	case !l.RatioOK:
		return None
	case l.Lost == 0:
		return "0 % (≤ " + netcheck.UpperBound(l.CI95High) + " %)"
	}
	return fmt.Sprintf("%s (%s–%s)", netcheck.Percent(l.LossRatio), netcheck.LowerBound(l.CI95Low), netcheck.UpperBound(l.CI95High))
}

// LossCells are the losses out and back, in the form of [Loss]. Where the directions are not known the first cell says what was lost in all.
func LossCells(s stats.Summary) (out, back string) {
	if !s.Up.Known && s.Total.RatioOK {
		return netcheck.Percent(s.Total.LossRatio) + " in all", None
	}
	return Loss(s.Up.Loss), Loss(s.Down.Loss)
}

// Late is the share of the answers that came too late for a call, in percent with the sign.
func Late(s stats.Summary) string {
	if s.Total.Received == 0 {
		return None
	}
	return netcheck.Percent(float64(s.Late) / float64(s.Total.Received))
}

// RTT is the round-trip time of half of the packets and of 95 % of them, in milliseconds, without the unit: "18.4 / 20.7".
func RTT(r stats.RTT) string {
	if !r.OK {
		return None
	}
	return RTTp50(r) + " / " + RTTp95(r)
}

// RTTp50 is the round-trip time that half of the packets needed at most, in milliseconds, without the unit.
func RTTp50(r stats.RTT) string { return percentile(r, r.P50US) }

// RTTp95 is the round-trip time that 95 % of the packets needed at most, in milliseconds, without the unit.
func RTTp95(r stats.RTT) string { return percentile(r, r.P95US) }

func percentile(r stats.RTT, us int64) string {
	if !r.OK {
		return None
	}
	return Micros(float64(us))
}

// Jitter is the larger of both directions', at 95 % of the packets, in milliseconds, without the unit: what the grade goes by.
func Jitter(s stats.Summary) string {
	if !s.Up.JitterOK && !s.Down.JitterOK {
		return None
	}
	return Micros(max(s.Up.JitterP95US, s.Down.JitterP95US))
}

// Kbps is the bitrate of the probe datagrams of size bytes that came back on the carriers, all together, in kbit/s, without the
// unit and without the headers of carriers, UDP and IP.
func Kbps(size int, carriers ...netcheck.CarrierResult) string {
	sum, known := 0.0, false
	for _, c := range carriers {
		if c.Span > 0 && c.Stats.Total.Sent > 0 {
			sum += float64(c.Stats.Total.Received*size) * 8 / 1000 / c.Span.Seconds()
			known = true
		}
	}
	if !known {
		return None
	}
	return Number(sum, 3)
}

// Count writes a count, 0 or more, with thin groups, as 12 000: a long row of digits is misread.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// Counted is a number with its noun, which takes an s for more than one: "1 path", "5 paths".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// About rounds a length of time to what a person plans with, at least a second: "35 s", "6 min", "1 h 5 min".
func About(d time.Duration) string {
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

// Clock writes a length of time for a display that counts down: "0:09", "12:05", "1:00:03". Begun seconds are whole ones, and
// nothing is below "0:00".
func Clock(d time.Duration) string {
	s := int(math.Ceil(max(d, 0).Seconds()))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
