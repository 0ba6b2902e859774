package picture

import (
	"image"
	"sync"
)

// Scaler makes pictures larger and smaller. It keeps the tables for the sizes that it saw last, so one that is used for one pair
// of sizes allocates nothing after the first picture. The zero value is ready; it is not safe for concurrent use.
type Scaler struct {
	axes  [4]axis // x and y of luma, x and y of chroma
	line  []byte  // one line of the old width
	small *image.YCbCr
}

// Scale fills dst with the whole of src, whatever their shapes: by the average of the area that a sample covers where dst is
// smaller, else bilinear, in each direction by itself. The samples of both chroma planes are taken to lie in the middle of those of
// luma. dst and src must not overlap. src may have any subsampling, dst is 4:2:0. An empty src leaves dst as it is.
func (s *Scaler) Scale(dst, src *image.YCbCr) { s.scale(planes(dst), planes(src)) }

// Fit is Scale without a change of shape: it leaves out equal parts of src at the top and bottom or left and right.
func (s *Scaler) Fit(dst, src *image.YCbCr) {
	to, from := planes(dst), planes(src)
	r := fitted(image.Pt(from[0].width, from[0].height), image.Pt(to[0].width, to[0].height))
	if r.Empty() {
		return
	}
	right, down := subsampling(src.SubsampleRatio)
	chroma := image.Rect(r.Min.X>>right, r.Min.Y>>down, (r.Max.X-1)>>right+1, (r.Max.Y-1)>>down+1)
	s.scale(to, [3]plane{from[0].crop(r), from[1].crop(chroma), from[2].crop(chroma)})
}

// ToRGBA converts src to dst's size and to RGB, see [ToRGBA]. Where the sizes differ the picture is scaled in between.
func (s *Scaler) ToRGBA(dst *image.RGBA, src *image.YCbCr) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	if w == src.Rect.Dx() && h == src.Rect.Dy() && src.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		ToRGBA(dst, src)
		return
	}
	if s.small == nil || s.small.Rect.Dx() != w || s.small.Rect.Dy() != h {
		s.small = New(w, h)
	}
	s.Scale(s.small, src)
	ToRGBA(dst, s.small)
}

// scalers serve the functions without a Scaler of their own.
var scalers = sync.Pool{New: func() any { return new(Scaler) }}

// Scale is [Scaler.Scale] for occasional use: the tables are made anew when callers with other sizes come between.
func Scale(dst, src *image.YCbCr) {
	s := scalers.Get().(*Scaler)
	defer scalers.Put(s)
	s.Scale(dst, src)
}

// Fit is [Scaler.Fit] for occasional use.
func Fit(dst, src *image.YCbCr) {
	s := scalers.Get().(*Scaler)
	defer scalers.Put(s)
	s.Fit(dst, src)
}

// ToRGBAScaled is [Scaler.ToRGBA] for occasional use.
func ToRGBAScaled(dst *image.RGBA, src *image.YCbCr) {
	s := scalers.Get().(*Scaler)
	defer scalers.Put(s)
	s.ToRGBA(dst, src)
}

// fitted gives the largest part in the middle of a picture that has the shape of another one. It begins at even coordinates.
func fitted(size, shape image.Point) image.Rectangle {
	if size.X <= 0 || size.Y <= 0 || shape.X <= 0 || shape.Y <= 0 {
		return image.Rectangle{}
	}
	w, h := size.X, size.Y
	if size.X*shape.Y > size.Y*shape.X {
		w = max(nearest(size.Y*shape.X, shape.Y), 1)
	} else {
		h = max(nearest(size.X*shape.Y, shape.X), 1)
	}
	corner := image.Pt((size.X-w)/2&^1, (size.Y-h)/2&^1)
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}
}

func nearest(a, b int) int { return (a + b/2) / b }

func (s *Scaler) scale(dst, src [3]plane) {
	for i := range dst {
		pair := min(i, 1) * 2
		s.plane(dst[i], src[i], &s.axes[pair], &s.axes[pair+1])
	}
}

func (s *Scaler) plane(dst, src plane, across, down *axis) {
	switch {
	case dst.width == 0 || dst.height == 0 || src.width == 0 || src.height == 0:
	case dst.width == src.width && dst.height == src.height:
		for y := range dst.height {
			copy(dst.row(y), src.row(y))
		}
	case src.width == 2*dst.width && src.height == 2*dst.height:
		for y := range dst.height {
			halve(dst.row(y), src.row(2*y), src.row(2*y+1))
		}
	default:
		across.set(src.width, dst.width)
		down.set(src.height, dst.height)
		s.line = resize(s.line, src.width)
		for y := range dst.height {
			across.apply(dst.row(y), down.merge(s.line, src, y))
		}
	}
}
