package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/internal/netns"
	"echopath/lab/emulator"
	data "echopath/lab/scenario" // the name of one is taken by the tests
	"echopath/lab/wire"
)

// TestAccuracy holds the program's figures against what an emulated link knows of every packet: with ECHOPATH_LAB=accuracy all scenarios
// of lab/scenario, with ECHOPATH_LAB=accuracy/NAME one of them. One runs after the other, since they are about time too.
func TestAccuracy(t *testing.T) {
	which, ok := strings.CutPrefix(os.Getenv("ECHOPATH_LAB"), "accuracy")
	if !ok {
		t.Skip("the program's figures against a link with known truth: ECHOPATH_LAB=accuracy runs this")
	}
	if err := netns.Available(); err != nil {
		t.Skipf("a link with known truth can not be had here: %v", err)
	}
	program(t)
	if _, err := netns.Sweep(t.Context(), Prefix); err != nil {
		t.Fatal(err)
	}
	scenarioAccuracy(t, strings.TrimPrefix(which, "/"))
}

func scenarioAccuracy(t *testing.T, which string) {
	all, err := data.All()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, s := range all {
		if which == "" || which == s.Name {
			found = true
			t.Run(s.Name, func(t *testing.T) { accuracy(t, s) })
		}
	}
	if !found {
		t.Fatalf("there is no scenario %q", which)
	}
}

// accuracy runs one scenario.
func accuracy(t *testing.T, s data.Scenario) {
	w, e := linkedWorld(t, s)
	w.host(tlsPort)
	folder := filepath.Join(w.dir, "csv")
	guest := w.guest(nil, "--path", strings.Join(s.Plan.Paths, ","), "--carrier", strings.Join(s.Plan.Carriers, ","), "--rate", fmt.Sprint(s.Plan.Rate),
		"--size", fmt.Sprint(s.Plan.Size), "--duration", s.Plan.Duration.String(), "--csv", folder)
	r, code := w.report(guest, s.Plan.Duration*time.Duration(len(s.Plan.Paths))+2*time.Minute)
	t.Logf("%s: exit %d, %s", s.Name, code, r.Verdict.Sentence)
	var f figuresReport
	if err := json.Unmarshal(guest.Output(), &f); err != nil {
		t.Fatal(err)
	}
	c := &comparison{t: t, scenario: s, report: r, figures: f, rows: packetRows(t, folder), up: e.Records(wire.Up), down: e.Records(wire.Down)}
	checkLink(t, e)
	c.link()
	connects := slices.Contains(s.Expect.States, "ok") || slices.Contains(s.Expect.States, "saturated")
	if connects && len(s.Plan.Paths) == 1 { // the packets of several paths are not told apart
		for _, carrier := range s.Plan.Carriers {
			if path := s.Plan.Paths[0]; path == "relay-tcp" || path == "relay-tls" {
				c.stream(path, carrier)
			} else {
				c.carrier(path, carrier)
			}
		}
	}
	c.words()
}

// linkedWorld builds the network of a scenario, and its link.
func linkedWorld(t *testing.T, s data.Scenario) (*world, *emulator.Emulator) {
	t.Helper()
	l := NewLinked(s.Topology)
	w := newWorldOf(t, l.Topology, s.Plan.Duration*time.Duration(len(s.Plan.Paths))+4*time.Minute)
	w.layout = l.Layout
	e, err := emulator.Open(emulator.Config{A: emulator.End{Namespace: w.net.Name(l.A.Node), Interface: l.A.Interface},
		B: emulator.End{Namespace: w.net.Name(l.B.Node), Interface: l.B.Interface}, Up: s.Up.Config(s.Seed), Down: s.Down.Config(s.Seed)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			keepTruth(t, w.dir, e)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := errors.Join(w.net.Plug(w.ctx, l.A, l.RoutesA...), w.net.Plug(w.ctx, l.B, l.RoutesB...)); err != nil {
		t.Fatal(err)
	}
	if l.Server {
		w.coturn()
	}
	return w, e
}

// keepTruth writes what the link knows beside the program's reports.
func keepTruth(t *testing.T, dir string, e *emulator.Emulator) {
	for _, d := range []wire.Direction{wire.Up, wire.Down} {
		file, err := os.OpenFile(filepath.Join(dir, "link-"+d.String()+".csv"), os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			err = errors.Join(wire.Write(file, e.Records(d)), file.Close())
		}
		if err != nil {
			t.Log(err)
		}
	}
}

// checkLink wants a link that knows of every packet.
func checkLink(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	a, b, err := e.Kernels()
	if err != nil {
		t.Error(err)
	}
	if none := (emulator.Kernel{}); a != none || b != none || e.Refused() != 0 || e.Unrecorded() != 0 {
		t.Errorf("packets that the link knows nothing of: the kernels dropped %+v and %+v, %d were refused, %d not recorded", a, b, e.Refused(), e.Unrecorded())
	}
}

func packetRows(t *testing.T, folder string) []Row {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "packets.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := ReadRows(file)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
