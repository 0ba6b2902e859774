package vlab

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
)

// Config is what a lab is built from. The zero value is two open sites and clean wires.
type Config struct {
	Seed       uint64 // of every decision on a packet
	Local, Far NAT
}

// NAT is how a site is connected, in the words of RFC 4787.
type NAT uint8

// The kinds of connection. The virtual network knows neither hairpinning nor port preservation.
const (
	Open           NAT = iota // the site's host has an address on the WAN itself
	FullCone                  // endpoint-independent mapping and filtering
	RestrictedCone            // endpoint-independent mapping, address-dependent filtering
	PortRestricted            // endpoint-independent mapping, address- and port-dependent filtering
	Symmetric                 // address- and port-dependent mapping and filtering
)

// String is the old name of the kind, in short.
func (n NAT) String() string {
	return [...]string{"open", "full-cone", "restricted-cone", "port-restricted", "symmetric"}[n]
}

func (n NAT) typ() *vnet.NATType {
	const eim, adf, apdf = vnet.EndpointIndependent, vnet.EndpointAddrDependent, vnet.EndpointAddrPortDependent
	t := &vnet.NATType{MappingBehavior: eim, FilteringBehavior: eim}
	switch n {
	case RestrictedCone:
		t.FilteringBehavior = adf
	case PortRestricted:
		t.FilteringBehavior = apdf
	case Symmetric:
		t.MappingBehavior, t.FilteringBehavior = apdf, apdf
	case Open, FullCone:
	}
	return t
}

// The addresses of the lab.
const (
	wanNet   = "203.0.113.0/24"
	serverIP = "203.0.113.10"
)

// site is the plan of addresses of one site.
type site struct{ outside, inside, subnet string }

var sites = [2]site{
	Up:   {outside: "203.0.113.21", inside: "10.1.0.2", subnet: "10.1.0.0/24"},
	Down: {outside: "203.0.113.22", inside: "10.2.0.2", subnet: "10.2.0.0/24"},
}

// Lab is a running network. Its methods are safe for concurrent use.
//
//	      local site                     WAN 203.0.113.0/24                    far site
//	+-----------------------+                                          +-----------------------+
//	| host 10.1.0.2         |                                          |         host 10.2.0.2 |
//	|   |                   |                                          |                   |   |
//	| pipe Up  --> NAT .21 ------------------[router]------------------ NAT .22 <-- pipe Down  |
//	+-----------------------+                    |                     +-----------------------+
//	                                   STUN/TURN server .10:3478
//
// An open site has no NAT; its host has the outside address. A pipe impairs what its site sends and nothing that it receives,
// so whatever is lost on the way up is in the log of Up, over whichever path it went.
type Lab struct {
	pipes [2]*pipe
	hosts [2]*Net
	wan   *vnet.Router
	srv   *server
	once  sync.Once
	err   error
}

// building guards the virtual network's counter of hardware addresses, which is global and has no lock of its own.
var building sync.Mutex

// New builds and starts a lab. Stop must be called.
func New(c Config) (*Lab, error) {
	building.Lock()
	defer building.Unlock()
	wan, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: wanNet, LoggerFactory: quiet()})
	if err != nil {
		return nil, fmt.Errorf("WAN router: %w", err)
	}
	l := &Lab{wan: wan}
	begin := time.Now()
	for dir, nat := range [...]NAT{Up: c.Local, Down: c.Far} {
		l.pipes[dir] = newPipe(Direction(dir), c.Seed, begin)
		if l.hosts[dir], err = l.addSite(sites[dir], nat, l.pipes[dir]); err != nil {
			return nil, fmt.Errorf("site %s: %w", Direction(dir), err)
		}
	}
	host, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{serverIP}})
	if err == nil {
		err = errors.Join(wan.AddNet(host), wan.Start())
	}
	if err != nil {
		return nil, fmt.Errorf("server site: %w", err)
	}
	if l.srv, err = newServer(host); err != nil {
		return nil, errors.Join(fmt.Errorf("STUN/TURN server: %w", err), wan.Stop())
	}
	for _, p := range l.pipes {
		p.start()
	}
	return l, nil
}

func (l *Lab) addSite(s site, nat NAT, p *pipe) (*Net, error) {
	address, router := s.outside, l.wan
	if nat != Open {
		var err error
		router, err = vnet.NewRouter(&vnet.RouterConfig{CIDR: s.subnet, StaticIPs: []string{s.outside}, NATType: nat.typ(), LoggerFactory: quiet()})
		if err != nil {
			return nil, err
		}
		address = s.inside
	}
	host, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{address}})
	if err != nil {
		return nil, err
	}
	if err := router.AddNet(host); err != nil {
		return nil, err
	}
	if nat != Open {
		err = l.wan.AddRouter(router)
	}
	return &Net{Net: host, pipe: p, address: netip.MustParseAddr(address)}, err
}

// Local is the network of the local site's host.
func (l *Lab) Local() transport.Net { return l.hosts[Up] }

// Far is the network of the far site's host.
func (l *Lab) Far() transport.Net { return l.hosts[Down] }

// Server is where the STUN/TURN server listens over UDP. Its user is User, the password Password.
func (l *Lab) Server() netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(serverIP), serverPort)
}

// Shape replaces what happens in one direction, from now on. Packets are counted anew.
func (l *Lab) Shape(d Direction, phases ...Phase) { l.pipes[d].shape(phases) }

// Log is what the lab has been given to carry in one direction so far, in the order in which it was handed over.
func (l *Lab) Log(d Direction) []Packet { return l.pipes[d].entries() }

// Stop ends the lab; packets under way are lost. It waits for the lab's own goroutines. Those of the virtual routers and of
// the server have been told to end, and do so within milliseconds: their modules offer no way to wait for them.
func (l *Lab) Stop() error {
	l.once.Do(func() {
		err := l.srv.close()
		for _, p := range l.pipes {
			p.stop()
		}
		l.err = errors.Join(err, l.wan.Stop())
	})
	return l.err
}

func quiet() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
}
