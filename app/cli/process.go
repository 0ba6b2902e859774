package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// Process runs Main with the arguments, streams and signals of this process, and gives its exit code. The first Ctrl-C or
// SIGTERM stops the measurement or the host, as does the end of the terminal (SIGHUP); a second Ctrl-C or SIGTERM ends the process at once.
func Process(deps Deps) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it; on Windows there is none
		signal.Notify(signals, syscall.SIGHUP)
	}
	defer signal.Stop(signals)
	deps.lastAct = new(lastAct)
	var watch sync.WaitGroup
	defer watch.Wait() // a second signal that came at the very end is obeyed
	ended := make(chan struct{})
	defer close(ended)
	watch.Go(func() { obey(signals, ended, cancel, deps.lastAct) })
	return Main(ctx, deps, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
}

// obey waits for signals. SIGHUP does not count towards the second that ends the process: a terminal that closes sends it
// more than once, and nobody is impatient then.
func obey(signals <-chan os.Signal, ended <-chan struct{}, stop func(), last *lastAct) {
	for asked := 0; ; {
		select {
		case s := <-signals:
			stop()
			if s != syscall.SIGHUP {
				asked++
			}
			if asked == 2 {
				last.do()
				os.Exit(ExitInterrupted)
			}
		case <-ended:
			return
		}
	}
}

// lastAct is what is done before the process is ended at once. A nil one does nothing.
type lastAct struct {
	mu  sync.Mutex // guards act
	act func()
}

func (l *lastAct) set(act func()) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.act = act
}

// lastActTime bounds the last act: a network drive that does not answer must not hold up an impatient user.
const lastActTime = 500 * time.Millisecond

func (l *lastAct) do() {
	l.mu.Lock()
	act := l.act
	l.mu.Unlock()
	if act == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		act()
	}()
	select {
	case <-done:
	case <-time.After(lastActTime):
	}
}
