package turnserver

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/pion/stun/v3"
)

func TestResponsePort(t *testing.T) {
	requireTwoAddresses(t)
	s := start(t, twoAddresses)
	a, b := newAsker(t, "127.0.0.1"), newAsker(t, "127.0.0.1")
	port := int(b.addr().Port())
	long := responsePort(port)
	long.Value = append(long.Value, 0, 0)
	all := spotsOf(s)
	for i, attrs := range [][]stun.Setter{
		{responsePort(port)}, {long}, {responsePort(port), stun.NewSoftware(string(make([]byte, 100)))}, {responsePort(port), change(flagChangeIP)},
	} {
		m := a.send(s.UDPAddr(), attrs...)
		r := b.receive()
		from := s.UDPAddr()
		if i == 3 {
			from = all[1][0]
		}
		if r.TransactionID != m.TransactionID || r.mapped() != a.addr() || r.from != from || r.origin() != from {
			t.Errorf("%d: %s sees %s, want %s: %s", i, r.from, r.mapped(), a.addr(), r.Message)
		}
	}
	for name, tt := range map[string]struct {
		attrs []stun.Setter
		want  int
	}{
		"a system port":     {[]stun.Setter{responsePort(1023)}, 403},
		"no port":           {[]stun.Setter{responsePort(0)}, 403},
		"with padding":      {[]stun.Setter{responsePort(port), padding(200)}, 400},
		"with none to pad":  {[]stun.Setter{padding(0), responsePort(port)}, 400},
		"empty":             {[]stun.Setter{stun.RawAttribute{Type: stun.AttrResponsePort}}, 400},
		"too long":          {[]stun.Setter{stun.RawAttribute{Type: stun.AttrResponsePort, Value: make([]byte, 8)}}, 400},
		"the second counts": {[]stun.Setter{responsePort(80), responsePort(port)}, 403},
	} {
		if r := a.ask(s.UDPAddr(), tt.attrs...); r.code() != tt.want { // to the port that asked
			t.Errorf("%s: error %d, want %d", name, r.code(), tt.want)
		}
	}
}

// The answer to a padded request is as long as that one, with zeroes in place of what it was padded with.
func TestPadding(t *testing.T) {
	requireTwoAddresses(t)
	s := start(t, twoAddresses)
	a := newAsker(t, "127.0.0.1")
	for _, pad := range []int{0, 1, 35, 36, 37, 40, 41, 100, 524, 1200, 1448, 1452, 1500, 1568} {
		for _, to := range []netip.AddrPort{s.UDPAddr(), s.OtherAddr()} {
			r := a.ask(to, padding(pad), askTOS)
			value, err := r.Get(stun.AttrPadding)
			want := s.discovery.spots[0][0].sendsWhole || pad > 1448
			switch {
			case r.code() != 0 || pad <= 36 != (err != nil) && want:
				t.Errorf("%d bytes: %s", pad, r.Message)
			case pad > 36 && want && (r.size != r.sent || len(value) > pad || slices.ContainsFunc(value, func(b byte) bool { return b != 0 })):
				t.Errorf("%d bytes of padding and %d in all are answered with %d and %d", pad, r.sent, len(value), r.size)
			case !want && err == nil:
				t.Errorf("%d bytes: padded, although it may be cut", pad)
			}
		}
	}
	if r := a.ask(s.UDPAddr(), padding(64), stun.NewSoftware(string(make([]byte, 300)))); r.size > r.sent || r.Contains(stun.AttrPadding) && r.size > 20+3*12+4+64 {
		t.Errorf("64 bytes of padding: an answer of %d", r.size)
	}
}

func TestUnknownAttributes(t *testing.T) {
	s := start(t, oneAddress)
	a := newAsker(t, "127.0.0.1")
	odd := func(kind stun.AttrType) stun.RawAttribute { return stun.RawAttribute{Type: kind, Value: []byte("?")} }
	for _, asked := range []netip.AddrPort{s.UDPAddr(), s.AltUDPAddr()} {
		r := a.ask(asked, odd(0x7001), padding(0), odd(0x9001), odd(0x0024), odd(0x7001))
		var unknown stun.UnknownAttributes
		if err := unknown.GetFrom(r.Message); err != nil || r.code() != 420 || !slices.Equal(unknown, []stun.AttrType{0x7001, 0x0024}) {
			t.Errorf("%d, %v, %v", r.code(), unknown, err)
		}
		var many []stun.Setter
		for i := range 20 {
			many = append(many, odd(stun.AttrType(0x7000+i)))
		}
		if r = a.ask(asked, append(many, padding(0))...); unknown.GetFrom(r.Message) != nil || len(unknown) != maxUnknown {
			t.Errorf("%d listed", len(unknown))
		}
		if r = a.ask(asked, odd(0x7001)); r.code() != 0 || r.size != 40 {
			t.Errorf("a plain request with an unknown attribute is not answered as ever: %s", r.Message)
		}
		if r = a.ask(asked, stun.RawAttribute{Type: stun.AttrChangeRequest, Value: make([]byte, 8)}); r.code() != 400 {
			t.Errorf("CHANGE-REQUEST of 8 bytes: error %d", r.code())
		}
	}
}

// Of attributes of one kind the first counts, and nothing does behind a signature (RFC 8489, sections 14 and 14.5).
func TestWhichAttributesCount(t *testing.T) {
	signature := stun.RawAttribute{Type: stun.AttrMessageIntegrity, Value: make([]byte, 20)}
	for name, tt := range map[string]struct {
		attrs []stun.Setter
		want  question
	}{
		"twice CHANGE-REQUEST":    {[]stun.Setter{change(flagChangePort), change(flagChangeIP)}, question{asks: true, changes: true, changePort: true}},
		"malformed after that":    {[]stun.Setter{change(0), stun.RawAttribute{Type: stun.AttrChangeRequest}}, question{asks: true, changes: true}},
		"twice RESPONSE-PORT":     {[]stun.Setter{responsePort(4000), responsePort(5000)}, question{asks: true, toOtherPort: true, responsePort: 4000}},
		"twice PADDING":           {[]stun.Setter{padding(3), padding(30)}, question{asks: true, padded: true, padding: 3}},
		"behind the signature":    {[]stun.Setter{signature, change(flagChangeIP), padding(9), askTOS, stun.RawAttribute{Type: 0x7001}}, question{signed: true}},
		"FINGERPRINT behind that": {[]stun.Setter{askTOS, signature, stun.Fingerprint}, question{asks: true, tos: true, signed: true, fingerprint: true}},
	} {
		p := stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, tt.attrs...)...).Raw
		tt.want.size = len(p)
		if got, ok := parseQuestion(p); !ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, ok, tt.want)
		}
	}
}
