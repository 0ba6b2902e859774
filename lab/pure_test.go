package lab

import (
	"bufio"
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestLayoutsCanBeBuilt(t *testing.T) {
	for _, p := range Pairs() {
		l := Layout{A: Side{NAT: p.A}, B: Side{NAT: p.B, Ports: []int{5349}}}
		top := l.Topology()
		if err := top.Check(); err != nil {
			t.Errorf("%v: %v", p, err)
		}
		for _, n := range top.Nodes {
			if nat := (n.Name == "nata" && p.A != None) || (n.Name == "natb" && p.B != None); nat != strings.Contains(n.Rules, "MASQUERADE") {
				t.Errorf("%v: %s translates: %t\n%s", p, n.Name, !nat, n.Rules)
			}
		}
		if hidden := l.Announced() == AddrNATB; hidden != (p.B != None) {
			t.Errorf("%v: announced is %s", p, l.Announced())
		}
	}
}

func TestRules(t *testing.T) {
	s := Side{NAT: Symmetric, Ports: []int{443}, Out: []string{"-p udp -j DROP"}, Lossy: []string{"-p udp -j ACCEPT"}}
	want := `*filter
-A INPUT -i lan -p udp -m comment --comment neighbour
-A FORWARD -p udp -j ACCEPT
-A FORWARD -i lan -p udp -j DROP
-A FORWARD -i wan -p tcp -d 10.2.0.2 --dport 443 -j ACCEPT
-A INPUT -i wan -m conntrack --ctstate NEW,INVALID -j DROP
-A FORWARD -i wan -m conntrack --ctstate NEW,INVALID -j DROP
COMMIT
*nat
-A PREROUTING -i wan -p tcp --dport 443 -j DNAT --to-destination 10.2.0.2:443
-A POSTROUTING -o wan -j MASQUERADE --random-fully
COMMIT
`
	if got := s.rules(AddrB); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The table of set-ups is whole, and each can be built.
func TestSetups(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Setups() {
		names[s.Name] = true
		top := Layout{A: s.Side}.Topology()
		if err := top.Check(); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if (s.Silence == "") != (s.Two.Mapping != "" && s.Two.Filtering != "" && s.One.Mapping != "" && s.One.Filtering != "") {
			t.Errorf("%s: a verdict and silence exclude each other", s.Name)
		}
		if s.Two.Mapping == noNAT && (s.Side.NAT != None || s.Hairpin != "" || s.Shared) {
			t.Errorf("%s: there is no NAT, and yet %+v", s.Name, s)
		}
	}
	if len(names) != 12 {
		t.Errorf("%d set-ups", len(names))
	}
	if rules := byAddress(); strings.Count(rules, "--name lab40399 ") != 2 || strings.Contains(rules, "lab40400") || !strings.HasSuffix(SetupPorts, "40399") {
		t.Error("the rules by address are not those of the ports that are used")
	}
}

func TestClassify(t *testing.T) {
	ap := netip.MustParseAddrPort
	own, x, y, z := ap("10.1.0.2:1"), ap("11.0.1.2:1"), ap("11.0.1.2:2"), ap("11.0.1.2:3")
	tests := []struct {
		first, second, third netip.AddrPort
		address, port        bool
		want                 string
	}{
		{own, own, own, true, true, "no NAT, EIF"},
		{own, own, own, false, false, "no NAT, APDF"},
		{x, x, x, false, false, "EIM / APDF"},
		{x, x, x, false, true, "EIM / ADF"},
		{x, x, x, true, true, "EIM / EIF"},
		{x, y, y, false, false, "ADM / APDF"},
		{x, y, z, false, false, "APDM / APDF"},
		{x, x, y, false, false, "APDM / APDF"},
	}
	for _, tt := range tests {
		if got := classify(own, tt.first, tt.second, tt.third, tt.address, tt.port).String(); got != tt.want {
			t.Errorf("%v: %s, want %s", tt, got, tt.want)
		}
	}
}

// The expected table is written down a second time: as the people who measured it first wrote it.
func TestTable(t *testing.T) {
	const direct, stun = 0, 1
	measured := map[Pair][2]bool{
		{None, None}: {true, true}, {Cone, None}: {true, true}, {Symmetric, None}: {true, true},
		{None, Cone}: {true, true}, {None, Symmetric}: {true, true},
		{Cone, Cone}: {false, true}, {Cone, Symmetric}: {false, false},
		{Symmetric, Cone}: {false, false}, {Symmetric, Symmetric}: {false, false},
	}
	if len(Pairs()) != len(measured) {
		t.Fatalf("%d pairs", len(Pairs()))
	}
	for _, p := range Pairs() {
		if p.Connects("direct") != measured[p][direct] || p.Connects("stun") != measured[p][stun] || !p.Connects("relay-udp") {
			t.Errorf("%v: %t %t", p, p.Connects("direct"), p.Connects("stun"))
		}
	}
}

func TestMarkdown(t *testing.T) {
	got := Markdown(map[Pair]map[string]string{
		{Cone, Cone}: {"direct": "blocked no_pair", "stun": "ok", "relay-udp": "failed tls_pin", "relay-tcp": "ok"},
		{Cone, None}: {"direct": "ok", "stun": "ok", "relay-udp": "ok", "relay-tcp": "ok", "relay-tls": "ok"},
		{None, Cone}: {"direct": "ok"}, {Symmetric, Symmetric}: {"direct": "ok"},
	})
	want := `| A (guest) | B (host) | direct | stun | relay-udp | relay-tcp | relay-tls |
|---|---|---|---|---|---|---|
| cone | none | OK | OK | OK | OK | OK |
| none | cone | OK | not tried | not tried | not tried | not tried |
| cone | cone | FAIL | OK | **failed tls_pin, expected OK** | OK | not tried |
| symmetric | symmetric | **ok, expected FAIL** | not tried | not tried | not tried | not tried |
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestReadReport(t *testing.T) {
	r, err := ReadReport([]byte(`{"schema":"echopath.report/1","run":{"ended":"complete"},"new":1,"paths":[{"path":"direct","state":"blocked","reason_code":"no_pair","reason":"No."},
	 {"path":"stun","state":"ok","reason_code":null,"nat_between":true,"selected_pair":{"local":{"type":"srflx","address":"1.2.3.4:5"},"remote":{"type":"host"}},
	 "carriers":[{"carrier":"srtp","up":{"sent":10,"received":9,"lost":1},"down":{"sent":9,"received":9,"lost":null}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	stun := r.Path("stun")
	if r.Path("relay-tls") != nil || stun == nil || r.Path("direct").Outcome() != "blocked no_pair" || stun.Outcome() != "ok" {
		t.Fatalf("%+v", r)
	}
	c := stun.On("srtp")
	if c == nil || *c.Up.Lost != 1 || c.Down.Lost != nil || !*stun.NATBetween || stun.Pair.Local.Type != "srflx" || stun.On("datachannel") != nil {
		t.Errorf("%+v", stun)
	}
	for _, bad := range []string{"", "{", `{"schema":"echopath.report/2"}`, "[]"} {
		if _, err := ReadReport([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestOutcome(t *testing.T) {
	ten, none := 10, 0
	carried := []Carrier{{Carrier: "srtp", Down: Way{Received: &ten}}}
	tests := []struct {
		p    PathResult
		want string
	}{
		{PathResult{State: "ok", Carriers: carried}, "ok"},
		{PathResult{State: "saturated", ReasonCode: "socket_drops", Carriers: carried}, "ok"},
		{PathResult{State: "inconclusive", ReasonCode: "computer_busy", Carriers: carried}, "ok"},
		{PathResult{State: "inconclusive", ReasonCode: "no_data", Carriers: carried}, "inconclusive no_data"},
		{PathResult{State: "ok", Carriers: []Carrier{{Carrier: "srtp", Down: Way{Received: &none}}}}, "ok without packets"},
		{PathResult{State: "ok"}, "ok without packets"},
		{PathResult{State: "blocked", ReasonCode: "no_pair"}, "blocked no_pair"},
		{PathResult{State: "not_run"}, "not_run"},
	}
	for _, tt := range tests {
		if got := tt.p.Outcome(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.p, got, tt.want)
		}
	}
}

func TestReadHost(t *testing.T) {
	const begin = `{"schema":"echopath.host/1","time":"2026-11-21T19:00:00.5Z","event":`
	lines, err := ReadHost([]byte(begin + "\"started\",\"new\":1}\n" + begin + "\"guest_joined\",\"guest\":\"G\"}\n{\"sch"))
	if err != nil || len(lines) != 2 || lines[1].Guest != "G" || lines[1].Event != "guest_joined" || lines[0].Time.IsZero() {
		t.Errorf("%+v, %v", lines, err)
	}
	for _, bad := range []string{"{\"event\":\"started\"}\n", "listening\n", begin + "\"started\"}\nlistening\n"} {
		if _, err := ReadHost([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestTails(t *testing.T) {
	if low, high := tails(1, 3, 0.5); math.Abs(low-0.5) > 1e-12 || math.Abs(high-0.875) > 1e-12 {
		t.Errorf("at most 1 of 3: %v, at least: %v", low, high)
	}
	if !fits(100, 2000, 0.05) || fits(50, 2000, 0.05) || fits(160, 2000, 0.05) || fits(0, 2000, 0.05) {
		t.Error("5 % of 2000 is about 100")
	}
}

func TestProxy(t *testing.T) {
	far, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Close() }()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if conn, err := far.Accept(); err == nil {
			_, _ = io.WriteString(conn, "hello")
			_ = conn.Close()
		}
	}()
	if status, said := connect(t, &Proxy{}, far.Addr().String()); status != http.StatusOK || said != "hello" {
		t.Errorf("%d %q", status, said)
	}
	<-answered
	if status, _ := connect(t, &Proxy{Ports: []string{"443"}}, far.Addr().String()); status != http.StatusForbidden {
		t.Errorf("a port that is not allowed: %d", status)
	}
	for _, refuse := range []int{http.StatusForbidden, http.StatusProxyAuthRequired} {
		if status, said := connect(t, &Proxy{Refuse: refuse}, far.Addr().String()); status != refuse || said != "" {
			t.Errorf("%d %q, want %d", status, said, refuse)
		}
	}
	_ = far.Close()
	if status, _ := connect(t, &Proxy{}, far.Addr().String()); status != http.StatusBadGateway {
		t.Errorf("to where nobody listens: %d", status)
	}
}

// connect sends CONNECT by a proxy and gives its status and what comes through.
func connect(t *testing.T, p *Proxy, target string) (status int, said string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, l) }()
	defer func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "CONNECT "+target+" HTTP/1.1\r\nHost: "+target+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(text), "\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head+"\r\n\r\n")), nil)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestCounted(t *testing.T) {
	const rules = "*filter\n:FORWARD ACCEPT [9:900]\n[12:340] -A FORWARD -p udp -m comment --comment up\n[3:40] -A FORWARD -p tcp -m comment --comment up -j DROP\n[7:1] -A INPUT -j DROP\nCOMMIT\n"
	if n, err := Counted(rules, "comment up"); n != 15 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := Counted(rules, "-A"); err == nil {
		t.Errorf("%d of a rule that is not there", n)
	}
	if _, err := Counted("[x:1] -A INPUT -j DROP\n", "DROP"); err == nil {
		t.Error("counters that are no numbers were read")
	}
}
