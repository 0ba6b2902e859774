package lab

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"echopath/internal/netns"
)

// scenario is one test of the lab.
type scenario struct {
	name  string
	short bool // `make test` runs it too
	part  bool // of another one: `make lab` does without it
	run   func(*testing.T)
}

// scenarios are the tests of the lab. `make lab SCENARIO=name` runs one of them.
var scenarios = []scenario{
	{name: "nats", short: true, run: scenarioNATs},
	{name: "alone", run: scenarioAlone},
	{name: "nat-pairs", short: true, part: true, run: scenarioFewPairs},
	{name: "nat-matrix", run: scenarioMatrix},
	{name: "unseen-relay", run: scenarioUnseenRelay},
	{name: "udp-blocked", run: scenarioUDPBlocked},
	{name: "only-443", short: true, run: scenarioOnly443},
	{name: "only-proxy", short: true, run: scenarioProxy},
	{name: "proxy-refuses", run: scenarioProxyRefuses},
	{name: "paste", run: scenarioPaste},
	{name: "paste-turn", run: scenarioPasteTURN},
	{name: "paste-stun", short: true, part: true, run: scenarioPasteSTUN},
	{name: "loss", run: scenarioLoss},
	{name: "cable-pulled", run: scenarioCablePulled},
	{name: "cable-back", run: scenarioCableBack},
	{name: "address-change", run: scenarioAddressChange},
	{name: "interface-address", run: scenarioInterfaceAddress},
	{name: "third-party", run: scenarioThirdParty},
	{name: "host-gone", run: scenarioHostGone},
	{name: "diagnose-nats", run: scenarioDiagnoseNATs},
	{name: "diagnose-few-nats", short: true, part: true, run: scenarioDiagnoseFewNATs},
	{name: "diagnose-faults", run: scenarioDiagnoseFaults},
	{name: "diagnose-few-faults", short: true, part: true, run: scenarioDiagnoseFewFaults},
	{name: "diagnose-two-nats", run: scenarioDiagnoseTwoNATs},
	{name: "diagnose-healthy", run: scenarioDiagnoseHealthy},
	{name: "diagnose-nothing", run: scenarioDiagnoseNothing},
}

// TestLab runs the scenarios: all with ECHOPATH_LAB=1, the short ones with ECHOPATH_LAB=short, or the one that ECHOPATH_LAB names.
func TestLab(t *testing.T) {
	which := os.Getenv("ECHOPATH_LAB")
	if which == "" {
		t.Skip("two computers with NATs between them: make lab runs this (ECHOPATH_LAB=1)")
	}
	chosen := choose(which)
	if len(chosen) == 0 {
		t.Fatalf("there is no scenario %q: there are %s", which, strings.Join(names(), ", "))
	}
	if err := netns.Available(); err != nil {
		t.Skipf("two computers with NATs between them can not be had here: %v", err)
	}
	if _, err := exec.LookPath("turnserver"); err != nil {
		t.Fatal("coturn is not installed: run scripts/setup.sh lab")
	}
	program(t)
	swept, err := netns.Sweep(t.Context(), Prefix)
	if err != nil {
		t.Fatal(err)
	}
	if len(swept) > 0 {
		t.Logf("removed what an earlier run had left: %v", swept)
	}
	for _, s := range chosen {
		t.Run(s.name, s.run)
	}
}

func choose(which string) []scenario {
	var chosen []scenario
	for _, s := range scenarios {
		if which == "1" && !s.part || which == "short" && s.short || which == s.name {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

func names() []string {
	var all []string
	for _, s := range scenarios {
		all = append(all, s.name)
	}
	return all
}

func TestChoose(t *testing.T) {
	for _, name := range names() {
		if got := choose(name); len(got) != 1 || got[0].name != name {
			t.Errorf("%s chooses %v", name, got)
		}
	}
	if all, short := len(choose("1")), len(choose("short")); short == 0 || all <= short || len(choose("no-such")) != 0 {
		t.Errorf("%d short ones of %d", short, all)
	}
}
