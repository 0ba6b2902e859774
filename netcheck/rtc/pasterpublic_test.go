package rtc

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// oneToOne is a network of a host at 10.3.0.2, which a 1:1 NAT shows at 1.2.3.5, and of a guest behind a NAT that lets in answers alone.
// There is no server in it.
func oneToOne(t *testing.T) (host, guest transport.Net) {
	t.Helper()
	wan, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "1.2.3.0/24", LoggerFactory: noServerLog{}})
	must(t, err)
	lan := func(cidr, own, outside string, nat *vnet.NATType) transport.Net {
		r, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: cidr, StaticIPs: []string{outside}, LoggerFactory: noServerLog{}, NATType: nat})
		must(t, err)
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{own}})
		must(t, err)
		must(t, r.AddNet(n))
		must(t, wan.AddRouter(r))
		return n
	}
	host = lan("10.3.0.0/24", "10.3.0.2", "1.2.3.5/10.3.0.2", &vnet.NATType{Mode: vnet.NATModeNAT1To1})
	guest = lan("192.168.1.0/24", "192.168.1.2", "1.2.3.1",
		&vnet.NATType{MappingBehavior: vnet.EndpointIndependent, FilteringBehavior: vnet.EndpointAddrPortDependent})
	must(t, wan.Start())
	t.Cleanup(func() { must(t, wan.Stop()) })
	return host, guest
}

// A host behind a 1:1 NAT is found by its text without any server, and at the ports that its firewall lets in.
func TestPastedWireBehindOneToOneNAT(t *testing.T) {
	noLeaks(t)
	host, guest := oneToOne(t)
	public := netip.MustParseAddr("1.2.3.5")
	a, invitation, err := Paster{Net: host, Public: public, PortMin: 42000, PortMax: 42099}.Invite(bounded(t, 10*time.Second))
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	d, err := unpackPasted(invitation)
	must(t, err)
	if len(d.candidates) != 1 || d.candidates[0].addr.Addr() != public || !inRange(d.candidates[0].addr.Port(), 42000, 42099) || !d.outside() {
		t.Fatalf("the text names %+v", d.candidates)
	}
	b, answer, err := Paster{Net: guest}.Answer(bounded(t, 10*time.Second), invitation)
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	must(t, a.Accept(answer))
	checkWire(t, a, b)
	if at := b.Remote(); at != d.candidates[0].addr {
		t.Errorf("the guest sends to %v", at)
	}
}

func inRange(port, low, high uint16) bool { return port >= low && port <= high }

// A text names each address once, of the candidates there the one that is preferred, and none that Public does not stand for.
func TestPastedCandidatesAreListedOnce(t *testing.T) {
	noLeaks(t)
	at := func(p Paster) []remoteCandidate {
		t.Helper()
		p.Address = netip.MustParseAddr("127.0.0.1")
		w, text, err := p.Invite(bounded(t, 10*time.Second))
		must(t, err)
		must(t, w.Close())
		d, err := unpackPasted(text)
		must(t, err)
		return d.candidates
	}
	if got := at(Paster{}); len(got) != 1 || got[0].addr.Addr() != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%+v", got)
	}
	if got := at(Paster{Public: netip.MustParseAddr("2001:db8::1")}); len(got) != 1 || got[0].addr.Addr() != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("a public address of the other IP version: %+v", got)
	}
	one, two := netip.MustParseAddrPort("203.0.113.1:1"), netip.MustParseAddrPort("203.0.113.1:2")
	srflx, host := webrtc.ICECandidateTypeSrflx, webrtc.ICECandidateTypeHost
	got := distinct([]remoteCandidate{{typ: srflx, addr: one, priority: 1}, {typ: host, addr: two, priority: 2}, {typ: host, addr: one, priority: 3},
		{typ: srflx, addr: two, priority: 1}})
	if len(got) != 2 || got[0] != (remoteCandidate{typ: host, addr: one, priority: 3}) || got[1] != (remoteCandidate{typ: host, addr: two, priority: 2}) {
		t.Errorf("%+v", got)
	}
}

// A range of ports that there is none of is refused before anything is opened.
func TestPastedPortsBackwards(t *testing.T) {
	noLeaks(t)
	_, _, err := Paster{PortMin: 5000, PortMax: 4000}.Invite(t.Context())
	if f := netcheck.AsFailure(err, ""); f.Code != netcheck.ReasonLocal || f.Err == nil {
		t.Errorf("got %v", err)
	}
}
