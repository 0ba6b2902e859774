package scenario

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/lab/wire"
)

func TestAllFilesCanBeRead(t *testing.T) {
	all, err := All()
	if err != nil || len(all) < 10 {
		t.Fatalf("%d scenarios, %v", len(all), err)
	}
	seeds := map[uint64]string{}
	for _, s := range all {
		if other, ok := seeds[s.Seed]; ok {
			t.Errorf("%s and %s have one seed: their chances are the same", s.Name, other)
		}
		seeds[s.Seed] = s.Name
	}
}

const whole = `
name = "all-of-it"
about = "Everything that a file can say."
seed = 7

[topology]
kind = "nat"
a = "cone"
b = "symmetric"

[up]
udp = "reject"
allow = ["udp 3478", "tcp to 443", "udp from 49152-65535"]
begin = "media"
hold = "20s"
loss = 0.05
burst = { enter = 0.01, leave = 0.2, loss = 0.9 }
outages = [{ from = "1s", to = "2s" }, { from = "3s", to = "4500ms" }]
delay = "20ms"
jitter = { spread = "normal", by = "2ms", in_order = true }
reorder = { share = 0.05, by = "10ms" }
duplicate = 0.01
rate = { kbps = 300, queue_bytes = 5000 }

[down]
delay = "1ms"

[plan]
paths = ["direct", "stun"]
carriers = ["srtp"]
rate = 100
size = 200
duration = "10s"

[expect]
states = ["ok", "saturated"]
findings = ["loss_out"]
without = ["loss_back"]
round_trip = true
`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := Scenario{
		Name: "all-of-it", About: "Everything that a file can say.", Seed: 7,
		Topology: Topology{Kind: NATs, A: Cone, B: Symmetric},
		Up: Way{
			Firewall: wire.Firewall{UDP: wire.Reject, Allow: []wire.Rule{
				{Protocol: wire.UDP, Low: 3478, High: 3478, To: true, From: true}, {Protocol: wire.TCP, Low: 443, High: 443, To: true},
				{Protocol: wire.UDP, Low: 49152, High: 65535, From: true},
			}},
			Begin: "media", Hold: 20 * time.Second,
			Treatment: wire.Treatment{
				Loss: 0.05, Burst: wire.Burst{Enter: 0.01, Leave: 0.2, Loss: 0.9}, Delay: 20 * time.Millisecond, Duplicate: 0.01,
				Outages: []wire.Span{{From: time.Second, To: 2 * time.Second}, {From: 3 * time.Second, To: 4500 * time.Millisecond}},
				Jitter:  wire.Jitter{Spread: wire.Normal, By: 2 * time.Millisecond, InOrder: true},
				Reorder: wire.Reorder{Share: 0.05, By: 10 * time.Millisecond}, Rate: wire.Rate{Kbps: 300, QueueBytes: 5000},
			},
		},
		Down:   Way{Treatment: wire.Treatment{Delay: time.Millisecond}},
		Plan:   Plan{Paths: []string{"direct", "stun"}, Carriers: []string{"srtp"}, Rate: 100, Size: 200, Duration: 10 * time.Second},
		Expect: Expect{States: []string{"ok", "saturated"}, Findings: []string{"loss_out"}, Without: []string{"loss_back"}, RoundTrip: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	c := got.Up.Config(got.Seed)
	if c.Seed != 7 || c.Begin == nil || !c.Begin.RTP || len(c.Phases) != 2 || c.Phases[1].From != 20*time.Second ||
		!reflect.DeepEqual(c.Phases[1].Treatment, wire.Treatment{}) || !reflect.DeepEqual(c.Phases[0].Treatment, want.Up.Treatment) {
		t.Errorf("as the link takes it: %+v", c)
	}
}

func TestParseTellsWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ old, fresh, want string }{
		{`seed = 7`, `seed = "seven"`, "line 4"},
		{`seed = 7`, "seed = 7\nsede = 8", "sede"},
		{`loss = 0.05`, `los = 0.05`, "up.los"},
		{`leave = 0.2`, `leaves = 0.2`, "up.burst.leaves"},
		{`name = "all-of-it"`, `name = "All of it"`, "name is"},
		{`about = "Everything that a file can say."`, ``, "about is empty"},
		{`kind = "nat"`, `kind = "star"`, "topology: kind"},
		{`kind = "nat"`, `kind = "link"`, "topology: NATs stand"},
		{`a = "cone"`, `a = "banana"`, "topology: \"banana\""},
		{`udp = "reject"`, `udp = "maybe"`, "up: "},
		{`"tcp to 443"`, `"tcp 443 to"`, "is no rule"},
		{`begin = "media"`, `begin = "noon"`, "up: begin"},
		{`hold = "20s"`, `hold = "20 s"`, "line 15"},
		{`loss = 0.05`, `loss = 5`, "loss is 5"},
		{`delay = "20ms"`, `delay = "1ms"`, "jitter"},
		{`paths = ["direct", "stun"]`, `paths = []`, "plan: paths is empty"},
		{`paths = ["direct", "stun"]`, `paths = ["direct", "direct"]`, "plan: paths has"},
		{`paths = ["direct", "stun"]`, `paths = ["relay-udp"]`, "plan: paths over a relay"},
		{`carriers = ["srtp"]`, `carriers = ["pigeon"]`, "plan: carriers"},
		{`rate = 100`, `rate = 0`, "plan: rate"},
		{`size = 200`, `size = 1200`, "plan: size"},
		{`duration = "10s"`, `duration = "10ms"`, "plan: duration"},
		{`states = ["ok", "saturated"]`, `states = ["fine"]`, "expect: states"},
		{`without = ["loss_back"]`, `without = ["loss_out"]`, "expect: loss_out"},
	} {
		text := strings.Replace(whole, tt.old, tt.fresh, 1)
		if text == whole {
			t.Fatalf("%q is not in the text", tt.old)
		}
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q for %q: %v, want %q in it", tt.fresh, tt.old, err, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse([]byte(text))
		if err == nil && s.Check() != nil {
			t.Fatalf("taken, but %v", s.Check())
		}
	})
}
