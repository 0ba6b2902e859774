package webprobe

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"echopath/netcheck"
)

// Whatever answers in place of a known page, the result is a sentence that can be shown.
func FuzzAnswer(f *testing.F) {
	for _, answer := range []string{
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess",
		"HTTP/1.1 302 Found\r\nLocation: https://login.example/?ticket=1\r\nDate: Sun, 22 Nov 2026 02:00:00 GMT\r\nAge: 7\r\n\r\n",
		"HTTP/1.0 511 Log in\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 301 x\r\nLocation: //\x1b[2J/\u202e\r\n\r\n",
	} {
		f.Add([]byte(answer), "success")
		f.Add([]byte(answer), "")
	}
	u, err := url.Parse("http://connect.example.com/generate_204")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer []byte, known string) {
		var got fetched
		if got.read(bufio.NewReader(bytes.NewReader(answer)), &http.Request{Method: http.MethodGet}, len(known)+1) != nil {
			return
		}
		if len(got.body) > len(known)+1 {
			t.Errorf("%d bytes were read", len(got.body))
		}
		r := start(netcheck.ProbePortal, "x").page(u, got, []byte(known))
		const most = 1000
		if whole := r.Text + r.Advice; r.Text == "" || !utf8.ValidString(whole) || len(whole) > most || strings.ContainsAny(whole, "\x1b\r\n\u202e") {
			t.Errorf("text %q, advice %q", r.Text, r.Advice)
		}
		if at, ok := serverTime(got.header); ok && at.IsZero() {
			t.Errorf("a time that is none in %q", got.header)
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, raw := range []string{"http://example.com", "https://[2001:db8::1]:8443/x?y#z", "http://u:p@x/", "http://x:0/", "http:///"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, to, err := target(raw)
		if err == nil && (to.Host == "" || to.Port < 1 || to.Port > 65535 || u.User != nil) {
			t.Errorf("%q: %+v", raw, to)
		}
		if to, err := parseTarget(raw); err == nil && (to.Host == "" || to.Port < 1 || to.Port > 65535) {
			t.Errorf("%q: %+v", raw, to)
		}
	})
}
