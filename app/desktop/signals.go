package desktop

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
)

// exitInterrupted is the exit code of a process that a signal ended (128 + SIGINT), as in the terminal program.
const exitInterrupted = 130

// abandonTime bounds what is done before the process is ended at once: a network drive that does not answer must not hold up
// somebody who is impatient.
const abandonTime = 500 * time.Millisecond

// watchSignals ends the window on the first signal, as closing it does but without asking; a run's results are kept. Fyne
// would do that for SIGINT and SIGTERM alone, once, and swallow a second one. The second signal, other than SIGHUP, ends the
// process at once. Call the function that comes back when the program is over.
func (d *desk) watchSignals() (stop func()) {
	signals, over := make(chan os.Signal, 8), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it; on Windows there is none
		signal.Notify(signals, syscall.SIGHUP)
	}
	var watch sync.WaitGroup
	watch.Go(func() { d.obey(signals, over) })
	return func() {
		signal.Stop(signals)
		close(over)
		watch.Wait()
	}
}

func (d *desk) obey(signals <-chan os.Signal, over <-chan struct{}) {
	for asked := 0; ; {
		select {
		case s := <-signals:
			fyne.Do(d.app.Quit)
			if s != syscall.SIGHUP {
				asked++
			}
			if asked == 2 {
				d.abandon()
				os.Exit(exitInterrupted)
			}
		case <-over:
			return
		}
	}
}

// abandon removes the temporary files of a run that hold nothing.
func (d *desk) abandon() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.runner.Abandon()
		d.hosting.Abandon()
	}()
	select {
	case <-done:
	case <-time.After(abandonTime):
	}
}
