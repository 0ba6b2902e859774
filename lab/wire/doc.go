// Package wire decides what becomes of the packets of an emulated link, and remembers it: the truth that measurements are held against.
//
// It owns one direction of a link as a pure machine, the [Pipe]: IP packets and times go in, the same packets with the times at which they
// leave come out, and every packet has a [Record] with its fate. It opens no device and reads no clock: package emulator does.
//
// What happens to a packet, in this order: a firewall blocks or rejects it; it is lost by an outage, in a burst or alone; it waits at a
// bottleneck or finds its queue full; then its delay begins, with jitter, and it may be held back and overtaken, and be repeated. What is
// lost takes no capacity.
//
// Chances come from a seed. Those of a packet depend on its number among the packets of its length in its direction alone, so that a
// scenario with the same packets meets the same fates, whatever else is on the link. Bursts are the exception: they hit all packets that
// come along, and go by the number among all.
//
// Times are counted from the start of the link. Lengths are those of whole IP packets in bytes.
package wire
