package wire

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func rules(t *testing.T, texts ...string) []Rule {
	t.Helper()
	var all []Rule
	for _, text := range texts {
		var r Rule
		if err := r.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestFirewall(t *testing.T) {
	fragment := udp(100, 1, 2)
	fragment[7] = 1
	tests := []struct {
		name     string
		firewall Firewall
		packet   []byte
		want     Fate
	}{
		{"no rules", Firewall{}, udp(100, 1, 2), Passed},
		{"UDP dropped", Firewall{UDP: Drop}, udp(100, 1, 2), Blocked},
		{"UDP rejected", Firewall{UDP: Reject}, udp(100, 1, 2), Rejected},
		{"UDP dropped, TCP", Firewall{UDP: Drop}, tcp(1, 443), Passed},
		{"allowed", Firewall{Allow: rules(t, "tcp 443")}, tcp(1, 443), Passed},
		{"its answer", Firewall{Allow: rules(t, "tcp 443")}, tcp(443, 1), Passed},
		{"only to", Firewall{Allow: rules(t, "tcp to 443")}, tcp(443, 1), Blocked},
		{"only from", Firewall{Allow: rules(t, "tcp from 443")}, tcp(443, 1), Passed},
		{"another protocol", Firewall{Allow: rules(t, "tcp 443")}, udp(100, 1, 443), Blocked},
		{"rejected for want of a rule", Firewall{UDP: Reject, Allow: rules(t, "udp 3478")}, udp(100, 1, 443), Rejected},
		{"allowed though UDP is dropped", Firewall{UDP: Drop, Allow: rules(t, "udp 3478-3480")}, udp(100, 1, 3480), Passed},
		{"beyond the range", Firewall{UDP: Drop, Allow: rules(t, "udp 3478-3480")}, udp(100, 1, 3481), Blocked},
		{"a fragment by its protocol", Firewall{UDP: Drop, Allow: rules(t, "udp 3478")}, fragment, Passed},
		{"no IP", Firewall{UDP: Drop}, []byte{1, 2, 3}, Passed},
	}
	for _, tt := range tests {
		p := pipe(t, Config{Firewall: tt.firewall})
		answer := p.Take(0, tt.packet)
		if got := p.Records()[0].Fate; got != tt.want || (answer != nil) != (tt.want == Rejected) {
			t.Errorf("%s: %s, answer of %d bytes; want %s", tt.name, got, len(answer), tt.want)
		}
	}
}

func TestRuleRefuses(t *testing.T) {
	for _, text := range []string{"", "udp", "sctp 1", "udp 0", "udp 65536", "udp 9-3", "udp via 3", "udp to", "udp to 3 4", "udp 3-"} {
		if err := new(Rule).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestTheAnswerOfAFirewall(t *testing.T) {
	packet := udp(700, 5, 6)
	a := pipe(t, Config{Firewall: Firewall{UDP: Reject}}).Take(0, packet)
	p, err := Parse(a)
	if err != nil || p.Protocol != ICMP || len(a) != 576 || a[20] != 3 || a[21] != 13 {
		t.Fatalf("%v, %+v: % x", err, p, a[:28])
	}
	if !bytes.Equal(a[12:16], packet[16:20]) || !bytes.Equal(a[16:20], packet[12:16]) || !bytes.Equal(a[28:], packet[:548]) {
		t.Error("it is not from where the packet was to go, or does not quote it")
	}
	if checksum(0, a[:20]) != 0 || checksum(0, a[20:]) != 0 {
		t.Error("its checksums are wrong")
	}
}

func TestTheAnswerOfAFirewallOfIPv6(t *testing.T) {
	packet := make([]byte, 40+8+10)
	packet[0], packet[6] = 0x60, UDP
	binary.BigEndian.PutUint16(packet[4:], 18)
	packet[8], packet[24] = 0x20, 0xfd
	a := pipe(t, Config{Firewall: Firewall{UDP: Reject}}).Take(0, packet)
	p, err := Parse(a)
	if err != nil || p.Protocol != ICMPv6 || a[40] != 1 || a[41] != 1 || a[8] != 0xfd || a[24] != 0x20 || !bytes.Equal(a[48:], packet) {
		t.Fatalf("%v, %+v: % x", err, p, a)
	}
	pseudo := append(append([]byte(nil), a[8:40]...), 0, 0, 0, byte(len(a)-40), 0, 0, 0, ICMPv6)
	if checksum(0, append(pseudo, a[40:]...)) != 0 {
		t.Error("its checksum is wrong")
	}
}

func FuzzTake(f *testing.F) {
	f.Add(udp(60, 1, 2))
	f.Add(tcp(1, 2))
	f.Add(media(60, 1))
	f.Add([]byte{0x60})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := pipe(t, Config{Firewall: Firewall{UDP: Reject}})
		if a := p.Take(0, b); a != nil {
			if _, err := Parse(a); err != nil {
				t.Fatalf("the answer % x: %v", a, err)
			}
		}
		r := p.Records()[0]
		r.RTP()
		if out := p.Due(0); r.Fate == Passed && !bytes.Equal(out, b) {
			t.Fatalf("% x came out as % x", b, out)
		}
	})
}
