package session

import (
	"errors"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func TestCallWithAHostThatHasNone(t *testing.T) {
	call := netcheck.Plan{Video: netcheck.DefaultVideoPlan(netcheck.VideoCall)}
	err := callable(call, []string{signaling.FeatureVideo, signaling.FeatureView})
	var plan *netcheck.PlanError
	if !errors.As(err, &plan) || !strings.Contains(err.Error(), "leave out the call (--call)") || !strings.Contains(err.Error(), "a host that is built with video") {
		t.Errorf("%v", err)
	}
	if err := callable(call, []string{signaling.FeatureCall}); err != nil {
		t.Error(err)
	}
	if err := callable(netcheck.Plan{Video: netcheck.DefaultVideoPlan(netcheck.VideoAlone)}, nil); err != nil {
		t.Error(err)
	}
}
