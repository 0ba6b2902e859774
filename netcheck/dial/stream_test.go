package dial_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/netchecktest"
)

func TestStreamPlain(t *testing.T) {
	addr := server(t, echo)
	var got netchecktest.Steps
	d := &dial.Dialer{Proxy: noProxy, Local: netip.MustParseAddr("127.0.0.1")}
	conn, evidence, err := d.Stream(within(t), turn(t, "turn", "127.0.0.1", addr), addr, got.Trace)
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
	if evidence.TLS != nil || evidence.ViaProxy != "" {
		t.Errorf("evidence %+v of a plain stream", evidence)
	}
	if got.Names() != "dial" || got[0].Server != "turn:"+addr.String()+"?transport=tcp" || got[0].Detail != addr.String() {
		t.Errorf("steps %+v", got)
	}
}

func TestStreamRefused(t *testing.T) {
	addr := closedPort(t)
	var got netchecktest.Steps
	_, _, err := (&dial.Dialer{Proxy: noProxy}).Stream(within(t), turn(t, "turn", "127.0.0.1", addr), addr, got.Trace)
	netchecktest.WantFailure(t, err, netcheck.ReasonRefused, "TCP", addr.String(), "listens")
	var f *netcheck.Failure
	if errors.As(err, &f) && f.Server != "turn:"+addr.String()+"?transport=tcp" {
		t.Errorf("server %q", f.Server)
	}
	if got.Names() != "dial!" {
		t.Errorf("steps %q", got.Names())
	}
}

// A server that lets no packet through is told by Stream's own limit, long before that of the context.
func TestStreamSilentServerIsToldInTime(t *testing.T) {
	t.Parallel() // it waits for limits
	addr := netip.MustParseAddrPort("203.0.113.7:3478")
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
	}
	_, _, err := (&dial.Dialer{Proxy: noProxy, Dial: hang}).Stream(within(t), turn(t, "turn", "203.0.113.7", addr), addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonNoAnswer, "Ask for TCP 3478 to 203.0.113.7 to be opened")
}

func TestStreamForeignSourceAddress(t *testing.T) {
	addr := server(t, echo)
	d := &dial.Dialer{Proxy: noProxy, Local: netip.MustParseAddr("192.0.2.1")}
	_, _, err := d.Stream(within(t), turn(t, "turn", "127.0.0.1", addr), addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonLocal, "source address")
}

func TestStreamSourceOfAnotherFamily(t *testing.T) {
	addr := server(t, echo)
	d := &dial.Dialer{Proxy: noProxy, Local: netip.MustParseAddr("::1")}
	_, _, err := d.Stream(within(t), turn(t, "turn", "127.0.0.1", addr), addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonNoFamily, "IP version")
}

func TestStreamWithoutAddress(t *testing.T) {
	_, _, err := (&dial.Dialer{Proxy: noProxy}).Stream(within(t), turn(t, "turn", "turn.example.com", netip.AddrPort{}), netip.AddrPort{}, nil)
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Code != netcheck.ReasonLocal {
		t.Errorf("got %v", err)
	}
}

// A connection of another type gets a local address that pion/ice can use.
func TestStreamWrapsOtherConnections(t *testing.T) {
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() { defer close(done); echo(far) }()
	d := &dial.Dialer{Proxy: noProxy, Dial: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
	addr := netip.MustParseAddrPort("203.0.113.7:3478")
	conn, _, err := d.Stream(within(t), turn(t, "turn", "203.0.113.7", addr), addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
	_ = far.Close()
	<-done
}

// Wherever Stream waits, cancelling ends it at once and closes the connection.
func TestStreamCancelled(t *testing.T) {
	for _, name := range []string{"tls", "proxy"} {
		t.Run(name, func(t *testing.T) {
			reached, closed := make(chan struct{}), make(chan struct{})
			addr := server(t, func(conn net.Conn) {
				one := make([]byte, 1)
				_, _ = conn.Read(one)
				close(reached)
				silent(conn)
				close(closed)
			})
			d := &dial.Dialer{Proxy: noProxy}
			if name == "proxy" {
				d.Proxy = via("http://" + addr.String())
			}
			ctx, cancel := context.WithCancel(within(t))
			go func() { <-reached; cancel() }()
			begin := time.Now()
			_, _, err := d.Stream(ctx, turn(t, "turns", "127.0.0.1", addr), addr, nil)
			netchecktest.WantFailure(t, err, netcheck.ReasonCancelled)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v is not context.Canceled", err)
			}
			if took := time.Since(begin); took > 2*time.Second { // less than every limit of Stream's own
				t.Errorf("cancelling took %v", took)
			}
			<-closed
		})
	}
}

// The end of the context while a handshake waits is a server that does not answer.
func TestStreamContextDeadline(t *testing.T) {
	addr := server(t, silent)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, err := (&dial.Dialer{Proxy: noProxy}).Stream(ctx, turn(t, "turns", "127.0.0.1", addr), addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonNoAnswer)
}

// What was returned outlives the context.
func TestStreamOutlivesContext(t *testing.T) {
	addr := server(t, echo)
	ctx, cancel := context.WithCancel(t.Context())
	conn, _, err := (&dial.Dialer{Proxy: noProxy}).Stream(ctx, turn(t, "turn", "127.0.0.1", addr), addr, nil)
	cancel()
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
}
