package timecode

// Code is what the pattern holds.
type Code struct {
	Frame uint32 // 24 bits: the picture's number, modulo 1<<24
	Time  uint32 // in units of Tick, modulo 1<<32: see Ticks
}

// Layout of the pattern, in cells and bits.
const (
	columns    = 40
	markerBits = 4
	frameBits  = 24
	crcBits    = 8

	// markers are the outer cells of a row, the left four and the right four.
	topMarkers    = 0b1010<<36 | 0b0101
	bottomMarkers = 0b0101<<36 | 0b1010
	markerMask    = 0b1111<<36 | 0b1111
)

// rows gives the 40 cells of both rows, the leftmost as the highest bit.
func (c Code) rows() [2]uint64 {
	frame := uint64(c.Frame & (1<<frameBits - 1))
	return [2]uint64{
		topMarkers | uint64(c.Time)<<markerBits,
		bottomMarkers | frame<<(crcBits+markerBits) | uint64(c.crc())<<markerBits,
	}
}

// parse is the reverse of rows.
func parse(rows [2]uint64) (c Code, ok bool) {
	c.Time = uint32(rows[0] >> markerBits)
	c.Frame = uint32(rows[1]>>(crcBits+markerBits)) & (1<<frameBits - 1)
	ok = rows[0]&markerMask == topMarkers && rows[1]&markerMask == bottomMarkers && uint8(rows[1]>>markerBits) == c.crc()
	return c, ok
}

// crc is over time and number. Its initial value keeps a row of equal cells from being right.
func (c Code) crc() uint8 {
	crc := uint8(0xff)
	for shift := 24; shift >= 0; shift -= 8 {
		crc = crcTable[crc^uint8(c.Time>>shift)]
	}
	for shift := 16; shift >= 0; shift -= 8 {
		crc = crcTable[crc^uint8(c.Frame>>shift)]
	}
	return crc
}

var crcTable = func() (t [256]uint8) {
	const polynomial = 0x07
	for i := range t {
		v := uint8(i)
		for range 8 {
			carry := v >> 7
			v = v<<1 ^ carry*polynomial
		}
		t[i] = v
	}
	return t
}()
