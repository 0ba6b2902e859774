package rtc

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/stun/v3"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// script is a socket that reads what it was given, and keeps what is written.
type script struct {
	transport.UDPConn
	in   []scripted
	sent [][]byte
}

type scripted struct {
	b    []byte
	from *net.UDPAddr
}

func (s *script) WriteTo(b []byte, _ net.Addr) (int, error) {
	s.sent = append(s.sent, append([]byte(nil), b...))
	return len(b), nil
}

func (s *script) ReadFrom(b []byte) (int, net.Addr, error) {
	if len(s.in) == 0 {
		return 0, nil, net.ErrClosed
	}
	p := s.in[0]
	s.in = s.in[1:]
	return copy(b, p.b), p.from, nil
}

func (s *script) last(t *testing.T) *stun.Message {
	t.Helper()
	m := &stun.Message{Raw: s.sent[len(s.sent)-1]}
	must(t, m.Decode())
	return m
}

func built(t *testing.T, setters ...stun.Setter) []byte {
	t.Helper()
	m, err := stun.Build(setters...)
	must(t, err)
	return m.Raw
}

var serverAddr, strangerAddr = udpAddr("192.0.2.1:3478"), udpAddr("192.0.2.2:3478")

func udpAddr(s string) *net.UDPAddr { return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

// mappedBy is a server's answer to a request.
func mappedBy(t *testing.T, request *stun.Message, to string) []byte {
	t.Helper()
	a := udpAddr(to)
	return built(t, stun.NewTransactionIDSetter(request.TransactionID), stun.BindingSuccess, &stun.XORMappedAddress{IP: a.IP, Port: a.Port})
}

// The answers to a socket's own requests do not come out of it, and all else does.
func TestKeptConnOverhears(t *testing.T) {
	s := &script{}
	k := keep(s)
	if k.beat(); len(s.sent) != 0 {
		t.Fatal("a server was asked before there was one")
	}
	_, err := k.WriteTo(built(t, stun.TransactionID, stun.BindingRequest), serverAddr)
	must(t, err)
	pions := s.last(t)
	k.beat()
	own := s.last(t)
	if own.Type != stun.BindingRequest || len(own.Attributes) != 0 || own.TransactionID == pions.TransactionID {
		t.Fatalf("asked with %v", own)
	}
	first := mappedBy(t, pions, "203.0.113.1:1000")
	s.in = []scripted{
		{first, serverAddr},
		{mappedBy(t, own, "203.0.113.1:1000"), serverAddr},
		{mappedBy(t, own, "203.0.113.9:9"), strangerAddr}, // not from whom it was asked
		{built(t, stun.NewTransactionIDSetter(own.TransactionID), stun.BindingError, stun.CodeUnauthorized), serverAddr},
		{[]byte("short"), serverAddr},
		{own.Raw, serverAddr}, // no answer, but its own request
	}
	var out []int
	b := make([]byte, datagramBuffer)
	for left := len(s.in); ; left = len(s.in) {
		if _, _, err := k.ReadFrom(b); err != nil {
			break
		}
		out = append(out, left)
	}
	if want := []int{6, 5, 3, 1}; len(out) != 4 || out[0] != want[0] || out[1] != want[1] || out[2] != want[2] || out[3] != want[3] {
		t.Errorf("reads began with %v left, want %v", out, want)
	}
	if k.moved {
		t.Error("the same address, or a stranger's word, counts as another address")
	}
	s.in = []scripted{{mappedBy(t, own, "203.0.113.1:1001"), serverAddr}}
	if _, _, err := k.ReadFrom(b); err == nil || !k.moved {
		t.Errorf("another port went unseen, %v", err)
	}
}

// A host candidate's socket begins with a check of the other end, which is no server; a TURN client's with its allocation.
func TestKeptConnKnowsItsServer(t *testing.T) {
	for name, tt := range map[string]struct {
		first []byte
		asks  bool
	}{
		"binding":  {built(t, stun.TransactionID, stun.BindingRequest), true},
		"allocate": {built(t, stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest)), true},
		"check":    {built(t, stun.TransactionID, stun.BindingRequest, stun.NewUsername("a:b")), false},
		"answer":   {built(t, stun.TransactionID, stun.BindingSuccess), false},
		"data":     {[]byte("something else altogether"), false},
	} {
		s := &script{}
		k := keep(s)
		_, err := k.WriteTo(tt.first, serverAddr)
		must(t, err)
		_, err = k.WriteTo(built(t, stun.TransactionID, stun.BindingRequest), strangerAddr)
		must(t, err)
		k.beat()
		if asked := len(s.sent) == 3; asked != tt.asks || k.relays != (name == "allocate") {
			t.Errorf("%s: asks a server: %t", name, asked)
		}
	}
}

func TestPastedAdvice(t *testing.T) {
	with := func(typ webrtc.ICECandidateType, at string) pastedDescription {
		return pastedDescription{candidates: []remoteCandidate{{typ: typ, addr: netip.MustParseAddrPort(at)}}}
	}
	inside, public := with(webrtc.ICECandidateTypeHost, "192.168.1.2:1"), with(webrtc.ICECandidateTypeHost, "203.0.113.1:1")
	reflexive, relayed := with(webrtc.ICECandidateTypeSrflx, "203.0.113.1:1"), with(webrtc.ICECandidateTypeRelay, "203.0.113.2:1")
	for name, tt := range map[string]struct {
		e            apartEvidence
		text, advice string
	}{
		"nobody asked":       {apartEvidence{own: inside, other: reflexive}, "in 20 s", "asked no STUN server"},
		"nobody answered":    {apartEvidence{asked: 1, own: inside, other: reflexive}, "in 20 s", "answered this computer"},
		"the other is alone": {apartEvidence{asked: 1, own: reflexive, other: inside}, "in 20 s", "other computer's text names only"},
		"strict routers":     {apartEvidence{asked: 1, own: reflexive, other: public}, "in 20 s", "name a TURN server"},
		"with a relay":       {apartEvidence{asked: 1, own: relayed, other: reflexive}, "in 20 s", "Even the way over a TURN server"},
		"another address":    {apartEvidence{asked: 1, own: reflexive, other: reflexive, rebound: true}, "in 20 s", "another outside address"},
		"one way":            {apartEvidence{asked: 1, own: reflexive, other: reflexive, heard: true}, "packets of the other computer came", "TURN"},
		"the invited end":    {apartEvidence{answers: true, asked: 1, own: reflexive, other: reflexive}, "in 10 minutes", "TURN"},
	} {
		f := tt.e.failure()
		if f.Code != netcheck.ReasonNoPair || !strings.Contains(f.Text, tt.text) || !strings.Contains(f.Advice, tt.advice) ||
			!strings.Contains(strings.ToLower(f.Advice), "new invite") {
			t.Errorf("%s: %s %s", name, f.Text, f.Advice)
		}
	}
}
