// Package nat finds out by STUN what stands between this computer and the Internet: how a NAT maps and filters (RFC 4787, by the tests of
// RFC 5780), how long it remembers, how large packets may be, and whether the mark on a packet survives.
//
// It owns the questions, their order, retransmission and deadlines, the choice of the method that the servers at hand allow, the decision
// from answers to behaviour, and the words for it. Each function makes one [netcheck.NetResult]; its caller fills in ID and At.
//
// It never concludes from what was not asked or not waited for: what the servers can not decide is not tested, and a note says why. It
// keeps no allocation, knows no TURN, resolves no names, judges nothing, and asks no server that its caller did not name, but for the
// second address that such a server announces.
package nat
