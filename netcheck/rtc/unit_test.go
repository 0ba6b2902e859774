package rtc

import (
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"github.com/pion/stun/v3"
)

func TestSplitSDP(t *testing.T) {
	sdp := plainOffer + "a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n" +
		"a=candidate:2 1 udp 1694498815 198.51.100.1 5001 typ srflx raddr 192.0.2.1 rport 5000\r\na=end-of-candidates\r\n"
	rest, candidates, err := splitDescription(sdp)
	if err != nil || rest != plainOffer+"a=end-of-candidates\r\n" || len(candidates) != 2 || !strings.HasSuffix(candidates[0], "typ host") {
		t.Errorf("got %q and %q, %v", rest, candidates, err)
	}
	media := "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + strings.Repeat("a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n", 100)
	if rest, many, err := splitDescription(sdp + media); err != nil || len(many) != maxRemoteCandidates || strings.Contains(rest, "=candidate") {
		t.Errorf("%d candidates", len(many))
	}
}

func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		load netcheck.Load
		want uint32
	}{
		{netcheck.Load{}, minWindow},
		{netcheck.Load{PacketsPerSecond: 100, PacketSize: 200}, minWindow},
		{netcheck.Load{PacketsPerSecond: 2000, PacketSize: 200}, 800_000},
		{netcheck.Load{PacketsPerSecond: 1e9, PacketSize: 1150}, maxWindow},
	} {
		if got := window(tt.load); got != tt.want {
			t.Errorf("%+v: %d, want %d", tt.load, got, tt.want)
		}
	}
}

func TestProve(t *testing.T) {
	pair := func(typ, relay string, tls bool) netcheck.CandidatePair {
		p := netcheck.CandidatePair{Local: netcheck.Candidate{Type: typ, RelayProtocol: relay}, Remote: netcheck.Candidate{Type: "prflx"}}
		if tls {
			p.Local.TLS = &netcheck.TLSEvidence{Version: "1.3"}
		}
		return p
	}
	for _, tt := range []struct {
		path       netcheck.Path
		local, far netcheck.CandidatePair
		ok         bool
	}{
		{netcheck.PathDirect, pair("host", "", false), pair("host", "", false), true},
		{netcheck.PathDirect, pair("host", "", false), pair("srflx", "", false), false},
		{netcheck.PathSTUN, pair("srflx", "", false), pair("srflx", "", false), true},
		{netcheck.PathSTUN, pair("prflx", "", false), pair("srflx", "", false), false},
		{netcheck.PathRelayUDP, pair("relay", "udp", false), pair("relay", "udp", false), true},
		{netcheck.PathRelayUDP, pair("relay", "tcp", false), pair("relay", "udp", false), false},
		{netcheck.PathRelayTCP, pair("relay", "tcp", false), pair("relay", "tcp", false), true},
		{netcheck.PathRelayTCP, pair("relay", "tcp", true), pair("relay", "tcp", false), false},
		{netcheck.PathRelayTLS, pair("relay", "tls", true), pair("relay", "tls", true), true},
		{netcheck.PathRelayTLS, pair("relay", "tls", true), pair("relay", "tls", false), false},
		{netcheck.PathRelayTLS, pair("host", "", false), pair("relay", "tls", true), false},
	} {
		f := prove(tt.path, tt.local, tt.far)
		if (f == nil) != tt.ok || f != nil && f.Code != netcheck.ReasonNoProof {
			t.Errorf("%s %+v %+v: %v", tt.path, tt.local, tt.far, f)
		}
	}
}

func TestTurnWatch(t *testing.T) {
	answer := func(kind stun.MessageType, more ...stun.Setter) []byte {
		m, err := stun.Build(append([]stun.Setter{stun.TransactionID, kind}, more...)...)
		must(t, err)
		return m.Raw
	}
	allocError := stun.NewType(stun.MethodAllocate, stun.ClassErrorResponse)
	var w turnWatch
	ask := func(more ...stun.Setter) stun.Setter {
		m, err := stun.Build(append([]stun.Setter{stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest)}, more...)...)
		must(t, err)
		w.sent(m.Raw)
		return stun.NewTransactionIDSetter(m.TransactionID)
	}
	w.see(nil)
	w.see([]byte{0x40, 0, 0, 0})                  // channel data
	w.see(answer(allocError, stun.CodeForbidden)) // to nothing that was asked
	bare := ask()
	signed := ask(stun.NewShortTermIntegrity("x"))
	for range 3 { // the first request was repeated
		w.see(answer(allocError, stun.CodeUnauthorized, bare))
	}
	if code, _ := w.refusal(); code != 0 || w.refused.up() {
		t.Errorf("the challenge counts as refusal %d", code)
	}
	w.see(answer(allocError, stun.CodeStaleNonce, signed))
	if w.refused.up() {
		t.Error("a stale nonce is final")
	}
	w.see(answer(allocError, stun.CodeAllocQuotaReached, signed))
	if code, _ := w.refusal(); code != 486 || !w.refused.up() {
		t.Errorf("refusal %d", code)
	}
	w = turnWatch{}
	w.see(answer(allocError, stun.CodeUnauthorized, ask(stun.NewShortTermIntegrity("x"))))
	if code, _ := w.refusal(); code != 401 || !w.refused.up() {
		t.Errorf("a wrong password is told as %d", code)
	}
	w = turnWatch{}
	w.see(answer(stun.NewType(stun.MethodAllocate, stun.ClassSuccessResponse),
		&stun.XORMappedAddress{IP: net.IPv4(192, 0, 2, 9), Port: 77}))
	if w.mappedAddress() != netip.MustParseAddrPort("192.0.2.9:77") {
		t.Errorf("mapped address %v", w.mappedAddress())
	}
	w.see(answer(stun.NewType(stun.MethodCreatePermission, stun.ClassErrorResponse), stun.CodeForbidden))
	if code, _ := w.peerRefusal(); code != 403 || !w.barred.up() {
		t.Errorf("peer refusal %d", code)
	}
	for n := range 60 { // whatever comes cut off is left alone
		w.see(answer(allocError, stun.CodeForbidden)[:min(n, 24)])
	}
}

func TestKernelDrops(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the drops of a socket")
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	defer conn.Close()
	must(t, conn.SetReadBuffer(4096))
	if n, ok := kernelDrops(conn); n != 0 || !ok {
		t.Fatalf("%d drops of a new socket, known: %v", n, ok)
	}
	out, err := net.Dial("udp4", conn.LocalAddr().String())
	must(t, err)
	defer out.Close()
	const sent = 200
	for range sent {
		_, err := out.Write(make([]byte, 1000))
		must(t, err)
	}
	var got uint64
	for buf := make([]byte, 2000); ; got++ {
		must(t, conn.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		if _, err := conn.Read(buf); err != nil {
			break
		}
	}
	if n, _ := kernelDrops(conn); n != sent-got {
		t.Errorf("%d drops, but %d of %d came", n, got, sent)
	}
}

func TestTalkIsChecked(t *testing.T) {
	good := netcheck.Candidate{Type: "host", Protocol: "udp", Address: netip.MustParseAddrPort("192.0.2.1:5")}
	bad := good
	bad.Type = "<b>host</b>"
	for _, tt := range []struct {
		pair *netcheck.CandidatePair
		ok   bool
	}{{&netcheck.CandidatePair{Local: good, Remote: good}, true}, {&netcheck.CandidatePair{Local: good, Remote: bad}, false},
		{&netcheck.CandidatePair{}, false}, {nil, false}} {
		if _, err := (note{Pair: tt.pair}).checked(); (err == nil) != tt.ok {
			t.Errorf("%+v: %v", tt.pair, err)
		}
	}
}
