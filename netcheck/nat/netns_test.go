package nat

import (
	"strings"
	"testing"
	"time"

	"echopath/internal/netns"
	"echopath/netcheck"
)

type wanted struct{ mapping, filtering netcheck.Behavior }

// The set-ups of kernel NATs against coturn, our own server with two addresses, with one, and with plain servers beside it.
func TestKernelNATs(t *testing.T) {
	const snat = "-A POSTROUTING -o wan -p udp -j SNAT --to-source " + outside
	const open = "-A PREROUTING -i wan -p udp -d " + outside + " -j DNAT --to-destination 10.1.0.2"
	symmetric := wanted{apdm, apdm}
	for _, tt := range []struct {
		name    string
		rules   string
		routed  bool
		two     wanted
		one     wanted
		several wanted
		gloss   string
		kept    bool // ports
		hairpin netcheck.Tri
		shared  bool
	}{
		{"routed", "", true, wanted{none, eim}, wanted{none, either}, wanted{none, either}, "open, no NAT and no firewall", true, netcheck.Unknown, false},
		{"stateful firewall", filter(stateful), true, wanted{none, apdm}, wanted{none, apdm}, wanted{none, apdm}, "no NAT, and a firewall that lets answers in", true, netcheck.Unknown, false},
		{"masquerade", filter(stateful) + natTable("-A POSTROUTING -o wan -j MASQUERADE"), false,
			wanted{eim, apdm}, wanted{either, apdm}, wanted{eim, apdm}, "port-restricted cone NAT", true, netcheck.No, false},
		{"masquerade at random", filter(stateful) + natTable("-A POSTROUTING -o wan -j MASQUERADE --random-fully"), false,
			symmetric, symmetric, symmetric, "symmetric NAT", false, netcheck.No, false},
		{"full cone", filter() + natTable(open, snat), false, wanted{eim, eim}, wanted{either, either}, wanted{eim, either}, "full cone NAT", true, netcheck.No, false},
		{"restricted cone", filter() + byAddress(40000, 80), false, wanted{eim, adm}, wanted{either, either}, wanted{eim, either}, "restricted cone NAT", true, netcheck.No, false},
		{"outside address by destination", filter(stateful) + byDestination(), false, wanted{adm, apdm}, wanted{either, apdm}, wanted{adm, apdm}, "symmetric NAT", true, netcheck.No, false},
		{"carrier", filter(stateful) + natTable("-A POSTROUTING -o wan -p udp -j SNAT --to-source 100.64.7.7"), false,
			wanted{eim, apdm}, wanted{either, apdm}, wanted{eim, apdm}, "port-restricted cone NAT", true, netcheck.No, true},
		{"hairpin", filter() + natTable(open, "-A PREROUTING -i lan -p udp -d "+outside+" -j DNAT --to-destination 10.1.0.2", snat,
			"-A POSTROUTING -o lan -p udp -s 10.1.0.2 -d 10.1.0.2 -j SNAT --to-source "+outside), false,
			wanted{eim, eim}, wanted{either, either}, wanted{eim, either}, "full cone NAT", true, netcheck.Yes, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := build(t, tt.rules, tt.routed)
			k.serve()
			runs := []struct {
				name    string
				servers []Server
				want    wanted
				method  netcheck.NATMethod
			}{
				{"coturn", coturnTwo, tt.two, netcheck.NATByTwoAddresses},
				{"own", ownTwo, tt.two, netcheck.NATByTwoAddresses},
				{"one", ownOne, tt.one, netcheck.NATByTwoPorts},
				{"several", ownAndMore, tt.several, netcheck.NATByTwoPorts},
			}
			var children []*netns.Process
			for i, run := range runs {
				children = append(children, k.order("client", run.name, order{What: "discover", Servers: run.servers, Port: 40000 + 20*i}))
			}
			for i, run := range runs {
				r := k.result(children[i])
				b := r.Facts.NAT
				t.Logf("%s, %s: %s", run.name, r.Took.Round(time.Millisecond), r.Text)
				if b.Mapping != run.want.mapping || b.Filtering != run.want.filtering || b.Method != run.method || b.NAT != netcheck.TriOf(tt.two.mapping != none) {
					t.Errorf("%s: mapping %q, filtering %q by %q, NAT %q; want %q, %q by %q\n%+v", run.name, b.Mapping, b.Filtering, b.Method, b.NAT, run.want.mapping, run.want.filtering, run.method, b)
				}
				if i < 2 && b.Gloss() != tt.gloss {
					t.Errorf("%s: %q, want %q", run.name, b.Gloss(), tt.gloss)
				}
				if b.PortsTried != 5 || tt.kept != (b.PortsPreserved == 5) || b.Hairpin != tt.hairpin || b.HairpinInternal || b.SharedAddress != tt.shared || b.PrivateMapped != tt.routed {
					t.Errorf("%s: %+v", run.name, b)
				}
			}
		})
	}
}

// Networks without UDP: silence is told from refusal.
func TestKernelBlocksUDP(t *testing.T) {
	masquerade := natTable("-A POSTROUTING -o wan -j MASQUERADE")
	for _, tt := range []struct {
		name, rules string
		code        netcheck.ReasonCode
	}{
		{"drop", filter("-A FORWARD -p udp -j DROP"), netcheck.ReasonNoAnswer},
		{"reject", filter("-A FORWARD -p udp -j REJECT"), netcheck.ReasonRefused},
		{"prohibited", filter("-A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited"), netcheck.ReasonUnreachable},
		{"only TCP 443", filter("-A FORWARD -i lan -p tcp --dport 443 -j ACCEPT", "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A FORWARD -j DROP"), netcheck.ReasonNoAnswer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := build(t, tt.rules+masquerade, false)
			if _, err := k.Run(k.ctx, "nat", "", "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0"); err != nil { // of what it tells by ICMP, it would keep some back
				t.Fatal(err)
			}
			k.serve()
			for servers, child := range k.each(order{What: "discover", Via: "eth0"}, coturnTwo, ownAndMore) {
				r := k.result(child)
				if r.State != netcheck.NetBlocked || r.Code != tt.code || !strings.Contains(r.Advice, "Ask for UDP to "+servers[0].Addr.Addr().String()+", port 3478, to be allowed.") {
					t.Errorf("%+v", r)
				}
				if b := r.Facts.NAT; b.NAT != netcheck.Unknown || b.Mapping != unknown || b.Filtering != unknown || len(b.Servers) != 0 {
					t.Errorf("%+v", b)
				}
			}
		})
	}
}

// A link of 1400 bytes, once with the message that tells so and once without.
func TestKernelMTU(t *testing.T) {
	for _, tt := range []struct{ name, rules string }{
		{"told", ""},
		{"not told", "*filter\n-A OUTPUT -p icmp -j DROP\nCOMMIT\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := build(t, tt.rules, true)
			if _, err := k.Run(k.ctx, "nat", "", "ip", "link", "set", "wan", "mtu", "1400"); err != nil {
				t.Fatal(err)
			}
			k.serve()
			for _, child := range k.each(order{What: "mtu"}, coturnTwo, ownTwo, plainOnes) {
				r := k.result(child)
				t.Logf("%s: %s", r.Took.Round(time.Millisecond), r.Text)
				if r.State != netcheck.NetOK || r.Facts.MTU != 1400 || r.Facts.MTULost != 1408 {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// The mark of a packet on its way to our own server: untouched, removed, and a reason to drop it.
func TestKernelDSCP(t *testing.T) {
	for _, tt := range []struct {
		name, rules string
		arrived     int
		state       netcheck.NetState
	}{
		{"kept", "", 46, netcheck.NetOK},
		{"removed", "*mangle\n-A FORWARD -i lan -j DSCP --set-dscp 0\nCOMMIT\n", 0, netcheck.NetDegraded},
		{"dropped", "*filter\n-A FORWARD -i lan -m dscp --dscp 46 -j DROP\nCOMMIT\n", -1, netcheck.NetDegraded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := build(t, tt.rules, true)
			k.serve()
			r := k.result(k.order("client", "dscp", order{What: "dscp", Servers: append(plainOnes[:1:1], ownTwo...), Via: "10.1.0.2"}))
			if r.State != tt.state || r.Facts.DSCPSent != 46 || r.Facts.DSCPArrived != tt.arrived || r.Remote != "198.51.100.3:3478" {
				t.Errorf("%+v", r)
			}
		})
	}
}

const tick = 50 * time.Millisecond

// A NAT that forgets after 8 s, as the kernel's bookkeeping is set.
func TestKernelLifetime(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a lifetime takes its time")
	}
	t.Parallel()
	k := build(t, filter(stateful)+natTable("-A POSTROUTING -o wan -j MASQUERADE"), false)
	for _, setting := range []string{"nf_conntrack_udp_timeout", "nf_conntrack_udp_timeout_stream"} {
		if _, err := k.Run(k.ctx, "nat", "", "sysctl", "-q", "-w", "net.netfilter."+setting+"=8"); err != nil {
			t.Fatal(err)
		}
	}
	k.serve()
	children := []*netns.Process{
		k.order("client", "coturn", order{What: "lifetime", Servers: coturnTwo, Most: 16 * time.Second}),
		k.order("client", "own", order{What: "lifetime", Servers: ownTwo, Most: 16 * time.Second, Via: "eth0"}),
	}
	for _, c := range children {
		r := k.result(c)
		t.Logf("%s: %s", r.Took.Round(time.Millisecond), r.Text)
		// The kernel's clock ticks in some milliseconds; where its bounds lie apart, the computer was busy.
		if r.Facts.AtLeast > 8*time.Second+tick || r.Facts.AtMost < 8*time.Second-tick || r.Facts.AtLeast < 2*time.Second || r.Facts.AtMost <= r.Facts.AtLeast {
			t.Errorf("%+v", r)
		}
	}
}
