package netcheck

import (
	"slices"
	"strings"
	"testing"
)

// The addresses of the server that the probes ask.
const (
	ownUDP = "turn:" + own + ":3478?transport=udp"
	ownTCP = "turn:" + own + ":3478?transport=tcp"
	ownTLS = "turns:" + own + ":443?transport=tcp"
)

// endedAt is a path that ended for a reason at a server.
func endedAt(p Path, code ReasonCode, server string) PathReport {
	pr := endedPath(p, code)
	pr.Server, pr.Reason = server, "The server "+server+" said no."
	return pr
}

// One cause is one finding: a wrong password that ends all paths is not told of each of them, and not again as "no path works".
func TestOneCauseIsToldOnce(t *testing.T) {
	relays := []PathReport{endedAt(PathRelayUDP, ReasonAuth, ownUDP), endedAt(PathRelayTCP, ReasonAuth, ownTCP), endedAt(PathRelayTLS, ReasonAuth, ownTLS)}
	wrong := changed(healthy(), everyTURN(says(NetFailed, ReasonAuth), code(401))...)
	r := withPaths(wrong, relays...)
	v := Judge(r)
	f := finding(t, r, "net_wrong_password")
	checkNetworkWords(t, r, v)
	if got := grave(v); v.Grade != GradeFailed || !slices.Equal(got, []string{"net_wrong_password"}) || f.Severity != SeverityCritical || v.Findings[0].ID != f.ID ||
		!strings.Contains(f.Detail, "No path works for that reason, so a call would not work.") || !slices.Contains(f.Evidence, Evidence{"relay-tls", "auth_rejected"}) {
		t.Errorf("%s, %q: %+v", v.Grade, got, f)
	}
	for name, tt := range map[string]struct {
		paths []PathReport
		want  []string
	}{
		"another path works":     {append([]PathReport{by(PathDirect, "")}, relays...), []string{"net_wrong_password"}},
		"one ended otherwise":    {append([]PathReport{endedAt(PathSTUN, ReasonNoAnswer, ownUDP)}, relays...), []string{"path_blocked:stun", "no_path", "net_wrong_password"}},
		"another server said it": {[]PathReport{endedAt(PathRelayUDP, ReasonAuth, "turn:elsewhere.example.net:3478")}, []string{"path_failed:relay-udp", "no_path", "net_wrong_password"}},
	} {
		r := withPaths(wrong, tt.paths...)
		v := Judge(r)
		checkNetworkWords(t, r, v)
		if got := grave(v); !slices.Equal(sorted(got), sorted(tt.want)) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Without network probes the paths tell it, and the whole repeats what to do instead of sending people to look for it.
func TestNoPathForOneReason(t *testing.T) {
	same := turnReport(endedAt(PathRelayUDP, ReasonAuth, ownUDP), endedAt(PathRelayTLS, ReasonAuth, ownTLS))
	if f := finding(t, same, "no_path"); f.Advice != "Ask for it." || !strings.Contains(f.Detail, "the same reason") {
		t.Errorf("%+v", f)
	}
	mixed := turnReport(endedAt(PathRelayUDP, ReasonAuth, ownUDP), endedAt(PathRelayTLS, ReasonTLSName, ownTLS))
	if f := finding(t, mixed, "no_path"); strings.Contains(f.Detail, "the same reason") {
		t.Errorf("%+v", f)
	}
}

// grave lists the findings that are more than worth knowing.
func grave(v Verdict) []string {
	v.Findings = slices.DeleteFunc(slices.Clone(v.Findings), func(f Finding) bool { return f.Severity == SeverityInfo })
	return ids(v)
}

func sorted(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }
