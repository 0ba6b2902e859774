package netcheck

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// number writes a figure with at most three significant digits and without needless zeros.
func number(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	s := strconv.FormatFloat(v, 'f', min(max(digits, 0), 6), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// percent writes a ratio as a percentage.
func percent(ratio float64) string { return number(ratio*100) + " %" }

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
		return fmt.Sprintf("0 %% (0 of %d: below %s)", sent, percent(high))
	}
	return fmt.Sprintf("%s (%d of %d)", percent(float64(lost)/float64(sent)), lost, sent)
}
