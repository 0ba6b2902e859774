package export

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

func readTable(t *testing.T, b []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestDefuse(t *testing.T) {
	dangerous := []string{
		"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\rx", "\nx", "=", "+", "-", "@", "-x", "--1", "+-1", " =1+1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\x00=1",
		"\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "-1e", "-.5", "-1.", "-0x1", "-Inf", "+nan", "-1_0", "+1 ", "=cmd|' /C calc'!A0",
	}
	for _, s := range dangerous {
		if got := defuse(s); got != "'"+s {
			t.Errorf("%q became %q", s, got)
		}
	}
	for _, s := range []string{"", "a", "1", "-12", "+12", "-1.5", "-1e3", "+1.5E-3", "0.25", " ", "relay-udp", "a=b", "'=1", "\"=1\"", "ü"} {
		if got := defuse(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestAppendText(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a,b": `"a,b"`, `say "x"`: `"say ""x"""`, "two\nlines": "\"two\nlines\"", "=1,2": `"'=1,2"`, "bad\xff": "bad\uFFFD",
	} {
		if got := string(appendText(nil, in)); got != want {
			t.Errorf("%q became %s, want %s", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "=1", "-12", "a,\"b\"\r\n", "\t", " =x", "\xff=1", "\u200b-x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cellOf := appendText(nil, s)
		if !utf8.Valid(cellOf) {
			t.Fatalf("%q became %q, which is not UTF-8", s, cellOf)
		}
		rows, err := csv.NewReader(bytes.NewReader(append(append([]byte("x,"), cellOf...), endRow...))).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 {
			t.Fatalf("%q became %q, which reads as %q (%v)", s, cellOf, rows, err)
		}
		got := rows[0][1]
		// encoding/csv takes CRLF within a cell for LF.
		want := strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
		if got != want && got != "'"+want {
			t.Fatalf("%q reads back as %q", s, got)
		}
		if got != "" && strings.ContainsRune("=+-@\t\r\n", rune(got[0])) && !plainNumber(got) {
			t.Fatalf("%q came out as %q, which runs", s, got)
		}
		if again := defuse(defuse(s)); again != defuse(s) {
			t.Fatalf("defused twice: %q", again)
		}
	})
}
