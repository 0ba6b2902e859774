package accept_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/rtc"
)

// nat is one cell of the matrix: how two sites are connected, and what a path between them must come to.
type nat struct {
	path       netcheck.Path
	local, far vlab.NAT
	code       netcheck.ReasonCode // none: it connects
	remote     string              // type of the far candidate, as the local end sees it
	between    netcheck.Tri
}

const (
	open  = vlab.Open
	full  = vlab.FullCone
	adf   = vlab.RestrictedCone
	port  = vlab.PortRestricted
	sym   = vlab.Symmetric
	host  = "host"
	srflx = "srflx"
	prflx = "prflx"
	relay = "relay"

	connects  = netcheck.ReasonNone
	noPair    = netcheck.ReasonNoPair
	noHairpin = netcheck.ReasonNoHairpin // the connector takes both ends to be on one computer, where it is the same thing
)

// A host behind a translator is seen under an address that nobody signalled, hence prflx: on the direct path always, on the
// stun path when the translator maps by destination.
var matrix = []nat{
	{netcheck.PathDirect, open, open, connects, host, netcheck.No},
	{netcheck.PathDirect, open, full, connects, prflx, netcheck.Yes},
	{netcheck.PathDirect, open, port, connects, prflx, netcheck.Yes},
	{netcheck.PathDirect, open, sym, connects, prflx, netcheck.Yes},
	{netcheck.PathDirect, sym, open, connects, host, netcheck.Yes},
	{netcheck.PathDirect, port, port, noPair, "", netcheck.Unknown},

	{netcheck.PathSTUN, open, open, connects, srflx, netcheck.No},
	{netcheck.PathSTUN, open, port, connects, srflx, netcheck.Yes},
	{netcheck.PathSTUN, open, sym, connects, prflx, netcheck.Yes},
	{netcheck.PathSTUN, full, full, connects, srflx, netcheck.Yes},
	{netcheck.PathSTUN, adf, adf, connects, srflx, netcheck.Yes},
	{netcheck.PathSTUN, port, port, connects, srflx, netcheck.Yes},
	{netcheck.PathSTUN, full, sym, connects, prflx, netcheck.Yes},
	{netcheck.PathSTUN, adf, sym, connects, prflx, netcheck.Yes},
	{netcheck.PathSTUN, port, sym, noHairpin, "", netcheck.Unknown},
	{netcheck.PathSTUN, sym, sym, noHairpin, "", netcheck.Unknown},

	{netcheck.PathRelayUDP, open, open, connects, relay, netcheck.No},
	{netcheck.PathRelayUDP, open, port, connects, relay, netcheck.Yes},
	{netcheck.PathRelayUDP, port, port, connects, relay, netcheck.Yes},
	{netcheck.PathRelayUDP, sym, sym, connects, relay, netcheck.Yes},
}

func TestNATMatrix(t *testing.T) {
	for _, n := range matrix {
		t.Run(string(n.path)+"/"+n.local.String()+"/"+n.far.String(), func(t *testing.T) {
			t.Parallel()
			n.check(t)
		})
	}
}

func (n nat) check(t *testing.T) {
	t.Helper()
	lab, err := vlab.New(vlab.Config{Local: n.local, Far: n.far})
	must(t, err)
	defer func() { must(t, lab.Stop()) }()
	var connected netcheck.PathConnected
	l, err := connect(t, lab, n.path, func(e netcheck.Event) {
		if b, ok := e.Body.(netcheck.PathConnected); ok {
			connected = b
		}
	})
	if err != nil {
		var f *netcheck.Failure
		if !errors.As(err, &f) || f.Code != n.code {
			t.Fatalf("got %v (%+v), want %q", err, f, n.code)
		}
		return
	}
	must(t, l.Close())
	if n.code != connects {
		t.Fatalf("connected, want %s", n.code)
	}
	want := map[netcheck.Path]string{netcheck.PathDirect: host, netcheck.PathSTUN: srflx, netcheck.PathRelayUDP: relay}[n.path]
	if near, far := connected.Local, connected.Far; near.Local.Type != want || far.Local.Type != want || near.Remote.Type != n.remote {
		t.Errorf("local end %+v,\nfar end %+v,\nwant %s at both and a remote one of type %s", near, far, want, n.remote)
	}
	if connected.NATBetween != n.between {
		t.Errorf("NAT between: %q, want %q (note: %q)", connected.NATBetween, n.between, connected.Note)
	}
}

// connect asks the connector alone.
func connect(t *testing.T, lab *vlab.Lab, path netcheck.Path, trace func(netcheck.Event)) (netcheck.Link, error) {
	t.Helper()
	c := rtc.Connector{LocalNet: lab.Local(), FarNet: lab.Far()}
	leg := netcheck.Leg{Target: netcheck.TargetTURN, Path: path, Family: netcheck.Family4, Far: netcheck.FarInProcess,
		Load: netcheck.Load{PacketsPerSecond: 100, PacketSize: 200}, Timeout: netcheck.DefaultConnectTimeout}
	for _, srv := range (trial{path: path}).plan(t, lab.Server()).Target.Servers {
		if srv.URL.Serves(path) {
			leg.Servers = append(leg.Servers, srv)
			break
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return c.Connect(ctx, leg, trace)
}

// slack is for a busy machine: two servers are asked for a stun path, which takes all of the time that is given to connecting.
const slack = time.Second

// Nothing passes from the beginning: that is told by each path in good time, as blocked, with its own finding.
func TestUDPBlocked(t *testing.T) {
	for _, path := range []netcheck.Path{netcheck.PathSTUN, netcheck.PathRelayUDP} {
		t.Run(string(path), func(t *testing.T) {
			t.Parallel()
			o := trial{path: path, before: func(l *vlab.Lab) {
				l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Block: true}})
				l.Shape(vlab.Down, vlab.Phase{Shape: vlab.Shape{Block: true}})
			}}.run(t)
			if o.path.State != netcheck.StateBlocked || o.path.Code != netcheck.ReasonNoAnswer || o.path.Server == "" || o.path.Advice == "" {
				t.Errorf("ended as %s, %s: %q (%q)", o.path.State, o.path.Code, o.path.Reason, o.path.Server)
			}
			if o.took > netcheck.DefaultConnectTimeout+slack {
				t.Errorf("it took %v to tell", o.took)
			}
			if f := o.findings(); !f["udp_blocked"] || !f["path_blocked"] {
				t.Errorf("findings %v, want udp_blocked and path_blocked", f)
			}
			if v := netcheck.Judge(o.report); v.Grade != netcheck.GradeFailed {
				t.Errorf("grade %s, want failed", v.Grade)
			}
			t.Logf("told in %v: %s", o.took.Round(time.Millisecond), o.path.Reason)
		})
	}
}
