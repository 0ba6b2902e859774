package capture

import (
	"context"
	"fmt"
	"image"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/vp8"
)

// Source gives pictures. One goroutine may use it; Close may come from another one.
type Source interface {
	// Next fills dst with the next picture. dst has 4:2:0 subsampling and the size that was asked for in Open. A camera makes it wait
	// for a picture that is newer than the last one, and what it missed in between is gone; others never wait. Files start over at
	// their end, so that no source ends by itself: an error, io.EOF among them never, is a *netcheck.Failure that tells why there are no
	// more pictures, or that of ctx, which ends the waiting.
	Next(ctx context.Context, dst *image.YCbCr) error
	// Close gives back the camera or the file and waits until that is done. Next fails from then on; calls after the first do nothing.
	Close() error
}

// maxFPS bounds the pace that can be asked for.
const maxFPS = 120

// seed of the synthetic picture: one for all, so that runs compare.
const seed = 1

// Open opens the source s for pictures of width x height pixels, taken fps times a second. A picture of another size is scaled, with
// bars where its shape differs. Errors are *netcheck.Failure of netcheck.ReasonLocal.
func Open(ctx context.Context, s netcheck.VideoSource, width, height, fps int) (Source, error) {
	if err := checkAsked(width, height, fps); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "The source of pictures was not opened, since the run was cancelled.", Err: err}
	}
	switch s.Kind {
	case netcheck.SourceSynthetic:
		return picture.NewSynthetic(width, height, s.Difficulty, fps, seed), nil
	case netcheck.SourceCamera:
		return openCamera(system, s.Name, want{width, height, fps})
	case netcheck.SourceFile:
		return openFile(ctx, s.Name, want{width, height, fps})
	}
	return nil, failure(nil, "Use synthetic, camera or a file.", "There is no source of pictures called %q.", s.Kind)
}

// want is what the pictures shall be like.
type want struct{ width, height, fps int }

func checkAsked(width, height, fps int) error {
	if width < 2 || height < 2 || width > vp8.MaxWidth || height > vp8.MaxHeight {
		return failure(nil, "Use one of the sizes that are offered.", "Pictures of %dx%d can not be sent.", width, height)
	}
	if fps < 1 || fps > maxFPS {
		return failure(nil, "Use 15 or 30.", "%d pictures a second can not be sent.", fps)
	}
	return nil
}

// checkTarget tells of a dst that does not have the size that was asked for: a mistake of the caller.
func (w want) checkTarget(dst *image.YCbCr) error {
	if dst.Rect.Dx() != w.width || dst.Rect.Dy() != w.height {
		return fmt.Errorf("capture: the source gives pictures of %dx%d, not %dx%d", w.width, w.height, dst.Rect.Dx(), dst.Rect.Dy())
	}
	return nil
}

// failure is a source that this computer does not have.
func failure(err error, advice, format string, args ...any) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: fmt.Sprintf(format, args...), Advice: advice, Err: err}
}

func errClosed(what string) *netcheck.Failure {
	return failure(nil, "", "The %s has been closed.", what)
}
