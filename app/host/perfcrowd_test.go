//go:build unix

package host

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/netcheck"
)

const (
	crowdSize     = 100
	crowdRate     = 50 // packets a second and carrier
	crowdDuration = 10 * time.Second
)

// TestPerfCrowd has a hundred guests at once: as many active as the budget that is measured here allows, and the others in the queue. Of
// what the active ones send nothing may get lost. Guests are in a process of their own and on the same processors, and a packet costs
// them as much as it costs the host: so half of the measured budget is given. It prints what it costs.
func TestPerfCrowd(t *testing.T) {
	if os.Getenv("ECHOPATH_PERF") == "" {
		t.Skip("set ECHOPATH_PERF=1, on a quiet machine")
	}
	for _, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		t.Run(string(path), func(t *testing.T) { perfCrowd(t, path) })
	}
}

func perfCrowd(t *testing.T, path netcheck.Path) {
	measured, err := measureBudget(t.Context(), loopback4)
	if err != nil {
		t.Fatal(err)
	}
	h, l := startTest(t, usual, func(c *hosting.Config) {
		c.Budget, c.MaxPerAddress, c.PeerPortMin, c.PeerPortMax = measured/2, crowdSize, 0, 0
		observe := c.Observe
		c.Observe = func(e hosting.Event) {
			if e.Kind != hosting.EventRun { // what is kept of them would count as memory of guests
				observe(e)
			}
		}
	})
	others := goleak.IgnoreCurrent()
	heap, goroutines := memory(), runtime.NumGoroutine()
	_, text := newInvite(t, h, crowdSize)
	guests := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperCrowd$")
	guests.Env = append(os.Environ(), "ECHOPATH_TEST_CROWD="+strconv.Itoa(crowdSize), "ECHOPATH_TEST_PATH="+string(path), "ECHOPATH_TEST_INVITE="+text.Reveal())
	out, err := guests.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := guests.Start(); err != nil {
		t.Fatal(err)
	}
	l.Wait(t, hosting.EventGuestJoined, crowdSize)
	full := h.Snapshot()
	l.Wait(t, hosting.EventLegOpened, full.Active)
	taken := memory() - heap
	used, begin := processorTime(t), time.Now()
	l.Wait(t, hosting.EventLegClosed, 1)
	busy := (processorTime(t) - used).Seconds() / time.Since(begin).Seconds()
	members := readMembers(t, out)
	if err := guests.Wait(); err != nil {
		t.Error(err)
	}
	l.Wait(t, hosting.EventGuestLeft, crowdSize)
	if err := goleak.Find(others); err != nil {
		t.Errorf("of guests that have left: %v", err)
	}
	judgeCrowd(t, h, l, members)
	most, _ := mostActive(l.Events())
	t.Logf("%s: %d guests, budget %.0f packets/s of %.0f, %d admitted at once, %.0f packets/s each way, %.0f %% of one processor at the host",
		path, crowdSize, full.Budget, measured, most, float64(most*2*crowdRate), 100*busy)
	t.Logf("%d kB of heap and stacks for each guest, with %d of them active; %d kB in all before they came, %d kB after they left",
		taken/crowdSize/1000, full.Active, heap/1000, memory()/1000)
	t.Logf("UDP ports %d to %d, goroutines %d before, %d after", full.Ports[len(full.Ports)-1].From, full.Ports[len(full.Ports)-1].To, goroutines, runtime.NumGoroutine())
}

// judgeCrowd holds what the members have seen to what was promised.
func judgeCrowd(t *testing.T, h *Host, l *hostingtest.Log, members []member) {
	t.Helper()
	if len(members) != crowdSize {
		t.Errorf("%d of %d guests have told of themselves", len(members), crowdSize)
	}
	var sum member
	var first []time.Duration
	queued := 0
	for i, m := range members {
		checkStandings(t, fmt.Sprint("guest ", i), m)
		sum.Sent, sum.Lost, sum.Skipped, sum.Missed = sum.Sent+m.Sent, sum.Lost+m.Lost, sum.Skipped+m.Skipped, sum.Missed+m.Missed
		first = append(first, m.First)
		if m.Waited > time.Second {
			queued++
		}
	}
	if sum.Lost != 0 || sum.Skipped != 0 {
		t.Errorf("%d packets lost and %d not answered, of %d", sum.Lost, sum.Skipped, sum.Sent)
	}
	if most, order := mostActive(l.Events()); most > int(h.queue.budget/(2*crowdRate)) || len(order) != crowdSize {
		t.Errorf("%d at once with a budget of %.0f; %d were admitted", most, h.queue.budget, len(order))
	}
	if s := h.Snapshot(); len(s.Guests) != 0 || s.Active != 0 || s.Used != 0 || s.Queued != 0 || s.Allocations != 0 {
		t.Errorf("after all have left: %+v", s)
	}
	slices.Sort(first)
	t.Logf("%d packets, %d lost, %d not answered, %d not sent by guests for want of time; %d guests waited; from admission to the first packet %v (median), %v (worst)",
		sum.Sent, sum.Lost, sum.Skipped, sum.Missed, queued, first[len(first)/2].Round(time.Millisecond), first[len(first)-1].Round(time.Millisecond))
}

func readMembers(t *testing.T, out io.Reader) []member {
	t.Helper()
	var members []member
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "member ")
		if !ok {
			continue
		}
		var m member
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Error(err)
		}
		members = append(members, m)
	}
	return members
}

// TestHelperCrowd is no test: it is the process of the guests of TestPerfCrowd.
func TestHelperCrowd(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("ECHOPATH_TEST_CROWD"))
	if err != nil {
		return
	}
	plan := planFor(netcheck.Secret(os.Getenv("ECHOPATH_TEST_INVITE")), netcheck.Path(os.Getenv("ECHOPATH_TEST_PATH")))
	plan.Loss.Rate, plan.Loss.Duration = crowdRate, crowdDuration
	var printing sync.Mutex
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			b, err := json.Marshal(takePart(t.Context(), plan))
			if err != nil {
				t.Error(err)
			}
			printing.Lock()
			defer printing.Unlock()
			fmt.Printf("member %s\n", b)
		})
	}
	all.Wait()
}
