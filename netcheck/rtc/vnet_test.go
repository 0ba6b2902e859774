package rtc

import (
	"context"
	"testing"
	"time"

	"github.com/pion/transport/v5/vnet"

	"echopath/netcheck"
)

// local 192.168.1.2 -- NAT 1.2.3.1 --+
//
//	+-- 1.2.3.0/24 -- STUN server 1.2.3.4:3478
//
// far   10.2.0.2 ----- NAT 1.2.3.2 --+
func newVNet(t *testing.T) (local, far *vnet.Net) {
	t.Helper()
	wan, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "1.2.3.0/24", LoggerFactory: noServerLog{}})
	must(t, err)
	lan := func(cidr, own, outside string) *vnet.Net {
		r, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: cidr, StaticIPs: []string{outside}, LoggerFactory: noServerLog{},
			NATType: &vnet.NATType{MappingBehavior: vnet.EndpointIndependent, FilteringBehavior: vnet.EndpointAddrPortDependent}})
		must(t, err)
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{own}})
		must(t, err)
		must(t, r.AddNet(n))
		must(t, wan.AddRouter(r))
		return n
	}
	local, far = lan("192.168.1.0/24", "192.168.1.2", "1.2.3.1"), lan("10.2.0.0/24", "10.2.0.2", "1.2.3.2")
	srv, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{"1.2.3.4"}})
	must(t, err)
	must(t, wan.AddNet(srv))
	must(t, wan.Start())
	conn, err := srv.ListenPacket("udp4", "1.2.3.4:3478")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		serveSTUN(conn, truthful)
	}()
	t.Cleanup(func() {
		must(t, conn.Close())
		<-done
		must(t, wan.Stop())
	})
	return local, far
}

// Two ends behind two NATs, each on its own network.
func TestSTUNThroughNATs(t *testing.T) {
	noLeaks(t)
	local, far := newVNet(t)
	leg := netcheck.Leg{Target: netcheck.TargetTURN, Path: netcheck.PathSTUN, Family: netcheck.Family4, Timeout: 5 * time.Second,
		Servers: []netcheck.ICEServer{{URL: netcheck.ServerURL{Scheme: netcheck.SchemeSTUN, Host: "1.2.3.4", Port: 3478, Transport: "udp"}}}}
	var rec recorder
	l := connect(t, &Connector{LocalNet: local, FarNet: far, Respond: echo}, leg, rec.trace)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	near, other, err := l.Pairs(ctx)
	must(t, err)
	if near.Local.Address.Addr().String() != "1.2.3.1" || other.Local.Address.Addr().String() != "1.2.3.2" {
		t.Errorf("pairs %+v and %+v", near, other)
	}
	c, _ := rec.connected()
	if c.NATBetween != netcheck.Yes || c.Note != "" || c.Interface != "eth0" {
		t.Errorf("connected %+v", c)
	}
	for _, carrier := range netcheck.AllCarriers() {
		checkEcho(t, l, carrier, 200)
	}
	if n := l.Counters(); n.DropsKnown {
		t.Error("a network that is not the system's told its drops")
	}
}
