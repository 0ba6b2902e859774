package signaling

import (
	"unicode/utf8"

	"echopath/netcheck"
)

// Bounds of a Hello. What is longer is cut.
const (
	maxName     = 64 // bytes
	maxFeatures = 16
	maxFeature  = 32 // bytes
)

// clean makes a text fit to be shown, and of at most so many bytes.
func clean(s string, most int) string {
	s = netcheck.CleanText(s, most)
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// cleaned gives a Hello that keeps to its bounds.
func (h Hello) cleaned() Hello {
	h.Name, h.AppVersion, h.OS = clean(h.Name, maxName), clean(h.AppVersion, maxName), clean(h.OS, maxName)
	var features []string
	for _, f := range h.Features {
		if len(f) > 0 && len(f) <= maxFeature && visible(f) && len(features) < maxFeatures {
			features = append(features, f)
		}
	}
	h.Features = features
	return h
}

// self is a Hello of this end: its versions are those of this program if it names none.
func (h Hello) self() Hello {
	if h.Versions == ([2]int{}) {
		h.Versions = [2]int{VersionMin, VersionMax}
	}
	return h.cleaned()
}

// cleaned gives a message whose texts for people are fit to be shown. What the message points to stays as it is.
func (m Message) cleaned() Message {
	if m.Standing != nil {
		m.Standing = changed(m.Standing, func(s *Standing) { s.Text = clean(s.Text, MaxText) })
	}
	if m.Run != nil {
		m.Run = changed(m.Run, func(r *Run) { r.Title = clean(r.Title, MaxText) })
	}
	if m.Leave != nil {
		m.Leave = changed(m.Leave, func(l *Leave) { l.Text = clean(l.Text, MaxText) })
	}
	if m.Signal != nil && m.Signal.Failure != nil {
		m.Signal = changed(m.Signal, func(s *Signal) {
			s.Failure = changed(s.Failure, func(f *Failure) { f.Text, f.Advice = clean(f.Text, MaxText), clean(f.Advice, MaxText) })
		})
	}
	return m
}

func changed[T any](old *T, change func(*T)) *T {
	c := *old
	change(&c)
	return &c
}
