package cli

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck/signaling/invite"
)

// fakeHost is a host that listens nowhere. Guests come by use.
type fakeHost struct {
	config hosting.Config
	fail   error // of Invite
	// refuse is what is wrong with an answer; nil: all are taken.
	refuse func(text string) error

	mu      sync.Mutex // guards all below
	invites []hosting.InviteState
	made    []invite.Invite
	guests  []hosting.Guest
	answers []string // that were taken
	revoked int
	closed  int
}

func testAddress(text string) netip.Addr { return netip.MustParseAddr(text) }

// testSystem is a computer with three addresses, which reaches the internet by the second.
func testSystem() *system {
	return &system{
		addresses: func() []address {
			return []address{{testAddress("127.0.0.1"), "lo"}, {testAddress("192.0.2.7"), "eth0"}, {testAddress("2001:db8::7"), "eth0"}}
		},
		route: func() (netip.Addr, bool) { return testAddress("192.0.2.7"), true },
	}
}

// hosted makes a Host function that starts the fake and plays a script at it. The script's stop is Ctrl-C.
func hosted(t *testing.T, h *fakeHost, script func()) func(context.Context, hosting.Config) (hosting.Host, error) {
	return func(_ context.Context, c hosting.Config) (hosting.Host, error) {
		h.config = c
		if script != nil {
			var played sync.WaitGroup
			played.Go(script)
			t.Cleanup(played.Wait)
		}
		return h, nil
	}
}

// Invite makes invites that differ in their room and secret.
func (h *fakeHost) Invite(guests int, ttl time.Duration) (invite.Invite, error) {
	return h.invite(guests, ttl, nil)
}

// InviteByPaste makes one with an offer.
func (h *fakeHost) InviteByPaste(_ context.Context, ttl time.Duration) (invite.Invite, error) {
	return h.invite(1, ttl, []byte("offer"))
}

// Answer takes what can be read.
func (h *fakeHost) Answer(text string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := invite.ParseAnswer(text); err != nil {
		return fmt.Errorf("%w: %w", hosting.ErrAnswer, err)
	}
	if h.refuse != nil {
		if err := h.refuse(text); err != nil {
			return err
		}
	}
	h.answers = append(h.answers, text)
	return nil
}

func (h *fakeHost) invite(guests int, ttl time.Duration, offer []byte) (invite.Invite, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail != nil {
		return invite.Invite{}, h.fail
	}
	n := byte(len(h.made) + 1)
	inv := invite.Invite{Version: 1, Room: [8]byte{n}, Secret: [16]byte{n, 1}, Pin: [32]byte{3}, Expiry: time.Now().Add(ttl).Round(time.Second), Addresses: []string{"192.0.2.7:5349"}, Offer: offer}
	h.made = append(h.made, inv)
	h.invites = append(h.invites, hosting.InviteState{Room: inv.Room, Expiry: inv.Expiry, Guests: guests, Paste: offer != nil})
	return inv, nil
}

func (h *fakeHost) text(t *testing.T, i int) string {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if i >= len(h.made) {
		t.Fatalf("%d invites were made, number %d is asked for", len(h.made), i)
	}
	text, err := h.made[i].Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// use lets a guest in by the newest invite.
func (h *fakeHost) use(name string) {
	h.mu.Lock()
	last := &h.invites[len(h.invites)-1]
	last.Used++
	h.guests = append(h.guests, hosting.Guest{ID: name, Name: name})
	h.mu.Unlock()
	h.happen(hosting.Event{Kind: hosting.EventGuestJoined, Guest: "g1", Name: name, Address: netip.MustParseAddrPort("198.51.100.9:4711")})
}

func (h *fakeHost) happen(e hosting.Event) {
	e.Time = time.Now()
	h.config.Observe(e)
}

func (h *fakeHost) Revoke([8]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked++
}

func (h *fakeHost) Accept(string) error         { return hosting.ErrNoGuest }
func (h *fakeHost) Refuse(string, string) error { return hosting.ErrNoGuest }
func (h *fakeHost) Remove(string, string) error { return hosting.ErrNoGuest }

func (h *fakeHost) Snapshot() hosting.Snapshot {
	h.mu.Lock()
	defer h.mu.Unlock()
	return hosting.Snapshot{
		Since: time.Now(), Address: h.config.Address, Public: h.config.Public,
		AltAddress: h.config.AltAddress, AltPublic: h.config.AltPublic,
		URLs:       []string{"stun:192.0.2.7:3478", "turn:192.0.2.7:3478?transport=udp", "turns:192.0.2.7:5349?transport=tcp"},
		Signalling: []string{"192.0.2.7:5349"},
		Ports: []hosting.Port{{Protocol: "udp", From: 3478, To: 3478, Why: "STUN and TURN"}, {Protocol: "tcp", From: 5349, To: 5349, Why: "TURN over TLS, signalling"},
			{Protocol: "udp", From: 49152, To: 49407, Why: "relays and the echo peer"}},
		Invites: slices.Clone(h.invites), Guests: slices.Clone(h.guests), Budget: 5000.2497095588765, BytesIn: 1_234_567, BytesOut: 7_654_321,
		Notes: []string{"Port 443 is in use, so TLS is on 5349."},
	}
}

func (h *fakeHost) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed++
	return nil
}

// childHost hosts in a process of its own, which ends in order or, if it is stubborn, does not.
func childHost(how string) func(context.Context, hosting.Config) (hosting.Host, error) {
	return func(_ context.Context, c hosting.Config) (hosting.Host, error) {
		_, _ = os.Stderr.WriteString(readyLine)
		h := &fakeHost{config: c}
		if how == "stubborn" {
			return stubbornHost{h}, nil
		}
		return h, nil
	}
}

type stubbornHost struct{ *fakeHost }

func (stubbornHost) Close() error { select {} }
