// Package emulator is a link with known truth between two Linux network namespaces: two TUN devices, and between them the pipes of package
// wire, one for each direction.
//
// It owns the devices, the threads that carry packets between them, and the clock; what happens to a packet is decided by wire alone.
// It needs root and /dev/net/tun, and no netem or tbf in the kernel. Addresses and routes of the devices are the caller's to set, for
// instance by netns.Network.Plug; the devices vanish with Close.
//
// Each direction has one thread that sleeps in ppoll(2) until a packet comes or the next one is due, so that a packet wakes a thread once
// and nothing is handed over. Timers count nanoseconds there, where the runtime's own count milliseconds. They ask the kernel to be
// served before others, and the runtime for a processor (GOMAXPROCS) each, while the link is open: otherwise a thread that wakes may wait
// tens of milliseconds for one of the tests' goroutines.
package emulator

import "echopath/lab/wire"

// Config is a link. A is where the direction wire.Up begins.
type Config struct {
	A, B     End
	Up, Down wire.Config // their directions are set by Open
}

// End is where a link is plugged in.
type End struct {
	Namespace string // as ip netns names it
	Interface string // of the device that is made there
}

// Kernel is what a kernel counted at one end: what never reached the link, and what the link gave it and it threw away. Nothing of it is in
// a pipe's records.
type Kernel struct{ NotTaken, NotGiven uint64 }
