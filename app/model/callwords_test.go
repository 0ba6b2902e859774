package model

import (
	"strings"
	"testing"

	"echopath/netcheck"
)

// A call goes over every path that is ticked, and the screen says so before it begins.
func TestACallGoesOverEachTickedPath(t *testing.T) {
	v := NewVideo(Units{})
	j := NewJoin()
	v.SetJoin(j)
	f := remoteForm(anInvite(t))
	f.Video.Call = true
	f.Paths = map[netcheck.Path]bool{netcheck.PathDirect: true, netcheck.PathRelayTLS: true}
	v.SetForm(f)
	if got := v.Checked(); got.Plan.Video.Paths != 0 || len(got.Plan.Paths) != 2 || !strings.HasPrefix(got.Cost, "2 calls of") {
		t.Errorf("%q, %+v", got.Cost, got.Plan.Paths)
	}
	if b := v.View(0).Banner; !strings.Contains(b.Text, "one call over each ticked path") {
		t.Errorf("%q", b.Text)
	}
}
