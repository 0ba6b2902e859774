package session

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// deadWire is one whose other end is gone.
type deadWire struct {
	signaling.Wire
	aborted int
}

func (*deadWire) Remote() netip.AddrPort { return netip.AddrPort{} }

func (w *deadWire) Abort() { w.aborted++ }

func (w *deadWire) Receive(context.Context) ([]byte, error) { return nil, io.ErrUnexpectedEOF }

// politeWire can not be cut short.
type politeWire struct{ signaling.Wire }

func (politeWire) Remote() netip.AddrPort { return netip.AddrPort{} }

// What watches a wire lets it be cut short: an orderly end would wait for an answer that does not come.
func TestWatchedWireIsCutShort(t *testing.T) {
	var inner signaling.Wire = &deadWire{}
	w := newWires(func(context.Context) (signaling.Wire, error) { return inner, nil })
	for _, want := range []int{1, 2} {
		wire, err := w.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a, ok := wire.(interface{ Abort() }) // as signaling asks
		if !ok {
			t.Fatal("signaling would wait for an orderly end")
		}
		a.Abort()
		if got := inner.(*deadWire).aborted; got != want {
			t.Errorf("cut short %d times, want %d", got, want)
		}
		if _, err := wire.Receive(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
		if _, why := w.missing(); why == nil {
			t.Error("the wire's end was not noticed")
		}
	}
	inner = politeWire{}
	wire, err := w.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wire.(*watchedWire).Abort() // nothing happens
}

// A STUN path to a host behind a NAT that gives each destination another port says so; nothing else is changed.
func TestHostMappingIsTold(t *testing.T) {
	noPair := &netcheck.Failure{Code: netcheck.ReasonNoPair, Text: "No way.", Advice: "Ask."}
	for _, tt := range []struct {
		err     error
		path    netcheck.Path
		mapping signaling.HostMapping
		told    bool
	}{
		{noPair, netcheck.PathSTUN, signaling.MappingDependent, true},
		{noPair, netcheck.PathSTUN, signaling.MappingIndependent, false},
		{noPair, netcheck.PathSTUN, "", false},
		{noPair, netcheck.PathRelayUDP, signaling.MappingDependent, false},
		{&netcheck.Failure{Code: netcheck.ReasonHostGone, Advice: "Ask."}, netcheck.PathSTUN, signaling.MappingDependent, false},
		{io.EOF, netcheck.PathSTUN, signaling.MappingDependent, false},
	} {
		got := mapped(tt.err, tt.path, tt.mapping)
		if told := got != tt.err; told != tt.told { //nolint:errorlint // the same one
			t.Errorf("%v on %s by %q: %v", tt.err, tt.path, tt.mapping, got)
		}
		if f := netcheck.AsFailure(got, ""); tt.told && (f.Code != netcheck.ReasonNoPair || f.Advice == noPair.Advice || f.Text == noPair.Text) {
			t.Errorf("%+v", f)
		}
	}
	if noPair.Advice != "Ask." {
		t.Error("the failure itself was changed")
	}
}

// What the host says of its ports and its NAT is what is told of it.
func TestOtherEndsPorts(t *testing.T) {
	for _, tt := range []struct {
		w       signaling.Welcome
		low     int
		mapping signaling.HostMapping
	}{
		{signaling.Welcome{}, 0, ""},
		{signaling.Welcome{PeerPortMin: 49152, PeerPortMax: 49407, HostNAT: true, HostMapping: signaling.MappingDependent}, 49152, signaling.MappingDependent},
		{signaling.Welcome{HostMapping: signaling.MappingDependent}, 0, ""},
	} {
		r := &Remote{welcome: &tt.w}
		if low, _ := r.peerPorts(); low != tt.low || r.mapping() != tt.mapping {
			t.Errorf("%+v: from %d, %q", tt.w, low, r.mapping())
		}
	}
}
