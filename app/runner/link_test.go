package runner

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// fakeRemote is a session with a host.
type fakeRemote struct {
	name string
	done chan struct{}
	err  error

	mu     sync.Mutex
	closed int
}

func newFakeRemote(name string) *fakeRemote {
	return &fakeRemote{name: name, done: make(chan struct{})}
}

func (r *fakeRemote) Other() netcheck.OtherEnd { return netcheck.OtherEnd{Name: r.name} }
func (r *fakeRemote) Done() <-chan struct{}    { return r.done }
func (r *fakeRemote) Err() error               { return r.err }
func (r *fakeRemote) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed++
	return nil
}

// lobby lets in whom it should.
type lobby struct {
	*screen
	joined []*fakeRemote
	wait   time.Duration // until somebody is let in
	fail   error
	answer string // to be taken to the host; "": none
	told   []string
}

func (l *lobby) link() *Link {
	return NewLink(LinkConfig{Post: l.post, Tell: l.tell,
		Join: func(ctx context.Context, to Invited, trace func(netcheck.StepDone), standing func(signaling.Standing), paste func(string)) (Remote, error) {
			trace(netcheck.StepDone{Name: netcheck.StepDial, OK: true})
			if l.answer != "" {
				paste(l.answer)
			}
			standing(signaling.Standing{State: signaling.StandingWaiting})
			select {
			case <-time.After(l.wait):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if l.fail != nil {
				return nil, l.fail
			}
			r := newFakeRemote(to.Invite.Reveal())
			l.joined = append(l.joined, r)
			return r, nil
		}})
}

func (l *lobby) tell(n LinkNews) {
	switch {
	case n.Reaching:
		l.told = append(l.told, "reaching")
	case n.Step != nil:
		l.told = append(l.told, "step")
	case n.Standing != nil:
		l.told = append(l.told, string(n.Standing.State))
	case n.Answer != "":
		l.told = append(l.told, "take "+n.Answer)
	case n.Joined != nil:
		l.told = append(l.told, "joined "+n.Joined.Name)
	case n.Gone != nil:
		l.told = append(l.told, "gone: "+n.Gone.Error())
	case n.Left:
		l.told = append(l.told, "left")
	}
}

func (l *lobby) want(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(l.told, ", "); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func to(name string) Invited { return Invited{Invite: netcheck.Secret(name)} }

func TestASessionIsKeptBetweenRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lobby{screen: newScreen(t), wait: time.Second}
		link := l.link()
		if err := link.Connect(to("a")); err != nil {
			t.Fatal(err)
		}
		first, err := link.Use(t.Context(), to("a"))
		second, err2 := link.Use(t.Context(), to("a"))
		if err != nil || err2 != nil || first != second || first.Other().Name != "a" {
			t.Errorf("%v %v", err, err2)
		}
		other, err := link.Use(t.Context(), to("b"))
		if err != nil || other == first || l.joined[0].closed != 1 {
			t.Errorf("another host: %v, the first was left %d times", err, l.joined[0].closed)
		}
		link.Leave()
		synctest.Wait()
		again, err := link.Use(t.Context(), to("b"))
		if err != nil || again == other {
			t.Errorf("after leaving: %v", err)
		}
		synctest.Wait()
		link.Close()
		l.stop()
		for _, r := range l.joined {
			if r.closed != 1 {
				t.Errorf("%s was left %d times", r.name, r.closed)
			}
		}
		l.want(t, "reaching, step, waiting, joined a, left, reaching, step, waiting, joined b, left, reaching, step, waiting, joined b")
		if _, err := link.Use(t.Context(), to("a")); !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

func TestAnAnswerIsTakenToTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lobby{screen: newScreen(t), wait: time.Minute, answer: "echopath-answer:abc"}
		link := l.link()
		if _, err := link.Use(t.Context(), to("a")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		link.Close()
		l.stop()
		l.want(t, "reaching, step, take echopath-answer:abc, waiting, joined a")
	})
}

func TestReachingAHostIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lobby{screen: newScreen(t), wait: time.Hour}
		link := l.link()
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(stopped("as you asked"))
		}()
		if _, err := link.Use(ctx, to("a")); !errors.Is(err, context.Canceled) || link.Busy() {
			t.Errorf("%v", err)
		}
		_ = link.Connect(to("a"))
		synctest.Wait()
		link.Leave()
		synctest.Wait()
		link.Close()
		l.stop()
		l.want(t, "reaching, step, waiting, left, reaching, step, waiting, left")
	})
}

func TestAHostThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: "Refused."}
		l := &lobby{screen: newScreen(t), fail: refused}
		link := l.link()
		if _, err := link.Use(t.Context(), to("a")); !errors.Is(err, refused) {
			t.Errorf("%v", err)
		}
		l.fail = nil
		if _, err := link.Use(t.Context(), to("a")); err != nil {
			t.Fatal(err)
		}
		l.joined[0].err = errors.New("the host has stopped")
		close(l.joined[0].done)
		synctest.Wait()
		if link.Busy() || l.joined[0].closed != 1 {
			t.Error("a session that is over is kept")
		}
		link.Close()
		l.stop()
		l.want(t, "reaching, step, waiting, gone: Refused., reaching, step, waiting, joined a, gone: the host has stopped")
	})
}
