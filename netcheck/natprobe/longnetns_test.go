package natprobe_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"echopath/internal/netns"
	"echopath/netcheck"
)

const (
	shortLoad  = 4 * time.Second
	shortIdle  = 16 * time.Second
	forgetting = 6 * time.Second
)

// runLongChild asks the long questions at the same time and prints the results.
func runLongChild(ctx context.Context, o order) error {
	var mu sync.Mutex
	var asking sync.WaitGroup
	results, asks, p := map[string]netcheck.NetResult{}, o.asks(), direct()
	ask := func(name string, f func() netcheck.NetResult) {
		asking.Go(func() {
			r := f()
			mu.Lock()
			defer mu.Unlock()
			results[name] = r
		})
	}
	for _, over := range o.Idle {
		ask("idle "+over, func() netcheck.NetResult { return direct().Idle(ctx, asks[over], shortIdle) })
	}
	asking.Wait()
	ask("rate udp", func() netcheck.NetResult { return p.Rate(ctx, asks["udp"], shortLoad) })
	asking.Wait()
	return json.NewEncoder(os.Stdout).Encode(results)
}

// A firewall that forgets what is silent for 6 s, and holds single connections, or all together, to 400 kbit/s.
func TestForgettingFirewall(t *testing.T) {
	if err := netns.Available(); err != nil {
		t.Skipf("SKIPPED: firewalls can not be tested here: %v", err)
	}
	if testing.Short() {
		t.Skip("SKIPPED: silences and loads take their time")
	}
	n := behindFirewall(t)
	o := order{Host: netip.MustParseAddr("198.51.100.1"), CAPEM: n.coturn(t), Long: true}
	for _, setting := range []string{"udp_timeout", "udp_timeout_stream", "tcp_timeout_established"} {
		if out, err := n.Run(t.Context(), "wall", "", "sysctl", "-q", "-w", "net.netfilter.nf_conntrack_"+setting+"=6"); err != nil {
			t.Fatal(err, out)
		}
	}
	for _, tt := range []struct {
		name, mode, words string
		idle              []string
	}{
		{"each", "srcip,srcport,dstip,dstport", "a limit of single connections", []string{"udp", "tcp", "tls"}},
		{"all", "dstip", "no limit of single connections", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n.rules(t, "-A FORWARD -i lan -p udp -m hashlimit --hashlimit-above 50kb/s --hashlimit-burst 60kb --hashlimit-mode "+tt.mode+" --hashlimit-name "+tt.name+" -j DROP\n"+
				"-A FORWARD -i lan -j ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -j DROP")
			o.Idle = tt.idle
			results := n.ask(t, o)
			for _, over := range o.Idle {
				wantForgetting(t, results["idle "+over])
			}
			r := results["rate udp"]
			t.Logf("%s: %s", r.Took.Round(time.Second), r.Text)
			if r.Code == netcheck.ReasonLocal {
				t.Skipf("SKIPPED: %s", r.Text)
			}
			if r.State != netcheck.NetDegraded || r.Facts.LimitKbps < 350 || r.Facts.LimitKbps > 700 {
				t.Errorf("%+v", r)
			}
			checkWords(t, r, true, tt.words)
		})
	}
}

func wantForgetting(t *testing.T, r netcheck.NetResult) {
	t.Helper()
	t.Logf("%s: %s", r.Took.Round(time.Second), r.Text)
	const tick = time.Second // the kernel collects what it has forgotten when it likes
	if r.State != netcheck.NetDegraded || r.Facts.AtLeast > forgetting+tick || r.Facts.AtMost < forgetting || r.Facts.AtLeast == 0 {
		t.Errorf("%+v", r)
	}
	checkWords(t, r, true, "forgets silent connections")
}
