package netcheck

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEventJSONRefuses(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{"v":2,"seq":7,"type":"noted","body":{}}`, "version 2: this program reads version 1"},
		{`{"seq":7,"type":"noted","body":{}}`, "version 0"},
		{`{"v":1,"seq":7,"type":"path_teleported","body":{}}`, `event 7 has the unknown type "path_teleported"`},
		{`{"v":1,"seq":7,"type":"","body":{}}`, "unknown type"},
		{`{"v":1,"seq":7,"type":"noted"}`, "event 7 (noted)"},
		{`{"v":1,"seq":7,"type":"noted","body":[]}`, "event 7 (noted)"},
		{`{"v":1,"seq":7,"type":"path_ended","body":{"state":5}}`, "event 7 (path_ended)"},
		{`{"v":1,"seq":-1,"type":"noted","body":{}}`, "event:"},
		{`{"v":1,"seq":7,"at_us":9223372036854775807,"type":"noted","body":{}}`, "out of range"},
		{`{"v":1,"seq":7,"at_us":-9223372036854775807,"type":"noted","body":{}}`, "out of range"},
		{`[]`, "event:"},
	}
	for _, tt := range tests {
		var e Event
		if err := json.Unmarshal([]byte(tt.in), &e); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.in, err, tt.want)
		}
	}
}

func TestEventJSONIgnoresUnknownFields(t *testing.T) {
	var e Event
	err := json.Unmarshal([]byte(`{"v":1,"seq":3,"at_us":1500,"path":"stun","type":"noted","mood":"good","body":{"text":"x","colour":"red"}}`), &e)
	if want := (Event{Seq: 3, At: 1500 * time.Microsecond, Path: PathSTUN, Body: Noted{Text: "x"}}); err != nil || e != want {
		t.Errorf("%+v, %v; want %+v", e, err, want)
	}
}

func TestEventJSONRoundsDown(t *testing.T) {
	b, err := json.Marshal(Event{Seq: 1, At: 1999 * time.Nanosecond, Body: Noted{}})
	if err != nil || !strings.Contains(string(b), `"at_us":1,`) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestEventJSONNeedsABody(t *testing.T) {
	if b, err := json.Marshal(Event{Seq: 4}); err == nil {
		t.Errorf("an event without a body was written: %s", b)
	}
	if b, err := json.Marshal(Event{Seq: 4, Body: SessionStarted{Plan: Plan{Loss: LossPlan{Rate: math.NaN()}}}}); err == nil || !strings.Contains(err.Error(), "session_started") {
		t.Errorf("a rate that is no number was written: %s, %v", b, err)
	}
}

// Every body can be read back, and under the name that it is written with.
func TestEveryBodyHasItsType(t *testing.T) {
	bodies := []Body{SessionStarted{}, PathStarted{}, StepDone{}, PathConnected{}, ProbeStarted{}, SampleTaken{}, PacketsDecided{}, ProbeEnded{},
		PathEnded{}, Noted{}, SessionEnded{}, VideoSampleTaken{}, FramesDecided{}, VideoHappened{}, CallSampleTaken{},
		NetworkStarted{}, NetProbed{}, NetworkEnded{}}
	var names []string
	for _, b := range bodies {
		names = append(names, b.eventType())
		stored, err := json.Marshal(Event{Seq: 1, Body: b})
		if err != nil {
			t.Fatal(err)
		}
		var back Event
		if err := json.Unmarshal(stored, &back); err != nil || reflect.TypeOf(back.Body) != reflect.TypeOf(b) {
			t.Errorf("%s came back as %T, %v", stored, back.Body, err)
		}
	}
	slices.Sort(names)
	if known := slices.Sorted(maps.Keys(bodyTypes)); !slices.Equal(names, known) {
		t.Errorf("bodies %q, types that can be read %q", names, known)
	}
}

// rewritten reads an event and writes it again.
func rewritten(t *testing.T, b []byte) []byte {
	t.Helper()
	var e Event
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatalf("%s was written and can not be read: %v", b, err)
	}
	again, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func FuzzEventJSON(f *testing.F) {
	for name := range bodyTypes {
		f.Add(`{"v":1,"seq":1,"at_us":5,"path":"direct","type":"` + name + `","body":{}}`)
	}
	f.Add(`{"v":1,"seq":2,"type":"path_connected","body":{"local":{"local":{"type":"host","address":"127.0.0.1:4"},"remote":{"address":""}}}}`)
	f.Add(`{"v":1,"seq":2,"type":"session_started","body":{"started":"2026-01-02T03:04:05Z","granted":{"target":{"servers":[{"url":"turns:t","trust":{"pins":[]}}]}}}}`)
	f.Add(`{"v":1,"seq":2,"type":"sample_taken","body":{"sample":{"carrier":"srtp","index":-5}}}`)
	f.Add(`{"v":1,"seq":2,"type":"probe_ended","body":{"loss":{"carriers":[{"carrier":"srtp","stats":{"Up":{"Known":true}}}]}}}`)
	f.Add(`{"v":1,"seq":2,"type":"frames_decided","body":{"frames":[[7,-5,null,9,640,360,1,2,true,"shown",3,41.5,0.96,4,5]]}}`)
	f.Add(`{"v":1,"seq":2,"type":"video_sample_taken","body":{"sample":{"index":-5,"peer_kbps":-1}}}`)
	f.Add(`{"v":1,"seq":2,"type":"probe_ended","body":{"probe":"video","video":{"stats":{"frames_sent":90},"plan":{"fps":30}}}}`)
	f.Add(`{"v":1,"seq":2,"type":"call_sample_taken","body":{"sample":{"index":-5,"up":{"target_kbps":-1},"down":{"frozen_ns":9}}}}`)
	f.Add(`{"v":1,"seq":2,"type":"probe_ended","body":{"probe":"call","call":{"plan":{"fps":30},"span_ns":5,"up":{"known":true,"frames_sent":90,"frames_shown":-3}}}}`)
	f.Add(`{"v":1,"seq":2,"type":"network_started","body":{"probes":[{"id":"nat:4","kind":"nat"}]}}`)
	f.Add(`{"v":1,"seq":3,"type":"net_probed","body":{"result":{"id":"nat:4","kind":"nat","state":"ok","facts":{"nat":{"family":"4","mapping":"none","tests":[{"name":"a"}]}}}}}`)
	f.Fuzz(func(t *testing.T, s string) {
		var e Event
		if json.Unmarshal([]byte(s), &e) != nil {
			return
		}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("%q was read and can not be written: %v", s, err)
		}
		// The first reading leaves out what is empty; from then on nothing changes any more.
		second := rewritten(t, b)
		if third := rewritten(t, second); !bytes.Equal(second, third) {
			t.Errorf("%s, then %s", second, third)
		}
		r := Fold(Report{Paths: []PathReport{{Path: e.Path}}}, e)
		Judge(Fold(r, e))
	})
}
