package signaling_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

var sha = strings.Repeat("0a", 32)

func servers(n int) (list []signaling.Server) {
	for range n {
		list = append(list, signaling.Server{
			URL: "turns:host.example:443?transport=tcp", Username: "1795262400:guest", Password: "pass word", Pins: []string{sha},
		})
	}
	return list
}

// everyMessage has one of each kind, and of each content of a signal.
func everyMessage() map[string]signaling.Message {
	leg := testLeg()
	leg.ID, leg.Video, leg.Call, leg.Servers = 7, &netcheck.VideoLoad{StartKbps: 300, MaxKbps: 2500}, true, []string{"stun:192.0.2.1:3478"}
	signal := func(s signaling.Signal) signaling.Message { s.Leg = 7; return signaling.Message{Signal: &s} }
	return map[string]signaling.Message{
		"welcome": {Welcome: &signaling.Welcome{
			Servers: servers(16), Limits: signaling.Limits{PacketsPerSecond: 400, Kbps: 5000, Packets: 10000, Duration: time.Minute},
			Observed: netip.MustParseAddrPort("[2001:db8::1]:4000"), HostNAT: true, View: true,
			HostMapping: signaling.MappingDependent, PeerPortMin: 49152, PeerPortMax: 49407,
		}},
		"standing":  {Standing: &signaling.Standing{State: signaling.StandingQueued, Run: "r1", Position: 2, Of: 3, Code: "busy", Text: "Wait."}},
		"servers":   {Servers: &signaling.Servers{Servers: servers(1)}},
		"run":       {Run: &signaling.Run{ID: "r1", Title: "a <title> & more", PacketsPerSecond: 200, Kbps: 320, Packets: 2000, Duration: time.Minute, Probing: 15 * time.Second}},
		"run ended": {RunEnded: &signaling.RunEnded{ID: "r1"}},
		"leg":       {Leg: &leg},
		"mirror":    {Mirror: &signaling.Mirror{Run: "r1", Part: 3, Data: make([]byte, signaling.MaxMirror), Last: true}},
		"leave":     {Leave: &signaling.Leave{Code: string(signaling.CodeRemoved), Text: "Go."}},
		"description": signal(signaling.Signal{Description: &signaling.Description{
			Type: "offer", SDP: strings.Repeat("a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n", signaling.MaxDescription/45),
		}}),
		"candidate": signal(signaling.Signal{Candidate: "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host"}),
		"gathered":  signal(signaling.Signal{Gathered: true}),
		"confirm":   signal(signaling.Signal{Confirm: &signaling.Confirm{Own: sha, Other: sha}}),
		"failure":   signal(signaling.Signal{Failure: &signaling.Failure{Code: netcheck.ReasonNoPair, Text: "No.", Advice: "Do."}}),
		"end":       signal(signaling.Signal{End: true}),
	}
}

func TestRoundTrip(t *testing.T) {
	for name, m := range everyMessage() {
		b, err := signaling.Encode(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := signaling.Decode(b)
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, m)
		}
		if len(b) > signaling.MaxFrame-100 {
			t.Errorf("%s has %d bytes: no room for the envelope", name, len(b))
		}
	}
}

// outOfBounds are changes to the messages of everyMessage after which they are out of bounds.
var outOfBounds = []struct {
	name, of string
	change   func(m signaling.Message)
}{
	{"servers", "welcome", func(m signaling.Message) { m.Welcome.Servers = servers(17) }},
	{"mapping", "welcome", func(m signaling.Message) { m.Welcome.HostMapping = signaling.HostMapping(strings.Repeat("x", 41)) }},
	{"peer port", "welcome", func(m signaling.Message) { m.Welcome.PeerPortMax = 65536 }},
	{"peer ports", "welcome", func(m signaling.Message) { m.Welcome.PeerPortMin = m.Welcome.PeerPortMax + 1 }},
	{"server URL", "servers", func(m signaling.Message) { m.Servers.Servers[0].URL = strings.Repeat("x", 301) }},
	{"user", "servers", func(m signaling.Message) { m.Servers.Servers[0].Username = strings.Repeat("x", 513) }},
	{"password", "servers", func(m signaling.Message) { m.Servers.Servers[0].Password = strings.Repeat("x", 513) }},
	{"pin", "servers", func(m signaling.Message) { m.Servers.Servers[0].Pins[0] = "xyz" }},
	{"not a number", "run", func(m signaling.Message) { m.Run.Kbps = math.NaN() }},
	{"infinite", "run", func(m signaling.Message) { m.Run.PacketsPerSecond = math.Inf(1) }},
	{"negative", "run", func(m signaling.Message) { m.Run.Kbps = -1 }},
	{"negative packets", "run", func(m signaling.Message) { m.Run.Packets = -1 }},
	{"no duration", "run", func(m signaling.Message) { m.Run.Duration = 0 }},
	{"long duration", "run", func(m signaling.Message) { m.Run.Duration = 1 << 60 }},
	{"negative probing", "run", func(m signaling.Message) { m.Run.Probing = -1 }},
	{"probing beyond the run", "run", func(m signaling.Message) { m.Run.Probing = m.Run.Duration + 1 }},
	{"no run", "run", func(m signaling.Message) { m.Run.ID = "" }},
	{"run with a space", "run ended", func(m signaling.Message) { m.RunEnded.ID = "a b" }},
	{"long run", "run ended", func(m signaling.Message) { m.RunEnded.ID = strings.Repeat("x", 65) }},
	{"state", "standing", func(m signaling.Message) { m.Standing.State = "" }},
	{"position", "standing", func(m signaling.Message) { m.Standing.Position = -1 }},
	{"path", "leg", func(m signaling.Message) { m.Leg.Path = netcheck.Path(strings.Repeat("x", 41)) }},
	{"family", "leg", func(m signaling.Message) { m.Leg.Family = "IPv 4" }},
	{"rate", "leg", func(m signaling.Message) { m.Leg.Rate = 20001 }},
	{"size", "leg", func(m signaling.Message) { m.Leg.Size = 1151 }},
	{"bitrate", "leg", func(m signaling.Message) { m.Leg.Video.MaxKbps = math.NaN() }},
	{"servers of a leg", "leg", func(m signaling.Message) { m.Leg.Servers = make([]string, 17) }},
	{"timeout", "leg", func(m signaling.Message) { m.Leg.Timeout = -1 }},
	{"long timeout", "leg", func(m signaling.Message) { m.Leg.Timeout = time.Hour }},
	{"description", "description", func(m signaling.Message) { m.Signal.Description.SDP = strings.Repeat("x", 24<<10+1) }},
	{"no description", "description", func(m signaling.Message) { m.Signal.Description.SDP = "" }},
	{"type", "description", func(m signaling.Message) { m.Signal.Description.Type = "pranswer" }},
	{"candidate", "candidate", func(m signaling.Message) { m.Signal.Candidate = strings.Repeat("x", 513) }},
	{"candidate, 2 lines", "candidate", func(m signaling.Message) { m.Signal.Candidate = "a\r\nb=c" }},
	{"fingerprint", "confirm", func(m signaling.Message) { m.Signal.Confirm.Other = strings.Repeat("x", 64) }},
	{"failure code", "failure", func(m signaling.Message) { m.Signal.Failure.Code = "" }},
	{"two contents", "end", func(m signaling.Message) { m.Signal.Gathered = true }},
	{"part", "mirror", func(m signaling.Message) { m.Mirror.Data = make([]byte, signaling.MaxMirror+1) }},
	{"leave", "leave", func(m signaling.Message) { m.Leave.Code = "a code" }},
}

func TestBoundsOfMessages(t *testing.T) {
	for _, tt := range outOfBounds {
		m := everyMessage()[tt.of]
		tt.change(m)
		if b, err := signaling.Encode(m); !errors.Is(err, signaling.ErrMessage) || b != nil {
			t.Errorf("%s can be written: %v", tt.name, err)
		}
		b, err := json.Marshal(m)
		if err != nil {
			continue // numbers that JSON does not have
		}
		if _, err := signaling.Decode(b); !errors.Is(err, signaling.ErrMessage) && !errors.Is(err, signaling.ErrTooLarge) {
			t.Errorf("%s is taken: %v", tt.name, err)
		}
	}
}

func TestTextsAreCleaned(t *testing.T) {
	m := signaling.Message{Signal: &signaling.Signal{Leg: 1, Failure: &signaling.Failure{
		Code: "x", Text: "\x1b[2Jred\u202etxt\n\n" + strings.Repeat("é", 400), Advice: strings.Repeat("€", 1000),
	}}}
	b, err := signaling.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := signaling.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	f := got.Signal.Failure
	if !strings.HasPrefix(f.Text, "[2Jredtxt é") || len(f.Text) > signaling.MaxText || len(f.Advice) > signaling.MaxText || len(f.Advice) < 490 {
		t.Errorf("%d %d %q", len(f.Text), len(f.Advice), f.Text)
	}
	if !strings.Contains(m.Signal.Failure.Text, "\x1b") {
		t.Error("the caller's message was changed")
	}
}

func TestNewerMessages(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
		body bool
	}{
		"unknown field":   {`{"run_ended":{"id":"r","why":{"x":[1]}},"hop":3}`, true, true},
		"unknown body":    {`{"teleport":{"to":"r"}}`, true, false},
		"unknown content": {`{"signal":{"leg":3,"renegotiate":{}}}`, true, true},
		"unknown state":   {`{"standing":{"state":"paused"}}`, true, true},
		"null":            {`{"run":null}`, true, false},
		"two bodies":      {`{"run_ended":{"id":"r"},"leave":{"code":"left"}}`, false, false},
		"array":           {`[]`, false, false},
		"nothing":         {``, false, false},
		"wrong type":      {`{"run_ended":{"id":7}}`, false, false},
		"huge number":     {`{"run":{"id":"r","kbps":1e999}}`, false, false},
		"large":           {`{"x":"` + strings.Repeat("y", signaling.MaxFrame) + `"}`, false, false},
	} {
		m, err := signaling.Decode([]byte(c.text))
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if got := !reflect.DeepEqual(m, signaling.Message{}); got != c.body {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	for _, text := range []string{
		`{"servers":{"servers":[{"url":"stun:x","password":"hunter2","pins":"hunter2"}]}}`,
		`{"servers":{"servers":[{"url":"stun:x","password":["hunter2"]}]}}`,
		`{"servers":{"servers":[{"url":"a b","password":"hunter2"}]}}`,
	} {
		if _, err := signaling.Decode([]byte(text)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error is %v", err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, m := range everyMessage() {
		if b, err := signaling.Encode(m); err == nil && len(b) < 4096 {
			f.Add(b)
		}
	}
	f.Add([]byte(`{"teleport":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := signaling.Decode(b)
		if err != nil {
			return
		}
		again, err := signaling.Encode(m)
		if err != nil {
			return // no body, or one that is larger when it is written anew
		}
		back, err := signaling.Decode(again)
		if err != nil {
			t.Fatal(err)
		}
		if third, err := signaling.Encode(back); err != nil || !bytes.Equal(third, again) { // an empty list and none are the same
			t.Fatalf("%v\n%s\n%s", err, again, third)
		}
	})
}
