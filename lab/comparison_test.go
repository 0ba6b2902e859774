package lab

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	data "echopath/lab/scenario"
	"echopath/lab/wire"
)

// figuresReport is what the comparison reads of a report's figures.
type figuresReport struct {
	Granted struct {
		Rate    int     `json:"rate"`
		WarmupS float64 `json:"warmup_s"`
	} `json:"granted"`
	Paths []struct {
		Path     string           `json:"path"`
		Carriers []carrierFigures `json:"carriers"`
		Pair     struct {
			Drops    *int `json:"socket_drops"`
			FarDrops *int `json:"far_socket_drops"`
		} `json:"pair_check"`
	} `json:"paths"`
}

type carrierFigures struct {
	Carrier string     `json:"carrier"`
	Up      wayFigures `json:"up"`
	Down    wayFigures `json:"down"`
	Self    struct {
		Missed  int `json:"missed_sends"`
		Skipped int `json:"skipped_sender"`
	} `json:"self_check"`
}

// carrier gives the figures of one carrier, or nil.
func (f figuresReport) carrier(path, carrier string) *carrierFigures {
	for i, p := range f.Paths {
		for k, c := range p.Carriers {
			if p.Path == path && c.Carrier == carrier {
				return &f.Paths[i].Carriers[k]
			}
		}
	}
	return nil
}

type wayFigures struct {
	Sent, Lost, Duplicate, Reordered *int
	IPDV                             *float64 `json:"ipdv_mean_abs_ms"`
}

// counts takes what is not known for 0, as it is for duplicates on the data channel.
func (w wayFigures) counts() WayCounts {
	n := func(v *int) int {
		if v == nil {
			return 0
		}
		return *v
	}
	return WayCounts{Sent: n(w.Sent), Lost: n(w.Lost), Duplicate: n(w.Duplicate), Reordered: n(w.Reordered)}
}

// comparison holds a report against a link's log.
type comparison struct {
	t        *testing.T
	scenario data.Scenario
	report   Report
	figures  figuresReport
	rows     []Row
	up, down []wire.Record
}

// link tells how late packets left the link: what its own computer added to what was asked.
func (c *comparison) link() {
	c.t.Helper()
	for _, records := range [][]wire.Record{c.up, c.down} {
		var late []time.Duration
		for i := range records {
			if records[i].Departed != wire.Never {
				late = append(late, records[i].Departed-records[i].Due)
			}
		}
		if slices.Sort(late); len(late) > 0 {
			c.t.Logf("link %s: %d packets left late by p50 %v, p99 %v, at most %v", records[0].Direction, len(late), late[len(late)/2], late[len(late)*99/100],
				late[len(late)-1])
		}
	}
}

// carrier compares every packet of one carrier, the sums, and the round trip.
func (c *comparison) carrier(path, carrier string) {
	c.t.Helper()
	var rows []Row
	for _, row := range c.rows {
		if row.Path == path && row.Carrier == carrier {
			rows = append(rows, row)
		}
	}
	size, warmup := c.scenario.Plan.Size, int(c.figures.Granted.WarmupS*float64(c.figures.Granted.Rate)+0.5)
	tr, err := Match(rows, warmup, Probes(c.up, carrier, size), Probes(c.down, carrier, size), carrier)
	if carrier == "datachannel" && c.troubled() {
		c.tell(carrier, rows)
		return
	}
	if err != nil {
		c.t.Errorf("%s: the rows can not be matched with the link's packets: %v", carrier, err)
		return
	}
	c.statuses(carrier, tr)
	c.sums(path, carrier, tr)
	c.roundTrip(carrier, tr)
	c.variation(path, carrier, tr)
}

// variation holds the mean variation of the delay from packet to packet (RFC 3393) against the link's own, each way.
func (c *comparison) variation(path, carrier string, tr Truth) {
	c.t.Helper()
	f := c.figures.carrier(path, carrier)
	if f == nil {
		return
	}
	up, down := tr.Variations()
	for _, w := range []struct {
		name string
		says *float64
		link time.Duration
	}{{"up", f.Up.IPDV, up}, {"down", f.Down.IPDV, down}} {
		if w.says == nil {
			c.t.Errorf("%s: no variation of the delay %s", carrier, w.name)
			continue
		}
		said := time.Duration(*w.says * float64(time.Millisecond))
		c.t.Logf("%s: the delay %s varies by %v on average, on the link by %v", carrier, w.name, said, w.link)
		if !c.scenario.Expect.RoundTrip || c.busy() {
			continue
		}
		if off := (said - w.link).Abs(); off > max(rttError, time.Duration(rttShare*float64(w.link))) {
			c.t.Errorf("%s: the variation of the delay %s is off by %v", carrier, w.name, off)
		}
	}
}

// troubled tells whether the data channel's own figures are other ones than the network's, as the report explains: where packets overtake
// each other it throws away what comes late, and at a bottleneck it holds back what it has.
func (c *comparison) troubled() bool {
	troubles := func(w data.Way) bool {
		return w.Reorder.Share > 0 || w.Jitter.Spread != wire.NoSpread && !w.Jitter.InOrder || w.Duplicate > 0 || w.Rate.Kbps > 0
	}
	return troubles(c.scenario.Up) || troubles(c.scenario.Down)
}

// stream wants no loss where the way to the relay repairs it, however much the link loses, and the word that it shows as delay. What is in
// a stream can not be told apart on the link.
func (c *comparison) stream(path, carrier string) {
	c.t.Helper()
	f, p := c.figures.carrier(path, carrier), c.report.Path(path)
	if f == nil || p == nil {
		c.t.Errorf("%s has no figures", carrier)
		return
	}
	up, down := f.Up.counts(), f.Down.counts()
	c.t.Logf("%s: up %+v, down %+v; of the stream's packets %v; the note: %s", carrier, up, down, wire.Count(wire.Select(c.up, wire.Selector{Protocol: wire.TCP})).ByFate, p.Note)
	if up.Lost != 0 || down.Lost != 0 || up.Sent == 0 {
		c.t.Errorf("%s: %+v up and %+v down over a stream, which loses nothing", carrier, up, down)
	}
	if !strings.Contains(p.Note, "loss on it appears as delay") {
		c.t.Errorf("%s does not say that loss appears as delay: %q", path, p.Note)
	}
}

func (c *comparison) statuses(carrier string, tr Truth) {
	c.t.Helper()
	wrong := 0
	for i, want := range tr.Statuses() {
		if got := tr.Rows[i].Status; got != want {
			if wrong++; wrong <= 3 {
				c.t.Errorf("%s: packet %d is %s in packets.csv, and the link made it %s", carrier, tr.Rows[i].Seq, got, want)
			}
		}
	}
	if wrong > 3 {
		c.t.Errorf("%s: %d of %d packets are told wrong", carrier, wrong, len(tr.Rows))
	}
}

func (c *comparison) sums(path, carrier string, tr Truth) {
	c.t.Helper()
	f := c.figures.carrier(path, carrier)
	if f == nil {
		c.t.Errorf("%s has no figures", carrier)
		return
	}
	up, down := f.Up.counts(), f.Down.counts()
	wantUp, wantDown := tr.Counts()
	if up != wantUp || down != wantDown {
		pair := c.figures.Paths[0].Pair
		c.t.Errorf("%s: the report says %+v up and %+v down, the link %+v and %+v; socket drops %v here, %v there", carrier, up, down, wantUp, wantDown,
			value(pair.Drops), value(pair.FarDrops))
	}
	c.t.Logf("%s: up %+v, down %+v; link up %+v, down %+v", carrier, up, down, wantUp, wantDown)
}

func value(n *int) string {
	if n == nil {
		return "unknown"
	}
	return fmt.Sprint(*n)
}

// The round trip's bound: what the two computers and their kernels may add.
const (
	rttError = 500 * time.Microsecond
	rttShare = 0.01
)

// roundTrip holds the median of the rows' round trips against the link's own.
func (c *comparison) roundTrip(carrier string, tr Truth) {
	c.t.Helper()
	over, link := tr.Overheads()
	if len(over) == 0 {
		c.t.Errorf("%s: no packet has a round trip", carrier)
		return
	}
	at := func(list []time.Duration, percent int) time.Duration {
		return list[min(len(list)-1, len(list)*percent/100)]
	}
	c.t.Logf("%s: the link's own round trip p50 %v, p95 %v; the program's is longer by p50 %v, p95 %v, p99 %v, at least %v", carrier, at(link, 50), at(link, 95),
		at(over, 50), at(over, 95), at(over, 99), over[0])
	if !c.scenario.Expect.RoundTrip || c.busy() {
		return
	}
	bound := max(rttError, time.Duration(rttShare*float64(at(link, 50))))
	if median := at(over, 50); median > bound || median < 0 {
		c.t.Errorf("%s: round trips are %v longer than the link made them, want at most %v", carrier, median, bound)
	}
	if over[0] < -10*time.Microsecond {
		c.t.Errorf("%s: a round trip is %v shorter than the link made it", carrier, -over[0])
	}
}

// tell logs a carrier whose figures are not those of the network.
func (c *comparison) tell(carrier string, rows []Row) {
	c.t.Helper()
	own := map[string]int{}
	for _, row := range rows {
		own[row.Status]++
	}
	size := c.scenario.Plan.Size
	c.t.Logf("%s: its own rows %v; messages alone in their packets: link %v up, %v down", carrier, own, wire.Count(Probes(c.up, carrier, size)).ByFate,
		wire.Count(Probes(c.down, carrier, size)).ByFate)
}

// busy tells whether this computer stood still while it measured: it then says so, and what it says of time and in words is its own
// trouble. What became of the packets that it sent is compared all the same.
func (c *comparison) busy() bool {
	missed := 0
	for _, p := range c.figures.Paths {
		for _, f := range p.Carriers {
			missed = max(missed, f.Self.Missed-f.Self.Skipped)
		}
	}
	return slices.ContainsFunc(c.report.Paths, func(p PathResult) bool {
		return p.ReasonCode == "computer_busy" || p.ReasonCode == "sender_limited" && missed > 0
	})
}

// words compares state and findings.
func (c *comparison) words() {
	c.t.Helper()
	for _, name := range c.scenario.Plan.Paths {
		p := c.report.Path(name)
		if p == nil {
			c.t.Errorf("no word about %s", name)
			continue
		}
		if c.busy() {
			c.t.Logf("%s: this computer was too busy, so neither times nor words are compared: %s", name, p.Reason)
			return
		}
		if !slices.Contains(c.scenario.Expect.States, p.State) {
			c.t.Errorf("%s is %s (%s: %s), want one of %q", name, p.State, p.ReasonCode, p.Reason, c.scenario.Expect.States)
		}
	}
	for _, id := range c.scenario.Expect.Findings {
		if c.report.Finding(id) == nil {
			c.t.Errorf("the finding %s is missing", id)
		}
	}
	for _, id := range c.scenario.Expect.Without {
		if f := c.report.Finding(id); f != nil {
			c.t.Errorf("the finding %s is there: %s %s", id, f.Title, f.Detail)
		}
	}
	for _, f := range c.report.Verdict.Findings {
		c.t.Logf("finding %s (%s): %s. %s", f.ID, f.Severity, f.Title, f.Detail)
	}
}
