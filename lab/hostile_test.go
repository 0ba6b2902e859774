package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/turn/v4"

	"echopath/netcheck"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
	"echopath/netcheck/signaling/web"
)

// The targets that the hostile guest names: a computer of somebody else, and one beside the host.
var (
	targetVictim    = netip.AddrPortFrom(AddrVictim, 5004)
	targetNeighbour = netip.MustParseAddrPort("10.2.0.1:1900")
)

// errand is how the hostile guest fared on one path.
type errand struct {
	Path      string `json:"path"`
	Type      string `json:"type"` // of the candidates that it named
	Named     int    `json:"named"`
	Connected bool   `json:"connected"`
	Error     string `json:"error,omitempty"`
}

// helpHostile INVITE joins as any guest does, and names others as its candidates on every path, by trickle and in the description.
func helpHostile(ctx context.Context, args []string, out io.Writer) error {
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	in, err := invite.Parse(string(text))
	if err != nil {
		return err
	}
	conn, err := signaling.Join(ctx, signaling.JoinConfig{
		Self: signaling.Hello{Name: "hostile", AppVersion: "0", OS: "lab", Versions: [2]int{signaling.VersionMin, signaling.VersionMax}},
		Room: in.Room, Secret: in.Secret,
		Dial: func(ctx context.Context) (signaling.Wire, error) {
			return web.Dial(ctx, web.Target{Addresses: in.Addresses, Pin: in.Pin})
		},
	})
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	mux := signaling.NewMux(conn)
	defer func() { _ = mux.Close() }()
	servers, err := admitted(ctx, mux)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	for _, e := range []errand{{Path: "direct", Type: "host"}, {Path: "stun", Type: "srflx"}, {Path: "relay-udp", Type: "relay"}} {
		if err := enc.Encode(send(ctx, mux, e)); err != nil {
			return err
		}
	}
	return enc.Encode(relay(servers))
}

// admitted asks for a run and waits for it. It gives the servers that the host offers.
func admitted(ctx context.Context, mux *signaling.Mux) (servers []signaling.Server, err error) {
	asked := false
	for {
		m, err := mux.Receive(ctx)
		if err != nil {
			return nil, fmt.Errorf("wait to be let in: %w", err)
		}
		if m.Welcome != nil {
			servers = m.Welcome.Servers
		}
		switch {
		case m.Standing == nil:
			continue
		case m.Standing.State == signaling.StandingAdmitted:
			return servers, nil
		case m.Standing.State == signaling.StandingRefused:
			return nil, errors.New("the run was refused: " + m.Standing.Text)
		case m.Standing.State == signaling.StandingIn && !asked:
			asked = true
			run := signaling.Run{ID: "HOSTILE000000001", PacketsPerSecond: 100, Kbps: 500, Packets: 1000, Duration: time.Minute}
			if err := mux.Send(ctx, signaling.Message{Run: &run}); err != nil {
				return nil, err
			}
		}
	}
}

// send makes a leg on which the host is to send to others. Here it is always the direct path; what the host is told of it is the lie.
func send(ctx context.Context, mux *signaling.Mux, e errand) errand {
	c := rtc.Connector{Remote: func(ctx context.Context, leg netcheck.Leg) (rtc.Signals, error) {
		conn, err := mux.OpenLeg(ctx, signaling.Leg{Path: netcheck.Path(e.Path), Family: netcheck.Family4, Rate: 50, Size: 200, Timeout: leg.Timeout})
		if err != nil {
			return nil, err
		}
		return &liar{LegConn: conn, errand: &e}, nil
	}}
	link, err := c.Connect(ctx, netcheck.Leg{Target: netcheck.TargetInvite, Path: netcheck.PathDirect, Family: netcheck.Family4, Far: netcheck.FarRemote,
		Load: netcheck.Load{PacketsPerSecond: 50, PacketSize: 200}, Timeout: 8 * time.Second}, nil)
	if err != nil {
		e.Error = err.Error()
		return e
	}
	e.Connected = true
	if err := link.Close(); err != nil {
		e.Error = err.Error()
	}
	return e
}

// relay asks the host's TURN server to send to others, with the credentials that it gave.
func relay(servers []signaling.Server) errand {
	e := errand{Path: "relay", Type: "permission"}
	for _, s := range servers {
		addr, ok := strings.CutPrefix(s.URL, "turn:")
		addr, over, _ := strings.Cut(addr, "?transport=")
		if !ok || over == "tcp" {
			continue
		}
		if err := relayBy(addr, s, &e); err != nil {
			e.Error = err.Error()
		}
		return e
	}
	e.Error = "the host offers no TURN server over UDP"
	return e
}

func relayBy(addr string, s signaling.Server, e *errand) error {
	socket, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return err
	}
	defer func() { _ = socket.Close() }()
	client, err := turn.NewClient(&turn.ClientConfig{TURNServerAddr: addr, Username: s.Username, Password: s.Password, Conn: socket})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		return err
	}
	relayed, err := client.Allocate()
	if err != nil {
		return fmt.Errorf("allocate: %w", err)
	}
	defer func() { _ = relayed.Close() }()
	e.Connected = true
	var errs []error
	for _, to := range []netip.AddrPort{targetVictim, targetNeighbour} {
		e.Named++
		_, err := relayed.WriteTo([]byte("not for you"), net.UDPAddrFromAddrPort(to))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// liar is a leg's signalling that names candidates which are not the guest's. On all paths but the direct one it keeps the guest's own
// to itself, and the host's from the guest: so the host has nobody else to send checks to, for as long as the leg lasts.
type liar struct {
	*signaling.LegConn
	errand *errand
}

func (l *liar) candidates() []string {
	var lines []string
	for i, to := range []netip.AddrPort{targetVictim, targetNeighbour} {
		lines = append(lines, fmt.Sprintf("candidate:%d 1 udp %d %s %d typ %s", 100+i, 2130706431-i, to.Addr(), to.Port(), l.errand.Type))
	}
	return lines
}

// Send passes on what the connector says, with the lies beside it.
func (l *liar) Send(ctx context.Context, s signaling.Signal) error {
	if (s.Candidate != "" || s.Gathered) && !l.honest() {
		return nil
	}
	if s.Description == nil {
		return l.LegConn.Send(ctx, s)
	}
	d := *s.Description
	for _, line := range l.candidates() {
		d.SDP += "a=" + line + "\r\n"
	}
	s.Description = &d
	if err := l.LegConn.Send(ctx, s); err != nil {
		return err
	}
	for _, line := range l.candidates() {
		if err := l.LegConn.Send(ctx, signaling.Signal{Candidate: line}); err != nil {
			return err
		}
		l.errand.Named++
	}
	return nil
}

func (l *liar) honest() bool { return l.errand.Path == "direct" }

// Receive hides the host's candidates.
func (l *liar) Receive(ctx context.Context) (signaling.Signal, error) {
	for {
		s, err := l.LegConn.Receive(ctx)
		if err != nil || l.honest() || s.Candidate == "" && !s.Gathered {
			return s, err
		}
	}
}

// scenarioThirdParty has a guest that names others as its candidates. No packet comes there, though the host does send checks to
// the guest itself; with --any-candidate they come: the trap catches.
func scenarioThirdParty(t *testing.T) {
	for name, args := range map[string][]string{"guarded": nil, "any-candidate": {"--any-candidate"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: Side{NAT: None}, B: Side{NAT: None}}, 3*time.Minute)
			w.host(5349, args...)
			p := w.helper("a", "hostile", w.inviteFile())
			w.finish(p)
			t.Logf("%s", p.Output())
			for line := range strings.Lines(string(p.Output())) {
				var e errand
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					t.Fatal(err)
				}
				if e.Named == 0 || (e.Path == "direct" || e.Path == "relay") && !e.Connected {
					t.Errorf("the guest's lies were not told, or the host sent nothing at all: %+v", e)
				}
			}
			for node, what := range map[string]string{"victim": "arrived", "natb": "neighbour"} {
				if n := w.counted(node, what); (n > 0) != (name == "any-candidate") {
					t.Errorf("%s: %d packets from the host came to %s", name, n, node)
				}
			}
		})
	}
}

// The lies have the form that a host reads.
func TestLies(t *testing.T) {
	l := &liar{errand: &errand{Type: "srflx"}}
	for _, line := range l.candidates() {
		if len(strings.Fields(line)) != 8 || !strings.HasSuffix(line, "typ srflx") {
			t.Errorf("%q", line)
		}
	}
}
