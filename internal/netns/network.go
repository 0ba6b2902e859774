package netns

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// stepTimeout bounds one command that builds or removes something. They take milliseconds; a busy machine may need seconds.
const stepTimeout = 20 * time.Second

// Network is a network that runs. Its methods may be called from any goroutine.
type Network struct {
	prefix   string // of the names of its namespaces, with a dash at its end
	topology Topology

	mu        sync.Mutex // guards processes
	processes []*Process
	close     func() error
}

// building keeps the building of networks apart: ip prepares the folder of the namespaces when it makes the first one.
var (
	building sync.Mutex
	count    atomic.Int64
)

// Build makes a network. Names of its namespaces begin with prefix, the number of this process and a counter, so that networks of
// several processes stand beside each other and [Sweep] knows whose they are. Nothing is left behind if it fails.
func Build(ctx context.Context, prefix string, t Topology) (*Network, error) {
	if err := t.Check(); err != nil {
		return nil, fmt.Errorf("build a network: %w", err)
	}
	n := &Network{prefix: fmt.Sprintf("%s%d-%d-", prefix, os.Getpid(), count.Add(1)), topology: t}
	n.close = sync.OnceValue(n.remove)
	building.Lock()
	defer building.Unlock()
	if err := n.build(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("build a network: %w", err), n.Close())
	}
	return n, nil
}

// Name is the name of a node's namespace.
func (n *Network) Name(node string) string { return n.prefix + node }

func (n *Network) build(ctx context.Context) error {
	for _, node := range n.topology.Nodes {
		if _, err := run(ctx, "", "ip", "netns", "add", n.Name(node.Name)); err != nil {
			return err
		}
		if _, err := n.Run(ctx, node.Name, "", append([]string{"sysctl", "-q", "-w"}, n.topology.settings(node)...)...); err != nil {
			return err
		}
	}
	for _, l := range n.topology.Links {
		if _, err := run(ctx, "", "ip", "link", "add", l.A.Interface, "netns", n.Name(l.A.Node), "type", "veth",
			"peer", "name", l.B.Interface, "netns", n.Name(l.B.Node)); err != nil {
			return err
		}
	}
	for _, node := range n.topology.Nodes {
		if err := n.configure(ctx, node); err != nil {
			return err
		}
	}
	return nil
}

// settings are those of a node's kernel.
func (t Topology) settings(node Node) []string {
	forward := digit(node.Forward)
	if !t.IPv6 { // addresses of IPv6 would come by themselves, some of them only after a second
		return []string{"net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1", "net.ipv4.ip_forward=" + forward}
	}
	return []string{"net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=0", "net.ipv4.ip_forward=" + forward,
		"net.ipv6.conf.all.forwarding=" + forward,
		// An address can be used at once: nobody else has it.
		"net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.accept_ra=0"}
}

// configure sets rules before addresses: no packet passes a router that is not yet one.
func (n *Network) configure(ctx context.Context, node Node) error {
	if node.Rules != "" {
		if _, err := n.Run(ctx, node.Name, node.Rules, "iptables-restore", "-w", "10"); err != nil {
			return err
		}
	}
	_, err := run(ctx, n.topology.commands(node), "ip", "-n", n.Name(node.Name), "-batch", "-")
	return err
}

// commands are the lines for ip that set up a node's interfaces and routes.
func (t Topology) commands(node Node) string {
	var b strings.Builder
	b.WriteString("link set lo up\n")
	for _, l := range t.Links {
		for _, e := range []End{l.A, l.B} {
			if e.Node != node.Name {
				continue
			}
			for _, a := range e.Addresses {
				fmt.Fprintf(&b, "addr add %s dev %s\n", a, e.Interface)
			}
			fmt.Fprintf(&b, "link set dev %s up\n", e.Interface)
		}
	}
	for _, r := range node.Routes {
		fmt.Fprintf(&b, "route add %s via %s\n", r.To, r.Via)
	}
	return b.String()
}

// Plug gives addresses to an interface that somebody else has made in a node, brings it up and adds routes that lead over it. The link
// that it belongs to is none of the topology's.
func (n *Network) Plug(ctx context.Context, e End, routes ...Route) error {
	if !interfaceName.MatchString(e.Interface) || len(e.Addresses) == 0 {
		return fmt.Errorf("plug in %q at %s: it needs a name and an address", e.Interface, e.Node)
	}
	var b strings.Builder
	for _, a := range e.Addresses {
		fmt.Fprintf(&b, "addr add %s dev %s\n", a, e.Interface)
	}
	fmt.Fprintf(&b, "link set dev %s up\n", e.Interface)
	for _, r := range routes {
		fmt.Fprintf(&b, "route add %s via %s dev %s\n", r.To, r.Via, e.Interface)
	}
	_, err := run(ctx, b.String(), "ip", "-n", n.Name(e.Node), "-batch", "-")
	return err
}

func digit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// Run runs a short command in a node's namespace and gives what it wrote to standard output.
func (n *Network) Run(ctx context.Context, node, stdin string, command ...string) (string, error) {
	return run(ctx, stdin, append([]string{"ip", "netns", "exec", n.Name(node)}, command...)...)
}

// Rules gives a node's rules with their counters, as iptables-save -c writes them.
func (n *Network) Rules(ctx context.Context, node string) (string, error) {
	return n.Run(ctx, node, "", "iptables-save", "-c")
}

// Dump writes how each node stands to a folder: rules with counters, addresses, routes, sockets.
func (n *Network) Dump(ctx context.Context, dir string) error {
	var errs []error
	for _, node := range n.topology.Nodes {
		for file, command := range map[string][]string{
			"rules":   {"iptables-save", "-c"},
			"address": {"ip", "-s", "address"},
			"route":   {"ip", "route"},
			"sockets": {"ss", "-tunap"},
		} {
			out, err := n.Run(ctx, node.Name, "", command...)
			if err != nil {
				out += err.Error()
			}
			errs = append(errs, os.WriteFile(filepath.Join(dir, node.Name+"-"+file+".txt"), []byte(out), 0o600))
		}
	}
	return errors.Join(errs...)
}

// Close ends the processes that were started in the network and removes it. It is idempotent and waits.
func (n *Network) Close() error { return n.close() }

func (n *Network) remove() error {
	n.mu.Lock()
	processes := n.processes
	n.mu.Unlock()
	for _, p := range processes {
		p.Kill()
	}
	names, err := names(context.Background(), n.prefix)
	return errors.Join(err, discard(context.Background(), names))
}

// run runs a command to its end.
func run(ctx context.Context, stdin string, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	var out, trouble strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &trouble
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, strings.TrimSpace(trouble.String()))
	}
	return out.String(), nil
}
