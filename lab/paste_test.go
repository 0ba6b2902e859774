package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/internal/netns"
)

// scenarioPaste has both ends behind NATs that keep a port for all destinations, and between them no TCP at all: the guest's router lets
// none out, to the server outside neither, and the host's lets none in. The two texts are carried by the test, as people would, after
// some that are of no use.
func scenarioPaste(t *testing.T) {
	p := paste(t, Cone, "all")
	for _, wrong := range []string{"not an answer", p.answer[:len(p.answer)/2]} {
		p.typed(wrong)
		p.host.await("an answer is refused", func(l HostLine) bool { return l.Event == "answer_refused" && l.Text != "" }, 10*time.Second)
	}
	r := p.finish()
	checkConnected(t, Pair{Cone, Cone}, r.Path("stun"))
	wantPaths(t, r, "stun")
	if d := r.Path("direct"); d != nil && d.Outcome() != "blocked no_pair" {
		t.Errorf("direct is %s", d.Outcome())
	}
	if p.counted("nata", "no-tcp") == 0 {
		t.Error("the guest never tried TCP")
	}
	if _, err := os.Stat(p.file); err == nil {
		t.Error("the answer was left")
	}
	if all := string(p.host.Output()) + string(p.guest.Output()) + string(p.guest.Trouble()); strings.Contains(all, p.answer) {
		t.Error("the answer stands in an output, though it was to go to a file")
	}
}

// scenarioPasteSTUN is the part of it without which it would be of no use.
func scenarioPasteSTUN(t *testing.T) {
	checkConnected(t, Pair{Cone, Cone}, paste(t, Cone, "stun").finish().Path("stun"))
}

// scenarioPasteTURN has NATs that give each destination another port. A TURN server that the guest names brings the two together, and
// carries the one path that there is.
func scenarioPasteTURN(t *testing.T) {
	p := paste(t, Symmetric, "stun,relay-udp", "--turn", fmt.Sprintf("turn:%s:%d", AddrSrv, stunPort), "--turn-user", turnUser)
	r := p.finish()
	checkConnected(t, Pair{Symmetric, Symmetric}, r.Path("relay-udp"))
	// The host has seen the relay and not the guest's own address, and sends only to what it has seen. The guest is told so.
	if p := r.Path("stun"); p == nil || p.Outcome() != "failed far_refused" || !strings.Contains(p.Advice, "--any-candidate") {
		t.Errorf("stun: %+v", p)
	}
}

// pasting is a guest that waits for its answer to be brought to the host.
type pasting struct {
	*world
	host         *host
	guest        *netns.Process
	file, answer string
}

// paste starts host and guest behind NATs of a kind, and takes the guest's answer.
func paste(t *testing.T, nat NAT, paths string, args ...string) *pasting {
	t.Helper()
	w := newWorld(t, Layout{A: Side{NAT: nat, Out: []string{"-p tcp -m comment --comment no-tcp -j DROP"}}, B: Side{NAT: nat}}, 4*time.Minute)
	w.coturn()
	p := &pasting{world: w, file: filepath.Join(w.dir, "answer")}
	p.host = w.hostOf(netns.Program{Typed: true}, 5349, append(hostSTUN(), "--paste", "--renew", "off")...)
	began := time.Now()
	p.guest = w.guest(nil, slices.Concat(hostSTUN(), []string{"--path", paths, "--answer-file", p.file}, pace, args)...)
	w.until("the guest has an answer", time.Minute, func() bool {
		select {
		case <-p.guest.Ended():
			t.Fatalf("the guest has ended before: %s", p.guest.Trouble())
		default:
		}
		text, err := os.ReadFile(p.file)
		p.answer = strings.TrimSpace(string(text))
		return err == nil
	})
	t.Logf("copy and paste was offered after %v", time.Since(began))
	return p
}

// finish brings the answer to the host, and wants the guest to come in and to measure.
func (p *pasting) finish() Report {
	p.t.Helper()
	p.typed(p.answer)
	p.host.await("the answer is taken", func(l HostLine) bool { return l.Event == "answer_taken" }, 10*time.Second)
	p.host.await("the guest is in", func(l HostLine) bool { return l.Event == "guest_joined" }, 30*time.Second)
	r, code := p.report(p.guest, 3*time.Minute)
	p.t.Logf("exit %d: %s", code, r.Verdict.Sentence)
	return r
}

// typed types a line at the host.
func (p *pasting) typed(line string) {
	p.t.Helper()
	if err := p.host.Type(line + "\n"); err != nil {
		p.t.Fatal(err)
	}
}
