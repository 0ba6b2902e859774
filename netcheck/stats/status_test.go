package stats

import "testing"

func TestWordsOfPacketsCSV(t *testing.T) {
	for s, word := range map[Status]string{StatusOK: "ok", StatusLostUp: "lost_up", StatusLostDown: "lost_down", StatusLost: "lost", StatusSkipped: "skipped"} {
		if got, err := ParseStatus(word); s.String() != word || got != s || err != nil {
			t.Errorf("%d is %q, %q is %d, %v", s, s, word, got, err)
		}
	}
	for s, word := range map[Skipper]string{SkipperNone: "", SkipperSender: "sender", SkipperReflector: "reflector"} {
		if got, err := ParseSkipper(word); s.String() != word || got != s || err != nil {
			t.Errorf("%d is %q, %q is %d, %v", s, s, word, got, err)
		}
	}
}

func TestWordsThatAreNone(t *testing.T) {
	for _, word := range []string{"", "unknown", "OK", " ok", "lost_", "gone"} {
		if got, err := ParseStatus(word); got != StatusUnknown || err == nil {
			t.Errorf("ParseStatus(%q) = %v, %v", word, got, err)
		}
	}
	for _, word := range []string{"none", "Sender", "both"} {
		if got, err := ParseSkipper(word); got != SkipperNone || err == nil {
			t.Errorf("ParseSkipper(%q) = %v, %v", word, got, err)
		}
	}
	if got := Status(200).String(); got != "unknown" {
		t.Errorf("Status(200) prints %q", got)
	}
	if got := Skipper(200).String(); got != "" {
		t.Errorf("Skipper(200) prints %q", got)
	}
}

func FuzzParseStatus(f *testing.F) {
	for _, word := range []string{"", "unknown", "ok", "lost_up", "lost_down", "lost", "skipped", "OK"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		s, err := ParseStatus(word)
		if (err == nil) != (s != StatusUnknown) {
			t.Fatalf("ParseStatus(%q) = %v, %v", word, s, err)
		}
		if err == nil && s.String() != word {
			t.Fatalf("%q came back as %q", word, s)
		}
	})
}
