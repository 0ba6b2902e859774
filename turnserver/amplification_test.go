package turnserver

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// offline is a discovery without sockets, on one address or two.
func offline(now func() time.Time, addresses ...string) *discovery {
	s := &Server{cfg: Config{Now: now}, limiter: newLimiter(requestsPerSec, requestBurst), sightings: newSightings()}
	d := newDiscovery(s)
	for i, address := range addresses {
		for j := range 2 {
			d.spots[i][j] = &spot{d: d, address: i, port: j, told: netip.AddrPortFrom(netip.MustParseAddr(address), uint16(3478+j)), tellsTOS: true, sendsWhole: true}
		}
	}
	s.cfg.Address = d.spots[0][0].told.Addr()
	return d
}

// frozen stands still, so that what is drawn on an account does not come back.
func frozen() func() time.Time {
	now := time.Now()
	return func() time.Time { return now }
}

// oobOf is what the system tells of a datagram; nil if it tells nothing.
func oobOf(t testing.TB, address string) []byte {
	t.Helper()
	a := newAsker(t, address)
	s := newSpot(offline(frozen(), address), a.conn, 0, 0)
	if _, err := a.conn.WriteToUDPAddrPort([]byte("x"), a.addr()); err != nil {
		t.Fatal(err)
	}
	_ = a.conn.SetReadDeadline(time.Now().Add(patience))
	_, oob, _, err := s.read(make([]byte, 100))
	if err != nil {
		t.Fatal(err)
	}
	return oob
}

type kindOfRequest struct {
	name  string
	attrs []stun.Setter
}

// allRequests are all kinds that are answered, without padding.
func allRequests() []kindOfRequest {
	kinds := []kindOfRequest{
		{"plain", nil}, {"CHANGE-REQUEST of nothing", []stun.Setter{change(0)}},
		{"change port", []stun.Setter{change(flagChangePort)}},
		{"change address", []stun.Setter{change(flagChangeIP)}},
		{"change both", []stun.Setter{change(flagChangeIP | flagChangePort)}},
		{"RESPONSE-PORT", []stun.Setter{responsePort(4000)}},
		{"RESPONSE-PORT, change both", []stun.Setter{responsePort(4000), change(flagChangeIP | flagChangePort)}},
		{"PADDING of nothing", []stun.Setter{padding(0)}},
		{"TOS", []stun.Setter{askTOS}},
		{"TOS, RESPONSE-PORT", []stun.Setter{askTOS, responsePort(4000)}},
		{"a system port", []stun.Setter{responsePort(25)}},
		{"malformed", []stun.Setter{stun.RawAttribute{Type: stun.AttrChangeRequest}}},
		{"RESPONSE-PORT with PADDING", []stun.Setter{responsePort(4000), padding(0)}},
		{"unknown", []stun.Setter{padding(0), stun.RawAttribute{Type: 0x7001}}},
	}
	for _, k := range kinds {
		kinds = append(kinds, kindOfRequest{k.name + ", FINGERPRINT", append(k.attrs[:len(k.attrs):len(k.attrs)], stun.Fingerprint)})
	}
	return kinds
}

// No answer is longer than its request but within the tight limit, and then by no more than what a server without all this does: 3.4.
func TestAmplification(t *testing.T) {
	for _, addresses := range [][]string{{"192.0.2.1"}, {"192.0.2.1", "192.0.2.2"}, {"2001:db8::1"}, {"2001:db8::1", "2001:db8::2"}} {
		loopback, client := "127.0.0.1", netip.MustParseAddrPort("198.51.100.7:4000")
		if strings.Contains(addresses[0], ":") {
			loopback, client = "::1", netip.MustParseAddrPort("[2001:db8:1::7]:4000")
		}
		t.Run(strings.Join(addresses, " "), func(t *testing.T) {
			requireAddress(t, loopback)
			oob, worst := oobOf(t, loopback), 0.0
			for _, k := range allRequests() {
				for _, pad := range []int{0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64, 72, 80, 88, 96, 108, 120, 200, 764, 1540} {
					worst = max(worst, amplification(t, k, pad, client, offline(frozen(), addresses...), oob))
				}
			}
			t.Logf("at most %.2f times as long", worst)
		})
	}
}

// amplification asks within the limit and beyond it, and gives how many times as long as the request the answer within it is.
func amplification(t *testing.T, k kindOfRequest, pad int, from netip.AddrPort, d *discovery, oob []byte) float64 {
	t.Helper()
	attrs := k.attrs
	if pad > 0 { // by an attribute that goes with all of them
		attrs = append([]stun.Setter{stun.NewSoftware(strings.Repeat(" ", min(pad, 763)))}, attrs...)
	}
	if pad > 763 {
		attrs = append([]stun.Setter{padding(pad - 763)}, attrs...)
	}
	request := stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, attrs...)...).Raw
	within, taken := d.respond(d.spots[0][0], from, request, oob)
	if !taken {
		return 0 // left to the library or to the second port
	}
	for range shortBurst {
		d.allowShort(from)
	}
	beyond, _ := d.respond(d.spots[0][0], from, request, oob)
	if 5*len(within.p) > 17*len(request) {
		t.Errorf("%s: %d bytes are answered with %d", k.name, len(request), len(within.p))
	}
	if pad >= 108 && len(within.p) > len(request) {
		t.Errorf("%s, padded: %d bytes are answered with %d", k.name, len(request), len(within.p))
	}
	if most := max(len(request), len(plainAnswer(request, from))); len(beyond.p) > most {
		t.Errorf("%s, beyond the limit: %d bytes are answered with %d", k.name, len(request), len(beyond.p))
	}
	return float64(len(within.p)) / float64(len(request))
}

// The same seen from outside, and with what limits it: beyond the limit a client hears that it is one, and other clients go on.
func TestShortRequestsAreLimited(t *testing.T) {
	requireTwoAddresses(t)
	cfg := twoAddresses
	cfg.Now = frozen()
	s := start(t, cfg)
	a, b := newAsker(t, "127.0.0.1"), newAsker(t, "127.0.0.3")
	for range shortBurst {
		if r := a.ask(s.UDPAddr(), change(flagChangePort)); r.code() != 0 || r.from != s.AltUDPAddr() {
			t.Fatalf("error %d from %s", r.code(), r.from)
		}
	}
	for range 3 {
		if r := a.ask(s.UDPAddr(), change(flagChangePort)); r.code() != 500 || r.from != s.UDPAddr() || r.size != 28 {
			t.Errorf("beyond the limit: error %d from %s, %d bytes", r.code(), r.from, r.size)
		}
		if r := a.ask(s.UDPAddr(), responsePort(int(b.addr().Port())), stun.NewSoftware(string(make([]byte, 200)))); r.code() != 500 {
			t.Errorf("beyond the limit, to another port: error %d", r.code())
		}
		if r := a.ask(s.UDPAddr()); r.size != 40 || r.mapped() != a.addr() {
			t.Errorf("beyond the limit, a plain request: %s", r.Message)
		}
		if r := a.ask(s.UDPAddr(), change(flagChangePort), padding(100)); r.code() != 0 || r.from != s.AltUDPAddr() || r.size > r.sent {
			t.Errorf("beyond the limit, padded: error %d from %s", r.code(), r.from)
		}
		if r := b.ask(s.UDPAddr(), change(flagChangePort)); r.code() != 0 {
			t.Errorf("another client: error %d", r.code())
		}
	}
}

// All sockets draw on the one account of a source that there has always been.
func TestQuestionsAreRateLimited(t *testing.T) {
	requireTwoAddresses(t)
	cfg := twoAddresses
	cfg.Now = frozen()
	s := start(t, cfg)
	a, b := newAsker(t, "127.0.0.1"), newAsker(t, "127.0.0.3")
	all := spotsOf(s)
	for i := range requestBurst {
		a.ask(all[i&1][i>>1&1], change(0), padding(100))
	}
	for i := range 4 {
		a.send(all[i&1][i>>1], change(0), padding(100))
	}
	for i := range 4 {
		b.ask(all[i&1][i>>1], change(0), padding(100)) // behind what was dropped
	}
	if got := s.Totals(); got.RateLimited != 4 || got.NATAnswered != requestBurst+4 {
		t.Errorf("%+v", got)
	}
}
