package signaling

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"echopath/netcheck"
)

// Bounds of what stands in messages. Lengths are in bytes.
const (
	maxWord     = 40 // of an enumeration, a code
	maxID       = 64 // of a run
	maxServers  = 16
	maxURL      = 300
	maxAccount  = 512 // a user name or password
	maxPins     = 4
	maxRate     = 1e6 // packets a second
	maxKbps     = 1e8
	maxTimeout  = 10 * time.Minute
	maxRun      = 7 * 24 * time.Hour
	maxPosition = 1 << 20
	fingerprint = 64 // hexadecimal digits of a SHA-256
)

// checker collects the first thing that is wrong, with the name of the field.
type checker struct {
	body string
	err  error
}

func (c *checker) must(ok bool, field string) {
	if !ok && c.err == nil {
		c.err = fmt.Errorf("%w: %s.%s", ErrMessage, c.body, field)
	}
}

func (c *checker) number(v, most float64, field string) {
	c.must(v >= 0 && v <= most, field) // a NaN is neither
}

func (c *checker) amount(v, most int, field string) { c.must(v >= 0 && v <= most, field) }

// word takes what an enumeration could hold, also one of a newer end.
func (c *checker) word(s string, field string) {
	c.must(len(s) > 0 && len(s) <= maxWord && visible(s), field)
}

func (c *checker) visible(s string, least, most int, field string) {
	c.must(len(s) >= least && len(s) <= most && visible(s), field)
}

func (c *checker) text(s string, field string) {
	c.must(len(s) <= MaxText && utf8.ValidString(s), field)
}

func (c *checker) hex(s string, field string) {
	c.must(len(s) == fingerprint && strings.Trim(s, "0123456789abcdefABCDEF") == "", field)
}

func (c *checker) servers(list []Server, field string) {
	c.must(len(list) <= maxServers, field)
	for _, s := range list {
		c.visible(s.URL, 1, maxURL, field+".url")
		c.must(len(s.Username) <= maxAccount && utf8.ValidString(s.Username), field+".username")
		c.must(len(s.Password) <= maxAccount && utf8.ValidString(s.Password), field+".password")
		c.must(len(s.Pins) <= maxPins, field+".pins")
		for _, p := range s.Pins {
			c.hex(p, field+".pins")
		}
	}
}

// visible tells whether a text has printable ASCII characters only, and no space.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// check holds a message to its bounds. It does not look at how many bodies there are.
func (m Message) check() error {
	for _, c := range []struct {
		name string
		body interface{ check(*checker) }
		set  bool
	}{
		{"welcome", m.Welcome, m.Welcome != nil}, {"standing", m.Standing, m.Standing != nil}, {"servers", m.Servers, m.Servers != nil},
		{"run", m.Run, m.Run != nil}, {"run_ended", m.RunEnded, m.RunEnded != nil}, {"leg", m.Leg, m.Leg != nil},
		{"signal", m.Signal, m.Signal != nil}, {"mirror", m.Mirror, m.Mirror != nil}, {"leave", m.Leave, m.Leave != nil},
	} {
		if !c.set {
			continue
		}
		k := checker{body: c.name}
		if c.body.check(&k); k.err != nil {
			return k.err
		}
	}
	return nil
}

func (w *Welcome) check(c *checker) {
	c.servers(w.Servers, "servers")
	c.number(w.Limits.PacketsPerSecond, maxRate, "limits.packets_per_second")
	c.number(w.Limits.Kbps, maxKbps, "limits.kbps")
	c.amount(w.Limits.Packets, math.MaxInt32, "limits.packets")
	c.must(w.Limits.Duration >= 0 && w.Limits.Duration <= maxRun, "limits.duration_ns")
	c.visible(string(w.HostMapping), 0, maxWord, "host_mapping")
	c.amount(w.PeerPortMin, math.MaxUint16, "peer_port_min")
	c.amount(w.PeerPortMax, math.MaxUint16, "peer_port_max")
	c.must(w.PeerPortMin <= w.PeerPortMax, "peer_port_min")
}

func (s *Servers) check(c *checker) { c.servers(s.Servers, "servers") }

func (s *Standing) check(c *checker) {
	c.word(string(s.State), "state")
	c.visible(s.Run, 0, maxID, "run")
	c.amount(s.Position, maxPosition, "position")
	c.amount(s.Of, maxPosition, "of")
	c.visible(s.Code, 0, maxWord, "code")
	c.text(s.Text, "text")
}

func (r *Run) check(c *checker) {
	c.visible(r.ID, 1, maxID, "id")
	c.text(r.Title, "title")
	c.number(r.PacketsPerSecond, maxRate, "packets_per_second")
	c.number(r.Kbps, maxKbps, "kbps")
	c.amount(r.Packets, math.MaxInt32, "packets")
	c.must(r.Duration > 0 && r.Duration <= maxRun, "duration_ns")
	c.must(r.Probing >= 0 && r.Probing <= r.Duration, "probing_ns")
}

func (r *RunEnded) check(c *checker) { c.visible(r.ID, 1, maxID, "id") }

func (l *Leg) check(c *checker) {
	c.word(string(l.Path), "path")
	c.word(string(l.Family), "family")
	c.number(l.Rate, netcheck.MaxRate, "rate")
	c.amount(l.Size, netcheck.MaxSize, "size")
	if l.Video != nil {
		c.number(l.Video.StartKbps, maxKbps, "video.start")
		c.number(l.Video.MaxKbps, maxKbps, "video.max")
	}
	c.must(len(l.Servers) <= maxServers, "servers")
	for _, u := range l.Servers {
		c.visible(u, 1, maxURL, "servers")
	}
	c.must(l.Timeout > 0 && l.Timeout <= maxTimeout, "timeout_ns")
}

func (s *Signal) check(c *checker) {
	c.must(s.contents() <= 1, "contents")
	if d := s.Description; d != nil {
		c.must(d.Type == "offer" || d.Type == "answer", "description.type")
		c.must(len(d.SDP) > 0 && len(d.SDP) <= MaxDescription && utf8.ValidString(d.SDP), "description.sdp")
	}
	c.must(len(s.Candidate) <= MaxCandidate && printable(s.Candidate), "candidate")
	if s.Confirm != nil {
		c.hex(s.Confirm.Own, "confirm.own")
		c.hex(s.Confirm.Other, "confirm.other")
	}
	if s.Failure != nil {
		c.word(string(s.Failure.Code), "failure.code")
		c.text(s.Failure.Text, "failure.text")
		c.text(s.Failure.Advice, "failure.advice")
	}
}

// printable is visible with spaces.
func printable(s string) bool { return visible(strings.ReplaceAll(s, " ", "")) }

func (m *Mirror) check(c *checker) {
	c.visible(m.Run, 1, maxID, "run")
	c.must(len(m.Data) <= MaxMirror, "data")
}

func (l *Leave) check(c *checker) {
	c.word(l.Code, "code")
	c.text(l.Text, "text")
}
