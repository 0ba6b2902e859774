package emulator

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"echopath/lab/wire"
)

// processors changes how many the Go runtime uses, for the links that are open.
var processors sync.Mutex

// reserve takes processors of the runtime for the threads of a link, or gives them back.
func reserve(n int) {
	processors.Lock()
	defer processors.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
}

// Emulator is a link that runs. Its methods may be called from any goroutine.
type Emulator struct {
	config     Config
	directions [2]*direction
	a, b       *device
	stop       int // eventfd that ends the threads
	running    bool
	wait       sync.WaitGroup
	close      func() error
}

// Open makes both devices and starts to carry packets between them.
func Open(c Config) (*Emulator, error) {
	e := &Emulator{config: c, stop: -1}
	e.close = sync.OnceValue(e.end)
	if err := e.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("open a link: %w", err), e.Close())
	}
	reserve(len(e.directions))
	e.running = true
	start := time.Now()
	for _, d := range e.directions {
		d.start, d.stop = start, e.stop
		e.wait.Go(d.run)
	}
	return e, nil
}

func (e *Emulator) open() error {
	var err error
	if e.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	if e.a, err = openDevice(e.config.A); err != nil {
		return err
	}
	if e.b, err = openDevice(e.config.B); err != nil {
		return err
	}
	e.config.Up.Direction, e.config.Down.Direction = wire.Up, wire.Down
	if e.directions[wire.Up], err = newDirection(e.config.Up, e.a, e.b); err != nil {
		return err
	}
	e.directions[wire.Down], err = newDirection(e.config.Down, e.b, e.a)
	return err
}

// Records gives a copy of what is known of a direction's packets, in order of their arrival. The direction stands still while it is made:
// it is for the end of a measurement.
func (e *Emulator) Records(d wire.Direction) []wire.Record {
	dir := e.directions[d]
	dir.mu.Lock()
	defer dir.mu.Unlock()
	return dir.pipe.Records()
}

// Unrecorded is the number of packets that came after a log was full.
func (e *Emulator) Unrecorded() int {
	sum := 0
	for _, d := range e.directions {
		d.mu.Lock()
		sum += d.pipe.Unrecorded()
		d.mu.Unlock()
	}
	return sum
}

// Refused is the number of packets that a kernel did not take from the link, though their records say that they passed: its device was
// down, or it had no memory.
func (e *Emulator) Refused() int {
	sum := 0
	for _, d := range e.directions {
		d.mu.Lock()
		sum += d.refused
		d.mu.Unlock()
	}
	return sum
}

// Kernels gives the counters of both ends' devices.
func (e *Emulator) Kernels() (a, b Kernel, err error) {
	a, errA := e.a.counters()
	b, errB := e.b.counters()
	return a, b, errors.Join(errA, errB)
}

// Close takes the link away and waits for its threads. It is idempotent.
func (e *Emulator) Close() error { return e.close() }

func (e *Emulator) end() error {
	if e.stop < 0 {
		return nil
	}
	_, err := unix.Write(e.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	e.wait.Wait()
	if e.running {
		reserve(-len(e.directions))
	}
	errs := []error{err, unix.Close(e.stop)}
	for _, d := range e.directions {
		if d != nil {
			errs = append(errs, d.err)
		}
	}
	return errors.Join(append(errs, e.a.close(), e.b.close())...)
}
