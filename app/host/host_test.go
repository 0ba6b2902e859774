package host

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func get(t *testing.T, h *Host, path string) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}, Timeout: hostingtest.Within}
	answer, err := client.Get("https://" + h.turn.TLSAddr().String() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func TestHealth(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	raw(t, i)
	l.Wait(t, hosting.EventGuestJoined, 1)
	code, body := get(t, h, "/healthz")
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil || code != http.StatusOK {
		t.Fatalf("%d, %s, %v", code, body, err)
	}
	if got["status"] != "ok" || got["version"] != "1.2" || got["guests"] != 1.0 || got["active"] != 0.0 || got["queued"] != 0.0 || got["since"] == "" || len(got) != 6 {
		t.Errorf("%s", body)
	}
	for _, path := range []string{"/", "/healthz/", "/index.html", "/debug/pprof/", "/metrics"} {
		if code, _ := get(t, h, path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestRunsThatAreRefused(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	for n, tt := range []struct {
		run  signaling.Run
		code string
		text string
	}{
		{signaling.Run{PacketsPerSecond: 1001, Packets: 1000, Duration: 1}, codeLimit, ": lower the rate."},
		{signaling.Run{PacketsPerSecond: 1001, Duration: 1}, codeLimit, ": lower the highest bitrate of the video (--max)."}, // which has no rate
		{signaling.Run{Kbps: 1e8, Packets: 1000, Duration: 1}, codeLimit, ": lower the rate, the size or the bitrate of the video."},
		{signaling.Run{Kbps: 1e8, Duration: 1}, codeLimit, ": lower the highest bitrate of the video (--max)."},
		{signaling.Run{Packets: maxPackets + 1, Duration: 1}, codeLimit, "lower the rate."},
		{signaling.Run{Duration: maxRunLength + 1}, codeLimit, "make it shorter."},
	} {
		tt.run.ID = fmt.Sprint("run", n)
		ask(t, c, tt.run)
		if s := hear(t, c, tt.run.ID, signaling.StandingRefused, signaling.StandingAdmitted); s.Code != tt.code || !strings.HasSuffix(s.Text, tt.text) {
			t.Errorf("%+v: %+v", tt.run, s)
		}
	}
	ask(t, c, signaling.Run{ID: "a", Duration: time.Minute})
	hear(t, c, "a", signaling.StandingAdmitted)
	ask(t, c, signaling.Run{ID: "b", Duration: time.Minute})
	if s := hear(t, c, "b", signaling.StandingRefused, signaling.StandingAdmitted); s.Code != codeBusy {
		t.Errorf("a second run beside the first: %+v", s)
	}
}

// A leg without a run that was admitted is refused in words.
func TestLegWithoutARun(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	m := signaling.NewMux(raw(t, i))
	defer m.Close()
	l, err := m.OpenLeg(t.Context(), signaling.Leg{Path: netcheck.PathDirect, Family: netcheck.Family4, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Receive(t.Context())
	if err != nil || s.Failure == nil || s.Failure.Code != netcheck.ReasonFarRefused || s.Failure.Advice == "" {
		t.Errorf("%+v, %v", s, err)
	}
}

// A place that nobody uses, and one that is kept too long, goes to the next.
func TestPlacesAreTakenBack(t *testing.T) {
	for name, tt := range map[string]struct {
		p    patience
		code string
	}{
		"idle":    {patience{overtime: time.Hour, idle: 50 * time.Millisecond, look: 10 * time.Millisecond, resume: time.Minute}, codeIdle},
		"overrun": {patience{overtime: 50 * time.Millisecond, idle: time.Hour, look: 10 * time.Millisecond, resume: time.Minute}, codeOverrun},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := startTest(t, tt.p, nil)
			i, _ := newInvite(t, h, 2)
			one, two := raw(t, i), raw(t, i)
			ask(t, one, signaling.Run{ID: "one", PacketsPerSecond: 900, Duration: time.Millisecond})
			hear(t, one, "one", signaling.StandingAdmitted)
			ask(t, two, signaling.Run{ID: "two", PacketsPerSecond: 900, Duration: time.Millisecond})
			if s := hear(t, one, "one", signaling.StandingIn); s.Code != tt.code || s.Text == "" {
				t.Errorf("%+v", s)
			}
			hear(t, two, "two", signaling.StandingAdmitted)
		})
	}
}

// A guest that floods the host is removed, and one that reads nothing holds up nobody.
func TestHostileGuests(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, text := newInvite(t, h, 3)
	deaf, flooding := raw(t, i), raw(t, i)
	ask(t, deaf, signaling.Run{ID: "deaf", PacketsPerSecond: 100, Duration: time.Hour}) // and reads no answer
	flooded := make(chan error, 1)
	go func() {
		for {
			if err := flooding.Send(t.Context(), signaling.Message{RunEnded: &signaling.RunEnded{ID: "x"}}); err != nil {
				flooded <- err
				return
			}
		}
	}()
	plan := planFor(text, netcheck.PathDirect)
	r, err := session.Run(t.Context(), plan, session.Options{}, nil)
	if err != nil || !r.Paths[0].State.Measured() {
		t.Errorf("beside hostile guests: %+v, %v", r.Paths, err)
	}
	var gone *signaling.Gone
	if err := <-flooded; !errors.As(err, &gone) || gone.Code != signaling.CodeFlood {
		t.Errorf("who floods ended with %v", err)
	}
	for n := 1; ; n++ {
		if e := l.Wait(t, hosting.EventGuestLeft, n); e.Code == string(signaling.CodeFlood) {
			break
		}
	}
}

// Twenty guests come, run and go, five times as many as there is room for; all get their turn.
func TestManyGuests(t *testing.T) {
	h, l := startTest(t, usual, func(c *hosting.Config) { c.Budget = 400 })
	_, text := newInvite(t, h, 20)
	plan := planFor(text, netcheck.PathDirect)
	plan.Loss.Rate, plan.Loss.Duration, plan.Loss.Warmup = 50, time.Second, 100*time.Millisecond
	var guests sync.WaitGroup
	for range 20 {
		guests.Go(func() {
			r, err := session.Run(t.Context(), plan, session.Options{}, nil)
			if err != nil || !r.Paths[0].State.Measured() {
				t.Errorf("%+v, %v", r.Paths, err)
			}
		})
	}
	guests.Wait()
	l.Wait(t, hosting.EventGuestLeft, 20)
	l.Wait(t, hosting.EventRunEnded, 20)
	if s := h.Snapshot(); len(s.Guests) != 0 || s.Active != 0 || s.Used != 0 || s.Queued != 0 || s.Allocations != 0 || s.Invites[0].Used != 20 {
		t.Errorf("after all have left: %+v", s)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// TestHelperGuest is no test: it is the process of a guest that TestGuestVanishes kills.
func TestHelperGuest(t *testing.T) {
	text := os.Getenv("ECHOPATH_TEST_GUEST")
	if text == "" {
		return
	}
	plan := planFor(netcheck.Secret(text), netcheck.PathRelayUDP)
	plan.Loss.Duration = time.Hour
	_, _ = session.Run(t.Context(), plan, session.Options{}, func(e netcheck.Event) {
		if _, ok := e.Body.(netcheck.SampleTaken); ok {
			fmt.Println("measuring")
		}
	})
}

// A guest whose computer goes off in the middle of a run is missed, and leaves nothing behind. What the host has seen stays.
func TestGuestVanishes(t *testing.T) {
	p := usual
	p.resume = 200 * time.Millisecond
	h, l := startTest(t, p, nil)
	_, text := newInvite(t, h, 1)
	guest := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperGuest$")
	guest.Env = append(os.Environ(), "ECHOPATH_TEST_GUEST="+text.Reveal())
	out, err := guest.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := guest.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "measuring") {
	}
	l.Wait(t, hosting.EventRun, 8) // the view comes a moment later
	if s := h.Snapshot(); len(s.Guests) != 1 || s.Guests[0].State != hosting.GuestActive || s.Guests[0].Path != netcheck.PathRelayUDP || s.Allocations == 0 || s.Used < 200 {
		t.Errorf("during the run: %+v", s)
	}
	if err := guest.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = guest.Wait() // killed
	l.Wait(t, hosting.EventGuestAway, 1)
	if e := l.Wait(t, hosting.EventGuestLeft, 1); e.Code != string(signaling.CodeLost) || e.Text == "" {
		t.Errorf("it left as %+v", e)
	}
	l.Wait(t, hosting.EventRunEnded, 1)
	if s := h.Snapshot(); len(s.Guests) != 0 || s.Active != 0 || s.Allocations != 0 {
		t.Errorf("after it has gone: %+v", s)
	}
	seen := l.Runs()[0]
	if len(seen.Paths) != 1 || !seen.Paths[0].Connected || seen.Paths[0].State != netcheck.StateInterrupted {
		t.Errorf("the host has seen %+v", seen)
	}
}

// No secret is in what a host tells.
func TestNoSecretsInEvents(t *testing.T) {
	var logged bytes.Buffer
	h, l := startTest(t, usual, nil)
	i, text := newInvite(t, h, 1)
	raw(t, i)
	l.Wait(t, hosting.EventGuestJoined, 1)
	fmt.Fprintf(&logged, "%+v %+v", l.Events(), h.Snapshot())
	for _, secret := range []string{text.Reveal(), fmt.Sprintf("%x", i.Secret), fmt.Sprint(i.Secret)} {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("%s was told", secret)
		}
	}
}
