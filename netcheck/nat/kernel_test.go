package nat

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/internal/netns"
	"echopath/netcheck"
)

// The network of the kernel's NATs:
//
//	client 10.1.0.2 ── 10.1.0.1 nat 198.51.100.254 (and .253) ── srv 198.51.100.1 … 8
//
// Servers: coturn on .1 and .2, our own on .3 and .4, our own on .5 alone with a second port, plain ones on .7 and .8.
const (
	natPrefix = "epnat-"
	outside   = "198.51.100.254"
)

var (
	coturnTwo  = []Server{{Addr: at("198.51.100.1:3478")}}
	ownTwo     = []Server{{Addr: at("198.51.100.3:3478")}}
	ownOne     = []Server{{Addr: at("198.51.100.5:3478"), AltPort: 3479}}
	ownAndMore = []Server{ownOne[0], {Addr: at("198.51.100.7:3478")}, {Addr: at("198.51.100.8:3478")}}
	plainOnes  = []Server{{Addr: at("198.51.100.7:3478")}, {Addr: at("198.51.100.8:3478")}}
)

// kernel is a network that runs.
type kernel struct {
	*netns.Network
	t   *testing.T
	ctx context.Context
	dir string
}

// available is asked once: it tries one network under a name of this process, and tests run side by side.
var available = sync.OnceValue(netns.Available)

// build makes the network. routed: the servers know the client's own address.
func build(t *testing.T, rules string, routed bool) *kernel {
	t.Helper()
	if err := available(); err != nil {
		t.Skipf("SKIPPED: what the kernel's NATs do can not be tested here: %v", err)
	}
	plug := func(node, name string, addrs ...string) netns.End {
		e := netns.End{Node: node, Interface: name}
		for _, a := range addrs {
			e.Addresses = append(e.Addresses, netip.MustParsePrefix(a+"/24"))
		}
		return e
	}
	back := []netns.Route{{To: "100.64.7.0/24", Via: netip.MustParseAddr(outside)}}
	if routed {
		back = append(back, netns.Route{To: "10.1.0.0/24", Via: netip.MustParseAddr(outside)})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	n, err := netns.Build(ctx, natPrefix, netns.Topology{
		Nodes: []netns.Node{
			{Name: "client", Routes: []netns.Route{{To: "default", Via: netip.MustParseAddr("10.1.0.1")}}},
			{Name: "nat", Forward: true, Rules: rules},
			{Name: "srv", Routes: back},
		},
		Links: []netns.Link{
			{A: plug("client", "eth0", "10.1.0.2"), B: plug("nat", "lan", "10.1.0.1")},
			{A: plug("nat", "wan", outside, "198.51.100.253"), B: plug("srv", "eth0", addresses(1, 8)...)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return &kernel{Network: n, t: t, ctx: ctx, dir: t.TempDir()}
}

func addresses(from, to int) (out []string) {
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprintf("198.51.100.%d", i))
	}
	return out
}

// order starts this test again inside a node.
func (k *kernel) order(node, name string, o order) *netns.Process {
	k.t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		k.t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	p, err := k.Start(node, netns.Program{Name: name, Dir: k.dir, Command: []string{exe}, Env: []string{childVariable + "=" + string(text)}})
	if err != nil {
		k.t.Fatal(err)
	}
	return p
}

func (k *kernel) await(p *netns.Process, begin string) string {
	k.t.Helper()
	var found string
	if _, err := p.Await(k.ctx, 0, func(line []byte) bool { found = string(line); return strings.HasPrefix(found, begin) }); err != nil {
		k.t.Fatalf("%v\n%s", err, p.Trouble())
	}
	return found
}

// serve starts all servers, and waits until they answer.
func (k *kernel) serve() {
	k.t.Helper()
	k.coturn("two", "-L", "198.51.100.1", "-L", "198.51.100.2", "--alt-listening-port", "3479")
	k.coturn("plain", "-L", "198.51.100.7", "-L", "198.51.100.8", "--no-rfc5780")
	k.await(k.order("srv", "own-two", order{What: "serve", Servers: []Server{{Addr: ownTwo[0].Addr, AltPort: 3479}}, Alt: netip.MustParseAddr("198.51.100.4")}), "serving")
	k.await(k.order("srv", "own-one", order{What: "serve", Servers: ownOne}), "serving")
	all := append([]Server{coturnTwo[0], ownTwo[0]}, ownAndMore...)
	k.await(k.order("srv", "ready", order{What: "ready", Servers: all}), "ready")
}

func (k *kernel) coturn(name string, args ...string) {
	k.t.Helper()
	command := append([]string{"turnserver", "-n", "-p", "3478", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp", "--log-file", "stdout", "--simple-log",
		"--pidfile", filepath.Join(k.dir, name+".pid"), "--userdb", filepath.Join(k.dir, name+".db"), "--user", "echo:path", "--realm", "echopath.test", "--lt-cred-mech"}, args...)
	if _, err := k.Start("srv", netns.Program{Name: "coturn-" + name, Dir: k.dir, Command: command}); err != nil {
		k.t.Fatal(err)
	}
}

// result waits for what a child in the client's node found.
func (k *kernel) result(p *netns.Process) (r netcheck.NetResult) {
	k.t.Helper()
	if err := json.Unmarshal([]byte(k.await(p, "{")), &r); err != nil {
		k.t.Fatal(err)
	}
	return r
}

// each starts a child in the client's node for each list of servers, all at once.
func (k *kernel) each(o order, lists ...[]Server) iter.Seq2[[]Server, *netns.Process] {
	k.t.Helper()
	children := make([]*netns.Process, len(lists))
	for i, servers := range lists {
		o.Servers = servers
		children[i] = k.order("client", fmt.Sprintf("%s-%d", o.What, i), o)
	}
	return func(yield func([]Server, *netns.Process) bool) {
		for i, servers := range lists {
			if !yield(servers, children[i]) {
				return
			}
		}
	}
}

// guard keeps out what belongs to no connection, and from the router itself: it would leave something on record there.
const guard = "-A INPUT -i wan -m conntrack --ctstate NEW,INVALID -j DROP\n"

func filter(rules ...string) string {
	return "*filter\n" + guard + lines(rules) + "COMMIT\n"
}

func natTable(rules ...string) string { return "*nat\n" + lines(rules) + "COMMIT\n" }

func lines(rules []string) string {
	if len(rules) == 0 {
		return ""
	}
	return strings.Join(rules, "\n") + "\n"
}

const stateful = "-A FORWARD -i wan -m conntrack --ctstate NEW,INVALID -j DROP"

// byAddress lets in from an address that the same port has sent to. The lists of the kernel are of addresses alone: one for each port.
func byAddress(first, count int) string {
	var mangle, dnat []string
	for port := first; port < first+count; port++ {
		mangle = append(mangle, fmt.Sprintf("-A PREROUTING -i lan -p udp --sport %d -m recent --name %s%d --set --rdest", port, natPrefix, port))
		dnat = append(dnat, fmt.Sprintf("-A PREROUTING -i wan -p udp --dport %d -m recent --name %s%d --rcheck --rsource -j DNAT --to-destination 10.1.0.2", port, natPrefix, port))
	}
	return "*mangle\n" + lines(mangle) + "COMMIT\n" + natTable(append(dnat, "-A POSTROUTING -o wan -p udp -j SNAT --to-source "+outside)...)
}

// byDestination uses another outside address for some of the servers.
func byDestination() string {
	var rules []string
	for i, last := range []int{1, 2, 3, 4, 5, 7, 8} {
		to := []string{outside, "198.51.100.253"}[map[bool]int{true: 0, false: 1}[i%2 == 0 && last != 7]]
		rules = append(rules, fmt.Sprintf("-A POSTROUTING -o wan -p udp -d 198.51.100.%d -j SNAT --to-source %s", last, to))
	}
	return natTable(rules...)
}
