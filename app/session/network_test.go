package session_test

import (
	"net"
	"reflect"
	"slices"
	"testing"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
)

// onlyNetwork is a plan of network probes alone.
func onlyNetwork(p netcheck.Plan) netcheck.Plan {
	p.Network.Only = true
	return p
}

// wantAsked checks that network probes ran, each once, and that those of some IDs found what they looked for.
func wantAsked(t *testing.T, r netcheck.Report, works func(netcheck.NetResult) bool, least int) {
	t.Helper()
	n := r.Network
	if r.Ended != netcheck.EndedComplete || n == nil || !n.Ended || len(n.Results) != len(n.Planned) || len(r.Paths) != 0 {
		t.Fatalf("ended %s, %d paths, network %+v", r.Ended, len(r.Paths), n)
	}
	found := 0
	for _, p := range n.Results {
		if p.Text == "" || p.State == netcheck.NetRunning {
			t.Errorf("%s says nothing: %+v", p.ID, p)
		}
		if works(p) {
			found++
			if p.State != netcheck.NetOK {
				t.Errorf("%s is %s: %s (%s)", p.ID, p.State, p.Text, p.Cause)
			}
		}
	}
	if found < least {
		t.Errorf("%d of these probes, want %d: %+v", found, least, n.Planned)
	}
}

// ofServers tells of a question to a place where one of some servers listens.
func ofServers(servers []netcheck.ICEServer) func(netcheck.NetResult) bool {
	return func(p netcheck.NetResult) bool {
		asked := p.Kind == netcheck.ProbeUDP || p.Kind == netcheck.ProbeTURN
		return asked && slices.ContainsFunc(servers, func(s netcheck.ICEServer) bool { return s.URL.Port == p.Port })
	}
}

// The embedded server is asked for all that it offers, over each transport, and nothing is measured afterwards.
func TestNetworkOfTheEmbeddedServer(t *testing.T) {
	var servers []netcheck.ICEServer
	r, err := run(t.Context(), t, onlyNetwork(netcheck.Plan{}), func(e netcheck.Event) {
		if s, ok := e.Body.(netcheck.SessionStarted); ok {
			servers = s.Granted.Target.Servers
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	wantAsked(t, r, ofServers(servers), 4) // UDP, and a relay by UDP, TCP and TLS
	if n := r.Network.NAT(netcheck.Family4); n == nil || n.NAT != netcheck.No {
		t.Errorf("on loopback there is no NAT: %+v", n)
	}
}

// A guest asks the servers of its host, and knows the second port of the invite.
func TestNetworkOfAHost(t *testing.T) {
	h, w := startHost(t, nil)
	i, err := h.Invite(1, 0)
	if err != nil || i.AltPort == 0 {
		t.Fatalf("second port %d: %v", i.AltPort, err)
	}
	var servers []netcheck.ICEServer
	var events []netcheck.Event
	r, err := run(t.Context(), t, onlyNetwork(remotePlan(textOf(t, i))), func(e netcheck.Event) {
		events = append(events, e)
		if s, ok := e.Body.(netcheck.SessionStarted); ok {
			servers = s.Granted.Target.Servers
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	wantAsked(t, r, ofServers(servers), 4)
	for _, s := range servers {
		if want := map[bool]int{true: i.AltPort}[s.URL.Transport == "udp"]; s.AltPort != want {
			t.Errorf("%s: second port %d, want %d", s.URL, s.AltPort, want)
		}
	}
	if n := r.Network.NAT(netcheck.Family4); n == nil || n.Method != netcheck.NATByTwoPorts || n.NAT != netcheck.No {
		t.Errorf("%+v", n)
	}
	w.Wait(t, hosting.EventGuestLeft, 1)
	if got := w.Runs(); len(got) != 1 || !reflect.DeepEqual(got[0], stored(t, events)) {
		t.Errorf("the host saw another run: %+v", got)
	}
}

// Network probes come before the paths of a run that has both, with a host too.
func TestNetworkBeforePaths(t *testing.T) {
	h, _ := startHost(t, nil)
	plan := remotePlan(inviteText(t, h, 1))
	plan.Paths, plan.Network.On = []netcheck.Path{netcheck.PathDirect}, true
	ended := false
	r, err := run(t.Context(), t, plan, func(e netcheck.Event) {
		switch e.Body.(type) {
		case netcheck.NetworkEnded:
			ended = true
		case netcheck.PathStarted:
			if !ended {
				t.Error("a path began before the network probes had ended")
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !ended || r.Network == nil {
		t.Fatalf("%+v", r.Network)
	}
	wantRemote(t, r.Paths[0])
}

// A server that does not listen is found out, and who waits for nothing is told soon.
func TestNetworkOfADeadServer(t *testing.T) {
	l, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.LocalAddr().String()
	_ = l.Close()
	u, err := netcheck.ParseServerURL("stun:" + address)
	if err != nil {
		t.Fatal(err)
	}
	r, err := run(t.Context(), t, onlyNetwork(netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetTURN, Servers: []netcheck.ICEServer{{URL: u}}}}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := r.Network.Result("udp:" + address); !ok || p.State != netcheck.NetBlocked || p.Code != netcheck.ReasonRefused {
		t.Errorf("%+v", p)
	}
	if v := netcheck.Judge(r); v.Grade != netcheck.GradeFailed {
		t.Errorf("%s: %s", v.Grade, v.Sentence)
	}
}

func TestLongProbes(t *testing.T) {
	for _, k := range session.LongProbes() {
		if !k.Long() {
			t.Errorf("%s is not a long probe", k)
		}
	}
}
