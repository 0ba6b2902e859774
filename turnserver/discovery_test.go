package turnserver

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// The table of RFC 5780, section 6.1, for each of the four sockets, from clients that pad and from those that do not.
func TestChangeRequest(t *testing.T) {
	requireTwoAddresses(t)
	clock := new(fakeClock)
	cfg := twoAddresses
	cfg.Now = clock.now
	s := start(t, cfg)
	all := spotsOf(s)
	if all[0][0] != s.UDPAddr() || all[0][1] != s.AltUDPAddr() || all[1][1] != s.OtherAddr() || all[1][0].Port() != all[0][0].Port() || all[1][1].Port() != all[0][1].Port() {
		t.Fatalf("sockets %v, the server says %s, %s and %s", all, s.UDPAddr(), s.AltUDPAddr(), s.OtherAddr())
	}
	a := newAsker(t, "127.0.0.1")
	for i := range 2 {
		for j := range 2 {
			for _, flags := range []byte{0, flagChangePort, flagChangeIP, flagChangePort | flagChangeIP} {
				for _, more := range [][]stun.Setter{nil, {padding(100)}, {stun.NewSoftware(string(make([]byte, 100)))}} {
					clock.advance(time.Second) // other tests are about the limit
					r := a.ask(all[i][j], append([]stun.Setter{change(flags)}, more...)...)
					from := all[i^int(flags>>2&1)][j^int(flags>>1&1)]
					if r.Type != stun.BindingSuccess || r.mapped() != a.addr() || r.from != from || r.origin() != from || r.other() != all[1-i][1-j] {
						t.Errorf("%s, flags %#x: %s sees %s, says it is %s, and the other %s; want it from %s, the other %s",
							all[i][j], flags, r.from, r.mapped(), r.origin(), r.other(), from, all[1-i][1-j])
					}
				}
			}
		}
	}
	if got := s.Totals(); got.NATAnswered != 4*4*3 || got.NATRefused != 0 {
		t.Errorf("%+v", got)
	}
}

// A request without any attribute is one that a client begins with, and it learns of the other address from the answer.
func TestPlainRequestToTwoAddresses(t *testing.T) {
	requireTwoAddresses(t)
	s := start(t, twoAddresses)
	var first *asker
	all := spotsOf(s)
	for i := range 2 {
		for j := range 2 {
			a := newAsker(t, "127.0.0.1")
			if all[i][j] == s.UDPAddr() {
				first = a
			}
			if r := a.ask(all[i][j]); r.from != all[i][j] || r.mapped() != a.addr() || r.origin() != all[i][j] || r.other() != all[1-i][1-j] {
				t.Errorf("%s sees %s, says it is %s, and the other %s", r.from, r.mapped(), r.origin(), r.other())
			}
		}
	}
	if got := s.Totals(); got.NATAnswered != 0 {
		t.Errorf("plain requests count as questions: %+v", got)
	}
	s.mu.RLock()
	seen := s.sightings.of(first.addr().Addr(), time.Now())
	s.mu.RUnlock()
	if !slices.Equal(seen, []netip.AddrPort{first.addr()}) {
		t.Errorf("noted are %v, want %s, which asked the first port", seen, first.addr())
	}
}

// With one address a server says nothing of another, and does not answer for it from the one it has.
func TestOneAddress(t *testing.T) {
	s := start(t, oneAddress)
	a := newAsker(t, "127.0.0.1")
	ports := []netip.AddrPort{s.UDPAddr(), s.AltUDPAddr()}
	for i, asked := range ports {
		for _, flags := range []byte{flagChangeIP, flagChangeIP | flagChangePort} {
			for _, pad := range []int{0, 100} {
				r := a.ask(asked, change(flags), padding(pad))
				var unknown stun.UnknownAttributes
				if err := unknown.GetFrom(r.Message); err != nil || r.code() != 420 || r.from != asked || !slices.Equal(unknown, []stun.AttrType{stun.AttrChangeRequest}) {
					t.Errorf("flags %#x: %d, %v, %v from %s", flags, r.code(), unknown, err, r.from)
				}
			}
		}
		if r := a.ask(asked, change(flagChangePort)); r.from != ports[1-i] || r.origin() != ports[1-i] || r.mapped() != a.addr() || r.Contains(stun.AttrOtherAddress) {
			t.Errorf("another port: %s, from %s", r.Message, r.from)
		}
		if r := a.ask(asked, padding(100)); r.from != asked || r.origin() != asked || r.Contains(stun.AttrOtherAddress) {
			t.Errorf("padded: %s, from %s", r.Message, r.from)
		}
		if r := a.ask(asked); r.size != 40 || r.mapped() != a.addr() || len(r.Attributes) != 2 || stun.Fingerprint.Check(r.Message) != nil {
			t.Errorf("a plain request is not answered as ever: %s", r.Message)
		}
	}
	if s.OtherAddr().IsValid() {
		t.Errorf("an other address: %s", s.OtherAddr())
	}
	if got := s.Totals(); got.NATAnswered != 4 || got.NATRefused != 8 {
		t.Errorf("%+v", got)
	}
}

func TestOnePort(t *testing.T) {
	s := start(t, Config{NATDiscovery: true})
	a := newAsker(t, "127.0.0.1")
	for flags, want := range map[byte]int{0: 0, flagChangePort: 420, flagChangeIP: 420} {
		if r := a.ask(s.UDPAddr(), change(flags)); r.code() != want || r.from != s.UDPAddr() {
			t.Errorf("flags %#x: error %d from %s, want %d", flags, r.code(), r.from, want)
		}
	}
}

// Without NATDiscovery nothing of it is answered, and questions are passed over as ever.
func TestDiscoveryOff(t *testing.T) {
	s := start(t, Config{AltUDPPort: PortAny})
	a := newAsker(t, "127.0.0.1")
	for _, asked := range []netip.AddrPort{s.UDPAddr(), s.AltUDPAddr()} {
		r := a.ask(asked, change(flagChangeIP|flagChangePort), responsePort(4000), padding(200), askTOS, stun.RawAttribute{Type: 0x7001})
		if r.from != asked || r.size != 40 || r.mapped() != a.addr() {
			t.Errorf("%s from %s", r.Message, r.from)
		}
	}
	if got := s.Totals(); got.NATAnswered != 0 || got.NATRefused != 0 {
		t.Errorf("%+v", got)
	}
}
