package signaling_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"echopath/netcheck/signaling"
)

func TestPipe(t *testing.T) {
	a, b := signaling.Pipe(signaling.Hello{Name: "a"}, signaling.Hello{Name: "b"})
	if a.Peer().Name != "b" || b.Peer().Name != "a" || a.Version() != 1 || a.Way() != signaling.WayMemory || b.Remote().IsValid() {
		t.Errorf("%+v, %+v", a.Peer(), b.Peer())
	}
	m := ended("one")
	if err := a.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	m.RunEnded.ID = "changed"
	send(t, a, "two")
	send(t, b, "three")
	expect(t, b, "one", "two")
	expect(t, a, "three")
	if err := a.Send(t.Context(), signaling.Message{}); !errors.Is(err, signaling.ErrMessage) {
		t.Errorf("error is %v", err)
	}

	send(t, a, "last")
	if err := errors.Join(a.Close(), a.Close()); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.Send(t.Context(), ended("x")), signaling.CodeLeft)
	expect(t, b, "last")
	_, err := b.Receive(t.Context())
	wantCode(t, err, signaling.CodeLeft)
	_, err = a.Receive(t.Context())
	wantCode(t, err, signaling.CodeLeft)
	wantCode(t, a.Send(t.Context(), ended("x")), signaling.CodeLeft)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestPipeLeave(t *testing.T) {
	a, b := signaling.Pipe(signaling.Hello{}, signaling.Hello{})
	if err := b.Send(t.Context(), signaling.Message{Leave: &signaling.Leave{Code: string(signaling.CodeRemoved), Text: "Go."}}); err != nil {
		t.Fatal(err)
	}
	_, err := a.Receive(t.Context())
	mustSay(t, wantCode(t, err, signaling.CodeRemoved), "Go.")
	wantCode(t, a.Send(t.Context(), ended("x")), signaling.CodeRemoved)
	wantCode(t, b.Send(t.Context(), ended("x")), signaling.CodeLeft)
}

func TestPipeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := signaling.Pipe(signaling.Hello{}, signaling.Hello{})
		for range 1024 {
			send(t, a, "m")
		}
		ctx, cancel := context.WithCancel(t.Context())
		waited := make(chan error)
		go func() { waited <- a.Send(ctx, ended("m")) }()
		synctest.Wait()
		select {
		case err := <-waited:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		cancel()
		if err := <-waited; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		go func() { waited <- a.Send(t.Context(), ended("one-more")) }()
		for range 1024 {
			expect(t, b, "m")
		}
		expect(t, b, "one-more")
		if err := <-waited; err != nil {
			t.Fatal(err)
		}
		// A wait ends with the session.
		for range 1024 {
			send(t, a, "m")
		}
		go func() { waited <- a.Send(t.Context(), ended("m")) }()
		synctest.Wait()
		_ = b.Close()
		wantCode(t, <-waited, signaling.CodeLeft)
	})
}
