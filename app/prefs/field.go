package prefs

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// field is a value in the file that may be missing or of the wrong kind without spoiling the rest. The zero value is a missing one.
type field[T any] struct {
	value T
	kind  kind
}

type kind int

const (
	missing kind = iota
	given
	wrong // of another type, or too large a number
)

func set[T any](v T) field[T] { return field[T]{v, given} }

func (f field[T]) get() (T, bool) { return f.value, f.kind == given }

// UnmarshalJSON never fails: null counts as missing.
func (f *field[T]) UnmarshalJSON(b []byte) error {
	*f = field[T]{}
	switch {
	case string(b) == "null":
	case json.Unmarshal(b, &f.value) != nil:
		*f = field[T]{kind: wrong}
	default:
		f.kind = given
	}
	return nil
}

// MarshalJSON writes the value.
func (f field[T]) MarshalJSON() ([]byte, error) { return json.Marshal(f.value) }

func setMap[T any](m map[string]T) field[map[string]field[T]] {
	if len(m) == 0 {
		return field[map[string]field[T]]{}
	}
	out := map[string]field[T]{}
	for k, v := range m {
		out[k] = set(v)
	}
	return set(out)
}

// reader gathers what to tell about a file.
type reader struct{ messages []string }

// unusable tells of a value by what it is about. The value itself is not repeated: nobody knows what it holds.
func (r *reader) unusable(what string) {
	r.messages = append(r.messages, fmt.Sprintf("The stored %s can not be used, so the usual one holds.", what))
}

// leftOut tells of a part of a value.
func (r *reader) leftOut(what string) {
	r.messages = append(r.messages, fmt.Sprintf("Some of the stored %s can not be used and were left out.", what))
}

// take puts a field into its place if it is there and good.
func take[T any](r *reader, what string, f field[T], to *T, good func(T) bool) {
	switch {
	case f.kind == given && good(f.value):
		*to = f.value
	case f.kind != missing:
		r.unusable(what)
	}
}

// takeMap takes the entries that are good.
func takeMap[T any](r *reader, what string, f field[map[string]field[T]], to map[string]T, good func(T) bool) {
	left := f.kind == wrong || len(f.value) > maxEntries
	if !left {
		for k, v := range f.value {
			if v.kind == given && good(v.value) && plain(k, maxName) {
				to[k] = v.value
			} else {
				left = true
			}
		}
	}
	if left {
		r.leftOut(what)
	}
}

func anything[T any](T) bool { return true }

// plain tells text of at most limit bytes without control characters, but for those that lay text out.
func plain(s string, limit int) bool {
	return len(s) <= limit && utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t'
	})
}

// wholePath tells a path that does not depend on where the program was started, and that JSON can hold.
func wholePath(path string) bool {
	return len(path) <= maxPath && filepath.IsAbs(path) && utf8.ValidString(path) && !strings.ContainsRune(path, 0)
}
