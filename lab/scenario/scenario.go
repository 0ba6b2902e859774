// Package scenario reads the lab's data files: a network, what its link does to packets, what the program is to measure on it, and what its
// report must say.
//
// It owns the form of the files, which are TOML and stand in files/, and refuses what it does not know: a slip of the pen must not make a
// scenario that measures something else. It runs nothing. What the figures of a report must be is in no file: that follows from the link's
// own log of packets.
package scenario

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"echopath/lab/wire"
)

// Scenario is one file.
type Scenario struct {
	Name     string   `toml:"name"`  // as its file
	About    string   `toml:"about"` // a sentence: what it shows
	Seed     uint64   `toml:"seed"`
	Topology Topology `toml:"topology"`
	Up       Way      `toml:"up"`   // from the guest, a, to the host, b
	Down     Way      `toml:"down"` // and back
	Plan     Plan     `toml:"plan"`
	Expect   Expect   `toml:"expect"`
}

// Topology is what the two computers stand in.
type Topology struct {
	Kind Kind `toml:"kind"`
	A    NAT  `toml:"a"` // what stands between a computer and the link; "" is none
	B    NAT  `toml:"b"`
}

// Kind is a form of network.
type Kind string

// The forms of networks.
const (
	Link  Kind = "link"  // a ═ b: the two on the emulated link itself
	NATs  Kind = "nat"   // a - nata ═ natb - b: at least one of them behind a NAT
	Relay Kind = "relay" // a ═ r - b, with a server on r: the link is a's way to everybody
)

// NAT is a behaviour of NATs.
type NAT string

// The NATs, in the words of RFC 4787: mapping / filtering.
const (
	NoNAT     NAT = "none"
	Cone      NAT = "cone"      // endpoint-independent / address and port-dependent
	Symmetric NAT = "symmetric" // address and port-dependent, both
)

// Way is what the link does in one direction.
type Way struct {
	wire.Firewall
	// Begin says with what the treatment begins: "media" is the first packet of media in this direction, "" the start of the link. Before
	// it the link carries everything at once, so that the two ends find each other. The firewall always holds.
	Begin string `toml:"begin"`
	// Hold is for how long; afterwards the link carries everything again. 0: to the end.
	Hold time.Duration `toml:"hold"`
	wire.Treatment
}

// Plan is what the program measures.
type Plan struct {
	Paths    []string      `toml:"paths"`
	Carriers []string      `toml:"carriers"`
	Rate     int           `toml:"rate"` // packets a second on each carrier
	Size     int           `toml:"size"` // bytes
	Duration time.Duration `toml:"duration"`
}

// Expect is what the report must say in words.
type Expect struct {
	States   []string `toml:"states"`   // of each path; one of them
	Findings []string `toml:"findings"` // IDs that must be there
	Without  []string `toml:"without"`  // IDs that must not
	// RoundTrip holds the medians of the round trips against the link's own.
	RoundTrip bool `toml:"round_trip"`
}

//go:embed files/*.toml
var files embed.FS

// All reads all files, in order of their names.
func All() ([]Scenario, error) {
	names, err := fs.Glob(files, "files/*.toml")
	if err != nil {
		return nil, err
	}
	var all []Scenario
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s, err := Parse(text)
		if err == nil && s.Name+".toml" != path.Base(name) {
			err = fmt.Errorf("its name is %q", s.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		all = append(all, s)
	}
	return all, nil
}

// Parse reads a scenario. The error says in which line or which key something is wrong.
func Parse(text []byte) (Scenario, error) {
	var s Scenario
	meta, err := toml.Decode(string(text), &s)
	if err != nil {
		if place := (toml.ParseError{}); errors.As(err, &place) {
			return Scenario{}, fmt.Errorf("line %d: %w", place.Position.Line, err)
		}
		return Scenario{}, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Scenario{}, fmt.Errorf("unknown: %v", unknown)
	}
	return s, s.Check()
}

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Check finds what can not be run.
func (s Scenario) Check() error {
	if !nameForm.MatchString(s.Name) {
		return fmt.Errorf("name is %q: it is lower-case words and numbers with dashes between", s.Name)
	}
	if s.About == "" {
		return errors.New("about is empty: say what the scenario shows")
	}
	for _, part := range []struct {
		name string
		err  error
	}{{"topology", s.Topology.check()}, {"up", s.Up.check()}, {"down", s.Down.check()}, {"plan", s.Plan.check(s.Topology)}, {"expect", s.Expect.check()}} {
		if part.err != nil {
			return fmt.Errorf("%s: %w", part.name, part.err)
		}
	}
	return nil
}

func (t Topology) check() error {
	if !slices.Contains([]Kind{Link, NATs, Relay}, t.Kind) {
		return fmt.Errorf("kind is %q: there are %q, %q and %q", t.Kind, Link, NATs, Relay)
	}
	translated := false
	for _, n := range []NAT{t.A, t.B} {
		if !slices.Contains([]NAT{"", NoNAT, Cone, Symmetric}, n) {
			return fmt.Errorf("%q is no NAT: there are %q, %q and %q", n, NoNAT, Cone, Symmetric)
		}
		translated = translated || n == Cone || n == Symmetric
	}
	if translated != (t.Kind == NATs) {
		return fmt.Errorf("NATs stand in the kind %q, at least one, and in no other", NATs)
	}
	return nil
}

func (w Way) check() error {
	if w.Begin != "" && w.Begin != "media" {
		return fmt.Errorf(`begin is %q: it is "media" or left out`, w.Begin)
	}
	if w.Hold < 0 {
		return fmt.Errorf("hold is %v", w.Hold)
	}
	_, err := wire.New(w.Config(0))
	return err
}

// Config is the way as the link takes it.
func (w Way) Config(seed uint64) wire.Config {
	c := wire.Config{Seed: seed, Firewall: w.Firewall, Phases: []wire.Phase{{Treatment: w.Treatment}}}
	if w.Begin == "media" {
		c.Begin = &wire.Selector{RTP: true}
	}
	if w.Hold > 0 {
		c.Phases = append(c.Phases, wire.Phase{From: w.Hold})
	}
	return c
}

// What the program knows.
var (
	paths    = []string{"direct", "stun", "relay-udp", "relay-tcp", "relay-tls"}
	carriers = []string{"srtp", "datachannel"}
	states   = []string{"ok", "failed", "blocked", "not_applicable", "inconclusive", "saturated", "interrupted", "not_run"}
)

func (p Plan) check(t Topology) error {
	if err := oneOf("paths", p.Paths, paths); err != nil {
		return err
	}
	if err := oneOf("carriers", p.Carriers, carriers); err != nil {
		return err
	}
	relayed := slices.ContainsFunc(p.Paths, func(name string) bool { return strings.HasPrefix(name, "relay-") })
	switch {
	case relayed && t.Kind != Relay:
		return fmt.Errorf("paths over a relay need the topology %q", Relay)
	case p.Rate < 1 || p.Rate > 20_000:
		return fmt.Errorf("rate is %d: it is from 1 to 20000", p.Rate)
	case p.Size < 64 || p.Size > 1150:
		return fmt.Errorf("size is %d: it is from 64 to 1150", p.Size)
	case p.Duration < time.Second || p.Duration > 5*time.Minute:
		return fmt.Errorf("duration is %v: it is from 1s to 5m", p.Duration)
	}
	return nil
}

func (e Expect) check() error {
	for _, id := range e.Findings {
		if slices.Contains(e.Without, id) {
			return fmt.Errorf("%s must be there and must not", id)
		}
	}
	return oneOf("states", e.States, states)
}

// oneOf wants a list that has something in it, and only what is known, each once.
func oneOf(what string, list, known []string) error {
	if len(list) == 0 {
		return fmt.Errorf("%s is empty: there are %s", what, strings.Join(known, ", "))
	}
	for i, v := range list {
		if !slices.Contains(known, v) || slices.Contains(list[:i], v) {
			return fmt.Errorf("%s has %q, which is unknown or stands there twice: there are %s", what, v, strings.Join(known, ", "))
		}
	}
	return nil
}
