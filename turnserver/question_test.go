package turnserver

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/stun/v3"
)

// The messages byte by byte, in the manner of RFC 5769.
func TestVectors(t *testing.T) {
	const id = "2112a442" + "b7e7a701bc34d686fa87dfae"
	four, six := offline(frozen(), "192.0.2.1", "192.0.2.2"), offline(frozen(), "2001:db8::1", "2001:db8::2")
	one := offline(frozen(), "192.0.2.1")
	for _, tt := range []struct {
		name          string
		d             *discovery
		from          string
		request, want string
		sender        *spot
		to            uint16
	}{
		{
			name: "the first request of a client", d: four, from: "192.0.2.77:32853",
			request: "00010000" + id,
			want: "01010024" + id +
				"002000080001a147e112a60f" + // XOR-MAPPED-ADDRESS 192.0.2.77:32853, as in RFC 5769, section 2.2 but for the address
				"802b000800010d96c0000201" + // RESPONSE-ORIGIN 192.0.2.1:3478
				"802c000800010d97c0000202", // OTHER-ADDRESS 192.0.2.2:3479
			sender: four.spots[0][0], to: 32853,
		},
		{
			name: "another address and port", d: four, from: "192.0.2.77:32853",
			request: "00010008" + id + "0003000400000006",
			want: "01010024" + id + "002000080001a147e112a60f" +
				"802b000800010d97c0000202" + "802c000800010d97c0000202",
			sender: four.spots[1][1], to: 32853,
		},
		{
			name: "to another port", d: four, from: "192.0.2.77:32853",
			request: "00010008" + id + "0027000280540000",
			want: "01010024" + id + "002000080001a147e112a60f" +
				"802b000800010d96c0000201" + "802c000800010d97c0000202",
			sender: four.spots[0][0], to: 0x8054,
		},
		{
			name: "padded", d: four, from: "192.0.2.77:32853",
			request: "0001002c" + id + "00260028" + strings.Repeat("41", 40),
			want: "0101002c" + id + "002000080001a147e112a60f" +
				"802b000800010d96c0000201" + "802c000800010d97c0000202" + "00260004" + "00000000",
			sender: four.spots[0][0], to: 32853,
		},
		{
			name: "IPv6, where RESPONSE-ORIGIN would make a short answer too long", d: six, from: "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
			request: "00010000" + id,
			want: "01010030" + id +
				"002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9" + // RFC 5769, section 2.3
				"802c001400020d9720010db8000000000000000000000002",
			sender: six.spots[0][0], to: 32853,
		},
		{
			name: "another address, and there is none", d: one, from: "192.0.2.77:32853",
			request: "00010008" + id + "0003000400000004",
			want:    "01110010" + id + "0009000400000414" + "000a000200030000",
			sender:  one.spots[0][0], to: 32853,
		},
		{
			name: "the same, long enough for a reason in words", d: one, from: "192.0.2.77:32853",
			request: "00010030" + id + "0003000400000004" + "00260024" + strings.Repeat("00", 36),
			want:    "01110024" + id + "0009001500000414" + hex.EncodeToString([]byte("Unknown Attribute")) + "000000" + "000a000200030000",
			sender:  one.spots[0][0], to: 32853,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request, err := hex.DecodeString(tt.request)
			if err != nil {
				t.Fatal(err)
			}
			out, taken := tt.d.respond(tt.d.spots[0][0], netip.MustParseAddrPort(tt.from), request, nil)
			if got := hex.EncodeToString(out.p); !taken || got != tt.want {
				t.Errorf("%v\n got %s\nwant %s", taken, got, tt.want)
			}
			if out.sender != tt.sender || out.to != netip.AddrPortFrom(netip.MustParseAddrPort(tt.from).Addr(), tt.to) {
				t.Errorf("from %v to %s", out.sender, out.to)
			}
		})
	}
	request, _ := hex.DecodeString("000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36" +
		"000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf") // RFC 5769, section 2.1
	if q, ok := parseQuestion(request); !ok || q.asks || !q.signed || !q.fingerprint || len(q.unknown) != 1 || q.unknown[0] != 0x0024 {
		t.Errorf("an ICE check: %+v, %v", q, ok)
	}
	if out, taken := four.respond(four.spots[0][0], netip.MustParseAddrPort("192.0.2.77:32853"), request, nil); taken {
		t.Errorf("an ICE check is a question: %x", out.p)
	}
}

// Whatever comes, the answer is a message, goes to the address that asked, is not much longer, and the library reads the same attributes.
func FuzzQuestion(f *testing.F) {
	for _, k := range allRequests() {
		f.Add(stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, k.attrs...)...).Raw, uint8(3))
		f.Add(stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest, padding(90)}, k.attrs...)...).Raw, uint8(4))
	}
	now := frozen()
	f.Fuzz(func(t *testing.T, p []byte, at uint8) {
		if len(p) > maxQuestion {
			return
		}
		from := netip.MustParseAddrPort("198.51.100.7:4000")
		addresses := []string{"192.0.2.1", "192.0.2.2"}
		if at&8 != 0 {
			from, addresses = netip.MustParseAddrPort("[2001:db8:1::7]:4000"), []string{"2001:db8::1", "2001:db8::2"}
		}
		d := offline(now, addresses[:1+at>>2&1]...)
		spot := d.spots[at>>1&1&(at>>2&1)][at&1]
		out, taken := d.respond(spot, from, p, nil)
		if !taken || out.p == nil {
			return
		}
		m := &stun.Message{Raw: out.p}
		if err := m.Decode(); err != nil || m.Type.Method != stun.MethodBinding || m.Type.Class != stun.ClassSuccessResponse && m.Type.Class != stun.ClassErrorResponse {
			t.Fatalf("%x: %v", out.p, err)
		}
		checkOutgoing(t, d, spot, from, p, out, m)
	})
}

func checkOutgoing(t *testing.T, d *discovery, at *spot, from netip.AddrPort, p []byte, out outgoing, m *stun.Message) {
	t.Helper()
	request := &stun.Message{Raw: p}
	if err := request.Decode(); err != nil || request.TransactionID != m.TransactionID {
		t.Fatalf("an answer to what the library does not read: %v", err)
	}
	size := stunHeaderSize + int(request.Length)
	if 5*len(out.p) > 17*size {
		t.Errorf("%d bytes are answered with %d", size, len(out.p))
	}
	if out.to.Addr() != from.Addr() || out.to.Port() < lowestPeerPort || out.to != from && !request.Contains(stun.AttrResponsePort) {
		t.Errorf("an answer to %s", out.to)
	}
	if m.Type.Class == stun.ClassErrorResponse && (out.sender != at || out.to != from) {
		t.Errorf("an error from %v to %s", out.sender, out.to)
	}
	padding, padded := m.Attributes.Get(stun.AttrPadding)
	if asked, _ := request.Attributes.Get(stun.AttrPadding); padded && (padding.Length > asked.Length || len(out.p) > size) {
		t.Errorf("PADDING of %d is answered with %d, %d bytes with %d", asked.Length, padding.Length, size, len(out.p))
	}
	if !d.twoAddresses() && (m.Contains(stun.AttrOtherAddress) || out.sender.address != at.address) {
		t.Error("an answer that tells of a second address")
	}
}
