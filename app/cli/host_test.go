package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// hosting runs the command with a script, which is Ctrl-C at its end.
func hostOnce(t *testing.T, h *fakeHost, script func(), args ...string) *command {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c := &command{args: append([]string{"host"}, args...)}
	c.host = hosted(t, h, func() {
		defer stop()
		synctest.Wait() // the first invite is out
		if script != nil {
			script()
		}
		synctest.Wait()
	})
	return c.do(ctx)
}

// guestScript is an afternoon at a host.
func guestScript(h *fakeHost) func() {
	return func() {
		time.Sleep(3 * time.Second)
		h.happen(hosting.Event{Kind: hosting.EventRefused, Address: netip.MustParseAddrPort("203.0.113.5:999"), Code: "wrong_secret"})
		h.use("desk\x1b[31m")
		h.happen(hosting.Event{Kind: hosting.EventAdmitted, Guest: "g1", Name: "desk", RunID: "r1"})
		h.happen(hosting.Event{Kind: hosting.EventRun, Guest: "g1", Name: "desk", RunID: "r1",
			Run: &netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.SampleTaken{}}})
		h.happen(hosting.Event{Kind: hosting.EventRun, Guest: "g1", Name: "desk", RunID: "r1",
			Run: &netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PathEnded{State: netcheck.StateBlocked, Code: netcheck.ReasonNoPair, Reason: "No pair passed packets."}}})
		h.happen(hosting.Event{Kind: hosting.EventRun, Guest: "g1", Name: "desk", RunID: "r1", Grade: netcheck.GradePoor, Verdict: "Relay TLS: 8 % of the packets are lost in download",
			Run: &netcheck.Event{Path: netcheck.PathRelayTLS, Body: netcheck.PathEnded{State: netcheck.StateOK}}})
		h.happen(hosting.Event{Kind: hosting.EventRunEnded, Guest: "g1", Name: "desk", RunID: "r1", Grade: netcheck.GradePoor, Verdict: "Relay TLS loses packets."})
		time.Sleep(time.Minute)
		h.happen(hosting.Event{Kind: hosting.EventGuestLeft, Guest: "g1", Name: "desk", Code: "left", Text: "The guest has left."})
	}
}

func TestHostGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"host":       {"--print-invite", "--name", "server1"},
		"host-json":  {"--print-invite", "--name", "server1", "--json", "-"},
		"host-quiet": {"--print-invite", "--name", "server1", "--quiet", "--listen", "eth0", "--public-address", "203.0.113.7", "--max-guests", "2"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := &fakeHost{}
			c := hostOnce(t, h, guestScript(h), args...)
			if c.code != ExitOK || c.err != "" || h.closed != 1 {
				t.Errorf("%s: exit %d, closed %d times, stderr %q", name, c.code, h.closed, c.err)
			}
			link, err := h.made[0].Link()
			if err != nil {
				t.Fatal(err)
			}
			out := strings.ReplaceAll(strings.ReplaceAll(c.out, link, "LINK"), h.text(t, 0), "INVITE")
			out = strings.ReplaceAll(out, runtime.GOOS+"/"+runtime.GOARCH, "OS")
			if !strings.Contains(out, "INVITE") {
				t.Errorf("%s: the invite was not printed", name)
			}
			presenttest.Golden(t, name+".txt", out)
			if strings.Contains(out, "\x1b") {
				t.Errorf("%s: a guest's name reaches the terminal", name)
			}
		})
	}
}

// Every line is an object of the schema by itself, and the first has what a program needs to hand out the invite.
func TestHostJSONLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &fakeHost{}
		c := hostOnce(t, h, guestScript(h), "--print-invite", "--json", "-")
		var events []string
		for line := range strings.Lines(c.out) {
			var l struct{ Schema, Event, Invite, Listen string }
			if err := json.Unmarshal([]byte(line), &l); err != nil || l.Schema != "echopath.host/1" {
				t.Fatalf("%v: %s", err, line)
			}
			if l.Event == "started" && (l.Invite != h.text(t, 0) || l.Listen != "192.0.2.7") {
				t.Errorf("first line: %s", line)
			}
			events = append(events, l.Event)
		}
		want := "started refused guest_joined invite_over admitted run run run_ended status guest_left stopped"
		if got := strings.Join(events, " "); got != want {
			t.Errorf("events %s, want %s", got, want)
		}
	})
}

// The invite is in the file, for its owner alone, as long as it is good; it is nowhere else.
func TestInviteFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "invite")
		if err := os.WriteFile(file, []byte(oldInvite(t)), 0o644); err != nil { //nolint:gosec // to be mended
			t.Fatal(err)
		}
		h := &fakeHost{}
		wantInvite := func(i int) {
			t.Helper()
			text, err := os.ReadFile(file)
			if err != nil || strings.TrimSpace(string(text)) != h.text(t, i) {
				t.Errorf("invite %d is not in the file: %v", i, err)
			}
			info, err := os.Stat(file)
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
		}
		c := hostOnce(t, h, func() {
			wantInvite(0)
			h.use("a")
			synctest.Wait()
			wantInvite(0) // it is for two
			h.use("b")
			synctest.Wait()
			wantInvite(1)
			time.Sleep(8 * time.Minute)
			wantInvite(1)
			time.Sleep(2 * time.Minute) // a tenth of its time is left
			wantInvite(2)
		}, "--invite-file", file, "--max-guests", "2", "--json", "-")
		if c.code != ExitOK || c.err != "" || len(h.made) != 3 || h.revoked != 0 {
			t.Errorf("exit %d, %d invites, %d revoked, stderr %q", c.code, len(h.made), h.revoked, c.err)
		}
		for i := range h.made {
			if strings.Contains(c.out, h.text(t, i)) {
				t.Errorf("invite %d was printed", i)
			}
		}
		if n := strings.Count(c.out, `"event":"invited"`); n != 2 {
			t.Errorf("%d lines about new invites", n)
		}
		wantOnly(t, filepath.Dir(file))
	})
}

func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(names) {
		t.Errorf("left in the folder: %v (%v), want %v", entries, err, names)
	}
}

// Without renewal nobody comes in by an invite that is over, and the host says so once.
func TestInviteOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "invite")
		h := &fakeHost{}
		c := hostOnce(t, h, func() {
			h.use("a")
			time.Sleep(time.Hour)
			wantOnly(t, filepath.Dir(file))
			if err := os.WriteFile(file, []byte("of another"), 0o600); err != nil {
				t.Error(err)
			}
		}, "--invite-file", file, "--renew", "off")
		if c.code != ExitOK || len(h.made) != 1 || strings.Count(c.out, "nobody else can come in by it") != 1 {
			t.Errorf("exit %d, %d invites:\n%s", c.code, len(h.made), c.out)
		}
		wantOnly(t, filepath.Dir(file), "invite") // it is not ours
	})
}

// A host that can not renew its invite goes on, says so, and tries again.
func TestInviteRenewalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &fakeHost{}
		c := hostOnce(t, h, func() {
			h.mu.Lock()
			h.fail = errors.New("out of rooms")
			h.mu.Unlock()
			h.use("a")
			time.Sleep(time.Second)
			h.mu.Lock()
			h.fail = nil
			h.mu.Unlock()
			time.Sleep(time.Minute)
		}, "--print-invite", "--renew", "on", "--json", "-")
		if c.code != ExitOK || len(h.made) != 2 || strings.Count(c.out, "There is no new invite yet: the invite could not be made: out of rooms.") != 1 ||
			!strings.Contains(c.out, h.text(t, 1)) {
			t.Errorf("exit %d, %d invites:\n%s", c.code, len(h.made), c.out)
		}
	})
}

// A host whose address has gone ends, so that whoever looks after it can start it anew; one look that does not find it is not enough.
func TestHostAddressGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, forGood := range []bool{false, true} {
			looks, whole := 0, testSystem()
			sys := &system{route: whole.route, addresses: func() []address {
				looks++
				if looks == 3 || looks > 3 && forGood { // the first two are for the start
					return []address{{testAddress("198.51.100.9"), "eth0"}}
				}
				return whole.addresses()
			}}
			h := &fakeHost{}
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
			c := (&command{args: words("host --print-invite"), system: sys, host: hosted(t, h, nil)}).do(ctx)
			stop()
			wanted := ExitOK
			if forGood {
				wanted = ExitError
			}
			if c.code != wanted || h.closed != 1 || forGood != strings.Contains(c.err, "--listen one of 198.51.100.9 (eth0)") || strings.Count(c.err, "\n") > 1 {
				t.Errorf("for good %v: exit %d, closed %d times, stderr %q", forGood, c.code, h.closed, c.err)
			}
		}
	})
}

// A reader that is too slow for the lines does not hold up the host.
func TestHostSlowReader(t *testing.T) {
	s := &service{plan: &hostPlan{}, events: make(chan hosting.Event, 2)}
	for range 5 {
		s.observe(hosting.Event{Kind: hosting.EventQueued})
	}
	if len(s.events) != 2 || s.left.Load() != 3 {
		t.Errorf("%d events wait, %d are missing", len(s.events), s.left.Load())
	}
}

// What keeps a host from starting ends with 4 and one line that says how to mend it; no file is left.
func TestHostCanNotStart(t *testing.T) {
	starting := func(err error) func(context.Context, hosting.Config) (hosting.Host, error) {
		return func(context.Context, hosting.Config) (hosting.Host, error) { return nil, err }
	}
	refused := &fakeHost{fail: errors.New("no more rooms")}
	tests := map[string]struct {
		line string
		host func(context.Context, hosting.Config) (hosting.Host, error)
		code int
		want string
	}{
		"port in use":      {"", starting(fmt.Errorf("listen udp 192.0.2.7:3478: %w", syscall.EADDRINUSE)), ExitError, "--udp-port"},
		"address gone":     {"", starting(fmt.Errorf("listen: %w", syscall.EADDRNOTAVAIL)), ExitError, "192.0.2.7 (eth0)"},
		"low port":         {"", starting(fmt.Errorf("listen: %w", syscall.EACCES)), ExitError, "CAP_NET_BIND_SERVICE"},
		"wrong settings":   {"", starting(fmt.Errorf("%w: the range is too small", hosting.ErrConfig)), ExitUsage, "the range is too small"},
		"failure":          {"", starting(&netcheck.Failure{Text: "Port 3478 is in use.", Advice: "End the other program."}), ExitError, "End the other program"},
		"no invite":        {"", hosted(t, refused, nil), ExitError, "no more rooms"},
		"address unknown":  {"--listen 192.0.2.99", nil, ExitError, "192.0.2.7 (eth0)"},
		"no interface":     {"--listen eth9", nil, ExitError, "192.0.2.7 (eth0)"},
		"folder not there": {"--invite-file " + filepath.Join(t.TempDir(), "no", "invite"), nil, ExitError, "make the folder"},
	}
	for name, tt := range tests {
		c := (&command{args: append(words("host --print-invite"), words(tt.line)...), host: tt.host}).do(t.Context())
		if c.code != tt.code || c.out != "" || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, tt.want) {
			t.Errorf("%s: exit %d, want %d and one line with %q; stdout %q, stderr %q", name, c.code, tt.code, tt.want, c.out, c.err)
		}
		if tt.host == nil && c.ran {
			t.Errorf("%s: it was started", name)
		}
	}
	if refused.closed != 1 {
		t.Error("a host that could not invite was left running")
	}
}

// A computer without a network can host for itself.
func TestHostWithoutNetwork(t *testing.T) {
	alone := &system{addresses: func() []address { return []address{{testAddress("127.0.0.1"), "lo"}} }, route: func() (netip.Addr, bool) { return netip.Addr{}, false }}
	if _, err := alone.listenOn(""); err == nil || !strings.Contains(err.Error(), "--listen 127.0.0.1") {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{"lo", "127.0.0.1", "127.0.0.9"} {
		if got, err := alone.listenOn(text); err != nil || !got.addr.IsLoopback() {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

// What this computer says of itself agrees with itself.
func TestThisSystem(t *testing.T) {
	s := thisSystem()
	for _, a := range s.addresses() {
		if a.addr.IsLinkLocalUnicast() || a.on == "" || a.addr.Is4In6() {
			t.Errorf("%s", a)
		}
	}
	if addr, ok := s.route(); ok && (addr.IsLoopback() || addr.IsUnspecified()) {
		t.Errorf("the route has the source %s", addr)
	}
}

// A file system that lets others read gets no invite.
func TestInviteFileMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows knows no modes")
	}
	for mode, want := range map[fs.FileMode]bool{0o600: true, 0o644: false, 0o640: false, 0o700: false, 0o666: false} {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil || secretive(info) != want {
			t.Errorf("%v: %v, %v", mode, secretive(info), err)
		}
	}
	f := privateFile{what: inviteWord, name: "/x/invite"}
	if err := f.trouble(errReadable); err == nil || !strings.Contains(err.Error(), "keeps files from others") {
		t.Errorf("got %v", err)
	}
}
