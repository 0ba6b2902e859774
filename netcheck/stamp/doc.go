// Package stamp is the wire format of the loss probe: the probe datagram, which carries the fields of STAMP
// (RFC 8762), and the blocks in which the reflector hands over its per-packet receipt log after a run.
//
// It owns the bytes, the timestamp arithmetic, the window of received sequence numbers and the storage of the log.
// It never opens a socket, starts a goroutine, reads a clock or keeps statistics: callers pass times in and decide
// what a lost packet means. It imports the standard library only, and nothing in it panics on what a peer sends.
//
// Both formats are spoken between different versions of the program. A change to either needs a new version number;
// the golden bytes in the tests hold version 1 still. All integers are big endian.
//
// # Datagram
//
// A test and its reply have the same length, MinSize to MaxSize bytes, so that both directions carry equal load
// (RFC 8762, 4.2, symmetrical size).
//
//	offset size field
//	 0     u8   version, 1
//	 1     u8   kind: 1 test, 2 reply
//	 2     u8   carrier: 1 datachannel, 2 srtp
//	 3     u8   flags: bit 0 warm-up; others sent as 0, ignored on receipt
//	 4     u32  session, random, one probe run
//	 8     u32  sender sequence number, a carrier's own, from 0          RFC 8762, 4.2.1
//	12     u64  sender timestamp, NTP format                             RFC 8762, 4.2.1; RFC 5905, 6
//	20     u16  sender error estimate                                    RFC 4656, 4.1.2
//	22     u16  total length in bytes
//	            -- reply only; a test sends zeros, ignored on receipt --
//	24     u32  reflector sequence number, its own counter of replies    RFC 8762, 4.3.1
//	28     u64  receive timestamp, NTP format                            RFC 8762, 4.3.1
//	36     u64  reflector send timestamp, NTP format                     RFC 8762, 4.3.1
//	44     u64  receipt bitmap: bit i set = sender sequence number - i had arrived; bit 0 always set
//	52     u16  reflector error estimate                                 RFC 4656, 4.1.2
//	54     u16  reserved, sent as 0, ignored on receipt
//	56     u32  replies the reflector skipped so far, this carrier
//	60     u32  distinct packets received so far, this carrier
//	64     ...  padding, content not checked
//
// STAMP's TTL and authentication fields are left out: the carriers are SCTP over DTLS and SRTP, which authenticate
// every packet and do not show the IP header.
//
// # Block
//
// A block is at most MaxBlock bytes and MaxEntries entries, and can be read without the blocks before it.
//
//	offset size field
//	 0     u8   version, 1
//	 1     u8   kind, 3
//	 2     u8   carrier: 1 datachannel, 2 srtp
//	 3     u8   flags: bit 0 last block of the log; others sent as 0, ignored on receipt
//	 4     u32  session
//	 8     u32  index in the log of the first entry
//	12     u16  count of entries
//	14     ...  entries, in order of arrival
//
// An entry is a run of base-128 varints as in encoding/binary ("zigzag" is its signed form). Deltas are taken from
// the entry before; the first of a block from zero.
//
//	uvarint  flags: bit 0 duplicate, bit 1 skipped, bit 2 replied; any other bit, or skipped with replied, is an error
//	zigzag   sequence number delta, modulo 2^32, in the range of an int32
//	zigzag   receive time delta, microseconds
//	uvarint  dwell (send time - receive time), microseconds; present only if replied
//
// Receive and send times are microseconds since the session's start by the reflector's clock, see Clock.Micros, and
// lie within -MaxMicros..MaxMicros.
package stamp
