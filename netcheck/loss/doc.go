// Package loss is the loss probe: it sends numbered, timestamped datagrams over every carrier of a link on an absolute grid of
// time and finds out which were lost on which way.
//
// It owns the grid, the record of packets, the live samples, the drain, the merging of the reflector's log and the
// measurer's own check. It never connects, never judges, and never computes a statistic of its own: package stats does, from
// the same rows that are emitted.
package loss
