package video_test

import (
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

var udpPaths = []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP}

// Every picture that was sent comes back, and once.
func TestCleanNetwork(t *testing.T) {
	for _, path := range udpPaths {
		t.Run(string(path), func(t *testing.T) {
			o := trial{seed: 1, path: path, duration: 4 * time.Second}.run(t)
			s := o.Stats
			if s.Shown != s.Sent || s.Missing != 0 || s.Duplicated != 0 || s.Undecided != 0 {
				t.Errorf("%d of %d pictures came back, %d missing, %d twice, %d open", s.Shown, s.Sent, s.Missing, s.Duplicated, s.Undecided)
			}
			const asked = 4 * 30
			if s.Sent+s.Dropped+s.Skipped != asked || len(o.frames) != asked {
				t.Errorf("%d pictures sent, %d dropped, %d skipped, %d told, want %d in all", s.Sent, s.Dropped, s.Skipped, len(o.frames), asked)
			}
			for i, f := range o.frames {
				if int(f.Number) != i || f.Copies != 0 || f.Status == stats.FrameMissing {
					t.Errorf("picture %d: %+v", i, f)
				}
			}
			if s.KeyFrames != 1 || o.PLI != 0 || o.Partial || o.Self.UnreadCodes != 0 {
				t.Errorf("%d key frames, %d asked for; partial: %v; %d codes could not be read", s.KeyFrames, o.PLI, o.Partial, o.Self.UnreadCodes)
			}
			for d, wire := range o.wire {
				if c := tallyOf(wire, o.drained); c.lost != 0 || c.sent == 0 {
					t.Errorf("%s: the network is not clean: %+v", vlab.Direction(d), c)
				}
			}
			o.checkTruth(t)
		})
	}
}
