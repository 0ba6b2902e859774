package stamp_test

import (
	"bytes"
	"slices"
	"testing"

	"echopath/netcheck/stamp"
)

// FuzzParse holds that what parses can be written again, to the same fields and the same length.
func FuzzParse(f *testing.F) {
	f.Add(unhex(f, goldenTest))
	f.Add(unhex(f, goldenReply))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := stamp.Parse(b)
		if err != nil {
			if stamp.Reflect(bytes.Clone(b), stamp.Reply{}) == nil {
				t.Fatalf("reflected what does not parse: %v", err)
			}
			return
		}
		if got, err := stamp.Parse(put(t, d, len(b))); err != nil || got != d {
			t.Fatalf("%+v came back as %+v, %v", d, got, err)
		}
		err = stamp.Reflect(b, stamp.Reply{Window: 6})
		if (err == nil) != (d.Kind == stamp.KindTest) {
			t.Fatalf("reflecting kind %d: %v", d.Kind, err)
		}
		if r, perr := stamp.Parse(b); err == nil && (perr != nil || r.Seq != d.Seq || r.Reply.Window != 7) {
			t.Fatalf("reflected: %+v, %v", r, perr)
		}
	})
}

// FuzzParseBlock holds that what parses is within the limits and survives being written and read again.
func FuzzParseBlock(f *testing.F) {
	f.Add(unhex(f, goldenBlock))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, entries, err := stamp.ParseBlock(b, nil)
		if err != nil {
			if entries != nil {
				t.Fatalf("entries with error %v", err)
			}
			return
		}
		if len(entries) != h.Count || h.Count > stamp.MaxEntries || cap(entries) > stamp.MaxEntries+stamp.MaxEntries/4 {
			t.Fatalf("%d entries, room for %d, count %d", len(entries), cap(entries), h.Count)
		}
		again, n := stamp.AppendBlock(nil, h, entries, 0)
		if n != len(entries) || len(again) > len(b) {
			t.Fatalf("%d of %d entries fit into %d of %d bytes", n, len(entries), len(again), len(b))
		}
		if h2, e2, err := stamp.ParseBlock(again, nil); err != nil || h2 != h || !slices.Equal(e2, entries) {
			t.Fatalf("%+v came back as %+v, %v", h, h2, err)
		}
	})
}
