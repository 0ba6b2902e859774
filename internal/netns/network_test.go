package netns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const testPrefix = "eptest-"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func build(t *testing.T, top Topology) (*Network, context.Context) {
	t.Helper()
	if err := Available(); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	n, err := Build(ctx, testPrefix, top)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n, ctx
}

func own(t *testing.T) []string {
	t.Helper()
	found, err := names(context.Background(), fmt.Sprintf("%s%d-", testPrefix, os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A network carries packets, counts them, runs programs, and is gone afterwards with all that ran in it.
func TestNetwork(t *testing.T) {
	top := two()
	top.Nodes[1].Rules = "*filter\n-A INPUT -p tcp --dport 9 -j REJECT --reject-with tcp-reset\nCOMMIT\n"
	n, ctx := build(t, top)
	if out, err := n.Run(ctx, "one", "", "cat", "/proc/sys/net/ipv4/ip_forward"); err != nil || strings.TrimSpace(out) != "0" {
		t.Errorf("one forwards: %q, %v", out, err)
	}
	if out, err := n.Run(ctx, "two", "", "cat", "/proc/sys/net/ipv4/ip_forward"); err != nil || strings.TrimSpace(out) != "1" {
		t.Errorf("two forwards: %q, %v", out, err)
	}
	if _, err := n.Run(ctx, "one", "", "bash", "-c", "exec 3<>/dev/tcp/10.9.0.2/9"); err == nil {
		t.Error("a refused connection was made")
	}
	if rules, err := n.Rules(ctx, "two"); err != nil || !strings.Contains(rules, "[1:60] -A INPUT -p tcp -m tcp --dport 9") {
		t.Errorf("the refused packet was not counted: %v\n%s", err, rules)
	}
	dir := t.TempDir()
	p, err := n.Start("one", Program{Name: "sleeper", Dir: dir, Env: []string{"WORD=hello"}, Command: []string{"sh", "-c", "echo $WORD; echo oh >&2; exec sleep 600"}})
	if err != nil {
		t.Fatal(err)
	}
	next, err := p.Await(ctx, 0, func(line []byte) bool { return string(line) == "hello" })
	if err != nil || next != 1 {
		t.Fatalf("the line %d, %v", next, err)
	}
	if err := n.Dump(ctx, dir); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "two-rules.txt")); err != nil || !bytes.Contains(text, []byte("--dport 9")) {
		t.Errorf("the rules on disk: %v\n%s", err, text)
	}
	if len(own(t)) != 2 {
		t.Errorf("namespaces: %v", own(t))
	}
	if err := errors.Join(n.Close(), n.Close()); err != nil {
		t.Error(err)
	}
	if code, err := p.Wait(ctx); err != nil || code != -1 {
		t.Errorf("the program ended with %d, %v", code, err)
	}
	if left := own(t); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A network of IPv6 has it at once, and where it is not asked for there is none.
func TestIPv6(t *testing.T) {
	top := two()
	top.IPv6 = true
	top.Links[0].A.Addresses = append(top.Links[0].A.Addresses, netip.MustParsePrefix("2600:9::1/64"))
	top.Links[0].B.Addresses = []netip.Prefix{netip.MustParsePrefix("2600:9::2/64"), netip.MustParsePrefix("10.9.0.2/24")}
	top.Nodes[0].Routes = []Route{{"default", netip.MustParseAddr("2600:9::2")}}
	n, ctx := build(t, top)
	if out, err := n.Run(ctx, "one", "", "ip", "-6", "route", "get", "2600:aa::1"); err != nil || !strings.Contains(out, "via 2600:9::2") || !strings.Contains(out, "src 2600:9::1") {
		t.Errorf("the way by IPv6: %q, %v", out, err)
	}
	if out, err := n.Run(ctx, "one", "", "ip", "-6", "address", "show", "tentative"); err != nil || strings.Contains(out, "2600:9") {
		t.Errorf("an address can not be used yet: %q, %v", out, err)
	}
	plain, ctx := build(t, two())
	if out, err := plain.Run(ctx, "one", "", "ip", "-6", "address"); err != nil || out != "" {
		t.Errorf("addresses of IPv6 that nobody asked for: %q, %v", out, err)
	}
}

func TestProcessEnds(t *testing.T) {
	n, ctx := build(t, two())
	p, err := n.Start("one", Program{Name: "brief", Dir: t.TempDir(), Command: []string{"sh", "-c", "echo out; echo err >&2; exit 3"}})
	if err != nil {
		t.Fatal(err)
	}
	if code, err := p.Wait(ctx); err != nil || code != 3 {
		t.Errorf("it ended with %d, %v", code, err)
	}
	if string(p.Output()) != "out\n" || string(p.Trouble()) != "err\n" {
		t.Errorf("it wrote %q and %q", p.Output(), p.Trouble())
	}
	if _, err := p.Await(ctx, 0, func([]byte) bool { return false }); err == nil {
		t.Error("waited for more of a process that has ended")
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("a signal to one that has ended: %v", err)
	}
}

func TestProcessReads(t *testing.T) {
	n, ctx := build(t, two())
	dir := t.TempDir()
	p, err := n.Start("one", Program{Name: "parrot", Dir: dir, Typed: true, Command: []string{"cat"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, word := range []string{"one", "two"} {
		if err := p.Type(word + "\n"); err != nil {
			t.Fatal(err)
		}
		if next, err := p.Await(ctx, i, func(line []byte) bool { return string(line) == word }); err != nil || next != i+1 {
			t.Errorf("%s came as line %d: %v", word, next, err)
		}
	}
	deaf, err := n.Start("two", Program{Name: "deaf", Dir: dir, Command: []string{"cat"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := deaf.Type("x"); err == nil {
		t.Error("something was typed at a program without standard input")
	}
	if code, err := deaf.Wait(ctx); err != nil || code != 0 {
		t.Errorf("without standard input it ended with %d, %v", code, err)
	}
}

// What can not be built leaves nothing behind.
func TestBuildFails(t *testing.T) {
	if err := Available(); err != nil {
		t.Skip(err)
	}
	top := two()
	top.Nodes[1].Rules = "*filter\n-A NOWHERE -j DROP\nCOMMIT\n"
	if _, err := Build(t.Context(), testPrefix, top); err == nil {
		t.Error("rules for a chain that is not there were taken")
	}
	top.Nodes[0].Name = "TWO"
	if _, err := Build(t.Context(), testPrefix, top); err == nil {
		t.Error("a network that can not be was built")
	}
	if left := own(t); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A sweep takes what a dead process left behind with what runs in it, and leaves alone what a living one uses.
func TestSweep(t *testing.T) {
	n, ctx := build(t, two())
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	stale := fmt.Sprintf("%s%d-1-one", testPrefix, dead.Process.Pid)
	if _, err := run(ctx, "", "ip", "netns", "add", stale); err != nil {
		t.Fatal(err)
	}
	orphan := exec.Command("ip", "netns", "exec", stale, "sleep", "600")
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	for { // until it has entered the namespace
		pids, err := run(ctx, "", "ip", "netns", "pids", stale)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(pids, fmt.Sprint(orphan.Process.Pid)) {
			break
		}
	}
	swept, err := Sweep(ctx, testPrefix)
	if err != nil || !strings.Contains(strings.Join(swept, " "), stale) {
		t.Errorf("swept %v, %v", swept, err)
	}
	if err := orphan.Wait(); err == nil || orphan.ProcessState.ExitCode() != -1 {
		t.Errorf("the orphan ended with %v", err)
	}
	if len(own(t)) != 2 {
		t.Errorf("of the living: %v", own(t))
	}
	if _, err := n.Run(ctx, "one", "", "true"); err != nil {
		t.Error(err)
	}
}

// Somebody else's interface, here a bridge, gets an address and routes.
func TestPlug(t *testing.T) {
	n, ctx := build(t, Topology{Nodes: []Node{{Name: "a"}}})
	if _, err := n.Run(ctx, "a", "", "ip", "link", "add", "eth0", "type", "bridge"); err != nil {
		t.Fatal(err)
	}
	e := End{Node: "a", Interface: "eth0", Addresses: []netip.Prefix{netip.MustParsePrefix("10.7.0.1/24")}}
	if err := n.Plug(ctx, e, Route{To: "10.8.0.0/16", Via: netip.MustParseAddr("10.7.0.2")}); err != nil {
		t.Fatal(err)
	}
	out, err := n.Run(ctx, "a", "", "ip", "route")
	if err != nil || !strings.Contains(out, "10.8.0.0/16 via 10.7.0.2 dev eth0") || !strings.Contains(out, "10.7.0.0/24 dev eth0") {
		t.Errorf("%v: %s", err, out)
	}
	for _, bad := range []End{{Node: "a", Interface: "eth0"}, {Node: "a", Interface: "-f", Addresses: e.Addresses}} {
		if err := n.Plug(ctx, bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
