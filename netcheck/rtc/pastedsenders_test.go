package rtc

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// An end of a pasted connection answers the addresses of the other one's text, and few others.
func TestPastedSenders(t *testing.T) {
	noLeaks(t)
	w, text, err := Paster{Address: netip.MustParseAddr("127.0.0.1")}.Invite(t.Context())
	must(t, err)
	defer func() { must(t, w.Close()) }()
	d, err := unpackPasted(text)
	must(t, err)
	victim := thirdParty(t)
	d.answer = true
	d.candidates = []remoteCandidate{{typ: webrtc.ICECandidateTypeHost, addr: netip.MustParseAddrPort("127.0.0.2:53")},
		{typ: webrtc.ICECandidateTypeHost, addr: victim.LocalAddr().(*net.UDPAddr).AddrPort()}}
	answer, err := d.pack()
	must(t, err)
	must(t, w.Accept(answer))
	b := make([]byte, 2000)
	if _, _, err := victim.ReadFromUDP(b); err != nil { // which its text names
		t.Error(err)
	}
	for i, want := range []bool{true, true, true, false, true} {
		ip := []net.IP{net.IPv4(127, 0, 0, 2), net.IPv4(127, 0, 0, 3), net.IPv4(127, 0, 0, 4), net.IPv4(127, 0, 0, 5), net.IPv4(127, 0, 0, 3)}[i]
		if w.admits(ip) != want {
			t.Errorf("%v: want %v", ip, want)
		}
	}
	if w.admits(net.IPv4bcast) || w.admits(nil) {
		t.Error("an address that nobody has")
	}
}

// An end of a pasted connection that opens channels without end ends the wire, at whichever end it is, and nothing else.
func TestPastedManyChannels(t *testing.T) {
	noLeaks(t)
	local := Paster{Address: netip.MustParseAddr("127.0.0.1")}
	for _, atInviter := range []bool{false, true} {
		a, text, err := local.Invite(t.Context())
		must(t, err)
		b, answer, err := local.Answer(t.Context(), text)
		must(t, err)
		must(t, a.Accept(answer))
		must(t, errors.Join(a.Connected(t.Context()), b.Connected(t.Context())))
		from, to := a, b
		if atInviter {
			from, to = b, a
		}
		for i := range 60 {
			if _, err := from.pc.CreateDataChannel(fmt.Sprint(i), nil); err != nil {
				break // the other end has ended it
			}
		}
		_, err = to.Receive(bounded(t, 20*time.Second))
		if f := netcheck.AsFailure(err, ""); f.Code != netcheck.ReasonFarRefused {
			t.Errorf("at the end that invited %v: %v", atInviter, err)
		}
		must(t, errors.Join(a.Close(), b.Close()))
	}
}
