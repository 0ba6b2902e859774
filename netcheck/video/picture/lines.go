package picture

import "encoding/binary"

// The loops below work on eight bytes at a time, as four 16 bit numbers twice: the bytes at even places and those at odd ones.

const (
	evenBytes = 0x00ff00ff00ff00ff
	halves    = 0x0080008000800080 // a half in each number, of 1<<weightBits
	twos      = 0x0002000200020002
)

// halve makes one line of half the width from two: each sample is the mean of four.
func halve(dst, a, b []byte) {
	n := len(dst)
	a, b = a[:2*n], b[:2*n]
	x := 0
	for ; x+8 <= n; x += 8 {
		o := 2 * x
		low := meanOfFour(binary.LittleEndian.Uint64(a[o:]), binary.LittleEndian.Uint64(b[o:]))
		high := meanOfFour(binary.LittleEndian.Uint64(a[o+8:]), binary.LittleEndian.Uint64(b[o+8:]))
		binary.LittleEndian.PutUint64(dst[x:], low|high<<32)
	}
	for ; x < n; x++ {
		dst[x] = uint8((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) >> 2)
	}
}

// meanOfFour takes eight samples of two lines and gives four bytes.
func meanOfFour(a, b uint64) uint64 {
	v := (a&evenBytes + a>>8&evenBytes + b&evenBytes + b>>8&evenBytes + twos) >> 2 & evenBytes
	v = (v | v>>8) & 0x0000ffff0000ffff
	return (v | v>>16) & 0xffffffff
}

// merge makes line y of the new height. It returns line, or the old line itself if that is all that there is in it.
func (a *axis) merge(line []byte, src plane, y int) []byte {
	start, weights := int(a.start[y]), a.weights[y*a.taps:(y+1)*a.taps]
	for k, w := range weights {
		if w == 1<<weightBits {
			return src.row(start + k)
		}
	}
	if a.taps == 2 {
		blend(line, src.row(start), src.row(start+1), uint64(weights[0]), uint64(weights[1]))
	} else {
		sum(line, src, start, weights)
	}
	return line
}

// blend makes a weighted mean of two lines.
func blend(dst, a, b []byte, wa, wb uint64) {
	n := len(dst)
	a, b = a[:n], b[:n]
	x := 0
	for ; x+8 <= n; x += 8 {
		va, vb := binary.LittleEndian.Uint64(a[x:]), binary.LittleEndian.Uint64(b[x:])
		even := (va&evenBytes)*wa + (vb&evenBytes)*wb + halves
		odd := (va>>8&evenBytes)*wa + (vb>>8&evenBytes)*wb + halves
		binary.LittleEndian.PutUint64(dst[x:], even>>8&evenBytes|odd&^evenBytes)
	}
	for ; x < n; x++ {
		dst[x] = uint8((uint64(a[x])*wa + uint64(b[x])*wb + 128) >> weightBits)
	}
}

// sum makes a weighted mean of as many lines as there are weights.
func sum(dst []byte, src plane, start int, weights []uint16) {
	pix, n := src.pix[start*src.stride:], len(dst)
	x := 0
	for ; x+8 <= n; x += 8 {
		var even, odd uint64 = halves, halves
		for k, o := 0, x; k < len(weights); k, o = k+1, o+src.stride {
			v, w := binary.LittleEndian.Uint64(pix[o:]), uint64(weights[k])
			even += (v & evenBytes) * w
			odd += (v >> 8 & evenBytes) * w
		}
		binary.LittleEndian.PutUint64(dst[x:], even>>8&evenBytes|odd&^evenBytes)
	}
	for ; x < n; x++ {
		total := 128
		for k, w := range weights {
			total += int(pix[k*src.stride+x]) * int(w)
		}
		dst[x] = uint8(total >> weightBits)
	}
}

// apply makes a line of the new width.
func (a *axis) apply(dst, src []byte) {
	switch {
	case a.from == a.to:
		copy(dst, src)
	case a.pairs != nil:
		applyPairs(dst, src, a.pairs)
	default:
		for i := range dst {
			weights := a.weights[i*a.taps : (i+1)*a.taps]
			old := src[a.start[i]:][:len(weights)]
			total := 128
			for k, w := range weights {
				total += int(old[k]) * int(w)
			}
			dst[i] = uint8(total >> weightBits)
		}
	}
}

// applyPairs is apply for two taps, with one look into a table a sample.
func applyPairs(dst, src []byte, pairs []uint32) {
	pairs = pairs[:len(dst)]
	for i, p := range pairs {
		two := uint32(binary.LittleEndian.Uint16(src[p>>16:]))
		first, second := two&255, two>>8
		dst[i] = uint8((second<<weightBits + (first-second)*(p&0xffff) + 128) >> weightBits)
	}
}
