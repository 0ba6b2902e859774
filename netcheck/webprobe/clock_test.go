package webprobe_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/webprobe"
)

func TestClock(t *testing.T) {
	degraded := func(words ...string) want {
		return want{netcheck.NetDegraded, netcheck.ReasonClock, append(words, "limited time fail", "NTP"), nil}
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		ahead time.Duration // of this computer
		want  want
	}{
		{"right", 0, want{state: netcheck.NetOK, words: []string{"within a second"}}},
		{"a little ahead", 60 * time.Second, want{state: netcheck.NetOK, words: []string{"60 s ahead"}}},
		{"a little behind", -60 * time.Second, want{state: netcheck.NetOK, words: []string{"60 s behind"}}},
		{"ahead", 61 * time.Second, degraded("61 s ahead of that of 127.0.0.1")},
		{"minutes ahead", 5 * time.Minute, degraded("5 min ahead")},
		{"hours behind", -3 * time.Hour, degraded("3 h behind")},
		{"years behind", -20 * 365 * 24 * time.Hour, degraded("7300 days behind")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// Both clocks stand still, so that how long the probe takes is no part of it.
			server := &middlebox.Portal{Now: func() time.Time { return at }}
			p := plain()
			p.Now = func() time.Time { return at.Add(tt.ahead + time.Second/2) }
			r := p.Clock(within(t), "http://"+started(t, server)+"/date?key=s3cret")
			// Half of a real round trip is added; on a busy computer that is more than the rounding.
			if off := (r.Facts.Skew - tt.ahead - r.Facts.RTT/2).Abs(); off > 500*time.Millisecond {
				t.Errorf("skew %v, want %v and half of %v", r.Facts.Skew, tt.ahead, r.Facts.RTT)
			}
			if over := r.Facts.Skew.Abs() > time.Minute; over != (r.State == netcheck.NetDegraded) {
				t.Errorf("state %s with a skew of %v", r.State, r.Facts.Skew)
			}
			if r.Facts.RTT < 500*time.Millisecond { // else the figures are others, and right all the same
				check(t, r, tt.want)
			}
			if r.Facts.RTT <= 0 || strings.Contains(r.Server, "s3cret") {
				t.Errorf("result %+v", r)
			}
		})
	}
}

// A real server with a wrong date, over TLS with a certificate that nobody knows and that is not valid by that clock.
func TestClockOverTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-2*time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusNotFound)
	}))
	server.StartTLS()
	defer server.Close()
	r := plain().Clock(within(t), server.URL)
	check(t, r, want{netcheck.NetDegraded, netcheck.ReasonClock, []string{" ahead of that of 127.0.0.1"}, nil})
	if r.Facts.Skew < 119*time.Minute || r.Facts.Skew > 2*time.Hour+time.Minute {
		t.Errorf("skew %v", r.Facts.Skew)
	}
	if got := stepNames(r); got != "dial tls http" {
		t.Errorf("steps %q", got)
	}
}

// A proxy that is set is gone through.
func TestClockThroughProxy(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	proxy := &middlebox.Proxy{}
	p := &webprobe.Prober{Dialer: &dial.Dialer{Proxy: via("http://" + started(t, proxy))}}
	r := p.Clock(within(t), server.URL)
	if r.State == netcheck.NetNotTested {
		t.Errorf("%s: %s", r.State, r.Text)
	}
	if got := proxy.Asked(); len(got) != 1 || got[0] != "CONNECT "+server.Listener.Addr().String() {
		t.Errorf("the proxy was asked %q", got)
	}
}

func TestClockOfACache(t *testing.T) {
	kept := func(age string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
			w.Header().Set("Age", age)
		}))
		t.Cleanup(s.Close)
		return s
	}
	check(t, plain().Clock(within(t), kept("3600").URL), want{netcheck.NetOK, "", nil, nil})
	for _, age := range []string{"x", "-1", "99999999999", "2147483647"} {
		check(t, plain().Clock(within(t), kept(age).URL), want{netcheck.NetNotTested, netcheck.ReasonUndecided, []string{"tells no time"}, nil})
	}
}

func TestClockWithoutAnswer(t *testing.T) {
	p := plain()
	check(t, p.Clock(within(t), ""), want{netcheck.NetNotTested, netcheck.ReasonNoServer, nil, nil})
	check(t, p.Clock(within(t), "http://"+closedPort(t)), want{netcheck.NetNotTested, netcheck.ReasonRefused, []string{"could not be compared", "refused"}, nil})
	check(t, p.Clock(within(t), "http://"+started(t, &middlebox.Portal{NoDate: true})), want{netcheck.NetNotTested, netcheck.ReasonUndecided, []string{"tells no time"}, nil})
	check(t, p.Clock(within(t), "https://"+started(t, &talker{words: "HTTP/1.1 400 Bad Request\r\n\r\n"})), want{netcheck.NetNotTested, netcheck.ReasonTLSFailed, nil, nil})
}
