package netcheck

import "testing"

func TestExpectIsTheTable(t *testing.T) {
	const d, r, s = ExpectDirect, ExpectRelay, ExpectStream
	want := [5][5]Expectation{
		{d, d, d, d, s},
		{d, d, d, d, s},
		{d, d, d, r, s},
		{d, d, r, r, s},
		{s, s, s, s, s},
	}
	for i, a := range AllPeers() {
		for j, b := range AllPeers() {
			if got := Expect(a, b); got != want[i][j] {
				t.Errorf("%s and %s: %q, want %q", a, b, got, want[i][j])
			}
		}
	}
	if Expect("", PeerOpen) != ExpectUnknown || Expect(PeerOpen, "strange") != ExpectUnknown {
		t.Error("something is expected of an unknown end")
	}
}

func TestGlossAndPeer(t *testing.T) {
	const ei, ad, apd = BehaviorEndpointIndependent, BehaviorAddressDependent, BehaviorAddressAndPortDependent
	for _, tt := range []struct {
		mapping, filtering Behavior
		gloss              string
		peer               Peer
	}{
		{ei, ei, "full cone NAT", PeerOpen},
		{ei, ad, "restricted cone NAT", PeerRestricted},
		{ei, apd, "port-restricted cone NAT", PeerPortRestricted},
		{ei, BehaviorDependent, "", ""},
		{ei, BehaviorNotTested, "", ""},
		{ad, ei, "symmetric NAT", PeerSymmetric},
		{apd, apd, "symmetric NAT", PeerSymmetric},
		{BehaviorDependent, BehaviorNotTested, "symmetric NAT", PeerSymmetric},
		{BehaviorNone, ei, "open, no NAT and no firewall", PeerOpen},
		{BehaviorNone, ad, "no NAT, and a firewall that lets answers in", PeerRestricted},
		{BehaviorNone, apd, "no NAT, and a firewall that lets answers in", PeerPortRestricted},
		{BehaviorNotSeenToVary, apd, "", PeerPortRestricted},
		{BehaviorIndependentOrAddress, apd, "", ""},
		{BehaviorNotTested, apd, "", ""},
	} {
		n := NATBehavior{Mapping: tt.mapping, Filtering: tt.filtering}
		if peer, ok := n.AsPeer(); n.Gloss() != tt.gloss || peer != tt.peer || ok != (tt.peer != "") {
			t.Errorf("%s, %s: %q, %q", tt.mapping, tt.filtering, n.Gloss(), peer)
		}
	}
}
