package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/internal/netns"
)

// The ports of the server that is not ours.
const (
	stunPort          = 3478
	stunAlternatePort = 3479
	turnTLSPort       = 5349
	proxyPort         = 3128
	turnUser          = "lab"
	turnPassword      = "lab-password"
)

// world is one network of the lab with what runs in it, for one scenario.
type world struct {
	t      *testing.T
	ctx    context.Context
	layout Layout
	net    *netns.Network
	dir    string // logs, invite, certificates
	ca     string // file with the authority of the server's certificate
	names  map[string]int
}

// newWorld builds a network. It ends with the test; after a failure all that is known of it stays in a folder that the test names.
func newWorld(t *testing.T, l Layout, limit time.Duration) *world {
	t.Helper()
	w := newWorldOf(t, l.Topology(), limit)
	w.layout = l
	return w
}

// newWorldOf does so for any network with a node a.
func newWorldOf(t *testing.T, top netns.Topology, limit time.Duration) *world {
	t.Helper()
	dir, err := os.MkdirTemp(os.Getenv("ECHOPATH_LAB_DIR"), "echopath-lab-"+strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())+"-")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	w := &world{t: t, ctx: ctx, dir: dir, ca: filepath.Join(dir, "ca.pem"), names: map[string]int{}}
	w.net, err = netns.Build(ctx, Prefix, top)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		w.leave()
	})
	return w
}

// leave keeps the evidence of a failure, and removes everything else.
func (w *world) leave() {
	if w.t.Failed() {
		if err := w.net.Dump(context.Background(), w.dir); err != nil {
			w.t.Log(err)
		}
		w.t.Logf("logs, JSON and rules with their counters: %s", w.dir)
	}
	if err := w.net.Close(); err != nil {
		w.t.Error(err)
	}
	if !w.t.Failed() {
		if err := os.RemoveAll(w.dir); err != nil {
			w.t.Error(err)
		}
	}
}

// start starts a program in a node. Logs of several programs of one name are numbered.
func (w *world) start(node, name string, env []string, command ...string) *netns.Process {
	w.t.Helper()
	return w.launch(node, netns.Program{Name: name, Command: command, Env: env})
}

func (w *world) launch(node string, p netns.Program) *netns.Process {
	w.t.Helper()
	w.names[p.Name]++
	if n := w.names[p.Name]; n > 1 {
		p.Name = fmt.Sprintf("%s-%d", p.Name, n)
	}
	p.Dir = w.dir
	p.Env = append(slices.Clip(p.Env), "XDG_CACHE_HOME="+filepath.Join(w.dir, "cache")) // who guests are is kept in the world
	started, err := w.net.Start(node, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return started
}

// helper starts one of the lab's own programs.
func (w *world) helper(node, name string, args ...string) *netns.Process {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	return w.start(node, name+"-"+node, []string{helperVariable + "=" + name}, append([]string{self}, args...)...)
}

// finish waits for a program that must end well.
func (w *world) finish(p *netns.Process) {
	w.t.Helper()
	if code, err := p.Wait(w.ctx); err != nil || code != 0 {
		w.t.Fatalf("%s ended with %d, %v\n%s", p.Name, code, err, p.Trouble())
	}
}

// coturn starts Debian's TURN server on srv and waits until it answers.
func (w *world) coturn() {
	w.t.Helper()
	authority := coturntest.NewAuthority(w.t, "lab CA")
	if err := os.WriteFile(w.ca, authority.PEM(), 0o600); err != nil {
		w.t.Fatal(err)
	}
	cert, key := filepath.Join(w.dir, "turn-cert.pem"), filepath.Join(w.dir, "turn-key.pem")
	authority.Issue(w.t, coturntest.Leaf{Names: []string{AddrSrv.String()}}).Write(w.t, cert, key)
	w.start("srv", "coturn", nil, "turnserver", "-n", "--no-cli", "--no-dtls", "--log-file", "stdout", "--simple-log",
		"--pidfile", filepath.Join(w.dir, "turn-pid"), "--userdb", filepath.Join(w.dir, "turndb"),
		"--listening-ip", AddrSrv.String(), "--listening-ip", AddrSrvAlt.String(), "--relay-ip", AddrSrv.String(),
		"--listening-port", fmt.Sprint(stunPort), "--alt-listening-port", fmt.Sprint(stunAlternatePort),
		"--tls-listening-port", fmt.Sprint(turnTLSPort), "--cert", cert, "--pkey", key,
		"--realm", "lab", "--lt-cred-mech", "--user", turnUser+":"+turnPassword)
	at := func(port int) string { return fmt.Sprintf("%s:%d", AddrSrv, port) }
	w.finish(w.helper("srv", "ready", at(stunPort), at(stunPort), at(turnTLSPort)))
}

// run runs a short command in a node and fails the test if it fails.
func (w *world) run(node string, command ...string) string {
	w.t.Helper()
	out, err := w.net.Run(w.ctx, node, "", command...)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}
