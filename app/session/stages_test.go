package session

import (
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/loss"
	"echopath/netcheck/video"
)

func TestRecordingFile(t *testing.T) {
	one, all := []netcheck.Path{netcheck.PathRelayTLS}, netcheck.AllPaths()
	for _, c := range []struct {
		name  string
		paths []netcheck.Path
		want  string
	}{
		{"call.webm", one, "call.webm"},
		{"call.webm", all, "call-relay-tls.webm"},
		{"call", one, "call.webm"},
		{"call", all, "call-relay-tls.webm"},
		{"CALL.WEBM", all, "CALL-relay-tls.WEBM"},
		{"call.v2", all, "call.v2-relay-tls.webm"},
		{"a.webm/call", all, "a.webm/call-relay-tls.webm"},
		{"calls/.webm", all, "calls/.webm-relay-tls.webm"}, // hidden, and not nameless
		{".webm", one, ".webm.webm"},
	} {
		asked := netcheck.Asked{Granted: netcheck.Plan{Paths: c.paths}, Path: netcheck.PathRelayTLS}
		if got := recordingFile(c.name, asked); got != c.want {
			t.Errorf("%s on %d paths: %s, want %s", c.name, len(c.paths), got, c.want)
		}
	}
}

// What runs after what, and what at once.
func TestStages(t *testing.T) {
	for _, c := range []struct {
		mode  netcheck.VideoMode
		video bool // this path is to have one
		want  []string
	}{
		{netcheck.VideoNone, false, []string{"loss"}},
		{netcheck.VideoAlone, true, []string{"video"}},
		{netcheck.VideoAlone, false, nil},
		{netcheck.VideoAfterLoss, true, []string{"loss", "video"}},
		{netcheck.VideoAfterLoss, false, []string{"loss"}},
		{netcheck.VideoUnderLoad, true, []string{"loss+video"}},
		{netcheck.VideoUnderLoad, false, []string{"loss"}},
	} {
		plan := netcheck.Plan{Paths: []netcheck.Path{netcheck.PathDirect}, Video: netcheck.DefaultVideoPlan(c.mode)}
		p := probes{options: Options{Record: &Recording{File: "call", Sent: true}}}
		var got []string
		for _, stage := range p.stages(netcheck.Asked{Granted: plan, Path: netcheck.PathDirect, Video: c.video}) {
			name := ""
			for _, probe := range stage {
				switch probe := probe.(type) {
				case *loss.Probe:
					name += "+loss"
					if (probe.Loaded != nil) != (c.mode == netcheck.VideoUnderLoad && c.video) {
						t.Errorf("%s: the loss probe asks when the video began: %v", c.mode, probe.Loaded != nil)
					}
				case *video.Probe:
					name += "+video"
					if probe.Record.Path != "call.webm" || !probe.RecordSent {
						t.Errorf("%s: recording to %q, sent %v", c.mode, probe.Record.Path, probe.RecordSent)
					}
				}
			}
			got = append(got, name[1:])
		}
		if len(got) != len(c.want) {
			t.Errorf("%s, video %v: %q, want %q", c.mode, c.video, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s, video %v: %q, want %q", c.mode, c.video, got, c.want)
			}
		}
	}
}
