package turnserver

import (
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// coturn's client, which shares no code with the server or with the clients of the other tests. Its exit status says
// little (0 even when everything was lost), so its words are read.

func TestUclient(t *testing.T) {
	tests := []struct {
		name  string
		port  func(*Server) uint16
		flags []string
	}{
		{"udp", func(s *Server) uint16 { return s.UDPAddr().Port() }, nil},
		{"udp, Send indications", func(s *Server) uint16 { return s.UDPAddr().Port() }, []string{"-s"}},
		{"tcp", func(s *Server) uint16 { return s.TCPAddr().Port() }, []string{"-t"}},
		{"tls", func(s *Server) uint16 { return s.TLSAddr().Port() }, []string{"-t", "-S"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // it spends its time waiting
			s := start(t, Config{})
			user, pass := newSession(t, s).Credentials()
			flags := append([]string{"-p", strconv.Itoa(int(tt.port(s))), "-u", user, "-w", pass, "-n", "50", "-m", "2", "-l", "200", "-c", "-y"}, tt.flags...)
			out, err := uclient(t, flags...)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			sent, received, lost := counts(t, out, `tot_send_msgs=(\d+)`), counts(t, out, `tot_recv_msgs=(\d+)`), counts(t, out, `Total lost packets (\d+)`)
			if sent != 100 || received != sent || lost != 0 {
				t.Errorf("sent %d, received %d, lost %d; want 100, 100, 0\n%s", sent, received, lost, out)
			}
			totals := s.Totals()
			if totals.ToPeers.Packets != totals.FromPeers.Packets || totals.ToPeers.Packets < 100 || totals.Denied != 0 {
				t.Errorf("totals %+v, want all of at least 100 packets relayed", totals)
			}
		})
	}
}

func TestUclientWrongPassword(t *testing.T) {
	s := start(t, Config{})
	user, _ := newSession(t, s).Credentials()
	out, err := uclient(t, "-p", strconv.Itoa(int(s.UDPAddr().Port())), "-u", user, "-w", "bad", "-n", "5", "-c", "-y")
	if err == nil {
		t.Errorf("a wrong password is no failure:\n%s", out)
	}
	if totals := s.Totals(); totals.AllocationsMade != 0 || totals.AuthFailures == 0 {
		t.Errorf("totals %+v, want no allocation and failures to authenticate", totals)
	}
}

func uclient(t *testing.T, flags ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("turnutils_uclient")
	if err != nil {
		t.Fatal("turnutils_uclient is not installed: run scripts/setup.sh test, which installs coturn")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, append(flags, "127.0.0.1")...).CombinedOutput()
	return string(out), err
}

// counts gives the last number that a pattern finds: the client shows them as it goes along.
func counts(t *testing.T, out, pattern string) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindAllStringSubmatch(out, -1)
	if len(found) == 0 {
		t.Fatalf("no %q in\n%s", pattern, out)
	}
	n, err := strconv.Atoi(found[len(found)-1][1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
