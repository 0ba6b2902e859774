// Package network runs the network probes of a plan, and is the engine's [netcheck.NetworkProber].
//
// It owns which probes a plan means, their names, their order and their deadlines: those that are quick run at the same time, each
// with a deadline of its own, and all end within the plan's limit; long ones follow, one after another, since they load the line.
// Each server's name is looked up once for all of them.
//
// It asks no question itself (that is packages nat, natprobe, webprobe and localprobe) and judges nothing (netcheck.Judge).
package network
