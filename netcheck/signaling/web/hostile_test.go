package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"echopath/netcheck/signaling"
)

// A host, or a web server before it, may send a guest anything: the wire ends, and not in order.
func TestHostileEvents(t *testing.T) {
	begin := string(appendEvent(nil, event{name: eventWire, data: []byte(strings.Repeat("0", 32))}))
	one := string(appendEvent(nil, frameEvent(1, []byte("one"))))
	for name, tt := range map[string]struct {
		sends string
		want  error
	}{
		"ends":            {"", errBroken},
		"a hole":          {string(appendEvent(nil, frameEvent(3, nil))), errProtocol},
		"a repetition":    {one, errProtocol},
		"no base64":       {"id: 2\ndata: ***\n\n", errProtocol},
		"no number":       {"id: two\ndata: aGVsbG8=\n\n", errBroken},
		"a large frame":   {string(appendEvent(nil, frameEvent(2, make([]byte, maxFrame+3)))), errTooLarge},
		"an endless line": {"data: " + strings.Repeat("a", 3*maxLine), errBroken},
		"half an event":   {"id: 2\ndata: aGVsbG8=\n", errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, nil)
			addr := serveTLS(t, NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					w.Header().Set("Content-Type", "text/event-stream")
					_, _ = io.WriteString(w, begin+": a comment\nretry: 1\n"+one+tt.sends)
				}
			})), h.cert)
			target := h.target(addr)
			target.Only = signaling.WaySSE
			w, err := Dial(within(t), target)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.Receive(within(t)); string(got) != "one" {
				t.Errorf("got %q, %v", got, err)
			}
			if _, err := w.Receive(within(t)); !errors.Is(err, tt.want) || errors.Is(err, io.EOF) {
				t.Errorf("the wire ends with %v", err)
			}
			_ = w.Close()
		})
	}
}

// A POST that the host takes for wrong ends the wire, and one that it can not take now does not.
func TestPostAnswers(t *testing.T) {
	for status, ends := range map[int]bool{http.StatusConflict: true, http.StatusGone: true, http.StatusForbidden: true, http.StatusServiceUnavailable: false, http.StatusTooManyRequests: false} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			h := newHost(t, nil)
			first := true
			front := h.behind(t, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPost || !first {
					return false
				}
				first = false
				w.WriteHeader(status)
				return true
			})
			target := h.target(front)
			target.Only = signaling.WaySSE
			guest, far := h.connect(t, target)
			if err := guest.Send(within(t), []byte("x")); err != nil {
				t.Fatal(err)
			}
			if ends {
				if _, err := guest.Receive(within(t)); !errors.Is(err, errBroken) {
					t.Errorf("the wire ends with %v", err)
				}
				return
			}
			if got, err := far.Receive(within(t)); !bytes.Equal(got, []byte("x")) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
