package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"echopath/internal/netns"
)

// program is the one under test, as scripts/build.sh cli leaves it.
func program(t *testing.T) string {
	t.Helper()
	name := os.Getenv("ECHOPATH_CLI")
	if name == "" {
		name = "../bin/echopath-cli"
	}
	name, err := filepath.Abs(name)
	if err == nil {
		_, err = os.Stat(name)
	}
	if err != nil {
		t.Fatalf("the program to test, from scripts/build.sh cli or ECHOPATH_CLI: %v", err)
	}
	return name
}

// inviteFile is where the host leaves its invite.
func (w *world) inviteFile() string { return filepath.Join(w.dir, "invite") }

// host is a host that runs on b.
type host struct {
	*netns.Process
	w    *world
	seen int // lines that were read
}

// host starts a host on b and waits until it can be joined.
func (w *world) host(tlsPort int, args ...string) *host {
	w.t.Helper()
	return w.hostOf(netns.Program{}, tlsPort, append([]string{"--max-guests", "50"}, args...)...)
}

// hostOf does so with a program of its own kind.
func (w *world) hostOf(p netns.Program, tlsPort int, args ...string) *host {
	w.t.Helper()
	p.Name, p.Command = "host", []string{program(w.t), "host", "--listen", AddrB.String(), "--tls-port", fmt.Sprint(tlsPort),
		"--invite-file", w.inviteFile(), "--name", "lab-host", "--json", "-"}
	if w.layout.B.NAT != None {
		p.Command = append(p.Command, "--announce", netip.AddrPortFrom(AddrNATB, uint16(tlsPort)).String())
	}
	p.Command = append(p.Command, args...)
	h := &host{Process: w.launch("b", p), w: w}
	h.await("started", func(l HostLine) bool { return l.Event == "started" }, 30*time.Second)
	if _, err := os.Stat(w.inviteFile()); err != nil {
		w.t.Fatalf("the host has started and left no invite: %v", err)
	}
	return h
}

// await waits for a line of the host that was not read before.
func (h *host) await(what string, want func(HostLine) bool, limit time.Duration) HostLine {
	h.w.t.Helper()
	ctx, cancel := context.WithTimeout(h.w.ctx, limit)
	defer cancel()
	var found HostLine
	next, err := h.Await(ctx, h.seen, func(line []byte) bool {
		var l HostLine
		if err := json.Unmarshal(line, &l); err != nil {
			h.w.t.Errorf("a line of the host is no JSON: %v: %s", err, line)
			return false
		}
		found = l
		return want(l)
	})
	h.seen = next
	if err != nil {
		h.w.t.Fatalf("the host's line %q within %v: %v\n%s", what, limit, err, h.Trouble())
	}
	return found
}

// lines are all that the host has written.
func (h *host) lines() []HostLine {
	h.w.t.Helper()
	lines, err := ReadHost(h.Output())
	if err != nil {
		h.w.t.Error(err)
	}
	return lines
}

// outside are the flags for the STUN and TURN server that is not the host's, and the password in the environment.
func (w *world) outside() []string {
	at := fmt.Sprintf("%s:%d", AddrSrv, stunPort)
	return []string{"--stun", "stun:" + at, "--turn", "turn:" + at, "--turn", "turn:" + at + "?transport=tcp",
		"--turn", fmt.Sprintf("turns:%s:%d", AddrSrv, turnTLSPort), "--turn-ca", w.ca, "--turn-user", turnUser}
}

// guest starts a measurement on a, with the host of the invite at the other end.
func (w *world) guest(env []string, args ...string) *netns.Process {
	w.t.Helper()
	return w.guestOf("@"+w.inviteFile(), env, append([]string{"--name", "lab-guest"}, args...)...)
}

// guestOf starts a measurement on a.
func (w *world) guestOf(target string, env []string, args ...string) *netns.Process {
	w.t.Helper()
	command := []string{program(w.t), "loss", "--target", target, "--json", "-"}
	env = append([]string{"ECHOPATH_TURN_PASS=" + turnPassword, "HTTPS_PROXY=", "https_proxy=", "NO_PROXY=", "no_proxy="}, env...)
	return w.start("a", "guest", env, append(command, args...)...)
}

// report waits for a guest's end and reads its report.
func (w *world) report(p *netns.Process, limit time.Duration) (Report, int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, limit)
	defer cancel()
	code, err := p.Wait(ctx)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, p.Trouble())
	}
	r, err := ReadReport(p.Output())
	if err != nil {
		w.t.Fatalf("%v; it ended with %d and said:\n%s", err, code, p.Trouble())
	}
	return r, code
}

// until looks at something again and again until it holds.
func (w *world) until(what string, limit time.Duration, holds func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.t.Fatalf("%s: not within %v", what, limit)
		}
	}
}
