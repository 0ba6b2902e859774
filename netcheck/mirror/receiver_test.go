package mirror_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/mirror"
	"echopath/netcheck/signaling"
)

// parts makes the parts of a stream by hand.
type parts struct {
	out  bytes.Buffer
	w    *flate.Writer
	next uint32
}

func newParts() *parts {
	p := &parts{}
	p.w, _ = flate.NewWriter(&p.out, flate.DefaultCompression)
	return p
}

func (p *parts) part(text string, last bool) signaling.Mirror {
	p.out.Reset()
	_, _ = p.w.Write([]byte(text))
	if last {
		_ = p.w.Close()
	} else {
		_ = p.w.Flush()
	}
	m := signaling.Mirror{Run: "run", Part: p.next, Data: bytes.Clone(p.out.Bytes()), Last: last}
	p.next++
	return m
}

const note = `{"v":1,"seq":1,"at_us":1,"type":"noted","body":{"text":"x"}}` + "\n"

func TestReceiverRefuses(t *testing.T) {
	step := strings.Replace(note, "noted", "step_done", 1)
	tests := map[string]struct {
		change func(p *parts) []signaling.Mirror
		want   string
	}{
		"another run": {func(p *parts) []signaling.Mirror { m := p.part(note, false); m.Run = "b"; return []signaling.Mirror{m} }, "another run"},
		"a hole":      {func(p *parts) []signaling.Mirror { p.next = 1; return []signaling.Mirror{p.part(note, false)} }, "part 1 follows on 0"},
		"a part twice": {func(p *parts) []signaling.Mirror {
			m := p.part(note, false)
			return []signaling.Mirror{m, m}
		}, "part 0 follows on 1"},
		"after the end": {func(p *parts) []signaling.Mirror {
			return []signaling.Mirror{p.part(note, true), {Run: "run", Part: 1}}
		}, "after its end"},
		"a part that is cut": {func(p *parts) []signaling.Mirror {
			m := p.part(note, false)
			m.Data = m.Data[:len(m.Data)-1]
			return []signaling.Mirror{m}
		}, "cut off"},
		"no part":       {func(*parts) []signaling.Mirror { return []signaling.Mirror{{Run: "run"}} }, "cut off"},
		"half an event": {func(p *parts) []signaling.Mirror { return []signaling.Mirror{p.part(note[:20], true)} }, "not complete"},
		"not an event":  {func(p *parts) []signaling.Mirror { return []signaling.Mirror{p.part("{}\n", false)} }, "version"},
		"a newer event": {func(p *parts) []signaling.Mirror { return []signaling.Mirror{p.part(`{"v":2}`+"\n", false)} }, "version 2"},
		"a bomb": {func(p *parts) []signaling.Mirror {
			return []signaling.Mirror{p.part(strings.Repeat(" ", 1<<20), false)}
		}, "KiB"},
		"too many steps": {func(p *parts) (all []signaling.Mirror) { return many(p, step, 2100, 100) }, "2000 steps"},
		"a line that never ends": {func(p *parts) (all []signaling.Mirror) {
			return many(p, strings.Repeat("x", 100<<10), 50, 1)
		}, "1024 KiB"},
		"too large a part": {func(*parts) []signaling.Mirror {
			return []signaling.Mirror{{Run: "run", Data: make([]byte, signaling.MaxMirror+1)}}
		}, "at most"},
		"the end in the middle": {func(p *parts) []signaling.Mirror {
			m := p.part(note, true)
			m.Last, m.Data = false, append(m.Data, 0, 0, 0xff, 0xff)
			return []signaling.Mirror{m}
		}, "in the middle"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := mirror.NewReceiver("run", func(netcheck.Event) {})
			var err error
			for _, m := range tt.change(newParts()) {
				if err = r.Take(m); err != nil {
					break
				}
			}
			if !errors.Is(err, mirror.ErrStream) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if again := r.Take(newParts().part(note, false)); !errors.Is(again, err) {
				t.Errorf("a stream that was given up goes on: %v", again)
			}
		})
	}
}

// many makes parts of a text n times, so many in each.
func many(p *parts, text string, n, each int) (all []signaling.Mirror) {
	for range n / each {
		all = append(all, p.part(strings.Repeat(text, each), false))
	}
	return all
}

// most is how many rows an event may have.
func most(e netcheck.Event) int {
	if _, pictures := e.Body.(netcheck.FramesDecided); pictures {
		return netcheck.MaxFrameBlock
	}
	return netcheck.MaxBlock
}

func rowsIn(e netcheck.Event) int {
	switch b := e.Body.(type) {
	case netcheck.FramesDecided:
		return len(b.Frames)
	case netcheck.PacketsDecided:
		return len(b.Packets)
	case netcheck.PathStarted:
		return len(b.Servers)
	case netcheck.SessionStarted:
		return max(len(b.Plan.Target.Servers), len(b.Granted.Target.Servers), len(b.Plan.Paths))
	}
	return 0
}

// costly are streams of two parts that are meant to cost as much as they can.
func costly() []string {
	event := func(kind, body string) string {
		return `{"v":1,"path":"direct","type":"` + kind + `","body":{` + body + "}}\n"
	}
	list := func(element string, n int) string {
		return "[" + strings.Repeat(element+",", n-1) + element + "]"
	}
	return []string{
		event("session_started", `"plan":{"target":{"servers":`+list("{}", 60_000)+"}}"),
		event("session_started", `"granted":{"paths":`+list(`"direct"`, 30)+"}"),
		event("path_started", `"servers":`+list(`""`, 60_000)),
		strings.Repeat(event("path_started", `"servers":`+list(`""`, 64)), 50),
		event("packets_decided", `"packets":`+list("[]", 60_000)),
		event("packets_decided", `"packets":`+list(`[0,0,0,0,0,0,0,0,0,"ok",""]`, 1000)),
		event("frames_decided", `"frames":`+list(`[0,0,0,0,0,0,0,0,false,null,0,0,0,0,0]`, 300)),
		event("probe_ended", `"loss":{"carriers":`+list(`{"carrier":"srtp"}`, 60)+"}"),
		event("noted", `"x":`+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)),
		event("noted", `"text":"`+strings.Repeat(`\u001b`, 10_000)+`"`),
		strings.Repeat(event("noted", ""), 300),
		strings.Repeat(event("step_done", ""), 2001),
		strings.Repeat(event("sample_taken", `"sample":{"carrier":"a"}`)+event("sample_taken", `"sample":{"carrier":"b"}`), 100),
		strings.Replace(event("packets_decided", `"servers":`+list(`""`, 200)), `"body"`, `"TYPE":"path_started","body"`, 1),
	}
}

// Whatever comes, the receiver takes it or says why not, and never hands over more than a stream may hold.
func FuzzTake(f *testing.F) {
	p := newParts()
	f.Add(p.part(note, false).Data, p.part(note+note, true).Data, true)
	f.Add([]byte{0, 0, 0xff, 0xff}, []byte{}, false)
	s := mirror.NewSender("run", func(_ context.Context, m signaling.Message) error {
		f.Add(m.Mirror.Data, m.Mirror.Data, true)
		return nil
	})
	for i := range 300 {
		s.Observe(sample(i))
	}
	if err := s.Close(f.Context()); err != nil {
		f.Fatal(err)
	}
	for _, text := range costly() {
		p := newParts()
		half := len(text) / 2
		f.Add(p.part(text[:half], false).Data, p.part(text[half:], true).Data, true)
	}
	f.Fuzz(func(t *testing.T, one, two []byte, last bool) {
		size := 0
		r := mirror.NewReceiver("run", func(e netcheck.Event) {
			b, err := json.Marshal(e)
			if err != nil {
				t.Errorf("an event that can not be stored: %v", err)
			}
			if size += len(b); most(e) < rowsIn(e) {
				t.Errorf("%d rows in one event", rowsIn(e))
			}
		})
		first := r.Take(signaling.Mirror{Run: "run", Data: one})
		second := r.Take(signaling.Mirror{Run: "run", Part: 1, Data: two, Last: last})
		if first != nil && second == nil {
			t.Error("a stream that was given up goes on")
		}
		if size > 64<<20 {
			t.Errorf("%d bytes of events", size)
		}
		if r.Ended() != (second == nil && last) {
			t.Errorf("ended %v after %v", r.Ended(), second)
		}
	})
}
