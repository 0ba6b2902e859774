package picture

import (
	"context"
	"fmt"
	"image"
	"io/fs"
	"sync"

	"echopath/netcheck"
)

// Synthetic makes the pictures of a run without a camera: colour bars, a grey ramp, a band of texture that scrolls, a ball that
// bounces, the noise of a sensor in the lower right quarter, and a clock. Picture n depends on the seed, the size and n alone, so
// runs can be compared; movement and clock keep to the time of picture n, whatever the rate. Two rows of cells at the top, each
// width/40 high, are left free for the time code: nothing moves there.
//
// Its methods may be called from several goroutines.
type Synthetic struct {
	size image.Point
	fps  int
	seed uint64
	pace pace

	card  *image.YCbCr // what never changes
	look  layout
	band  texture
	ball  ball
	clock clock
	noise []byte // two's complement; nil: none

	mu     sync.Mutex
	number int // of the next picture
	closed bool
}

// pace is what a difficulty means. Speeds are in samples per 1/30 s in a picture 640 wide.
type pace struct {
	scroll, ballX, ballY int
	spin                 int // of the ball, in phases
	noise                int // most that a sample is off by, in levels of luma
}

func paceOf(d netcheck.Difficulty) pace {
	switch d {
	case netcheck.DifficultyEasy:
		return pace{scroll: 1, ballX: 2, ballY: 1, spin: 1}
	case netcheck.DifficultyHard:
		return pace{scroll: 8, ballX: 11, ballY: 7, spin: 3, noise: 16}
	}
	return pace{scroll: 3, ballX: 4, ballY: 3, spin: 1, noise: 4}
}

// NewSynthetic prepares the pictures of a run; it takes some milliseconds. A difficulty that is not known is a normal one, and fps
// below 1 is 1. The picture is made for widths from 160 up; smaller ones have no clock.
func NewSynthetic(width, height int, d netcheck.Difficulty, fps int, seed uint64) *Synthetic {
	s := &Synthetic{size: image.Pt(max(width, 0), max(height, 0)), fps: max(fps, 1), seed: seed, pace: paceOf(d)}
	s.look = layoutOf(s.size)
	s.card = testCard(s.size, s.look, fmt.Sprintf("%dX%d  %d FPS", s.size.X, s.size.Y, s.fps))
	s.band = newTexture(s.look.band.Size(), seed)
	s.ball = newBall(s.look.field.Dy() / 8)
	s.clock = newClock(s.look.clock)
	if s.pace.noise > 0 {
		s.noise = sensorNoise(s.pace.noise, s.look.noise.Dx(), seed)
	}
	return s
}

// Next draws the next picture into dst, which must have the size of the source. It does not wait until the picture is due. It
// fails if ctx has ended, after Close (fs.ErrClosed), or for a dst of another size; no picture is used up then.
func (s *Synthetic) Next(ctx context.Context, dst *image.YCbCr) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("the synthetic picture: %w", fs.ErrClosed)
	}
	if dst.Rect.Size() != s.size {
		return fmt.Errorf("the synthetic picture is %dx%d, and was asked for at %dx%d", s.size.X, s.size.Y, dst.Rect.Dx(), dst.Rect.Dy())
	}
	s.draw(dst, s.number)
	s.number++
	return nil
}

// Close ends the run: Next fails from then on. It waits for a picture that is being drawn, and may be called again.
func (s *Synthetic) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *Synthetic) draw(dst *image.YCbCr, n int) {
	Copy(dst, s.card)
	p := planes(dst)
	if p[0].width == 0 {
		return
	}
	s.band.draw(p[0], s.look.band, s.moved(n, s.pace.scroll))
	s.clock.draw(p[0], int64(n)*10/int64(s.fps))
	s.ball.draw(p, s.ballAt(n), s.moved(n, s.pace.spin*640)/max(s.size.X, 1)/2)
	if s.noise != nil {
		addNoise(p[0].crop(s.look.noise), s.noise, s.seed, uint64(n))
	}
}

// moved is how far something with a speed has come when picture n is taken.
func (s *Synthetic) moved(n, speed int) int {
	return int(int64(n) * int64(speed*30*s.size.X) / int64(640*s.fps))
}

// ballAt gives the ball's upper left corner.
func (s *Synthetic) ballAt(n int) image.Point {
	room := s.look.field.Size().Sub(image.Pt(s.ball.size, s.ball.size))
	begin := 2 * room.X / 3
	return s.look.field.Min.Add(image.Pt(bounce(begin+s.moved(n, s.pace.ballX), room.X), bounce(s.moved(n, s.pace.ballY), room.Y)))
}

// bounce folds a way into 0..room.
func bounce(way, room int) int {
	if room <= 0 {
		return 0
	}
	way %= 2 * room
	return min(way, 2*room-way)
}
