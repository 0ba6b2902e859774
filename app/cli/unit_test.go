package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unit is the service that packages bring along, by section and key.
func unit(t *testing.T) (text string, values map[string][]string) {
	t.Helper()
	b, err := os.ReadFile("../../packaging/echopath-host.service")
	if err != nil {
		t.Fatal(err)
	}
	values = map[string][]string{}
	section := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]") + "."
		case !ok || key != strings.TrimSpace(key):
			t.Fatalf("this is no line of a unit: %q", line)
		default:
			values[section+key] = append(values[section+key], value)
		}
	}
	return string(b), values
}

// The service gets no right that it does not need, and its command line is one that the program takes.
func TestUnit(t *testing.T) {
	_, values := unit(t)
	want := map[string]string{"DynamicUser": "yes", "AmbientCapabilities": "CAP_NET_BIND_SERVICE", "CapabilityBoundingSet": "CAP_NET_BIND_SERVICE", "NoNewPrivileges": "yes",
		"ProtectSystem": "strict", "ProtectHome": "yes", "Restart": "on-failure", "RestartPreventExitStatus": "2", "StateDirectoryMode": "0700", "UMask": "0077"}
	for key, value := range want {
		if got := values["Service."+key]; !slices.Equal(got, []string{value}) {
			t.Errorf("%s is %q, want %q", key, got, value)
		}
	}
	options, err := os.ReadFile("../../packaging/echopath-host.default")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for line := range strings.Lines(string(options)) {
		given, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(line), "#"), "ECHOPATH_HOST_OPTIONS=")
		if !ok {
			continue
		}
		tried++
		start := strings.NewReplacer("${STATE_DIRECTORY}", t.TempDir(), "$ECHOPATH_HOST_OPTIONS", given).Replace(values["Service.ExecStart"][0])
		c := (&command{args: words(start)[1:]}).do(t.Context())
		if !c.ran { // the fake that starts nothing was reached
			t.Errorf("%s: exit %d, %s", start, c.code, c.err)
		}
	}
	if tried != 2 {
		t.Errorf("%d examples of options were found", tried)
	}
}

// systemd reads the unit without a complaint.
func TestUnitVerified(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here")
	}
	text, _ := unit(t)
	self, err := os.Executable() // the program need not be installed
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "echopath-host.service")
	if err := os.WriteFile(file, []byte(strings.Replace(text, "/usr/local/bin/echopath-cli", self, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "--man=no", "verify", file).CombinedOutput() //nolint:gosec // systemd's own
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "echopath-host") { // other units of this computer may have faults of their own
			t.Errorf("%s", line)
		}
	}
	if err != nil && !t.Failed() {
		t.Skipf("systemd-analyze can not judge here: %v: %s", err, out)
	}
}
