package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"echopath/netcheck/signaling"
)

// pair makes a wire and gives both its ends.
type pair func(t *testing.T) (a, b signaling.Wire)

// testWire holds a wire to what signaling.Wire promises. a is the end that pair gives first.
func testWire(t *testing.T, make pair) {
	t.Run("order both ways", func(t *testing.T) { testOrder(t, make) })
	t.Run("sizes", func(t *testing.T) { testSizes(t, make) })
	t.Run("contexts do no harm", func(t *testing.T) { testContexts(t, make) })
	t.Run("waits for the receiver", func(t *testing.T) { testBackpressure(t, make) })
	t.Run("closed", func(t *testing.T) { testClosed(t, make) })
	t.Run("closed at the other end", func(t *testing.T) {
		testClosed(t, func(t *testing.T) (a, b signaling.Wire) { b, a = make(t); return a, b })
	})
	t.Run("aborted", func(t *testing.T) { testAbort(t, make) })
	t.Run("closed while it waits", func(t *testing.T) { testCloseEndsWaiting(t, make) })
}

// frame is one whose content tells number and length.
func frame(number, size int) []byte {
	f := bytes.Repeat([]byte{byte(number)}, max(size, 8))
	binary.BigEndian.PutUint32(f, uint32(number))
	binary.BigEndian.PutUint32(f[4:], uint32(len(f)))
	return f
}

func sendAll(ctx context.Context, w signaling.Wire, n int) error {
	random := rand.New(rand.NewPCG(1, 2))
	var buffer [2048]byte
	for i := range n {
		b := buffer[:copy(buffer[:], frame(i, random.IntN(len(buffer))))] // used again: Send must have taken a copy
		if err := w.Send(ctx, b); err != nil {
			return fmt.Errorf("send %d: %w", i, err)
		}
		clear(buffer[:])
	}
	return nil
}

func receiveAll(ctx context.Context, w signaling.Wire, n int) error {
	for i := range n {
		b, err := w.Receive(ctx)
		if err != nil {
			return fmt.Errorf("receive %d: %w", i, err)
		}
		if want := frame(i, len(b)); !bytes.Equal(b, want) {
			return fmt.Errorf("frame %d is number %d", i, binary.BigEndian.Uint32(b))
		}
	}
	return nil
}

func testOrder(t *testing.T, make pair) {
	a, b := make(t)
	const n = 1000
	var all sync.WaitGroup
	ctx := within(t)
	for _, do := range []func() error{
		func() error { return sendAll(ctx, a, n) }, func() error { return sendAll(ctx, b, n) },
		func() error { return receiveAll(ctx, a, n) }, func() error { return receiveAll(ctx, b, n) },
	} {
		all.Go(func() {
			if err := do(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func testSizes(t *testing.T, make pair) {
	a, b := make(t)
	ctx := within(t)
	for _, ends := range [][2]signaling.Wire{{a, b}, {b, a}} {
		if err := ends[0].Send(ctx, bytes.Repeat([]byte("x"), signaling.MaxFrame+1)); !errors.Is(err, errTooLarge) {
			t.Errorf("a frame that is too large gives %v", err)
		}
		for _, size := range []int{0, 1, signaling.MaxFrame - 1, signaling.MaxFrame, signaling.MaxFrame, signaling.MaxFrame, 0, 5} {
			want := bytes.Repeat([]byte{0xd8}, size)
			if err := ends[0].Send(ctx, want); err != nil {
				t.Fatal(err)
			}
			if got, err := ends[1].Receive(ctx); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d of %d bytes, %v", len(got), size, err)
			}
		}
	}
}

func testContexts(t *testing.T, make pair) {
	a, b := make(t)
	for _, ends := range [][2]signaling.Wire{{a, b}, {b, a}} {
		ctx, cancel := context.WithCancel(within(t))
		waits := goReceive(ctx, ends[1])
		cancel()
		if got := <-waits; !errors.Is(got.err, context.Canceled) {
			t.Errorf("receive gives %v", got.err)
		}
		if err := ends[0].Send(within(t), []byte("still")); err != nil {
			t.Fatal(err)
		}
		if got, err := ends[1].Receive(within(t)); string(got) != "still" {
			t.Errorf("received %q, %v", got, err)
		}
	}
}

type received struct {
	frame []byte
	err   error
}

func goReceive(ctx context.Context, w signaling.Wire) <-chan received {
	c := make(chan received, 1)
	go func() {
		frame, err := w.Receive(ctx)
		c <- received{frame, err}
	}()
	return c
}

// What the other end does not take is not swallowed: Send waits, and nothing is lost.
func testBackpressure(t *testing.T, make pair) {
	a, b := make(t)
	big := bytes.Repeat([]byte("x"), signaling.MaxFrame)
	sent := 0
	for ; ; sent++ {
		if sent > 2000 { // 128 MB
			t.Fatal("nothing holds the sender back")
		}
		binary.BigEndian.PutUint32(big, uint32(sent))
		ctx, cancel := context.WithTimeout(within(t), 300*time.Millisecond)
		err := a.Send(ctx, big)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range sent {
		got, err := b.Receive(within(t))
		if err != nil || len(got) != len(big) || binary.BigEndian.Uint32(got) != uint32(i) {
			t.Fatalf("frame %d of %d: %d bytes, %v", i, sent, len(got), err)
		}
	}
}

// Closing gives the other end what was sent before, and then io.EOF.
func testClosed(t *testing.T, make pair) {
	a, b := make(t)
	const n = 10
	if err := sendAll(within(t), a, n); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := a.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	if err := receiveAll(within(t), b, n); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := b.Receive(within(t)); err != io.EOF { //nolint:errorlint // that value is promised
			t.Errorf("the other end gets %v", err)
		}
	}
	all.Wait()
	if err := b.Send(within(t), []byte("x")); err == nil {
		t.Error("a wire that the other end closed takes a frame")
	}
	if err := a.Send(within(t), []byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("send on a closed wire gives %v", err)
	}
	if _, err := a.Receive(within(t)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("receive on a closed wire gives %v", err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func testCloseEndsWaiting(t *testing.T, make pair) {
	a, b := make(t)
	here, there := goReceive(within(t), a), goReceive(within(t), b)
	if err := a.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if got := <-here; !errors.Is(got.err, net.ErrClosed) {
		t.Errorf("this end gets %v", got.err)
	}
	if got := <-there; got.err != io.EOF { //nolint:errorlint // that value is promised
		t.Errorf("the other end gets %v", got.err)
	}
}

func TestWires(t *testing.T) {
	t.Parallel() // backpressure waits
	for _, way := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		for _, place := range []string{"direct", "behind a web server"} {
			t.Run(string(way)+" "+place, func(t *testing.T) {
				t.Parallel()
				testWire(t, func(t *testing.T) (a, b signaling.Wire) {
					h := newHost(t, nil)
					target := h.target()
					if place != "direct" {
						target = h.target(h.behind(t, bufferPosts))
					}
					target.Only = way
					a, b = h.connect(t, target)
					if a.Way() != way || b.Way() != way {
						t.Errorf("ways %s and %s", a.Way(), b.Way())
					}
					if !a.Remote().Addr().IsLoopback() || !b.Remote().Addr().IsLoopback() || b.Remote().Port() == 0 {
						t.Errorf("remote %v and %v", a.Remote(), b.Remote())
					}
					return a, b
				})
			})
		}
	}
}

// bufferPosts passes a body on when it is whole, as web servers do.
func bufferPosts(_ http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return false
}

// Abort waits for nobody, and ends what waits.
func testAbort(t *testing.T, make pair) {
	a, b := make(t)
	ctx := within(t)
	var ended error
	var waiting sync.WaitGroup
	waiting.Go(func() { _, ended = a.Receive(ctx) })
	a.(interface{ Abort() }).Abort() //nolint:forcetypeassert // it is what is tested
	if waiting.Wait(); ended == nil {
		t.Error("Receive goes on")
	}
	if a.Send(ctx, []byte("x")) == nil {
		t.Error("Send goes on")
	}
	if _, err := b.Receive(ctx); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the other end sees %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
