// Package vlab is a small network inside one process for tests: two sites and a STUN/TURN server around a router, over the
// virtual network of pion/transport. The sites may stand behind address translators, and what each of them sends can be lost,
// delayed, reordered, repeated, squeezed through a bottleneck or blocked.
//
// It owns the wires, their impairments and the truth about them: every datagram that a site hands over is in a log with its
// fate, so a test compares a measurement with what happened and not with what was configured. A fate is a function of the
// seed and of the datagram's number among those of its size and direction; neither the time nor other traffic changes it.
// A full bottleneck is the exception: what it drops depends on what waits, and so on time. The log tells it apart.
//
// What a site hands over is first lost by chance or blocked, and then takes no capacity; what is left waits at the bottleneck
// for its transmission; then the delay begins, in which it may be held back and overtaken, and repeated. The transmissions
// follow each other on a clock of their own, so an overloaded bottleneck carries its capacity however late timers are. If the
// capacity changes, what waits is served at the new one, and so is the rest of a packet that is being transmitted; the limit
// of the queue changes with it, for packets that come after.
//
// The log takes some 200 bytes a packet and is never shortened: a minute at 3 Mbit/s is 4 MB each way. Log copies all of it,
// so it is for the end of a run and not for a loop.
//
// It carries UDP over IPv4 only, because the virtual network has nothing else, and it keeps real time. It is no evidence about
// real networks or kernels.
package vlab
