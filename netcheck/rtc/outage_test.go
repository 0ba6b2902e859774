package rtc

import (
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// movedNet is a network whose computer can be given another address.
type movedNet struct {
	transport.Net
	away atomic.Bool
}

func (n *movedNet) Interfaces() ([]*transport.Interface, error) {
	if !n.away.Load() {
		return n.Net.Interfaces()
	}
	other := transport.NewInterface(net.Interface{Index: 1, Name: "eth1", Flags: net.FlagUp})
	other.AddAddress(&net.IPNet{IP: net.IPv4(10, 9, 9, 9), Mask: net.CIDRMask(24, 32)})
	return []*transport.Interface{other}, nil
}

func settled() (netip.Addr, []webrtc.ICEServer, error) { return netip.Addr{}, nil, nil }

// An outage leads to a restart when it lasts, sooner where the old pair can not come back, and not while one is under way.
func TestOutageDue(t *testing.T) {
	began := time.Now()
	over := &dialog{}
	over.over.fire()
	for name, tt := range map[string]struct {
		change func(*outage)
		lasted time.Duration
		want   bool
	}{
		"just now":               {func(*outage) {}, 0, false},
		"short":                  {func(*outage) {}, defaultICETimes.withoutAddress() - 1, false},
		"long":                   {func(*outage) {}, defaultICETimes.silent(), true},
		"the old pair is gone":   {func(o *outage) { o.given = true }, 0, true},
		"not yet again":          {func(o *outage) { o.given, o.next = true, began.Add(time.Second) }, time.Second - 1, false},
		"again":                  {func(o *outage) { o.given, o.next = true, began.Add(time.Second) }, time.Second, true},
		"an offer is under way":  {func(o *outage) { o.given, o.waiting = true, true }, time.Hour, false},
		"signals are not heard":  {func(o *outage) { o.given = true; o.signals.Store(false) }, time.Hour, false},
		"nobody there to signal": {func(o *outage) { o.given, o.peer.dialog = true, over }, time.Hour, false},
		"the end that answers":   {func(o *outage) { o.given, o.settle = true, nil }, time.Hour, false},
	} {
		o := &outage{recovery: &recovery{peer: &peer{dialog: &dialog{}}, times: defaultICETimes, settle: settled}, began: began}
		o.signals.Store(true)
		tt.change(o)
		if o.due(began.Add(tt.lasted)) != tt.want {
			t.Errorf("%s: %t", name, !tt.want)
		}
	}
}

// A computer that has lost the address of its pair is told from one that has not, whatever the pair's candidate is.
func TestPeerDisplaced(t *testing.T) {
	for _, path := range labPaths {
		t.Run(string(path), func(t *testing.T) {
			noLeaks(t)
			lab, err := vlab.New(vlab.Config{Seed: 1})
			must(t, err)
			t.Cleanup(func() { must(t, lab.Stop()) })
			at := &movedNet{Net: lab.Local()}
			h := newHost(t, &Acceptor{Net: lab.Far(), NamedServers: true})
			h.respond = echo
			near, _ := connectRemote(t, h, &Connector{Net: at}, labLeg(lab, path), nil)
			o := &outage{recovery: &recovery{peer: near.peer, times: defaultICETimes, settle: settled}, began: time.Now()}
			o.signals.Store(true)
			check := func(want bool) {
				t.Helper()
				if near.peer.displaced() != want {
					t.Errorf("displaced: %t", !want)
				}
				if o.due(o.began.Add(defaultICETimes.withoutAddress())) != want {
					t.Errorf("a restart is due: %t", !want)
				}
				if o.due(o.began.Add(defaultICETimes.withoutAddress() - 1)) {
					t.Error("a restart is due at once")
				}
			}
			check(false)
			at.away.Store(true)
			check(true)
			at.away.Store(false)
			check(false)
		})
	}
}

// An end without a pair has none to lose.
func TestPeerDisplacedWithoutPair(t *testing.T) {
	noLeaks(t)
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	t.Cleanup(func() { must(t, pc.GracefulClose()) })
	at := &movedNet{Net: emptyNet{}}
	at.away.Store(true)
	if (&peer{pc: pc, net: newNetwork(at, netip.Addr{}), path: netcheck.PathDirect}).displaced() {
		t.Error("displaced")
	}
}

type emptyNet struct{ transport.Net }

// The word of an answer that came after its pair had been found is not taken for one to an offer of the next outage, which would wait for
// that pair to fail.
func TestStaleAnswerDelaysNoRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &peer{moved: make(chan struct{}, 1)}
		p.dialog = newDialog(p, nil, bounds{})
		p.dialog.restarted <- webrtc.SDPTypeAnswer
		began := time.Now()
		var after []time.Duration
		settle := func() (netip.Addr, []webrtc.ICEServer, error) {
			if after = append(after, time.Since(began)); len(after) == 2 {
				p.fail(errFailed)
			}
			return netip.Addr{}, nil, errFailed
		}
		o := &outage{recovery: &recovery{peer: p, times: remoteICETimes, settle: settle}, began: began, given: true, next: began.Add(time.Second)}
		if o.sit(t.Context()) {
			t.Error("there is a pair")
		}
		if look := remoteICETimes.look(); !slices.Equal(after, []time.Duration{time.Second, time.Second + look}) {
			t.Errorf("restarts were tried after %v", after)
		}
	})
}
