package invite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of a text in which invites are looked for.
const (
	maxText  = 64 << 10 // bytes
	maxFound = 16       // invites, and what looks like one
)

// begins finds where an invite or an answer begins. The letters' case is looked at later: it tells that a text was changed.
var begins = regexp.MustCompile(`(?i)(EPA?)([0-9]{1,3})-`)

// Parse reads an invite, as text or link, with whatever a mail or chat put around or between: spaces, line breaks, signs of a
// quotation, quotation marks, angle brackets, soft hyphens, a whole letter. Twice the same is one invite. The error wraps one of
// the errors of this package, says what to do, and never holds a part of the text.
func Parse(text string) (Invite, error) { return find(&invites, text, unpack) }

// Looks tells whether a text is meant as an invite, whole or not.
func Looks(text string) bool {
	if len(text) > maxText {
		return false
	}
	text = unwrapped(text)
	return len(invites.starts(text)) > 0 || strings.Contains(strings.ToLower(text), Scheme)
}

// find reads the one text of a kind that is in another text.
func find[T any](f *form, text string, unpack func(payload []byte) (T, error)) (T, error) {
	var none T
	if len(text) > maxText {
		return none, f.missing()
	}
	text = unwrapped(text)
	var found *T
	var trouble error
	for n, at := range f.starts(text) {
		if n >= maxFound {
			return none, f.several()
		}
		one, err := parseAt(f, text, at, unpack)
		switch {
		case err != nil:
			trouble = f.worse(trouble, err)
		case found != nil && !reflect.DeepEqual(*found, one):
			return none, f.several()
		default:
			found = &one
		}
	}
	switch {
	case found != nil:
		return *found, nil
	case (trouble == nil || errors.Is(trouble, f.none)) && len(f.other().starts(text)) > 0:
		return none, f.mixedUp()
	case trouble != nil:
		return none, trouble
	}
	return none, f.missing()
}

// worse keeps of two troubles the one that tells more: a text that merely begins like an invite tells nothing.
func (f *form) worse(a, b error) error {
	if a == nil || errors.Is(a, f.none) {
		return b
	}
	return a
}

// unwrapped takes out what programs that show or send texts put in: signs of a quotation at the beginning of lines, characters
// that can not be seen, soft line breaks of quoted-printable (RFC 2045, section 6.7).
func unwrapped(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "=\n", "\n")
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		lines[n] = strings.TrimRight(strings.TrimLeft(line, "> \t|"), " \t\r")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // soft hyphens and zero-width spaces among them
			return -1
		}
		return r
	}, strings.Join(lines, "\n"))
}

// start is where a prefix stands in a text.
type start struct {
	begin, end int
	version    int
}

func (f *form) starts(text string) []start {
	var all []start
	for _, m := range begins.FindAllStringSubmatchIndex(text, -1) {
		if !strings.EqualFold(text[m[2]:m[3]], f.letters) || m[0] > 0 && wordy(text[m[0]-1]) {
			continue // of the other kind, or in the middle of a word, such as of another invite
		}
		v, _ := strconv.Atoi(text[m[4]:m[5]]) // digits only
		all = append(all, start{begin: m[0], end: m[1], version: v})
	}
	return all
}

func wordy(c byte) bool { return isLetter(c) && c != '_' && c != '-' }

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// parseAt reads the text whose prefix stands at s.
func parseAt[T any](f *form, text string, s start, unpack func([]byte) (T, error)) (T, error) {
	var none T
	switch written := text[s.begin:s.end]; {
	case s.version > version:
		return none, f.newer(s.version)
	case written != f.prefix(version):
		return none, f.mistyped()
	}
	rest := text[s.end:]
	size, err := f.size(rest)
	if err != nil {
		return none, err
	}
	payload, err := f.whole(rest, size)
	if err != nil {
		return none, err
	}
	return unpack(payload)
}

// size reads the header, which tells how many bytes there are in all.
func (f *form) size(rest string) (int, error) {
	head, _ := gather(rest, 6) // of which 4 bytes come
	header, err := encoding.DecodeString(pad(head))
	switch {
	case len(head) < 6:
		return 0, f.short(rest, head)
	case err != nil || header[3] != f.headerCheck(header):
		return 0, f.mistyped()
	case int(header[0]) > version:
		return 0, f.newer(int(header[0]))
	}
	size := int(binary.BigEndian.Uint16(header[1:]))
	if header[0] != version || size < f.min || size > f.max {
		return 0, f.mistyped()
	}
	return size, nil
}

// pad makes six letters ones of which the last bits are none, so that they can be read alone.
func pad(head string) string {
	if len(head) < 6 {
		return ""
	}
	last := strings.IndexByte(alphabet, head[5])
	return head[:5] + string(alphabet[last&^0xf])
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// short tells what is wrong with a text of which hardly anything follows the prefix.
func (f *form) short(rest, head string) error {
	if head == "" && strings.TrimSpace(rest) != "" {
		return f.missing()
	}
	return f.truncated()
}

// whole reads a payload of so many bytes.
func (f *form) whole(rest string, size int) ([]byte, error) {
	letters, end := gather(rest, encoding.EncodedLen(size))
	if len(letters) < encoding.EncodedLen(size) {
		if stopped(rest, end) {
			return nil, f.mistyped()
		}
		return nil, f.truncated()
	}
	payload, err := encoding.DecodeString(letters)
	if err == nil && bytes.Equal(payload[size-checksumSize:], checksum(payload[:size-checksumSize])) && !runsOn(rest[end:]) {
		return payload, nil
	}
	if strings.Contains(strings.TrimSpace(rest[:end]), " ") {
		return nil, f.truncated() // words of the letter around it were taken for the missing part
	}
	return nil, f.mistyped()
}

// gather takes so many letters of the alphabet, over spaces and line breaks, and tells where it stopped.
func gather(text string, n int) (letters string, end int) {
	b := make([]byte, 0, n)
	for i := range len(text) {
		switch c := text[i]; {
		case len(b) == n:
			return string(b), i
		case isLetter(c):
			b = append(b, c)
		case c != ' ' && c != '\n':
			return string(b), i
		}
	}
	return string(b), len(text)
}

// stopped tells whether a strange character stands among the letters, rather than behind its last one.
func stopped(text string, at int) bool {
	return at+1 < len(text) && isLetter(text[at+1])
}

// runsOn tells whether more letters follow the last one at once. Signs of emphasis around an invite are none.
func runsOn(text string) bool {
	text = strings.TrimLeft(text, "-_")
	return text != "" && isLetter(text[0])
}
