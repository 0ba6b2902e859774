package cli

import (
	"context"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"echopath/app/present"
	"echopath/netcheck"
)

// bar shows the progress of a session on a terminal. The session only hands events over; a goroutine of the bar draws, so that
// a slow terminal does not slow the measurement, and the time left runs on while nothing happens.
type bar struct {
	out   screen
	begin time.Time

	mu    sync.Mutex // guards model, begin and began
	model *present.Progress
	began bool // the session, which has to find another computer first if there is an invite

	words   chan func(screen)
	stopped <-chan struct{} // nil: nothing is drawn
	stop    context.CancelFunc
	done    sync.WaitGroup
	writing sync.Mutex // held while something is written beside the bar
}

const drawEvery = 200 * time.Millisecond

// startBar begins to draw. Without a terminal, or when asked to be quiet, it gives a bar that does nothing.
func startBar(out screen, plan netcheck.Plan, quiet bool) *bar {
	b := &bar{out: out, begin: time.Now(), model: present.NewProgress(plan), stop: func() {},
		began: plan.Target.Kind != netcheck.TargetInvite, words: make(chan func(screen))}
	if !out.terminal || quiet {
		return b
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.stop, b.stopped = cancel, ctx.Done()
	b.done.Go(func() { b.draw(ctx) })
	return b
}

// observe takes an event.
func (b *bar) observe(e netcheck.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.began {
		b.began, b.begin = true, time.Now()
	}
	b.model.Apply(e)
}

// say writes a sentence above the bar.
func (b *bar) say(text string) { b.show(func(out screen) { out.paragraph(text) }) }

// show lets something be written above the bar, in lines of its own.
func (b *bar) show(write func(screen)) {
	if b.stopped != nil {
		select {
		case b.words <- write:
			return
		case <-b.stopped:
			b.done.Wait()
		}
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	write(b.out)
}

// close takes the bar off the screen and waits for its goroutine. It may be called twice.
func (b *bar) close() {
	b.stop()
	b.done.Wait()
}

func (b *bar) draw(ctx context.Context) {
	const parts = 1000
	width, theme := barWidth(b.out.size()), b.theme()
	beside := width + besideBar + present.Columns(theme.BarStart+theme.BarEnd)
	line := progressbar.NewOptions(parts,
		progressbar.OptionSetWriter(b.out.Writer),
		progressbar.OptionSetWidth(width),
		progressbar.OptionSetTheme(theme),
		progressbar.OptionUseANSICodes(b.out.escapes), // else it clears a line with spaces, which wrap after a change of size
		progressbar.OptionSetPredictTime(false),       // the plan knows better than the rate so far
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetRenderBlankState(false),
	)
	defer func() { _ = line.Clear() }()
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		if share, text, began := b.state(); began {
			line.Describe(present.UpTo(text, b.out.size()-beside)) // first: both draw, and the text before may be too long by now
			// Below its maximum the bar does not end itself: it is taken away when the session has ended.
			_ = line.Set(min(int(share*parts), parts-1))
		}
		select {
		case <-ctx.Done():
			return
		case write := <-b.words:
			_ = line.Clear()
			write(b.out)
		case <-tick.C:
		}
	}
}

// besideBar is what a line has beside the bar and the text: the share, spaces, and a column at the end that stays free, since
// many terminals go to the next line after the last one.
const besideBar = 10

// barWidth leaves room for the text, which says more. A narrow terminal has room for nothing else.
func barWidth(terminal int) int {
	if terminal < present.MinWidth {
		return 0
	}
	return min(terminal/10, 20)
}

// theme draws with the characters that the screen can show.
func (b *bar) theme() progressbar.Theme {
	if b.out.Unicode || b.out.size() < present.MinWidth {
		return progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}
	}
	return progressbar.Theme{Saucer: "#", SaucerPadding: ".", BarStart: "[", BarEnd: "]"}
}

func (b *bar) state() (share float64, text string, began bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.began {
		return 0, "", false // not even asked: a share that was given does not fall again, and the wait for the host is none of the run
	}
	now := time.Since(b.begin)
	return b.model.Share(now), b.model.Line(now), b.began
}

// stopping says that the measurement is being stopped, in the place of the bar. The bar must be closed.
func (b *bar) stopping() {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.out.paragraph("Stopping; what was measured until now is kept. Press Ctrl-C again to end at once.")
}
