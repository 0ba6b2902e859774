package runner

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

// screen is a goroutine that draws: functions that are posted run on it in order.
type screen struct {
	t    *testing.T
	slow func() time.Duration // each function waits that long before it runs; nil: not at all

	mu      sync.Mutex
	queue   []func()
	posts   int
	longest int // most functions that waited at once
	wake    chan struct{}
	quit    chan struct{}
	gone    chan struct{}

	// Of the goroutine that draws, or after stop.
	batches  []batch
	at       []time.Time
	troubles []error
	results  []Result
	onBatch  func(*screen)
	onEnd    func(*screen)
	drawing  bool
}

func newScreen(t *testing.T) *screen {
	s := &screen{t: t, wake: make(chan struct{}, 1), quit: make(chan struct{}), gone: make(chan struct{})}
	go s.loop()
	return s
}

func (s *screen) post(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts++
	s.queue = append(s.queue, f)
	s.longest = max(s.longest, len(s.queue))
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *screen) loop() {
	defer close(s.gone)
	for {
		select {
		case <-s.quit:
			return
		case <-s.wake:
		}
		for s.one() {
		}
	}
}

func (s *screen) one() bool {
	s.mu.Lock()
	if len(s.queue) == 0 {
		s.mu.Unlock()
		return false
	}
	f := s.queue[0]
	s.mu.Unlock()
	if s.slow != nil {
		time.Sleep(s.slow())
	}
	s.mu.Lock()
	s.queue = s.queue[1:]
	s.mu.Unlock()
	s.drawing = true
	f()
	s.drawing = false
	return true
}

// stop runs what was posted and ends the goroutine.
func (s *screen) stop() {
	for {
		synctest.Wait()
		s.mu.Lock()
		left := len(s.queue)
		s.mu.Unlock()
		if left == 0 {
			break
		}
		time.Sleep(time.Second)
	}
	close(s.quit)
	<-s.gone
}

func (s *screen) posted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posts
}

// config shows a run on the screen, and checks at once what must hold in every run.
func (s *screen) config(run Session) Config {
	return Config{
		Run: run, Post: s.post,
		Deliver: func(events []netcheck.Event, now time.Duration) {
			s.check(len(s.results) == 0, "Deliver after Ended")
			if n := len(s.batches); n > 0 {
				s.check(now >= s.batches[n-1].now, "the clock went back")
			}
			if n := len(events); n > 0 {
				s.check(now >= events[n-1].At, "the clock is behind the events")
			}
			s.batches, s.at = append(s.batches, batch{events: events, now: now}), append(s.at, time.Now())
			if s.onBatch != nil {
				s.onBatch(s)
			}
		},
		Trouble: func(err error) {
			s.check(len(s.results) == 0, "Trouble after Ended")
			s.troubles = append(s.troubles, err)
		},
		Ended: func(r Result) {
			s.check(true, "")
			s.results = append(s.results, r)
			if s.onEnd != nil {
				s.onEnd(s)
			}
		},
	}
}

func (s *screen) check(ok bool, what string) {
	if !ok || !s.drawing {
		s.t.Errorf("%s (drawing: %v)", what, s.drawing)
	}
}

func (s *screen) events() []netcheck.Event {
	var out []netcheck.Event
	for _, b := range s.batches {
		out = append(out, b.events...)
	}
	return out
}

func (s *screen) result() Result {
	s.t.Helper()
	if len(s.results) != 1 {
		s.t.Fatalf("Ended was called %d times", len(s.results))
	}
	return s.results[0]
}

// want is what the window has to get of the events: no packets, and of each window at least its newest sample, in order.
func wantEvents(t *testing.T, got, told []netcheck.Event) {
	t.Helper()
	newest := map[window]uint64{}
	for _, e := range told {
		if s, ok := e.Body.(netcheck.SampleTaken); ok {
			newest[window{e.Path, s.Sample.Carrier, s.Sample.Index}] = e.Seq
		}
	}
	i := 0
	for _, e := range told {
		if i < len(got) && got[i].Seq == e.Seq {
			if !reflect.DeepEqual(got[i], e) {
				t.Errorf("event %d was changed: %+v", e.Seq, got[i])
			}
			i++
			continue
		}
		switch b := e.Body.(type) {
		case netcheck.PacketsDecided:
			continue
		case netcheck.SampleTaken:
			if newest[window{e.Path, b.Sample.Carrier, b.Sample.Index}] != e.Seq {
				continue
			}
		}
		t.Fatalf("event %d is missing: %+v", e.Seq, e)
	}
	if i != len(got) {
		t.Errorf("%d events too many, or out of order, from %+v", len(got)-i, got[i])
	}
	for _, e := range got {
		if _, packets := e.Body.(netcheck.PacketsDecided); packets {
			t.Error("packets went to the window")
		}
	}
}

// temporaries makes an own folder for temporary ones and gives what lists it.
func temporaries(t *testing.T) func() []string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	return func() []string {
		return slices.DeleteFunc(entries(t, dir), func(name string) bool { return !strings.HasPrefix(name, "echopath-") }) // tests' own are there too
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func start(t *testing.T, r *Runner, keep record.Keep) {
	t.Helper()
	p, granted := plan(t)
	if err := r.Start(p, granted, keep); err != nil {
		t.Fatal(err)
	}
}

// noFiles keeps nothing, for tests of what is not about files.
type noFiles struct{}

func (noFiles) Observer() netcheck.Observer                    { return func(netcheck.Event) {} }
func (noFiles) Err() error                                     { return nil }
func (noFiles) Finish(netcheck.Report, netcheck.Verdict) error { return nil }
func (noFiles) Saved() []string                                { return nil }
func (noFiles) Discard()                                       {}
func (noFiles) Abandon()                                       {}

var nothingKept = record.Opener{Create: func(export.Where, time.Duration) (record.Files, error) { return noFiles{}, nil }}
