package host

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// mapper is a STUN server that sees everybody at one address; "" sees them as they are, and nothing answers without one that is valid.
type mapper struct {
	at    netip.AddrPort
	mu    sync.Mutex
	asked int
	seen  string
}

func newMapper(t *testing.T, address, seen string) *mapper {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 0)))
	if err != nil && address != "127.0.0.1" {
		t.Skipf("SKIPPED: this system has no address %s: %v", address, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	m := &mapper{at: conn.LocalAddr().(*net.UDPAddr).AddrPort(), seen: seen}
	done := make(chan struct{})
	go func() { defer close(done); m.serve(conn) }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return m
}

func (m *mapper) serve(conn *net.UDPConn) {
	buf := make([]byte, 2000)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		request := &stun.Message{Raw: buf[:n]}
		if request.Decode() != nil {
			continue
		}
		m.mu.Lock()
		m.asked++
		at, err := netip.ParseAddrPort(m.seen)
		if m.seen == "" {
			at, err = from, nil
		}
		m.mu.Unlock()
		if err == nil {
			_, _ = conn.WriteToUDPAddrPort(stun.MustBuild(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: at.Addr().AsSlice(), Port: int(at.Port())}).Raw, from)
		}
	}
}

func (m *mapper) server(t *testing.T) netcheck.ICEServer {
	t.Helper()
	return stunServer(t, "stun:"+m.at.String())
}

// natOf asks the outside servers anew, and gives what a guest and whoever hosts are told.
func natOf(t *testing.T, h *Host) (signaling.Welcome, []string) {
	t.Helper()
	h.findNAT()
	i, _ := newInvite(t, h, 1)
	m, err := raw(t, i).Receive(t.Context())
	if err != nil || m.Welcome == nil {
		t.Fatalf("%+v, %v", m, err)
	}
	return *m.Welcome, h.Snapshot().Notes
}

// What the outside servers see becomes a note for whoever hosts and a word for guests.
func TestNATIsFound(t *testing.T) {
	const one, two = "203.0.113.7:40000", "203.0.113.7:40001"
	for name, tt := range map[string]struct {
		seen    [2]string
		public  string
		nat     bool
		mapping signaling.HostMapping
		note    string
	}{
		"no NAT":           {[2]string{"", ""}, "", false, "", ""},
		"independent":      {[2]string{one, one}, "", true, signaling.MappingIndependent, "endpoint-independent"},
		"dependent":        {[2]string{one, two}, "", true, signaling.MappingDependent, "address-dependent"},
		"one answers":      {[2]string{one, "silent"}, "", true, "", "see it at 203.0.113.7. Guests"},
		"nobody answers":   {[2]string{"silent", "silent"}, "", false, "", "None of the outside servers"},
		"as it was given":  {[2]string{one, one}, "203.0.113.7", true, signaling.MappingIndependent, "A NAT is expected"},
		"given otherwise":  {[2]string{one, one}, "203.0.113.9", true, signaling.MappingIndependent, "at 203.0.113.7 and not at 203.0.113.9"},
		"given and silent": {[2]string{"silent", "silent"}, "203.0.113.9", true, "", "None of the outside servers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // silence takes its time
			a, b := newMapper(t, "127.0.0.1", tt.seen[0]), newMapper(t, "127.0.0.2", tt.seen[1])
			h, _ := startTest(t, usual, func(c *hosting.Config) {
				c.STUN = []netcheck.ICEServer{a.server(t), b.server(t), stunServer(t, "turn:127.0.0.1:9?transport=tcp")}
				if tt.public != "" {
					c.Public = netip.MustParseAddr(tt.public)
				}
			})
			w, notes := natOf(t, h)
			if w.HostNAT != tt.nat || w.HostMapping != tt.mapping {
				t.Errorf("guests are told: NAT %v, mapping %q", w.HostNAT, w.HostMapping)
			}
			notes = notes[1:] // that the address is a loopback one
			if tt.note == "" && len(notes) != 0 || tt.note != "" && !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, tt.note) }) {
				t.Errorf("notes %q, want one with %q", notes, tt.note)
			}
		})
	}
}

// Servers that fall silent do not undo what they said before, and are not asked often.
func TestNATIsLookedForRarely(t *testing.T) {
	m := newMapper(t, "127.0.0.1", "203.0.113.7:40000")
	h, _ := startTest(t, usual, func(c *hosting.Config) { c.STUN = []netcheck.ICEServer{m.server(t)} })
	natOf(t, h)
	m.mu.Lock()
	m.seen = "silent"
	m.mu.Unlock()
	if w, _ := natOf(t, h); !w.HostNAT {
		t.Error("silence has undone what was known")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	next := h.natNext
	h.seeNAT(next.Add(-time.Second))
	if h.natNext != next {
		t.Error("the servers are asked before it is due")
	}
	h.seeNAT(next)
	if h.natNext != next.Add(natEvery) {
		t.Error("the servers are not asked again")
	}
}

// Without outside servers nobody is asked.
func TestNoOutsideServersNoNAT(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	if known, _ := h.behindNAT(); known || h.nat.asked || !h.natNext.IsZero() {
		t.Error("somebody was asked")
	}
}
