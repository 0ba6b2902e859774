package nat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/turnserver"
)

// childVariable holds the order of a test that has started itself again inside a namespace.
const childVariable = "ECHOPATH_NAT_CHILD"

// order says what a child does there. It writes what came of it in one line.
type order struct {
	What    string // discover, mtu, dscp, lifetime, serve or ready
	Servers []Server
	Port    int    // of the first socket; the others follow. 0: any
	Via     string // interface
	Most    time.Duration
	Alt     netip.Addr // of serve
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func child(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	p, c := &Prober{}, Config{Servers: o.Servers, Interface: o.Via}
	if o.Port != 0 {
		p.Listen = listenFrom(o.Port)
	}
	var r netcheck.NetResult
	switch o.What {
	case "discover":
		r = p.Discover(ctx, c)
	case "mtu":
		r = p.MTU(ctx, c)
	case "dscp":
		r = p.DSCP(ctx, c)
	case "lifetime":
		r = p.Lifetime(ctx, c, o.Most)
	case "serve":
		return serve(ctx, o)
	case "ready":
		return ready(ctx, p, c)
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// listenFrom takes ports in order, for rules that name them.
func listenFrom(port int) func(netip.AddrPort) (net.PacketConn, error) {
	next := make(chan int, 1)
	next <- port
	return func(local netip.AddrPort) (net.PacketConn, error) {
		n := <-next
		next <- n + 1
		return net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local.Addr(), uint16(n))))
	}
}

// serve runs our own server on the first address, and on Alt if it is given, until it is killed.
func serve(ctx context.Context, o order) error {
	at := o.Servers[0]
	s, err := turnserver.Start(ctx, turnserver.Config{
		Address: at.Addr.Addr(), UDPPort: int(at.Addr.Port()), TCPPort: turnserver.PortOff, TLSPort: turnserver.PortOff,
		AltUDPPort: int(at.AltPort), NATDiscovery: true, AltAddress: o.Alt,
	})
	if err != nil {
		return err
	}
	fmt.Println("serving")
	<-ctx.Done()
	return s.Close()
}

// ready waits until all servers answer.
func ready(ctx context.Context, p *Prober, c Config) error {
	g, f := p.prepare(c)
	if f != nil {
		return f
	}
	for _, s := range c.Servers {
		for g.askConnected(ctx, s).outcome != answered {
			if ctx.Err() != nil {
				return errors.New("no answer from " + s.Addr.String())
			}
		}
	}
	fmt.Println("ready")
	return nil
}
