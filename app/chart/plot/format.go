package plot

import (
	"math"
	"strconv"
	"strings"
)

// FormatValue writes a value with at most three significant digits: 0.614, 12.3, 1230. What was not measured is a dash.
func FormatValue(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	if v == 0 {
		return "0"
	}
	exp := int(math.Floor(math.Log10(math.Abs(v))))
	digits := 2 - exp
	text := strconv.FormatFloat(v, 'f', max(digits, 0), 64)
	if digits < 0 {
		// Rounding through a quotient of powers of ten leaves noise behind; strconv in scientific form does not.
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
		if err == nil {
			text = strconv.FormatFloat(rounded, 'f', 0, 64)
		}
	}
	return group(trimZeros(text))
}

// FormatTick writes a label of an axis whose labels are step apart: all of them get as many decimals as the step needs.
func FormatTick(v, step float64) string {
	if v == 0 {
		return "0"
	}
	places := 0
	if step > 0 {
		places = decimals(step)
	}
	return group(strconv.FormatFloat(v, 'f', places, 64))
}

// FormatTime writes a time on an axis whose labels are step seconds apart: 0:10, 1:00, 1:02:30, 1 h, and 0:10.5 for parts of a second.
func FormatTime(x, step float64) string {
	if step >= 3600 && math.Mod(x, 3600) == 0 && x >= 3600 {
		return strconv.Itoa(int(x/3600)) + " h"
	}
	places := 0
	if step > 0 {
		places = decimals(step)
	}
	return Clock(x, places)
}

// Clock writes seconds as m:ss or h:mm:ss, with so many decimals.
func Clock(x float64, places int) string {
	sign := ""
	if x < 0 {
		sign, x = "−", -x
	}
	scale := math.Pow(10, float64(places))
	ticks := math.Round(x * scale) // rounded once, so that 59.96 becomes 1:00.0 and not 0:60.0
	whole := int(ticks / scale)
	part := int(ticks - float64(whole)*scale)
	var b strings.Builder
	b.WriteString(sign)
	if h := whole / 3600; h > 0 {
		b.WriteString(strconv.Itoa(h) + ":" + pad(whole/60%60, 2))
	} else {
		b.WriteString(strconv.Itoa(whole / 60))
	}
	b.WriteString(":" + pad(whole%60, 2))
	if places > 0 {
		b.WriteString("." + pad(part, places))
	}
	return b.String()
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	if len(s) >= width {
		return s
	}
	return strings.Repeat("0", width-len(s)) + s
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// thin is a narrow space that no line breaks at: 12 500 is easier to read than 12500.
const thin = "\u202f"

// group sets thousands apart from five digits on.
func group(s string) string {
	digits, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}
	if len(digits) > 4 {
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + thin + digits[i:]
		}
	}
	if rest != "" {
		digits += "." + rest
	}
	return sign + digits
}
