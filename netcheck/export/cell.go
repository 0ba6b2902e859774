package export

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// endRow closes a row (RFC 4180, section 2, rule 1).
const endRow = "\r\n"

// appendText adds a cell of text from anywhere: valid UTF-8, harmless in a spreadsheet, quoted where it must be.
func appendText(b []byte, s string) []byte {
	s = defuse(strings.ToValidUTF8(s, "\uFFFD"))
	if !strings.ContainsAny(s, "\",\r\n") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}

// appendRow adds a whole row of text cells.
func appendRow(b []byte, cells ...string) []byte {
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, c)
	}
	return append(b, endRow...)
}

// defuse puts an apostrophe before text that a spreadsheet would run as a formula. Plain numbers stay as they are: -12 must
// remain a number.
func defuse(s string) string {
	if !startsFormula(s) || plainNumber(s) {
		return s
	}
	return "'" + s
}

// startsFormula tells whether a spreadsheet may take the cell for a formula. Some strip invisible characters first, or take
// the wide forms of East Asian keyboards for the signs themselves.
func startsFormula(s string) bool {
	if s == "" {
		return false
	}
	if strings.IndexByte("\t\r\n", s[0]) >= 0 {
		return true
	}
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if s == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@\uFF1D\uFF0B\uFF0D\uFF20", first)
}

// plainNumber tells whether s is a decimal number: an optional sign, digits, and a fraction and an exponent if any.
// strconv.ParseFloat is too generous: it takes words and hexadecimal numbers.
func plainNumber(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	s, ok := cutDigits(s)
	if ok && strings.HasPrefix(s, ".") {
		s, ok = cutDigits(s[1:])
	}
	if ok && s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		s, ok = cutDigits(s)
	}
	return ok && s == ""
}

// cutDigits takes one or more digits off the front.
func cutDigits(s string) (rest string, ok bool) {
	rest = strings.TrimLeft(s, "0123456789")
	return rest, len(rest) < len(s)
}

// cell writes a figure, or nothing if it was not measured. Floating-point figures get as many digits as it takes to read the
// same number back, and no exponent, which some spreadsheets take for text.
func cell[T string | int | bool | float64](v *T) string {
	if v == nil {
		return ""
	}
	switch v := any(*v).(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
