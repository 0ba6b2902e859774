package natprobe_test

import (
	"context"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/natprobe"
	"echopath/turnserver"
)

// A short load and short silences through real servers, over each transport.
func TestLongThroughServers(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: silences and loads take their time")
	}
	coturn := coturntest.Start(t, coturntest.Options{})
	_, own, _ := startOwn(t, turnserver.Config{})
	at := &atOnce{t: t}
	defer at.running.Wait()
	for name, ask := range map[string]func(natprobe.Transport) natprobe.Ask{
		"coturn": func(over natprobe.Transport) natprobe.Ask { return askCoturn(coturn, over) }, "own": own,
	} {
		for _, over := range ownTransports {
			at.run(name+" idle "+string(over), func(t *testing.T) {
				r := direct().Idle(t.Context(), ask(over), 4*time.Second)
				t.Logf("%s: %s", r.Took.Round(time.Second), r.Text)
				if r.State != netcheck.NetOK || r.Facts.AtLeast < 4*time.Second || r.Facts.AtMost != 0 || r.Transport != string(over) {
					t.Errorf("%+v", r)
				}
			})
		}
		for _, over := range []natprobe.Transport{natprobe.TransportUDP, natprobe.TransportTLS} {
			at.run(name+" rate "+string(over), func(t *testing.T) {
				r := direct().Rate(t.Context(), ask(over), 3*time.Second)
				t.Logf("%s: %s", r.Took.Round(time.Second), r.Text)
				if r.State != netcheck.NetOK && r.Code != netcheck.ReasonLocal { // a machine that is too busy says so
					t.Errorf("%+v", r)
				}
				if r.State == netcheck.NetOK && (r.Facts.LimitKbps != 0 || len(r.Steps) < 4) {
					t.Errorf("%+v", r)
				}
			})
		}
	}
}

// The end of the session ends a load at once, and gives the relays back.
func TestRateStops(t *testing.T) {
	w := &world{}
	w.live(t, func(t *testing.T, p *natprobe.Prober, ask natprobe.Ask) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		began := time.Now()
		r := p.Rate(ctx, ask, 0)
		if took := time.Since(began); took != 20*time.Second || r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonCancelled {
			t.Errorf("after %s: %q, %q: %s", took, r.State, r.Code, r.Text)
		}
		time.Sleep(time.Second)
		if left, _ := w.left(); left != 0 {
			t.Errorf("%d relays are left", left)
		}
	})
}
