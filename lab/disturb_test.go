package lab

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"echopath/internal/netns"
)

// Rules that only count: packets of media on their way up, past the router of the guest. Their size tells them from checks and
// handshakes, and the port of TURN over TCP from signalling.
const (
	countUDP = "-i lan -p udp -m length --length 230:400 -m comment --comment media-udp"
	countTCP = "-i lan -p tcp --dport 3478 -m length --length 230:1500 -m comment --comment media-tcp"
)

// disturbed is a session in which something happens while a path runs.
type disturbed struct {
	*world
	host  *host
	guest *netns.Process
}

// disturb starts a session between a guest behind a NAT and a public host, and waits until a path has carried some packets: the
// path over UDP, or the second one, over TCP.
func disturb(t *testing.T, limit time.Duration, paths, counter string, args ...string) *disturbed {
	t.Helper()
	w := newWorld(t, Layout{A: Side{NAT: Cone, Lossy: []string{countUDP, countTCP}}, B: Side{NAT: None}}, limit)
	d := &disturbed{world: w, host: w.host(5349)}
	d.guest = w.guest(nil, append([]string{"--path", paths, "--rate", "50"}, args...)...)
	w.until("packets of media pass", time.Minute, func() bool {
		select {
		case <-d.guest.Ended():
			t.Fatalf("the guest has ended before: %s", d.guest.Trouble())
		default:
		}
		return d.counted("nata", counter) > 100
	})
	return d
}

func (w *world) counted(node, text string) uint64 {
	w.t.Helper()
	rules, err := w.net.Rules(w.ctx, node)
	if err != nil {
		w.t.Fatal(err)
	}
	n, err := Counted(rules, text)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// pull takes the guest's cable out; plugIn puts it back, and gives the guest its route again, which goes with the cable.
func (w *world) pull() { w.run("a", "ip", "link", "set", "dev", "eth0", "down") }
func (w *world) plugIn() {
	w.run("a", "ip", "link", "set", "dev", "eth0", "up")
	w.run("a", "ip", "route", "replace", "default", "via", "10.1.0.1")
}

// tell logs what host and guest said of the whole.
func (d *disturbed) tell(r Report, code int) {
	d.t.Helper()
	d.t.Logf("guest: exit %d, run %s, %s", code, r.Run.Ended, r.Verdict.Sentence)
	for i := range r.Paths {
		describe(d.t, &r.Paths[i])
		d.t.Logf("%-9s %s", "", figures(r.Paths[i].On("srtp")))
	}
	for _, l := range d.host.lines() {
		d.t.Logf("host: %s %s %s %s %s %s", l.Time.Format("15:04:05.000"), l.Event, l.Path, l.State, l.Code, l.Text)
	}
}

// scenarioCablePulled pulls the guest's cable for good while the second path runs.
func scenarioCablePulled(t *testing.T) {
	d := disturb(t, 5*time.Minute, "direct,relay-tcp,relay-tls", "media-tcp", "--duration", "8s")
	pulled := time.Now()
	d.pull()
	missed := d.host.await("the guest is missed", func(l HostLine) bool { return l.Time.After(pulled) && missing(l) }, 30*time.Second)
	t.Logf("the host noticed after %v: %s", missed.Time.Sub(pulled), missed.Text)
	r, code := d.report(d.guest, 4*time.Minute)
	t.Logf("the guest ended after %v", time.Since(pulled))
	d.tell(r, code)
	wantKept(t, r.Path("direct"), "relay-tcp", r)
	wantGone(t, r.Path("relay-tls"))
	wantNotConcluded(t, r, code)
}

// wantNotConcluded wants a run that lost its host to say so, to programs too.
func wantNotConcluded(t *testing.T, r Report, code int) {
	t.Helper()
	if code != 3 && code != 1 || r.Run.Ended != "error" {
		t.Errorf("exit %d, and the run has ended as %s: want 3, or 1 if what was measured is poor, and error", code, r.Run.Ended)
	}
}

// wantGone wants a path that came after the end to say that there is nobody at the other end, or that nothing passes.
func wantGone(t *testing.T, p *PathResult) {
	t.Helper()
	if p == nil || p.State == "ok" || p.Reason == "" || p.carried() {
		t.Errorf("a path that came after: %+v", p)
	}
}

// missing tells that a host has noticed that its guest is gone.
func missing(l HostLine) bool {
	return l.Event == "guest_away" || l.Event == "guest_left" || l.Event == "leg_closed" || l.Event == "leg_failed"
}

// wantKept wants a path that was over before whole, and of the one that ran what it had measured.
func wantKept(t *testing.T, before *PathResult, running string, r Report) {
	t.Helper()
	if before == nil || before.Outcome() != "ok" {
		t.Errorf("the path that was over is not kept: %+v", before)
	}
	p := r.Path(running)
	if p == nil {
		t.Errorf("no word about %s, which ran", running)
		return
	}
	if p.ReasonCode != "link_lost" && p.ReasonCode != "host_gone" || p.Reason == "" {
		t.Errorf("the path that ran is %s, want failed link_lost or failed host_gone: %s", p.Outcome(), p.Reason)
		return
	}
	if c := p.On("srtp"); c == nil || c.Up.Sent == nil || *c.Up.Sent < 20 || c.Down.Received == nil || *c.Down.Received < 20 || !c.Partial {
		t.Errorf("of the path that ran, what was measured is not kept: %s", figures(c))
	}
}

// scenarioCableBack pulls the cable for some seconds. The run goes on, and counts what was lost.
func scenarioCableBack(t *testing.T) {
	d := disturb(t, 4*time.Minute, "direct,relay-udp", "media-udp", "--duration", "25s")
	d.pull()
	pulled := time.Now()
	d.until("six seconds without a cable", 10*time.Second, func() bool { return time.Since(pulled) > 6*time.Second })
	before := d.counted("nata", "media-udp")
	d.plugIn()
	back := time.Now()
	d.until("packets of media pass again", 15*time.Second, func() bool { return d.counted("nata", "media-udp") > before })
	t.Logf("the cable was out for %v; %v later the first packet of media passed", back.Sub(pulled), time.Since(back))
	r, code := d.report(d.guest, 3*time.Minute)
	d.tell(r, code)
	wantSurvived(t, r, "direct", 4*50)
	if p := r.Path("relay-udp"); p == nil || p.Outcome() != "ok" {
		t.Errorf("the path after the break: %+v", p)
	}
}

// wantSurvived wants a path over which packets went missing for a time, and which then went on to its end.
func wantSurvived(t *testing.T, r Report, name string, lost int) {
	t.Helper()
	p := r.Path(name)
	if p == nil || p.Outcome() != "ok" {
		t.Errorf("%s did not survive: %+v", name, p)
		return
	}
	c := p.On("srtp")
	if c == nil || c.Up.Lost == nil || c.Down.Lost == nil || c.Down.Received == nil || *c.Up.Lost+*c.Down.Lost < lost || *c.Down.Received < 100 || c.Partial {
		t.Errorf("%s: the break of a connection should cost at least %d packets and no more than its time: %s", name, lost, figures(c))
	}
}

func figures(c *Carrier) string {
	if c == nil {
		return "no figures"
	}
	n := func(v *int) string {
		if v == nil {
			return "?"
		}
		return fmt.Sprint(*v)
	}
	return fmt.Sprintf("%s: up %s sent, %s received, %s lost; down %s sent, %s received, %s lost; partial %t", c.Carrier,
		n(c.Up.Sent), n(c.Up.Received), n(c.Up.Lost), n(c.Down.Sent), n(c.Down.Received), n(c.Down.Lost), c.Partial)
}

// scenarioAddressChange gives the guest another address in the middle of a path. The path goes on.
func scenarioAddressChange(t *testing.T) {
	_, r := addressChange(t)
	wantSurvived(t, r, "direct", 1)
}

// scenarioInterfaceAddress does so with a guest that has named its interface: path and session go on from the interface's new address.
func scenarioInterfaceAddress(t *testing.T) {
	d, r := addressChange(t, "--interface", "eth0")
	wantSurvived(t, r, "direct", 1)
	back := slices.ContainsFunc(d.host.lines(), func(l HostLine) bool { return l.Event == "guest_back" })
	if !back {
		t.Error("the guest did not come back")
	}
}

func addressChange(t *testing.T, args ...string) (*disturbed, Report) {
	t.Helper()
	d := disturb(t, 4*time.Minute, "direct,relay-udp", "media-udp", append(args, "--duration", "25s")...)
	d.run("a", "sysctl", "-q", "-w", "net.ipv4.conf.eth0.promote_secondaries=1")
	d.run("a", "ip", "address", "add", AddrASecond.String()+"/24", "dev", "eth0")
	d.run("a", "ip", "address", "del", AddrA.String()+"/24", "dev", "eth0")
	d.run("a", "ip", "route", "replace", "default", "via", "10.1.0.1")
	r, code := d.report(d.guest, 3*time.Minute)
	d.tell(r, code)
	if p := r.Path("relay-udp"); p == nil || p.Outcome() != "ok" {
		t.Errorf("the path after the change: %+v", p)
	}
	return d, r
}

// scenarioHostGone kills the host, and stops it in order, while a path runs. Then both start anew.
func scenarioHostGone(t *testing.T) {
	reasons := map[string]string{}
	for name, s := range map[string]os.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			d := disturb(t, 5*time.Minute, "direct,relay-tcp,relay-tls", "media-tcp", "--duration", "8s")
			if err := d.host.Signal(s); err != nil {
				t.Fatal(err)
			}
			gone := time.Now()
			if code, err := d.host.Wait(d.ctx); err != nil || s == syscall.SIGTERM && code != 0 {
				t.Errorf("the host ended with %d, %v\n%s", code, err, d.host.Trouble())
			}
			r, code := d.report(d.guest, 3*time.Minute)
			t.Logf("the guest ended %v after the host", time.Since(gone))
			d.tell(r, code)
			wantKept(t, r.Path("direct"), "relay-tcp", r)
			if p := r.Path("relay-tcp"); p != nil {
				reasons[name] = p.ReasonCode + ": " + p.Reason
			}
			wantGone(t, r.Path("relay-tls"))
			wantNotConcluded(t, r, code)
			if s == syscall.SIGTERM {
				if _, err := os.Stat(d.inviteFile()); err == nil {
					t.Error("the invite of a host that has stopped is still there")
				}
			}
			d.anew()
		})
	}
	t.Logf("the running path's reasons: %v", reasons)
}

// anew starts host and guest once more, with a new invite.
func (d *disturbed) anew() {
	d.t.Helper()
	old, _ := os.ReadFile(d.inviteFile())
	d.host = d.world.host(5349)
	fresh, err := os.ReadFile(d.inviteFile())
	if err != nil || strings.TrimSpace(string(fresh)) == strings.TrimSpace(string(old)) {
		d.t.Errorf("the new host's invite is the old one: %v", err)
	}
	r, code := d.report(d.world.guest(nil, slices.Concat([]string{"--path", "direct"}, pace)...), time.Minute)
	if p := r.Path("direct"); p == nil || p.Outcome() != "ok" {
		d.t.Errorf("after both were started anew: exit %d, %+v", code, p)
	}
}
