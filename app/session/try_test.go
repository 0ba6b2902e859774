package session_test

import (
	"context"
	"testing"
	"time"

	"echopath/app/session"
	"echopath/netcheck"
	"echopath/turnserver"
)

// Each server is asked for what it is there for, and says what is wrong with it.
func TestTryServers(t *testing.T) {
	server, err := turnserver.Start(t.Context(), turnserver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s, err := server.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	user, pass := s.Credentials()

	plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetTURN}, Loss: netcheck.Presets()[0].Loss}
	add := func(url, password string, pin bool) {
		u, err := netcheck.ParseServerURL(url)
		if err != nil {
			t.Fatal(err)
		}
		srv := netcheck.ICEServer{URL: u, Username: user, Password: netcheck.Secret(password)}
		if pin {
			srv.Trust.Pins = []netcheck.SPKIHash{server.SPKISHA256()}
		}
		plan.Target.Servers = append(plan.Target.Servers, srv)
	}
	for _, url := range server.URLs() {
		add(url, pass, true)
	}
	works := len(plan.Target.Servers)
	add(server.URLs()[1], "wrong", true)
	for _, url := range server.URLs() {
		if url[:6] == "turns:" {
			add(url, pass, false) // its own certificate is known to no authority
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	answers, err := session.Try(ctx, plan)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		switch {
		case i < works && a.Failure != nil:
			t.Errorf("%s: %v", a.Server, a.Failure)
		case i == works && (a.Failure == nil || a.Failure.Code != netcheck.ReasonAuth):
			t.Errorf("%s with a wrong password: %v, want %s", a.Server, a.Failure, netcheck.ReasonAuth)
		case i > works && (a.Failure == nil || a.Failure.Code != netcheck.ReasonTLSUntrusted):
			t.Errorf("%s without its pin: %v, want %s", a.Server, a.Failure, netcheck.ReasonTLSUntrusted)
		}
	}
	if len(answers) != works+2 {
		t.Errorf("%d answers to %d servers", len(answers), works+2)
	}
}
