package host

import (
	"context"
	"io"
	"net/netip"
	"testing"

	"echopath/netcheck/signaling"
)

// fakeWire gives what is put into it, and its end when that is closed.
type fakeWire struct {
	frames chan []byte
	closed int
}

func (w *fakeWire) Receive(ctx context.Context) ([]byte, error) {
	select {
	case f, ok := <-w.frames:
		if !ok {
			return nil, io.EOF
		}
		return f, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
func (*fakeWire) Send(context.Context, []byte) error { return nil }
func (*fakeWire) Way() signaling.Way                 { return signaling.WayPaste }
func (*fakeWire) Remote() netip.AddrPort             { return netip.MustParseAddrPort("192.0.2.7:4000") }
func (w *fakeWire) Close() error                     { w.closed++; return nil }

// The first frame comes first, and a wire is closed when the other end has closed it, or at once if that is not wanted.
func TestMetWire(t *testing.T) {
	fake := &fakeWire{frames: make(chan []byte, 4)}
	fake.frames <- []byte("second")
	w := &metWire{frames: fake, first: []byte("first")}
	for _, want := range []string{"first", "second"} {
		if f, err := w.Receive(t.Context()); string(f) != want || err != nil {
			t.Errorf("%q, %v; want %q", f, err, want)
		}
	}
	if w.Way() != signaling.WayPaste || w.Remote().Port() != 4000 || w.Send(t.Context(), nil) != nil {
		t.Errorf("%s, %v", w.Way(), w.Remote())
	}
	fake.frames <- []byte("what nobody reads any more")
	done := make(chan error)
	go func() { done <- w.Close() }()
	close(fake.frames)
	if err := <-done; err != nil || fake.closed != 1 || len(fake.frames) != 0 {
		t.Errorf("%v, closed %d times, %d frames left", err, fake.closed, len(fake.frames))
	}
	if err := w.Close(); err != nil || fake.closed != 1 {
		t.Errorf("the second time: %v, closed %d times", err, fake.closed)
	}
	abrupt := &fakeWire{frames: make(chan []byte, 1)}
	abrupt.frames <- []byte("x")
	a := &metWire{frames: abrupt}
	a.Abort()
	if err := a.Close(); err != nil || abrupt.closed != 1 || len(abrupt.frames) != 1 {
		t.Errorf("aborted: %v, closed %d times, %d frames left", err, abrupt.closed, len(abrupt.frames))
	}
}
