package netcheck

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// number writes a figure with at most three significant digits and without needless zeros.
func number(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	return trimmed(strconv.FormatFloat(v, 'f', min(max(digits, 0), 6), 64))
}

func trimmed(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Percent writes a ratio as a percentage. All and nothing are said only where they are meant: a share just below 1 is
// "> 99.9 %", one just above 0 is "< 0.001 %".
func Percent(ratio float64) string {
	s := number(ratio * 100)
	switch {
	case ratio > 0 && ratio < 1e-5:
		return "< 0.001 %"
	case ratio < 1 && s == "100":
		return "> 99.9 %"
	}
	return s + " %"
}

// UpperBound writes the upper end of an interval of ratios as a percentage of two significant digits, or one behind the point, without the sign. It is
// rounded up, so that what is said of the interval stays true.
func UpperBound(ratio float64) string { return bound(ratio, math.Ceil) }

// LowerBound writes the lower end of an interval in the same way, rounded down.
func LowerBound(ratio float64) string { return bound(ratio, math.Floor) }

func bound(ratio float64, outwards func(float64) float64) string {
	const digits, most = 2, 6 // significant, and behind the point
	v := ratio * 100
	least := 0
	if v >= 1 && v < 99.95 {
		least = 1 // as many as the share itself has beside it: 19.7 % (19.3–20.2)
	}
	if !(v > 0) || math.IsInf(v, 0) { // a NaN too
		return "0"
	}
	decimals := min(max(digits-1-int(math.Floor(math.Log10(v))), least), most)
	scale := math.Pow10(decimals)
	v *= scale
	// 0.07*100 is 7.000000000000001 in binary; without the tolerance it would go up to 7.1.
	if whole := math.Round(v); math.Abs(v-whole) <= 1e-9*v {
		v = whole
	}
	return trimmed(strconv.FormatFloat(outwards(v)/scale, 'f', decimals, 64))
}

// millis writes a duration as milliseconds, without the unit.
func millis(d time.Duration) string { return number(float64(d) / float64(time.Millisecond)) }

// micros writes microseconds as milliseconds, without the unit.
func micros[T int64 | float64](us T) string { return number(float64(us) / 1000) }

// lossText writes a loss ratio with what it rests on: "0.4 % (2 of 500)", or the upper bound where nothing was lost.
func lossText(lost, sent int, high float64) string {
	if sent == 0 {
		return "not measured"
	}
	if lost == 0 {
		return fmt.Sprintf("0 %% (0 of %d: below %s %%)", sent, UpperBound(high))
	}
	return fmt.Sprintf("%s (%d of %d)", Percent(float64(lost)/float64(sent)), lost, sent)
}

// CleanText makes a text from another computer fit to be shown and stored: valid UTF-8, on one line, without characters that
// control a terminal, change the direction of the text or can not be seen, without spaces at its ends or two in a row, and of at
// most so many characters.
func CleanText(s string, most int) string {
	const bytesEach = 4 // of a character in UTF-8: what lies beyond is not looked at
	if limit := 8 * bytesEach * max(most, 0); len(s) > limit {
		s = s[:limit]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(truncate(strings.Join(strings.Fields(s), " "), most))
}
