package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// helperVariable names the small program that the test binary is to be.
const helperVariable = "ECHOPATH_LAB_HELPER"

// runHelper runs one and gives its exit code. What it found goes to standard output as JSON, what went wrong to standard error.
func runHelper(name string, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run, ok := map[string]func(context.Context, []string, io.Writer) error{
		"nat": helpNAT, "proxy": helpProxy, "ready": helpReady, "hostile": helpHostile, "box": helpBox,
	}[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "no helper %q\n", name)
		return 2
	}
	if err := run(ctx, args, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// helpNAT OWN judges the NAT between OWN and the STUN server of the lab.
func helpNAT(_ context.Context, args []string, out io.Writer) error {
	b, err := ProbeNAT(netip.MustParseAddr(args[0]), AddrSrv, AddrSrvAlt, stunPort, stunAlternatePort)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(b)
}

// helpProxy LISTEN STATUS is an HTTP proxy that answers with STATUS, or serves the ports of TLS if it is 0.
func helpProxy(ctx context.Context, args []string, out io.Writer) error {
	refuse, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, `{"listening":true}`); err != nil {
		return err
	}
	return (&Proxy{Refuse: refuse, Ports: []string{"443", strconv.Itoa(turnTLSPort)}, Log: proxyLog(out)}).Serve(ctx, l)
}

// helpReady UDP TCP... waits until a STUN server answers on the first address and something listens on all others.
func helpReady(ctx context.Context, args []string, _ io.Writer) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(args)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func ready(addrs []string) error {
	for _, addr := range addrs[1:] {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return err
		}
		_ = conn.Close()
	}
	to := netip.MustParseAddrPort(addrs[0])
	conn, err := net.ListenUDP(map[bool]string{true: "udp4", false: "udp6"}[to.Addr().Is4()], nil)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = ask(conn, to, 0)
	return err
}
