//go:build unix

package host

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
)

// TestPerfHost prints what a packet costs this computer as a host, there and back, over a direct path and over its own relay: what
// budgetShare rests on. Its guests are in a process of their own. It judges nothing, and runs only when it is asked to.
func TestPerfHost(t *testing.T) {
	if os.Getenv("ECHOPATH_PERF") == "" {
		t.Skip("set ECHOPATH_PERF=1, on a quiet machine")
	}
	for _, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		for _, guests := range []int{1, 5, 20} {
			perfGuests(t, path, guests)
		}
	}
}

func perfGuests(t *testing.T, path netcheck.Path, guests int) {
	t.Helper()
	measured, err := measureBudget(t.Context(), loopback4)
	if err != nil {
		t.Fatal(err)
	}
	h, l := startTest(t, usual, func(c *hosting.Config) { c.Budget, c.MaxPerAddress = mostBudget, 64 })
	_, text := newInvite(t, h, guests)
	guest := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperGuests$", "-test.v")
	guest.Env = append(os.Environ(), "ECHOPATH_TEST_GUESTS="+strconv.Itoa(guests), "ECHOPATH_TEST_PATH="+string(path), "ECHOPATH_TEST_INVITE="+text.Reveal())
	if err := guest.Start(); err != nil {
		t.Fatal(err)
	}
	l.Wait(t, hosting.EventLegOpened, guests)
	before, begin := processorTime(t), time.Now()
	l.Wait(t, hosting.EventLegClosed, 1)
	used, took := processorTime(t)-before, time.Since(begin)
	if err := guest.Wait(); err != nil {
		t.Error(err)
	}
	lost, packets := 0, 0
	for _, r := range l.Runs() {
		for _, c := range netcheck.AllCarriers() {
			if result, ok := r.Paths[0].Carrier(c); ok {
				lost, packets = lost+result.Stats.Total.Lost, packets+result.Stats.Up.Sent
			}
		}
	}
	rate := float64(packets) / 8
	t.Logf("%s, %d guests: %.0f packets/s, %d of %d lost, %.0f us of one processor a packet, %.0f %% of one; the budget would be %.0f",
		path, guests, rate, lost, packets, float64(used.Microseconds())/took.Seconds()/rate, 100*used.Seconds()/took.Seconds(), measured)
}

// TestPerfMemory prints what a guest costs this computer that is in and does nothing.
func TestPerfMemory(t *testing.T) {
	if os.Getenv("ECHOPATH_PERF") == "" {
		t.Skip("set ECHOPATH_PERF=1")
	}
	const guests = 100
	h, l := startTest(t, usual, func(c *hosting.Config) { c.MaxPerAddress = guests })
	_, text := newInvite(t, h, guests)
	before := memory()
	guest := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperGuests$")
	guest.Env = append(os.Environ(), "ECHOPATH_TEST_GUESTS="+strconv.Itoa(guests), "ECHOPATH_TEST_INVITE="+text.Reveal())
	in, err := guest.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := guest.Start(); err != nil {
		t.Fatal(err)
	}
	l.Wait(t, hosting.EventGuestJoined, guests)
	took := time.Since(begin)
	after := memory()
	t.Logf("%d guests in after %v, %d kB of heap and stacks each", guests, took.Round(time.Millisecond), (after-before)/guests/1000)
	_ = in.Close()
	if err := guest.Wait(); err != nil {
		t.Error(err)
	}
	l.Wait(t, hosting.EventGuestLeft, guests)
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// TestHelperGuests is no test: it is the process of the guests of TestPerfHost and TestPerfMemory.
func TestHelperGuests(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("ECHOPATH_TEST_GUESTS"))
	if err != nil {
		return
	}
	over := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); close(over) }()
	defer func() { <-over }()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if os.Getenv("ECHOPATH_TEST_PATH") == "" {
				r, err := session.Join(t.Context(), netcheck.Secret(os.Getenv("ECHOPATH_TEST_INVITE")), session.JoinOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				<-over
				_ = r.Close()
				return
			}
			plan := planFor(netcheck.Secret(os.Getenv("ECHOPATH_TEST_INVITE")), netcheck.Path(os.Getenv("ECHOPATH_TEST_PATH")))
			plan.Loss.Duration = 8 * time.Second
			if _, err := session.Run(t.Context(), plan, session.Options{}, nil); err != nil {
				fmt.Println(err)
			}
		})
	}
	all.Wait()
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
