package wire_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/app/cli"
	"echopath/app/cli/wire"
)

// childVariable makes this test the program, for tests that start it in a network of its own.
const childVariable = "ECHOPATH_WIRE_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(cli.Process(wire.Deps("echopath-cli", "1.2.3")))
	}
	goleak.VerifyTestMain(m)
}

// ofAnotherUser has what is kept of identities be in a folder of the test's own.
func ofAnotherUser(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
}

// run is the program with arguments.
func run(ctx context.Context, stdout io.Writer, args ...string) (code int, stderr string) {
	return runTyped(ctx, strings.NewReader(""), stdout, args...)
}

// runTyped is the same with something on standard input.
func runTyped(ctx context.Context, stdin io.Reader, stdout io.Writer, args ...string) (code int, stderr string) {
	var errs bytes.Buffer
	code = cli.Main(ctx, wire.Deps("echopath-cli", "1.2.3"), args, stdin, stdout, &errs, func(string) string { return "" })
	return code, errs.String()
}

// host is the command host that runs, with its invite in a file.
type host struct {
	t      *testing.T
	invite string // name of the file
	stop   context.CancelFunc
	lines  *bufio.Scanner
	pipe   *io.PipeReader
	typed  *io.PipeWriter // what people type at it
	ended  sync.WaitGroup
	code   int
	errs   string
}

// startHost starts a host on loopback and waits until it listens.
func startHost(t *testing.T, args ...string) *host {
	t.Helper()
	ofAnotherUser(t)
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	stdin, typed := io.Pipe()
	h := &host{t: t, invite: filepath.Join(t.TempDir(), "invite"), stop: stop, lines: bufio.NewScanner(reader), pipe: reader, typed: typed}
	h.lines.Buffer(nil, 1<<20)
	args = append([]string{"host", "--listen", "127.0.0.1", "--udp-port", "any", "--tcp-port", "any", "--tls-port", "any", "--peer-ports", "any",
		"--invite-file", h.invite, "--budget", "2000", "--name", "far", "--json", "-"}, args...)
	h.ended.Go(func() {
		h.code, h.errs = runTyped(ctx, stdin, writer, args...)
		_ = writer.Close()
	})
	t.Cleanup(func() { h.end() })
	h.await("started")
	return h
}

// line is what the test reads of a line of JSON.
type line struct {
	Schema, Event, Path, State, Name string
	Status                           struct {
		Guests  int
		BytesIn uint64 `json:"bytes_in"`
	}
}

// await reads up to an event, which must come, and gives what it passed, the event last.
func (h *host) await(event string) (passed []line) {
	h.t.Helper()
	for h.lines.Scan() {
		var l line
		if err := json.Unmarshal(h.lines.Bytes(), &l); err != nil || l.Schema != "echopath.host/1" {
			h.t.Fatalf("%v: %s", err, h.lines.Text())
		}
		if passed = append(passed, l); l.Event == event {
			return passed
		}
	}
	h.ended.Wait()
	h.t.Fatalf("the host never said %q; exit %d, %s", event, h.code, h.errs)
	return nil
}

// end is Ctrl-C. It gives the lines until the end.
func (h *host) end() (rest []line) {
	h.stop()
	for h.lines.Scan() {
		var l line
		if err := json.Unmarshal(h.lines.Bytes(), &l); err != nil {
			h.t.Errorf("%v: %s", err, h.lines.Text())
		}
		rest = append(rest, l)
	}
	h.ended.Wait()
	_, _ = h.pipe.Close(), h.typed.Close()
	return rest
}

// guest is a command that runs beside the host, and its outcome after ended.
type guest struct {
	ended sync.WaitGroup
	out   bytes.Buffer
	code  int
	errs  string
}

// guest runs a command, a minute at most. If it says nothing nobody came in, and nothing of the host is worth waiting for.
func (h *host) guest(t *testing.T, args ...string) *guest {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	g := &guest{}
	t.Cleanup(func() { cancel(); g.ended.Wait() })
	g.ended.Go(func() {
		g.code, g.errs = run(ctx, &g.out, args...)
		if g.out.Len() == 0 {
			h.stop()
		}
	})
	return g
}

// report is what the test reads of a report.
type report struct {
	Run    struct{ Ended string }
	Target struct{ Kind string }
	Paths  []struct {
		Path, State, Reason, Direction string
		Carriers                       []struct {
			Carrier  string
			Up, Down struct{ Sent, Received int }
		}
	}
}

// Two of these programs, a host and a guest, measure the network between them over all paths.
func TestHostAndGuest(t *testing.T) {
	h := startHost(t)
	guest := h.guest(t, "loss", "--target", "@"+h.invite, "--interface", "127.0.0.1", "--path", "all", "--duration", "1s", "--rate", "50", "--name", "near", "--json", "-")
	said := h.await("guest_left") // reads on, so that the host is never held up
	guest.ended.Wait()

	var r report
	if err := json.Unmarshal(guest.out.Bytes(), &r); err != nil {
		t.Fatalf("exit %d, stderr %q: %v", guest.code, guest.errs, err)
	}
	if guest.code != cli.ExitOK && guest.code != cli.ExitInconclusive || r.Run.Ended != "complete" || len(r.Paths) != 5 { // what a busy machine measures is its affair
		t.Errorf("exit %d, ended %s, %d paths; stderr %q", guest.code, r.Run.Ended, len(r.Paths), guest.errs)
	}
	for _, p := range r.Paths {
		if p.State == "not_applicable" && p.Path == "stun" { // no NAT between
			continue
		}
		if p.State != "ok" && p.State != "inconclusive" && p.State != "saturated" || len(p.Carriers) != 2 {
			t.Errorf("%s: %s: %s", p.Path, p.State, p.Reason)
		}
		for _, c := range p.Carriers {
			if c.Up.Sent == 0 || c.Up.Received != c.Up.Sent || c.Down.Received != c.Down.Sent {
				t.Errorf("%s by %s: %+v", p.Path, c.Carrier, c)
			}
		}
	}
	wantHostLines(t, said)
	rest := h.end()
	if h.code != cli.ExitOK || h.errs != "" || len(rest) == 0 || rest[len(rest)-1].Event != "stopped" || rest[len(rest)-1].Status.BytesIn == 0 {
		t.Errorf("host: exit %d, stderr %q, last lines %+v", h.code, h.errs, rest)
	}
	if _, err := os.Stat(h.invite); !os.IsNotExist(err) {
		t.Errorf("the invite was left: %v", err)
	}
}

// wantHostLines looks at what the host said about the guest.
func wantHostLines(t *testing.T, said []line) {
	t.Helper()
	count := map[string]int{}
	paths := map[string]bool{}
	for _, l := range said {
		count[l.Event]++
		if l.Event == "run" {
			paths[l.Path] = true
		}
		if l.Event == "guest_joined" && l.Name != "near" {
			t.Errorf("the guest is called %q", l.Name)
		}
	}
	if count["guest_joined"] != 1 || count["invited"] != 1 || count["admitted"] != 1 || count["run_ended"] != 1 || len(paths) != 5 {
		t.Errorf("the host said %v, of paths %v", count, paths)
	}
}

// A host that is stopped in the middle of a run ends in order, and the guest keeps what it has measured.
func TestHostStopsDuringRun(t *testing.T) {
	h := startHost(t)
	guest := h.guest(t, "loss", "--quiet", "--target", "@"+h.invite, "--interface", "127.0.0.1", "--path", "direct,relay-tcp", "--duration", "2s", "--json", "-")
	h.await("leg_opened")
	h.await("leg_opened")
	rest := h.end()
	guest.ended.Wait()
	if last := rest[len(rest)-1]; h.code != cli.ExitOK || h.errs != "" || last.Event != "stopped" {
		t.Errorf("host: exit %d, stderr %q, last line %+v", h.code, h.errs, last)
	}
	var r report
	if err := json.Unmarshal(guest.out.Bytes(), &r); err != nil || len(r.Paths) != 2 {
		t.Fatalf("stderr %q: %v", guest.errs, err)
	}
	if guest.code != cli.ExitInconclusive || r.Run.Ended != "error" || strings.Count(guest.errs, "\n") != 1 || !strings.Contains(guest.errs, "ended early (host_stopped)") {
		t.Errorf("exit %d, ended %s, stderr %q", guest.code, r.Run.Ended, guest.errs)
	}
	if d := r.Paths[0]; len(d.Carriers) != 2 || d.Carriers[0].Up.Received == 0 || d.State == "failed" {
		t.Errorf("the path that had ended: %+v", d)
	}
	if b := r.Paths[1]; b.State == "ok" || b.Reason == "" {
		t.Errorf("the path that broke: %+v", b)
	}
}

// usedUp is what a guest is told who comes too late: the code is the host's word, or the engine's.
var usedUp = regexp.MustCompile(`^echopath-cli: nothing was measured \((used|invite)\): The invite has been used .*\n$`)

// An invite is used up by its guest, who may come again; another one is told so in a line.
func TestUsedInvite(t *testing.T) {
	h := startHost(t, "--renew", "off")
	kept := filepath.Join(t.TempDir(), "kept")
	text, err := os.ReadFile(h.invite)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i, want := range []int{cli.ExitOK, cli.ExitOK, cli.ExitUsage} {
		if want == cli.ExitUsage {
			ofAnotherUser(t)
		}
		var out bytes.Buffer
		var code int
		var errs string
		var guest sync.WaitGroup
		guest.Go(func() {
			code, errs = run(ctx, &out, "loss", "--quiet", "--target", "@"+kept, "--interface", "127.0.0.1", "--path", "direct", "--duration", "1s", "--json", "-")
			if out.Len() == 0 {
				h.stop()
			}
		})
		event := "guest_left"
		if want == cli.ExitUsage {
			event = "refused"
		}
		h.await(event)
		guest.Wait()
		if code != want && (want != cli.ExitOK || code != cli.ExitInconclusive) {
			t.Errorf("guest %d: exit %d, stderr %q", i, code, errs)
		}
		if want == cli.ExitUsage && (out.Len() != 0 || strings.Count(errs, "\n") != 1 || !usedUp.MatchString(errs)) {
			t.Errorf("guest %d: stdout %q, stderr %q", i, out.String(), errs)
		}
		if strings.Contains(errs, strings.TrimSpace(string(text))) {
			t.Error("the invite is on standard error")
		}
	}
}

// A port that another program has is told in one line, with how to mend it.
func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	var out bytes.Buffer
	code, errs := run(t.Context(), &out, "host", "--print-invite", "--listen", "127.0.0.1", "--udp-port", "any", "--tcp-port", "any", "--tls-port", port, "--budget", "100")
	if code != cli.ExitError || out.Len() != 0 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, port) || !strings.Contains(errs, "--tls-port") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out.String(), errs)
	}
}
