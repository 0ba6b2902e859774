// Package timecode writes a picture's number and the time at which it was taken into the picture itself, and reads them back from
// the echo: light and dark cells at the top edge, which survive coding, scaling and loss. Number and time return to the end that
// wrote them, so that no other clock takes part.
//
// It owns the pattern and the rules for when to believe it. It keeps nothing from one picture to the next, reads no clock and
// allocates nothing, and nothing in it panics on what a peer's picture holds.
//
// # Pattern
//
// Two rows of 40 square cells fill the width, so that a cell is width/40 on a side. A cell is 1 (luma 210) or 0 (luma 40), chroma
// is 128. Numbers begin with their highest bit at the left.
//
//	row 0: marker 1010, 32 bits of time in units of 0.1 ms, marker 0101
//	row 1: marker 0101, 24 bits of frame number, 8 bits of CRC, marker 1010
//
// The CRC is that of polynomial x^8+x^2+x+1 (0x07), initial value 0xff, over the time and the number, highest byte first. Over these
// 64 bits it finds every change of up to three bits, and every change of an odd number of them.
//
// All positions are fractions of the width. A picture may thus be scaled to any size from MinWidth up that keeps its shape.
//
// # What is believed
//
// The CRC alone lets one in 256 of random patterns pass. A code is read only if besides the 16 marker cells are all right, their
// light and dark differ by at least a quarter of what was drawn, each of the 80 cells is a good way from the middle between the
// two and no farther beyond them, and the samples within a cell agree with one another. What none of this can see is a pattern of which
// whole cells are left over from an earlier picture, and that meets the CRC by chance: the caller knows which time belongs to
// which number, and should not count a picture for which they do not go together.
package timecode
