package host

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAdmission(t *testing.T) {
	a := admission{budget: 100}
	one, two, three, four := &ticket{cost: 60}, &ticket{cost: 60}, &ticket{cost: 30}, &ticket{cost: 10}
	want := func(step string, admitted ...*ticket) {
		t.Helper()
		sum := 0.0
		for i, x := range []*ticket{one, two, three, four} {
			if x.admitted != slices.Contains(admitted, x) {
				t.Errorf("%s: ticket %d admitted: %v", step, i+1, x.admitted)
			}
			if x.admitted {
				sum += x.cost
			}
		}
		if a.used != sum || a.active != len(admitted) {
			t.Errorf("%s: used %v by %d, want %v by %d", step, a.used, a.active, sum, len(admitted))
		}
	}
	a.ask(one)
	a.ask(two)
	a.ask(three) // would fit, and does not overtake
	a.ask(four)
	want("all have asked", one)
	if got := a.taken(); !slices.Equal(got, []*ticket{one}) || a.taken() != nil {
		t.Errorf("%d were admitted", len(got))
	}
	if !slices.Equal(a.waiting, []*ticket{two, three, four}) {
		t.Errorf("%d wait, or in another order", len(a.waiting))
	}
	a.drop(two) // of the queue
	want("the second gave up", one, three, four)
	if got := a.taken(); !slices.Equal(got, []*ticket{three, four}) {
		t.Errorf("%d were admitted, or in another order", len(got))
	}
	a.drop(one)
	a.drop(one)
	want("the first has ended", three, four)
	a.drop(three)
	a.drop(four)
	want("all have ended")
	if kept := a.waiting[:cap(a.waiting)]; slices.ContainsFunc(kept, func(t *ticket) bool { return t != nil }) {
		t.Error("the queue keeps runs that have ended, and with them their guests")
	}
	large := &ticket{cost: 1000}
	if a.ask(large); !large.admitted {
		t.Error("one alone found no room")
	}
	a = admission{budget: 100, most: 2} // whose ports are fewer than the budget
	cheap := []*ticket{{cost: 1}, {cost: 1}, {cost: 1}}
	for _, c := range cheap {
		a.ask(c)
	}
	if a.active != 2 || cheap[2].admitted {
		t.Errorf("%d go on at once, not 2", a.active)
	}
	if a.drop(cheap[0]); !cheap[2].admitted {
		t.Error("the third did not come to its turn")
	}
}

func TestOutbox(t *testing.T) {
	var o outbox
	o.init()
	standing := func(s signaling.StandingState, place int) signaling.Message {
		return signaling.Message{Standing: &signaling.Standing{State: s, Position: place}}
	}
	o.put(standing(signaling.StandingIn, 0))
	for place := 1000; place > 0; place-- {
		o.put(standing(signaling.StandingQueued, place))
	}
	o.put(standing(signaling.StandingAdmitted, 0))
	got, full := o.take(t.Context())
	if full || len(got) != 3 || got[1].Standing.Position != 1 {
		t.Errorf("%d messages, full %v", len(got), full)
	}
	for range maxOutbox + 1 {
		o.put(standing(signaling.StandingIn, 0))
	}
	if _, full := o.take(t.Context()); !full {
		t.Error("an outbox that nobody empties is never full")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.full = false
	if got, _ := o.take(ctx); got != nil {
		t.Errorf("%v after the end", got)
	}
}

func TestNamedAddresses(t *testing.T) {
	own := prefixes("192.168.7.0/24", "fd00:7::/64")
	for a, want := range map[string]bool{
		"8.8.8.8": true, "2600::1": true, "192.168.7.9": true, "fd00:7::9": true,
		"192.168.8.9": false, "10.0.0.1": false, "127.0.0.1": false, "169.254.169.254": false, "0.0.0.0": false, "100.64.0.1": false,
		"240.0.0.1": false, "::1": false, "fe80::1": false, "fd00:8::1": false, "64:ff9b::a00:1": false, "2002:a00:1::1": false,
	} {
		if got := named(netip.MustParseAddr(a), own); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	for name, tt := range map[string]struct {
		change func(*hosting.Config)
		want   string
	}{
		"no address":           {func(c *hosting.Config) { c.Address = netip.Addr{} }, "choose the address"},
		"every address":        {func(c *hosting.Config) { c.Address = netip.IPv4Unspecified() }, "every network"},
		"somebody else's":      {func(c *hosting.Config) { c.Address = netip.MustParseAddr("192.0.2.1") }, "not an address of this computer"},
		"other family":         {func(c *hosting.Config) { c.Public = netip.MustParseAddr("2001:db8::1") }, "other IP version"},
		"guests":               {func(c *hosting.Config) { c.MaxGuests = -1 }, "number of guests"},
		"guests of address":    {func(c *hosting.Config) { c.MaxPerAddress = 1 << 20 }, "from one address"},
		"budget":               {func(c *hosting.Config) { c.Budget = 1 }, "budget"},
		"port":                 {func(c *hosting.Config) { c.TCPPort = 65536 }, "65536"},
		"second port":          {func(c *hosting.Config) { c.AltUDPPort = -3 }, "-3"},
		"the same port twice":  {func(c *hosting.Config) { c.UDPPort, c.AltUDPPort = 5000, 5000 }, "first and the second"},
		"range":                {func(c *hosting.Config) { c.PeerPortMin, c.PeerPortMax = 5000, 4000 }, "5000 to 4000"},
		"small range":          {func(c *hosting.Config) { c.PeerPortMin, c.PeerPortMax = 5000, 5002 }, "5000 to 5002"},
		"announce":             {func(c *hosting.Config) { c.Announce = []string{"http://host/"} }, "announced"},
		"announced port":       {func(c *hosting.Config) { c.Announce = []string{"host:99999"} }, "announced"},
		"too many to announce": {func(c *hosting.Config) { c.Announce = make([]string, 9) }, "9 addresses"},
	} {
		t.Run(name, func(t *testing.T) {
			c := hosting.Config{Address: loopback, UDPPort: hosting.AnyPort, TCPPort: hosting.AnyPort, TLSPort: hosting.AnyPort, Budget: 1000}
			tt.change(&c)
			h, err := Start(t.Context(), c)
			if err == nil {
				_ = h.Close()
			}
			if !errors.Is(err, hosting.ErrConfig) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want ErrConfig with %q", err, tt.want)
			}
		})
	}
}

func TestAnnouncedAddresses(t *testing.T) {
	for in, want := range map[string]string{"host.example": "host.example:5349", "host.example:443": "host.example:443", "192.0.2.1": "192.0.2.1:5349",
		"2001:db8::1": "[2001:db8::1]:5349", "[2001:db8::1]": "[2001:db8::1]:5349", "[2001:db8::1]:443": "[2001:db8::1]:443"} {
		if got, err := hostPort(in, 5349); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
}

func TestBucket(t *testing.T) {
	now := time.Unix(1000, 0)
	b := newBucket(func() time.Time { return now }, messagesPerSecond, messageBurst)
	passed := 0
	for range 100 { // ten seconds at 1000 a second
		for range 100 {
			if b.take(1) {
				passed++
			}
		}
		now = now.Add(100 * time.Millisecond)
	}
	if want := messageBurst + messagesPerSecond*99/10; passed != want {
		t.Errorf("%d messages passed, want %d", passed, want)
	}
}

func TestCost(t *testing.T) {
	for _, tt := range []struct {
		run  signaling.Run
		want float64
	}{
		{signaling.Run{PacketsPerSecond: 200, Kbps: 320}, 200},
		{signaling.Run{PacketsPerSecond: 2, Kbps: 3}, leastCost},
		{signaling.Run{PacketsPerSecond: 100, Kbps: 4800}, 500},
	} {
		if got := cost(tt.run); got != tt.want {
			t.Errorf("%+v costs %v, want %v", tt.run, got, tt.want)
		}
	}
	if l := limitsOf(leastBudget); l.PacketsPerSecond < 2*netcheck.Presets()[0].Loss.Rate {
		t.Errorf("the least budget does not allow the quick preset: %+v", l)
	}
}

func TestBudgetIsMeasured(t *testing.T) {
	got, err := measureBudget(t.Context(), netip.MustParseAddr("127.0.0.1"))
	if err != nil || got < leastBudget || got > mostBudget {
		t.Errorf("%v, %v", got, err)
	}
	t.Logf("budget %.0f packets a second", got)
}
