package quality

import (
	"image"
	"math"
)

// MaxPSNR is given for pictures that are equal, in dB; the true figure has no limit.
const MaxPSNR = 99

// PSNR is the peak signal-to-noise ratio of the luma in dB, against a peak of 255: 10*log10(255²/mean squared difference), 0 to
// MaxPSNR. Above about 40 the difference can hardly be seen, below about 30 it is plain.
func PSNR(a, b *image.YCbCr, skipRows int) float64 {
	p, q, ok := pair(a, b, skipRows)
	if !ok {
		return 0
	}
	var sum uint64
	for y := range p.height {
		sum += squares(p.row(y), q.row(y))
	}
	if sum == 0 {
		return MaxPSNR
	}
	mean := float64(sum) / float64(p.width*p.height)
	return min(max(10*math.Log10(255*255/mean), 0), MaxPSNR)
}

// squares sums the squared differences of two lines, in sums that do not wait for one another.
func squares(a, b []byte) uint64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 int
	i := 0
	for ; i+8 <= len(a); i += 8 {
		p, q := a[i:i+8:i+8], b[i:i+8:i+8]
		d0, d1, d2, d3 := int(p[0])-int(q[0]), int(p[1])-int(q[1]), int(p[2])-int(q[2]), int(p[3])-int(q[3])
		d4, d5, d6, d7 := int(p[4])-int(q[4]), int(p[5])-int(q[5]), int(p[6])-int(q[6]), int(p[7])-int(q[7])
		s0 += d0*d0 + d4*d4
		s1 += d1*d1 + d5*d5
		s2 += d2*d2 + d6*d6
		s3 += d3*d3 + d7*d7
	}
	for ; i < len(a); i++ {
		d := int(a[i]) - int(b[i])
		s0 += d * d
	}
	return uint64(s0 + s1 + s2 + s3)
}

// plane is the luma that is compared.
type plane struct {
	pix           []byte
	stride        int
	width, height int
}

func (p plane) row(y int) []byte {
	o := y * p.stride
	return p.pix[o : o+p.width : o+p.width]
}

// pair gives what is left of two pictures below the skipped lines; a negative number skips none.
func pair(a, b *image.YCbCr, skipRows int) (p, q plane, ok bool) {
	skip := max(skipRows, 0)
	if a.Rect.Size() != b.Rect.Size() || a.Rect.Empty() || skip >= a.Rect.Dy() {
		return p, q, false
	}
	return below(a, skip), below(b, skip), true
}

// below takes the lines from skip on. The first byte of a picture's luma belongs to Rect.Min, in a sub-image too.
func below(p *image.YCbCr, skip int) plane {
	return plane{p.Y[skip*p.YStride:], p.YStride, p.Rect.Dx(), p.Rect.Dy() - skip}
}
