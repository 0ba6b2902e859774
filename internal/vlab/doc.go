// Package vlab is a small network inside one process for tests: two sites and a STUN/TURN server around a router, over the
// virtual network of pion/transport. The sites may stand behind address translators, and what each of them sends can be lost,
// delayed, reordered, repeated or blocked.
//
// It owns the wires, their impairments and the truth about them: every datagram that a site hands over is in a log with its
// fate, so a test compares a measurement with what happened and not with what was configured. A fate is a function of the
// seed and of the datagram's number among those of its size and direction; neither the time nor other traffic changes it.
//
// It carries UDP over IPv4 only, because the virtual network has nothing else, and it keeps real time. It is no evidence about
// real networks or kernels.
package vlab
