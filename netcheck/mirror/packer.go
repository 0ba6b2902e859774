package mirror

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"slices"

	"echopath/netcheck"
)

// packer turns events into parts. The goroutine of the Sender owns it.
type packer struct {
	pending bytes.Buffer // lines that are not compressed yet
	out     bytes.Buffer
	deflate *flate.Writer
	next    uint32 // part
	total   int    // bytes of lines, as events count
	tally   tally
	told    []string // remarks
}

func (p *packer) init() {
	p.deflate, _ = flate.NewWriter(&p.out, flate.BestSpeed) // the level is known
}

func (p *packer) compress(b []byte, last bool) []byte {
	p.out.Reset()
	_, _ = p.deflate.Write(b) // into memory
	if last {
		_ = p.deflate.Close()
	} else {
		_ = p.deflate.Flush()
	}
	return slices.Clone(p.out.Bytes())
}

// reserve is the room that a stream keeps for what is neither rows nor samples.
const reserve = 4 << 20

// line adds an event. What can not be written, or is more than a stream may hold, is left out: the other end only looks on.
func (p *packer) line(e netcheck.Event) {
	e = withoutUsers(e)
	b, s, missing := lineOf(e)
	if b == nil {
		if missing != "" {
			p.remark(e, missing)
		}
		return
	}
	most, counts := maxStream, weight(e, len(b), s)
	if _, kind := measure(e); kind != kindOther {
		most -= reserve
	}
	switch {
	case p.total+counts > most:
		missing = "The other end sees no more of this run than its results: it has become too long for more."
	case p.tally.add(e, len(b)) != nil:
		missing = "The other end does not see all steps of this run: there are too many."
	default:
		p.add(b, counts)
	}
	if missing != "" {
		p.remark(e, missing)
	}
}

// lineOf writes an event, without its servers if they are too many for a line: only they are as many as a user likes. No line: it can
// not be written, or is too large all the same. A remark says what is missing.
func lineOf(e netcheck.Event) (line []byte, s shape, missing string) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, s, ""
	}
	if s, err = fits(line); err == nil {
		return line, s, ""
	}
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		b.Plan.Target.Servers, b.Granted.Target.Servers = nil, nil
		e.Body, missing = b, "The other end does not see the servers of this run: there are too many."
	case netcheck.PathStarted:
		b.Servers = nil
		e.Body, missing = b, "The other end does not see the servers of every path: there are too many."
	}
	if line, err = json.Marshal(e); err == nil {
		s, err = fits(line)
	}
	if err != nil {
		return nil, s, "The other end does not see all that is told of this run: some of it is too long."
	}
	return line, s, missing
}

func (p *packer) add(line []byte, weight int) {
	p.total += weight
	p.pending.Write(line)
	p.pending.WriteByte('\n')
}

// remark says once what is missing.
func (p *packer) remark(e netcheck.Event, missing string) {
	if slices.Contains(p.told, missing) {
		return
	}
	p.told = append(p.told, missing)
	note := netcheck.Event{At: e.At, Path: e.Path, Body: netcheck.Noted{Text: missing}}
	if b, err := json.Marshal(note); err == nil {
		p.add(b, weight(note, len(b), shape{}))
	}
}

// withoutUsers takes the user names of servers out of a plan: they are the user's own, and half of a credential. Passwords never
// marshal.
func withoutUsers(e netcheck.Event) netcheck.Event {
	b, ok := e.Body.(netcheck.SessionStarted)
	if !ok {
		return e
	}
	for _, plan := range []*netcheck.Plan{&b.Plan, &b.Granted} {
		plan.Target.Servers = slices.Clone(plan.Target.Servers)
		for i := range plan.Target.Servers {
			plan.Target.Servers[i].Username = ""
		}
	}
	e.Body = b
	return e
}
