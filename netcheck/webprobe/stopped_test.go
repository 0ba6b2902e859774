package webprobe_test

import (
	"context"
	"testing"
	"time"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/webprobe"
)

// The end of the time for a probe, and the end of the session, are no silence of the network. A probe that did not end by them would
// end by its own limit, with another result.
func TestStopped(t *testing.T) {
	silent := started(t, &middlebox.Portal{Silent: true})
	mute := started(t, &talker{})
	proxy := started(t, &middlebox.Proxy{Manner: middlebox.Hang})
	probes := map[string]func(context.Context) netcheck.NetResult{
		"proxy": func(ctx context.Context) netcheck.NetResult {
			return (&webprobe.Prober{Setting: setting("http://" + proxy)}).Proxy(ctx, target)
		},
		"portal": func(ctx context.Context) netcheck.NetResult { return plain().Portal(ctx, asks(silent, "")) },
		"clock":  func(ctx context.Context) netcheck.NetResult { return plain().Clock(ctx, "http://"+silent) },
		"clock over TLS": func(ctx context.Context) netcheck.NetResult {
			return plain().Clock(ctx, "https://"+mute)
		},
		"TLS": func(ctx context.Context) netcheck.NetResult { return plain().TLS(ctx, to(t, name, mute)) },
	}
	for name, probe := range probes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(within(t), 100*time.Millisecond)
			defer cancel()
			check(t, probe(ctx), want{netcheck.NetNotTested, netcheck.ReasonCancelled, []string{"time for this probe was over"}, nil})
			ctx, stop := context.WithCancel(within(t))
			defer time.AfterFunc(50*time.Millisecond, stop).Stop()
			check(t, probe(ctx), want{netcheck.NetNotTested, netcheck.ReasonCancelled, nil, nil})
			stop()
			check(t, probe(ctx), want{netcheck.NetNotTested, netcheck.ReasonCancelled, nil, nil})
		})
	}
}
