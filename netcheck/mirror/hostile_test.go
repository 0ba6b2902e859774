package mirror

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

const row = `[0,0,0,0,0,0,0,0,0,"ok",""]`

// packed makes parts of a text as small as they can be.
func packed(text string) (parts []signaling.Mirror) {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression) // the level is known
	for n := uint32(0); len(text) > 0; n++ {
		piece := text[:min(len(text), maxPart)]
		text = text[len(piece):]
		_, _ = w.Write([]byte(piece))
		_ = w.Flush()
		parts = append(parts, signaling.Mirror{Run: "run", Part: n, Data: bytes.Clone(out.Bytes())})
		out.Reset()
	}
	return parts
}

// line is an event of a kind.
func line(kind, body string) string {
	return `{"v":1,"path":"direct","type":"` + kind + `","body":{` + body + "}}\n"
}

// list is a list of the same element, n times.
func list(element string, n int) string {
	return "[" + strings.Repeat(element+",", n-1) + element + "]"
}

// carriers are samples of so many carriers.
func carriers(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line("sample_taken", fmt.Sprintf(`"sample":{"carrier":"c%d"}`, i)))
	}
	return b.String()
}

// hostile are streams that are meant to cost more than they may, and what is said of each.
func hostile() map[string]struct{ text, want string } {
	const few = (1<<20 - 1000) / 3 // of "{}," in the longest line
	return map[string]struct{ text, want string }{
		"servers":              {line("session_started", `"plan":{"target":{"servers":`+list("{}", few)+"}}"), "more than 4096"},
		"some servers":         {line("session_started", `"granted":{"target":{"servers":`+list("{}", maxList+1)+"}}"), "65 of them in one list"},
		"pins":                 {line("session_started", `"plan":{"target":{"servers":`+list(`{"trust":{"pins":`+list(`"`+strings.Repeat("0", 64)+`"`, 60)+"}}", 60)+"}}"), "an event without rows"},
		"names of servers":     {line("path_started", `"servers":`+list(`""`, few)), "more than 4096"},
		"results":              {line("probe_ended", `"loss":{"carriers":`+list("{}", 4000)+"}"), "4000 of them in one list"},
		"packets":              {line("packets_decided", `"packets":`+list(row, netcheck.MaxBlock+1)), "more than 4096"},
		"empty packets":        {line("packets_decided", `"packets":`+list("[]", few)), "more than 4096"},
		"pictures":             {line("frames_decided", `"frames":`+list(`[0,0,0,0,0,0,0,0,false,null,0,0,0,0,0]`, netcheck.MaxFrameBlock+1)), "300 pictures"},
		"fields of rows":       {line("packets_decided", `"packets":`+list(list("0", 100), 4000)), "more than 4096"},
		"depth":                {line("noted", `"x":`+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)), "inside one another"},
		"a long text":          {line("noted", `"text":"`+strings.Repeat("x", maxSmall)+`"`), "an event without rows"},
		"rows of another kind": {line("session_ended", `"packets":`+list(row, 200)), "an event without rows"},
		"another name of type": {strings.Replace(line("packets_decided", `"servers":`+list(`""`, 200)), `"body"`, `"TYPE":"path_started","body"`, 1), "an event without rows"},
		"a type said twice":    {strings.Replace(line("packets_decided", `"servers":`+list(`""`, 200)), `"body"`, `"type":"path_started","body"`, 1), "an event without rows"},
		"carriers":             {carriers(1000), "8 carriers"},
		"carriers of results":  {line("probe_ended", `"loss":{"carriers":[{"carrier":"`+strings.Repeat("x", 100)+`"}]}`), "too long"},
		"a long path":          {strings.Replace(line("noted", ""), "direct", strings.Repeat("x", 100), 1), "too long"},
		"paths":                {line("session_started", `"granted":{"paths":`+list(`"direct"`, 60)+"}"), "16 paths"},
		"two beginnings":       {strings.Repeat(line("session_started", ""), 2), "begins twice"},
		"two ends":             {strings.Repeat(line("session_ended", ""), 2), "ends twice"},
		"steps":                {strings.Repeat(line("step_done", ""), maxSteps+1), "2000 steps"},
		"long steps":           {strings.Repeat(line("step_done", `"detail":"`+strings.Repeat("x", 60_000)+`"`), 40), "2 MiB"},
		"a text in an error":   {line(strings.Repeat("x", 60_000), ""), "unknown type"},
		"short events":         {strings.Repeat(line("noted", ""), 20_000), "a second"},
		"empty lists":          {strings.Repeat(line("path_started", `"servers":`+list(`""`, maxList)), 5_000), "a second"},
		"short rows":           {strings.Repeat(line("packets_decided", `"packets":`+list("[]", 2000)), 10), "0 fields"},
	}
}

// takeAll takes parts until one is refused.
func takeAll(r *Receiver, parts []signaling.Mirror) error {
	for _, m := range parts {
		if err := r.Take(m); err != nil {
			return err
		}
	}
	return nil
}

// A few kilobytes do not become much in memory, whatever they are, and who watches is told why no more is shown.
func TestHostileStreams(t *testing.T) {
	standstill := func() time.Time { return time.Time{} }
	for name, tt := range hostile() {
		t.Run(name, func(t *testing.T) {
			parts := packed(tt.text)
			var report netcheck.Report
			var last netcheck.Event
			a := NewAllowance(standstill)
			a.owe(peakBurst - 4<<20) // more than any of them needs that is refused for something else
			r := a.NewReceiver("run", func(e netcheck.Event) {
				bounded(t, reflect.ValueOf(e.Body))
				report = netcheck.Fold(report, e)
				last = e
			})
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			err := takeAll(r, parts)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrStream) || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 2*maxReason {
				t.Errorf("error %.500v, want a short one with %q", err, tt.want)
			}
			if note, ok := last.Body.(netcheck.Noted); !ok || !strings.Contains(note.Text, tt.want) {
				t.Errorf("the last that is shown is %.500v, want a remark with %q", last, tt.want)
			}
			held := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 10
			if held > 8<<10 {
				t.Errorf("%d KiB are held", held)
			}
			wire := 0
			for _, m := range parts {
				wire += len(m.Data)
			}
			t.Logf("%d bytes in %d messages, unpacked %d KiB: %d KiB held, %d KiB allocated on the way", wire, len(parts), len(tt.text)>>10,
				held, (after.TotalAlloc-before.TotalAlloc)>>10)
			runtime.KeepAlive(report)
		})
	}
}

// bounded checks the lists and texts of an event.
func bounded(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Slice:
		most := maxList
		switch v.Interface().(type) {
		case []byte:
			return
		default:
			if name := v.Type().Elem().String(); name == "stats.Packet" || name == "stats.Frame" {
				most = netcheck.MaxBlock
			}
		}
		if v.Len() > most {
			t.Errorf("a list of %d %v", v.Len(), v.Type())
		}
		if most == maxList {
			for i := range v.Len() {
				bounded(t, v.Index(i))
			}
		}
	case reflect.String:
		if v.Len() > maxSmall {
			t.Errorf("a text of %d bytes", v.Len())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				bounded(t, v.Field(i))
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			bounded(t, v.Elem())
		}
	}
}

// What the scan counts is never less than what a decoder finds.
func FuzzScan(f *testing.F) {
	for _, tt := range hostile() {
		if len(tt.text) < 1<<12 {
			f.Add(tt.text)
		}
	}
	f.Add(`{"a\"[,":[1,"\\",{"b":[[],[{}]]}],"c":",,,"}`)
	f.Fuzz(func(t *testing.T, s string) {
		got, err := scan([]byte(s))
		if err != nil || !json.Valid([]byte(s)) {
			return
		}
		var v any
		if json.Unmarshal([]byte(s), &v) != nil {
			return
		}
		values, longest, depth := found(v)
		if values > got.values+1 || longest > got.list || depth > maxDepth {
			t.Errorf("%q: %d values, a list of %d, depth %d; counted %+v", s, values, longest, depth, got)
		}
	})
}

// found counts what has been decoded.
func found(v any) (values, longest, depth int) {
	values = 1
	add := func(element any) {
		n, l, d := found(element)
		values, longest, depth = values+n, max(longest, l), max(depth, d)
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			add(e)
		}
		longest, depth = max(longest, len(v)), depth+1
	case map[string]any:
		for _, e := range v {
			add(e)
		}
		longest, depth = max(longest, len(v)), depth+1
	}
	return values, longest, depth
}
