package cli

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"echopath/netcheck"
)

// bar shows the progress of a session on a terminal. The session only hands events over; a goroutine of the bar draws, so that
// a slow terminal does not slow the measurement, and the time left runs on while nothing happens.
type bar struct {
	out   screen
	begin time.Time

	mu    sync.Mutex // guards model
	model *progress

	stop context.CancelFunc
	done sync.WaitGroup
}

const drawEvery = 200 * time.Millisecond

// startBar begins to draw. Without a terminal, or when asked to be quiet, it gives a bar that does nothing.
func startBar(out screen, plan netcheck.Plan, quiet bool) *bar {
	b := &bar{out: out, begin: time.Now(), model: newProgress(plan), stop: func() {}}
	if !out.terminal || quiet {
		return b
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	b.done.Go(func() { b.draw(ctx) })
	return b
}

// observe takes an event.
func (b *bar) observe(e netcheck.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.model.apply(e)
}

// close takes the bar off the screen and waits for its goroutine. It may be called twice.
func (b *bar) close() {
	b.stop()
	b.done.Wait()
}

func (b *bar) draw(ctx context.Context) {
	const parts, width = 1000, 20
	line := progressbar.NewOptions(parts,
		progressbar.OptionSetWriter(b.out.Writer),
		progressbar.OptionSetWidth(width),
		progressbar.OptionSetTheme(b.theme()),
		progressbar.OptionSetPredictTime(false), // the plan knows better than the rate so far
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetRenderBlankState(false),
	)
	defer func() { _ = line.Clear() }()
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		share, text := b.state(time.Since(b.begin))
		// Below its maximum the bar does not end itself: it is taken away when the session has ended.
		_ = line.Set(min(int(share*parts), parts-1))
		line.Describe(cut(text, b.out.width-width-12))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// theme draws with the characters that the screen can show.
func (b *bar) theme() progressbar.Theme {
	if b.out.unicode {
		return progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}
	}
	return progressbar.Theme{Saucer: "#", SaucerPadding: ".", BarStart: "[", BarEnd: "]"}
}

func (b *bar) state(now time.Duration) (float64, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.model.share(now), b.model.line(now)
}

// stopping says that the measurement is being stopped, in the place of the bar. The bar must be closed.
func (b *bar) stopping() {
	_, _ = fmt.Fprintln(b.out, "Stopping; what was measured until now is kept. Press Ctrl-C again to end at once.")
}
