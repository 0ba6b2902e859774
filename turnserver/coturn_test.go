package turnserver

import (
	"context"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The clients of coturn, which pad nothing unless told to. On loopback coturn's own server makes them say the same.

// verdicts are the lines in which turnutils_natdiscovery says what it found.
var verdicts = regexp.MustCompile(`(?m)^\s*(NAT with .*|No NAT.*|STUN receive timeout.*|The response is .*|Received a request.*)$`)

func TestNATDiscoveryOfCoturn(t *testing.T) {
	requireTwoAddresses(t)
	s := start(t, twoAddresses)
	for _, tt := range []struct {
		flags []string
		want  []string // beginnings of verdicts
	}{
		{[]string{"-m", "-f"}, []string{"NAT with Endpoint Independent Mapping!", "NAT with Endpoint Independent Filtering!"}},
		{[]string{"-m", "-f", "-L", "127.0.0.1"}, []string{"No NAT! (Endpoint Independent Mapping)", "NAT with Endpoint Independent Mapping!",
			"No NAT! (Endpoint Independent Mapping)", "NAT with Endpoint Independent Filtering!"}}, // its own words for one and the same
		{[]string{"-m", "-f", "-P"}, []string{"NAT with Endpoint Independent Mapping!", "NAT with Endpoint Independent Filtering!"}},
		{[]string{"-H"}, []string{"Received a request"}},
	} {
		t.Run(strings.Join(tt.flags, " "), func(t *testing.T) {
			if found := discover(t, s.UDPAddr().Port(), tt.flags); !slices.EqualFunc(found, tt.want, strings.HasPrefix) {
				t.Errorf("%q, want %q", found, tt.want)
			}
		})
	}
}

func discover(t *testing.T, port uint16, flags []string) []string {
	t.Helper()
	out := coturnTool(t, "turnutils_natdiscovery", port, flags...)
	var found []string
	for _, m := range verdicts.FindAllStringSubmatch(out, -1) {
		found = append(found, strings.TrimSpace(m[1]))
	}
	if len(found) == 0 {
		t.Errorf("no verdict in\n%s", out)
	}
	return found
}

// The test of a binding's lifetime asks for an answer to another port.
func TestLifetimeOfCoturn(t *testing.T) {
	requireTwoAddresses(t)
	s := start(t, twoAddresses)
	out := coturnTool(t, "turnutils_natdiscovery", s.UDPAddr().Port(), "-t", "-T", "1")
	if n := strings.Count(out, "RFC 5780 response"); n != 2 {
		t.Errorf("%d answers, want 2:\n%s", n, out)
	}
}

func TestStunclientOfCoturn(t *testing.T) {
	requireTwoAddresses(t)
	two, one := start(t, twoAddresses), start(t, Config{AltUDPPort: PortAny, NATDiscovery: true})
	out := coturnTool(t, "turnutils_stunclient", two.UDPAddr().Port())
	if strings.Count(out, "RFC 5780 response") != 3 || strings.Count(out, "Other addr: : "+two.OtherAddr().String()) != 3 {
		t.Errorf("a server with two addresses:\n%s", out)
	}
	out = coturnTool(t, "turnutils_stunclient", one.UDPAddr().Port())
	if strings.Contains(out, "RFC 5780 response") || !strings.Contains(out, "UDP reflexive addr: 127.0.0.1:") {
		t.Errorf("a server with one address:\n%s", out)
	}
}

// coturnTool runs a client of coturn. Its exit status says nothing.
func coturnTool(t *testing.T, program string, port uint16, flags ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed: run scripts/setup.sh test, which installs coturn", program)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, append(flags, "-p", strconv.Itoa(int(port)), "127.0.0.1")...).CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("%s does not end: %v\n%s", program, err, out)
	}
	return string(out)
}
