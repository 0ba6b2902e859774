// Package lab drives the built program from outside, between two computers with real kernel NATs between them, and compares what it
// says with what the network is known to be.
//
// It owns the network as data (layout), what each scenario must give (table), and small programs that stand beside the program under
// test: a STUN client that judges the NATs themselves, an HTTP proxy, a hostile guest. It reads the JSON that users get, by types of
// its own, so that it and the program can not agree by mistake; the hostile guest alone is made from the program's parts.
//
// The scenarios are tests that need root, Linux, iptables and coturn: make lab. `go test` alone runs what needs none of it.
package lab
