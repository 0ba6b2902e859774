package present

import (
	"strings"
	"testing"
)

func TestUpTo(t *testing.T) {
	const list = "Relay UDP (3 of 5), 0:17 left, lost 0 of 340"
	for width, want := range map[int]string{100: list, 44: list, 43: "Relay UDP (3 of 5), 0:17 left", 29: "Relay UDP (3 of 5), 0:17 left",
		28: "Relay UDP (3 of 5)", 5: "Relay", 0: "", -3: ""} {
		if got := UpTo(list, width); got != want {
			t.Errorf("%d: %q", width, got)
		}
	}
}

// A server's words can not move the cursor.
func TestPrintable(t *testing.T) {
	if got := Printable("a\x1b[2Jb\rc\u202ed\u009be\tf\n"); got != "a[2Jbcde f " {
		t.Errorf("%q", got)
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 8, "one two|three"},
		{"unbreakable word", 5, "unbreakable|word"},
		{"it took 31 ms.", 10, "it took|31 ms."},
		{"below 0.76 %).", 9, "below|0.76 %)."},
		{"ms alone", 5, "ms|alone"},
	}
	for _, tt := range tests {
		if got := strings.Join(Wrap(tt.text, tt.width), "|"); got != tt.want {
			t.Errorf("%q at %d: %q", tt.text, tt.width, got)
		}
	}
}
