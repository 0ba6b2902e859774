package control_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/control"
)

func order() control.Order {
	return control.Order{Probe: "loss", Session: 7, Carriers: []string{"datachannel", "srtp"}, Rate: 100, Size: 200, Packets: 1000, Warmup: 50}
}

func TestMessagesSurvive(t *testing.T) {
	o := order()
	for name, m := range map[string]control.Message{
		"order":   {ID: 1, Order: &o},
		"grant":   {ID: math.MaxUint32, Grant: &control.Grant{ClockStart: math.MaxUint64, ClockResolution: 100}},
		"refusal": {ID: 2, Refusal: &control.Refusal{Code: "no_carrier", Text: "none"}},
		"finish":  {ID: 3, Finish: &control.Finish{}},
		"video":   {ID: 5, Video: &control.Video{MaxKbps: control.MaxVideoKbps, First: math.MaxUint16}},
		"account": {ID: 6, Returned: &control.Returned{PacketsSent: 9, BytesSent: 1 << 53, PacketsReceived: 3, Expected: 4, OwnKbps: 1.5, Last: true}},
		"call": {ID: 7, Call: &control.Call{MaxKbps: control.MaxVideoKbps, StartKbps: 1, Width: control.MaxCallWidth, Height: control.MaxCallHeight,
			FPS: control.MaxCallFPS, FixedSize: true, Duration: control.MaxCallDuration, First: math.MaxUint16, Source: "camera"}},
		"terms":        {ID: 8, Grant: &control.Grant{Call: &control.CallTerms{Width: 320, Height: 180, FPS: 15, First: 9, Source: "synthetic"}}},
		"call account": {ID: 9, Account: &control.CallAccount{FramesSent: 1 << 53, FrozenUS: 5, TargetKbps: 1.5, Ended: true, Last: true, Width: 320, Height: 180}},
		"counters": {ID: 4, Counters: &control.Counters{Pair: control.PairCounters{Drops: 3, DropsKnown: true},
			Carriers: []control.CarrierCounters{{Carrier: "srtp", Received: 5, DwellP95: 6}}}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := control.Encode(m)
			if err != nil || control.IsBlock(b) {
				t.Fatalf("%s, %v", b, err)
			}
			got, err := control.Decode(b)
			m.V = control.Version
			if err != nil || !reflect.DeepEqual(got, m) {
				t.Errorf("%s came back as %+v, %v", b, got, err)
			}
		})
	}
}

func TestOrdersAreBounded(t *testing.T) {
	tests := []struct {
		name   string
		change func(*control.Order)
		ok     bool
	}{
		{"sound", func(*control.Order) {}, true},
		{"the most of all", func(o *control.Order) {
			o.Rate, o.Size, o.Packets, o.Warmup = control.MaxRate, control.MaxSize, control.MaxPackets, control.MaxWarmup
		}, true},
		{"the least of all", func(o *control.Order) {
			o.Rate, o.Size, o.Packets, o.Warmup, o.Carriers = 0.001, control.MinSize, 1, 0, o.Carriers[:1]
		}, true},
		{"another probe", func(o *control.Order) { o.Probe = "flood" }, false},
		{"no probe", func(o *control.Order) { o.Probe = "" }, false},
		{"no carrier", func(o *control.Order) { o.Carriers = nil }, false},
		{"too many carriers", func(o *control.Order) { o.Carriers = strings.Split("abcde", "") }, false},
		{"a carrier twice", func(o *control.Order) { o.Carriers = []string{"srtp", "srtp"} }, false},
		{"rate 0", func(o *control.Order) { o.Rate = 0 }, false},
		{"negative rate", func(o *control.Order) { o.Rate = -1 }, false},
		{"rate too high", func(o *control.Order) { o.Rate = control.MaxRate * 1.01 }, false},
		{"too small", func(o *control.Order) { o.Size = control.MinSize - 1 }, false},
		{"too large", func(o *control.Order) { o.Size = control.MaxSize + 1 }, false},
		{"no packet", func(o *control.Order) { o.Packets = 0 }, false},
		{"too many packets", func(o *control.Order) { o.Packets = control.MaxPackets + 1 }, false},
		{"negative warm-up", func(o *control.Order) { o.Warmup = -1 }, false},
		{"too much warm-up", func(o *control.Order) { o.Warmup = control.MaxWarmup + 1 }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := order()
			tt.change(&o)
			b, err := control.Encode(control.Message{ID: 9, Order: &o})
			if err != nil {
				t.Fatal(err)
			}
			m, err := control.Decode(b)
			if (err == nil) != tt.ok || err != nil && !errors.Is(err, control.ErrMessage) {
				t.Errorf("error %v", err)
			}
			if m.ID != 9 || !tt.ok && m.Order != nil {
				t.Errorf("decoded %+v: an order that can not be used leaves its ID and nothing else", m)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	many, err := json.Marshal(control.Message{V: 1, ID: 9, Counters: &control.Counters{Carriers: make([]control.CarrierCounters, control.MaxCarriers+1)}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, in string
		id       uint32 // that is known all the same
	}{
		{"nothing", "", 0},
		{"no JSON", "{", 0},
		{"no message", "[]", 0},
		{"null", "null", 0},
		{"no body", `{"v":1,"id":9}`, 9},
		{"two bodies", `{"v":1,"id":9,"finish":{},"grant":{}}`, 9},
		{"a newer version", `{"v":2,"id":9,"finish":{}}`, 9},
		{"no version", `{"id":9,"finish":{}}`, 9},
		{"an id that is none", `{"v":1,"id":-9,"finish":{}}`, 0},
		{"too many carriers", string(many), 9},
		{"too large", `{"v":1,"id":9,"finish":{},"pad":"` + strings.Repeat("x", control.MaxMessage) + `"}`, 0},
		{"a video without a bitrate", `{"v":1,"id":9,"video":{}}`, 9},
		{"a video of too high a bitrate", `{"v":1,"id":9,"video":{"max_kbps":1e9}}`, 9},
		{"an account of too many packets", `{"v":1,"id":9,"returned":{"packets_sent":18446744073709551615}}`, 9},
		{"an account of more than could be expected", `{"v":1,"id":9,"returned":{"packets_received":2,"expected":1}}`, 9},
		{"an account with a negative bitrate", `{"v":1,"id":9,"returned":{"own_kbps":-1e308}}`, 9},
		{"a refusal that is a book", `{"v":1,"id":9,"refusal":{"text":"` + strings.Repeat("x", 600) + `"}}`, 9},
		{"a call of nothing", `{"v":1,"id":9,"call":{}}`, 9},
		{"a call that begins above its bitrate", call(`"start_kbps":2000`), 9},
		{"a call of too high a bitrate", call(`"max_kbps":1e6`), 9},
		{"a call of too large a picture", call(`"width":1920`), 9},
		{"a call without a height", call(`"height":0`), 9},
		{"a call of too few pictures", call(`"fps":1`), 9},
		{"a call without end", call(`"duration_ns":9000000000000000000`), 9},
		{"a call of a negative duration", call(`"duration_ns":-1`), 9},
		{"a call with a book", call(`"source":"` + strings.Repeat("x", 600) + `"`), 9},
		{"terms of nothing", `{"v":1,"id":9,"grant":{"call":{}}}`, 9},
		{"terms with a book", `{"v":1,"id":9,"grant":{"call":{"width":320,"height":180,"fps":15,"source":"` + strings.Repeat("x", 600) + `"}}}`, 9},
		{"a call's account of too many", `{"v":1,"id":9,"call_account":{"frames_shown":18446744073709551615}}`, 9},
		{"a call's account of more than could be expected", `{"v":1,"id":9,"call_account":{"packets_received":2,"expected":1}}`, 9},
		{"a call's account of more key frames than pictures", `{"v":1,"id":9,"call_account":{"key_frames":2}}`, 9},
		{"a call's account that froze for ever", `{"v":1,"id":9,"call_account":{"frozen_us":9000000000000000000}}`, 9},
		{"a call's account that froze backwards", `{"v":1,"id":9,"call_account":{"frozen_us":-1}}`, 9},
		{"a call's account of a negative bitrate", `{"v":1,"id":9,"call_account":{"target_kbps":-1}}`, 9},
		{"a call's account of a huge picture", `{"v":1,"id":9,"call_account":{"width":4000}}`, 9},
		{"text behind it", `{"v":1,"id":9,"finish":{}}{}`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := control.Decode([]byte(tt.in))
			if !errors.Is(err, control.ErrMessage) || !reflect.DeepEqual(m, control.Message{ID: tt.id}) {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

// call is an order of a call with one field changed.
func call(field string) string {
	sound := `"max_kbps":1000,"start_kbps":500,"width":640,"height":360,"fps":30,"duration_ns":10000000000`
	return `{"v":1,"id":9,"call":{` + sound + `,` + field + `}}` // of two fields with one name the last counts
}

func TestASoundCallIsTaken(t *testing.T) {
	if m, err := control.Decode([]byte(call(`"first":7`))); err != nil || m.Call == nil || m.Call.First != 7 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestDecodeIgnoresUnknownFields(t *testing.T) {
	m, err := control.Decode([]byte(`{"v":1,"id":9,"finish":{"mood":1},"colour":"red"}`))
	if err != nil || m.Finish == nil {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestEncodeTellsWhatItCanNot(t *testing.T) {
	o := order()
	o.Rate = math.NaN()
	if b, err := control.Encode(control.Message{Order: &o}); err == nil {
		t.Errorf("a rate that is no number was written: %s", b)
	}
}

func TestIsBlock(t *testing.T) {
	if control.IsBlock(nil) || control.IsBlock([]byte("{}")) || !control.IsBlock([]byte{1, 3}) {
		t.Error("blocks and messages are not told apart")
	}
}

// Whatever comes from a peer, Decode does not panic, and what it accepts is within the bounds and can be sent on.
func FuzzDecode(f *testing.F) {
	o := order()
	for _, m := range []control.Message{{ID: 1, Order: &o}, {Grant: &control.Grant{}}, {Refusal: &control.Refusal{}}, {Finish: &control.Finish{}}, {Counters: &control.Counters{}},
		{Video: &control.Video{MaxKbps: 1}}, {Returned: &control.Returned{Last: true}},
		{Call: &control.Call{MaxKbps: 1, StartKbps: 1, Width: 320, Height: 180, FPS: 15, Duration: time.Second}},
		{Grant: &control.Grant{Call: &control.CallTerms{Width: 320, Height: 180, FPS: 15}}}, {Account: &control.CallAccount{Last: true}}} {
		b, err := control.Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"v":1,"order":{"probe":"loss","carriers":["a","a"],"rate":1e308,"packets":9e99}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := control.Decode(b)
		if err != nil {
			if !errors.Is(err, control.ErrMessage) || m.Order != nil || m.Counters != nil || m.Video != nil || m.Returned != nil || m.Call != nil || m.Account != nil {
				t.Errorf("%+v, %v", m, err)
			}
			return
		}
		if o := m.Order; o != nil && !(o.Rate > 0 && o.Rate <= control.MaxRate && o.Packets <= control.MaxPackets && o.Size <= control.MaxSize &&
			len(o.Carriers) <= control.MaxCarriers) {
			t.Errorf("out of bounds: %+v", o)
		}
		if c := m.Call; c != nil && !(c.MaxKbps <= control.MaxVideoKbps && c.StartKbps > 0 && c.Width <= control.MaxCallWidth && c.Duration >= control.MinCallDuration &&
			c.Duration <= control.MaxCallDuration) {
			t.Errorf("out of bounds: %+v", c)
		}
		again, err := control.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if m2, err := control.Decode(again); err != nil && len(again) <= control.MaxMessage || err == nil && !reflect.DeepEqual(m, m2) {
			t.Errorf("%+v was written as %s, and that gives %+v, %v", m, again, m2, err)
		}
	})
}
