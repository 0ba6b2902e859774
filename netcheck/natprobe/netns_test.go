package natprobe_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/internal/netns"
	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// childVariable has this test program ask a server in place of testing, in a network of its own.
const childVariable = "ECHOPATH_NATPROBE_CHILD"

// order is what a child asks: coturn at its two ports.
type order struct {
	Host  netip.Addr
	CAPEM []byte
	Long  bool     // the long questions instead
	Idle  []string // transports of those that wait
}

var (
	udpPort = uint16(3478) // of UDP and TCP
	tlsPort = uint16(443)  // of TLS and DTLS
)

// asks are the questions of a child, by their names.
func (o order) asks() map[string]natprobe.Ask {
	out := map[string]natprobe.Ask{}
	for _, over := range natprobe.AllTransports() {
		port := udpPort
		if over == natprobe.TransportTLS || over == natprobe.TransportDTLS {
			port = tlsPort
		}
		ask := askAt(netip.AddrPortFrom(o.Host, port), over)
		ask.Server.Username, ask.Server.Password, ask.Server.Trust.CAPEM = "echo", "path", o.CAPEM
		out[string(over)] = ask
	}
	out["stun"] = out["udp"]
	return out
}

// runChild asks everything at once and prints the results.
func runChild(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if o.Long {
		return runLongChild(ctx, o)
	}
	var mu sync.Mutex
	var asking sync.WaitGroup
	results, p := map[string]netcheck.NetResult{}, direct()
	for name, ask := range o.asks() {
		asking.Go(func() {
			f := p.TURN
			if name == "stun" {
				f = p.UDP
			}
			r := f(ctx, ask)
			mu.Lock()
			defer mu.Unlock()
			results[name] = r
		})
	}
	asking.Wait()
	return json.NewEncoder(os.Stdout).Encode(results)
}

// What firewalls do with a real server behind them.
func TestFirewalls(t *testing.T) {
	if err := netns.Available(); err != nil {
		t.Skipf("SKIPPED: firewalls can not be tested here: %v", err)
	}
	n := behindFirewall(t)
	o := order{Host: netip.MustParseAddr("198.51.100.1"), CAPEM: n.coturn(t)}
	works := expected{netcheck.NetOK, "", ""}
	dropped := expected{netcheck.NetBlocked, netcheck.ReasonNoAnswer, "does not answer over UDP: packets are dropped on the way, or it is down"}
	refused := expected{netcheck.NetBlocked, netcheck.ReasonRefused, "ICMP port unreachable"}
	forbidden := expected{netcheck.NetBlocked, netcheck.ReasonUnreachable, "Ask for UDP "}
	for _, tt := range []struct {
		name  string
		rules string // of what comes from the client
		want  map[string]expected
	}{
		{"open", "", map[string]expected{"stun": works, "udp": works, "tcp": works, "tls": works, "dtls": works}},
		{"UDP is dropped", "-A FORWARD -i lan -p udp -j DROP", map[string]expected{"stun": dropped, "udp": dropped, "dtls": dropped, "tcp": works, "tls": works}},
		{"UDP is rejected", "-A FORWARD -i lan -p udp -j REJECT", map[string]expected{"stun": refused, "udp": refused, "dtls": refused, "tcp": works, "tls": works}},
		{"UDP is prohibited", "-A FORWARD -i lan -p udp -j REJECT --reject-with icmp-admin-prohibited",
			map[string]expected{"stun": forbidden, "udp": forbidden, "dtls": forbidden, "tcp": works, "tls": works}},
		{"UDP 443 alone", "-A FORWARD -i lan -p udp --dport 3478 -j DROP", map[string]expected{"stun": dropped, "udp": dropped, "dtls": works}},
		{"TCP 443 alone", "-A FORWARD -i lan -p udp -j DROP\n-A FORWARD -i lan -p tcp ! --dport 443 -j DROP",
			map[string]expected{"udp": dropped, "tcp": {netcheck.NetBlocked, netcheck.ReasonNoAnswer, "TCP to the server 198.51.100.1:3478 gets no answer"}, "tls": works}},
		{"TCP is reset", "-A FORWARD -i lan -p tcp -j REJECT --reject-with tcp-reset",
			map[string]expected{"udp": works, "tcp": {netcheck.NetBlocked, netcheck.ReasonRefused, "refused"}, "tls": {netcheck.NetBlocked, netcheck.ReasonRefused, "refused"}}},
		// A ClientHello is longer than the other packets of a handshake.
		{"TLS is reset", "-A FORWARD -i lan -p tcp --dport 443 -m length --length 200:65535 -j REJECT --reject-with tcp-reset",
			map[string]expected{"tcp": works, "tls": {netcheck.NetFailed, netcheck.ReasonTLSFailed, "closed during the TLS handshake"}}},
		{"DTLS is dropped", "-A FORWARD -i lan -p udp --dport 443 -m length --length 100:65535 -j DROP",
			map[string]expected{"udp": works, "dtls": {netcheck.NetFailed, netcheck.ReasonDTLS, "answers STUN over plain UDP and is silent to DTLS"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n.rules(t, tt.rules)
			results := n.ask(t, o)
			for name, want := range tt.want {
				r, ask := results[name], o.asks()[name]
				wantResult(t, r, ask, want.state, want.code, want.word)
			}
		})
	}
}

type expected struct {
	state netcheck.NetState
	code  netcheck.ReasonCode
	word  string
}

// walled is a network of a client, a firewall and a server.
type walled struct {
	*netns.Network
	dir string
}

func behindFirewall(t *testing.T) walled {
	t.Helper()
	plug := func(node, name, addr string) netns.End {
		return netns.End{Node: node, Interface: name, Addresses: []netip.Prefix{netip.MustParsePrefix(addr + "/24")}}
	}
	to := func(gateway string) []netns.Route {
		return []netns.Route{{To: "default", Via: netip.MustParseAddr(gateway)}}
	}
	n, err := netns.Build(t.Context(), "epprobe-", netns.Topology{
		Nodes: []netns.Node{{Name: "client", Routes: to("10.2.0.1")}, {Name: "wall", Forward: true}, {Name: "srv", Routes: to("198.51.100.254")}},
		Links: []netns.Link{
			{A: plug("client", "eth0", "10.2.0.2"), B: plug("wall", "lan", "10.2.0.1")},
			{A: plug("wall", "wan", "198.51.100.254"), B: plug("srv", "eth0", "198.51.100.1")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return walled{n, t.TempDir()}
}

// rules puts rules in place of those of the firewall.
func (w walled) rules(t *testing.T, rules string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if out, err := w.Run(ctx, "wall", "*filter\n"+strings.TrimSpace(rules)+"\nCOMMIT\n", "iptables-restore", "-w", "10"); err != nil {
		t.Fatal(err, out)
	}
}

// coturn starts a server and waits until it answers. It gives the certificate of its authority.
func (w walled) coturn(t *testing.T) []byte {
	t.Helper()
	ca := coturntest.NewAuthority(t, "netns CA")
	cert, key := filepath.Join(w.dir, "cert.pem"), filepath.Join(w.dir, "key.pem")
	ca.Issue(t, coturntest.Leaf{Names: []string{"198.51.100.1"}}).Write(t, cert, key)
	command := []string{"turnserver", "-n", "-L", "198.51.100.1", "-p", fmt.Sprint(udpPort), "--tls-listening-port", fmt.Sprint(tlsPort), "--cert", cert, "--pkey", key,
		"--no-cli", "--log-file", "stdout", "--simple-log", "--pidfile", filepath.Join(w.dir, "pid"), "--userdb", filepath.Join(w.dir, "db"),
		"--user", "echo:path", "--realm", "echopath.test", "--lt-cred-mech"}
	if _, err := w.Start("srv", netns.Program{Name: "coturn", Dir: w.dir, Command: command}); err != nil {
		t.Fatal(err)
	}
	o := order{Host: netip.MustParseAddr("198.51.100.1"), CAPEM: ca.PEM()}
	end, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for end.Err() == nil {
		if r := w.ask(t, o); r["stun"].State == netcheck.NetOK && r["dtls"].State == netcheck.NetOK && r["tls"].State == netcheck.NetOK {
			return ca.PEM()
		}
	}
	t.Fatal("coturn does not answer")
	return nil
}

// ask has a child in the client's place ask the server.
func (w walled) ask(t *testing.T, o order) map[string]netcheck.NetResult {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child, err := w.Start("client", netns.Program{Name: "child", Dir: t.TempDir(), Command: []string{exe}, Env: []string{childVariable + "=" + string(text)}})
	if err != nil {
		t.Fatal(err)
	}
	if code, err := child.Wait(ctx); err != nil || code != 0 {
		t.Fatalf("the child ended with %d, %v\n%s", code, err, child.Trouble())
	}
	var results map[string]netcheck.NetResult
	if err := json.Unmarshal(child.Output(), &results); err != nil {
		t.Fatalf("%v in %s", err, child.Output())
	}
	return results
}
