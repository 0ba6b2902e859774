package host

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/present"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// measuring has a guest measure the direct path for as long as the test wants, and returns once it does.
func measuring(t *testing.T, l *hostingtest.Log, text netcheck.Secret) (stop context.CancelFunc, done <-chan error) {
	t.Helper()
	plan := planFor(text, netcheck.PathDirect)
	plan.Loss.Duration = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := session.Run(ctx, plan, session.Options{}, nil)
		ended <- err
	}()
	l.Wait(t, hosting.EventLegOpened, 1)
	return cancel, ended
}

// A leg that did not end in order says why: the host or its user ended it, or the guest.
func TestLegsSayWhyTheyClosed(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(h *Host, guest string, stop context.CancelFunc) error
		code string
		text string
	}{
		"removed": {func(h *Host, guest string, _ context.CancelFunc) error { return h.Remove(guest, "Enough.") }, string(signaling.CodeRemoved), "Enough."},
		"stopped": {func(h *Host, _ string, _ context.CancelFunc) error { return h.Close() }, string(signaling.CodeHostStopped), "stopped"},
		"overrun": {func(h *Host, guest string, _ context.CancelFunc) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.guests[guest].run.end = h.cfg.Now().Add(-time.Second)
			return nil
		}, codeOverrun, "longer"},
	} {
		t.Run(name, func(t *testing.T) {
			h, l := startTest(t, usual, nil)
			_, text := newInvite(t, h, 1)
			stop, done := measuring(t, l, text)
			defer stop()
			if err := tt.end(h, l.Wait(t, hosting.EventGuestJoined, 1).Guest, stop); err != nil {
				t.Fatal(err)
			}
			if e := l.Wait(t, hosting.EventLegClosed, 1); e.Code != tt.code || !strings.Contains(e.Text, tt.text) {
				t.Errorf("the leg closed as %s: %q", e.Code, e.Text)
			}
			if e := l.Wait(t, hosting.EventRunEnded, 1); e.Code != tt.code || !strings.Contains(e.Text, tt.text) {
				t.Errorf("the run ended as %s: %q", e.Code, e.Text)
			}
			<-done
		})
	}
}

// A guest that hears of its dismissal closes its leg before this end's part of the session is over: the leg says why all the same.
func TestLegOfADismissedGuest(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	ask(t, c, signaling.Run{ID: "run", Duration: time.Minute})
	hear(t, c, "run", signaling.StandingAdmitted)
	h.mu.Lock()
	g := slices.Collect(maps.Values(h.guests))[0]
	h.mu.Unlock()
	if why := h.closedBy(g); why != (ending{}) {
		t.Errorf("in order: %+v", why)
	}
	g.dismissed.Store(true)
	told := make(chan ending, 1)
	go func() { told <- h.closedBy(g) }()
	if err := h.Remove(g.id, "Enough."); err != nil {
		t.Fatal(err)
	}
	if why := <-told; why != (ending{string(signaling.CodeRemoved), "Enough."}) {
		t.Errorf("%+v", why)
	}
}

// One whose link broke says for how long nothing came, one that the guest closed says nothing.
func TestBrokenBy(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	h := &Host{cfg: hosting.Config{Now: func() time.Time { return now }}}
	l := &leg{heard: now.Add(-14600 * time.Millisecond)}
	lost := fmt.Errorf("echo: %w", &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "The connection was lost."})
	for name, tt := range map[string]struct {
		cancel     bool
		cause      error
		served     error
		code, text string
	}{
		"in order":      {},
		"silence":       {served: lost, code: "link_lost", text: "The link was lost: nothing came from the guest for 15 s."},
		"another":       {served: errors.New("echo: what"), code: string(netcheck.ReasonLocal), text: "echo: what"},
		"ended first":   {cancel: true, cause: ending{}, served: lost, code: codeRunEnded, text: "The guest has ended the test."},
		"not said why":  {cancel: true, code: codeRunEnded, text: "The guest has ended the test."},
		"guest is gone": {cancel: true, cause: ending{"lost", "Nothing was heard for 60 s."}, code: "lost", text: "Nothing was heard for 60 s."},
	} {
		q := &run{}
		q.ctx, q.cancel = context.WithCancelCause(t.Context())
		if tt.cancel {
			q.cancel(tt.cause)
		}
		if code, text := h.brokenBy(q, l, tt.served); code != tt.code || text != tt.text {
			t.Errorf("%s: %q, %q", name, code, text)
		}
		q.cancel(nil)
	}
}

// Events hold what their kind does not say, so that a line made of both says nothing twice.
func TestEventsRepeatNothing(t *testing.T) {
	h, l := startTest(t, usual, func(c *hosting.Config) { c.Budget = 250 })
	_, text := newInvite(t, h, 2)
	stop, done := measuring(t, l, text)
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	ask(t, c, signaling.Run{ID: "second", PacketsPerSecond: 200, Duration: time.Minute})
	l.Wait(t, hosting.EventQueued, 1)
	stop()
	<-done
	hear(t, c, "second", signaling.StandingAdmitted)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	l.Wait(t, hosting.EventGuestLeft, 2)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	bare := []hosting.EventKind{hosting.EventGuestJoined, hosting.EventAdmitted, hosting.EventLegOpened, hosting.EventGuestLeft, hosting.EventStopped}
	for _, e := range l.Events() {
		if slices.Contains(bare, e.Kind) && e.Text != "" {
			t.Errorf("%s: %q", e.Kind, e.Text)
		}
		if line, _ := present.HostEventLine(e); strings.Count(line, "has begun") > 1 || strings.Count(line, " made") > 1 || strings.Count(line, "wait") > 1 || strings.Count(line, "has left") > 1 {
			t.Errorf("%s: %q", e.Kind, line)
		}
	}
	if e := l.Wait(t, hosting.EventQueued, 1); e.Text != "It is at place 1." {
		t.Errorf("%q", e.Text)
	}
	if e := l.Wait(t, hosting.EventInvited, 1); !strings.HasPrefix(e.Text, "It is for 2 guests, until ") {
		t.Errorf("%q", e.Text)
	}
}

// named asks for the signalling under a name, and gives the status.
func statusUnder(t *testing.T, h *Host, name string) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}, Timeout: hostingtest.Within}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+h.turn.TLSAddr().String()+"/echopath/1/none", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = name
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func certificateFor(t *testing.T, names ...string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	model := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, model, model, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// The signalling is served under the names of invites and of the certificate, and under no other.
func TestNamesOfTheHost(t *testing.T) {
	h, _ := startTest(t, usual, func(c *hosting.Config) {
		c.Announce, c.Public = []string{"Host.example.com:8443", "192.0.2.9"}, netip.MustParseAddr("192.0.2.7")
		c.Certificate = certificateFor(t, "turn.example.org", "*.example.net")
	})
	for name, want := range map[string]int{"host.example.com:8443": 404, "host.example.com": 404, "turn.example.org": 404, "192.0.2.7": 404, "192.0.2.9:443": 404,
		"127.0.0.1": 404, "evil.example.com": 403, "a.example.net": 403, "example.org": 403} {
		if got := statusUnder(t, h, name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if got := webNames(h.cfg); !slices.Equal(got, []string{"192.0.2.7", "192.0.2.9", "Host.example.com", "turn.example.org"}) {
		t.Errorf("%q", got)
	}
}
