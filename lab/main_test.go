package lab

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"echopath/internal/netns"
)

// TestMain is also the lab's small programs: the test starts itself again inside a namespace.
func TestMain(m *testing.M) {
	if name := os.Getenv(helperVariable); name != "" {
		os.Exit(runHelper(name, os.Args[1:]))
	}
	removeWhenStopped()
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// removeWhenStopped takes down the networks before a signal ends this process: what it leaves would stay until the next run.
func removeWhenStopped() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		if err := netns.RemoveOwn(Prefix); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(130)
	}()
}
