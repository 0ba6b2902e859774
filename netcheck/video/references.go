package video

import (
	"image"
	"sync"

	"echopath/netcheck/video/picture"
)

// referenceBytes bounds the memory of the pictures that wait for their echo: 128 of 640x360, 32 of 1280x720. At 30 a second that
// is four seconds and one; what comes back later is not compared.
const referenceBytes = 45 << 20

// references keeps the newest captured pictures by number.
type references struct {
	slots []reference
}

type reference struct {
	mu     sync.Mutex // guards the rest
	number int        // -1: empty
	img    *image.YCbCr
}

func newReferences(width, height int) *references {
	n := max(8, min(128, referenceBytes/(width*height*3/2)))
	r := &references{slots: make([]reference, n)}
	for i := range r.slots {
		r.slots[i].number = -1
	}
	return r
}

// put keeps a captured picture, which nobody may change any more, and gives another one to be filled next. Pictures are made as
// they are needed, so that a short run takes little.
func (r *references) put(n int, img *image.YCbCr) (spare *image.YCbCr) {
	s := &r.slots[n%len(r.slots)]
	s.mu.Lock()
	defer s.mu.Unlock()
	spare, s.img, s.number = s.img, img, n
	if spare == nil {
		spare = picture.New(img.Rect.Dx(), img.Rect.Dy())
	}
	return spare
}

// use calls f with the captured picture of a number; nil if it is no longer at hand.
func (r *references) use(n int, f func(*image.YCbCr)) {
	s := &r.slots[n%len(r.slots)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.number != n {
		f(nil)
		return
	}
	f(s.img)
}
