package runner

import (
	"context"
	"sync"
	"time"

	"echopath/app/hosting"
)

// hostRun is one host from Start to Ended.
type hostRun struct {
	hosting *Hosting
	cancel  context.CancelFunc
	orders  *orders
	beside  sync.WaitGroup // of orders that are done beside the host's goroutine
	records *hostRecords
	box     hostInbox
}

// snapshotEvery is how many beats lie between two looks at the host: counters need not change faster than they can be read.
const snapshotEvery = 5

// supervise is the goroutine of a host: it starts it, beats the time of the deliveries, does what is ordered, and ends it.
func (n *hostRun) supervise(ctx context.Context, c hosting.Config) {
	written := make(chan struct{})
	n.hosting.wg.Go(func() {
		defer close(written)
		n.records.write(&n.box, n.hosting.keep)
	})
	host, err := n.hosting.config.Start(ctx, c)
	if err == nil {
		n.started(host)
		n.serve(ctx, host)
		n.beside.Wait()
		err = host.Close()
		n.look(host)
	} else if ctx.Err() != nil {
		err = nil // it was asked for
	}
	for _, o := range n.orders.end() {
		n.hosting.answer(o, ErrNotHosting)
	}
	n.records.end()
	<-written
	n.hosting.failed(n.records.err)
	n.box.end(err)
	n.post()
}

// started has the window told before anything else of the host is.
func (n *hostRun) started(host hosting.Host) {
	n.box.start()
	n.look(host)
	n.post()
}

// serve does what is ordered until the host is to end.
func (n *hostRun) serve(ctx context.Context, host hosting.Host) {
	beat := time.NewTicker(n.hosting.config.Every)
	defer beat.Stop()
	for beats := 1; ; {
		select {
		case <-ctx.Done():
			return
		case <-n.orders.wake:
			for _, o := range n.orders.take() {
				n.do(ctx, host, o)
			}
			n.look(host)
			n.post()
		case <-beat.C:
			if beats++; beats%snapshotEvery == 0 || n.box.stale() {
				n.look(host)
			}
			n.post()
		}
	}
}

func (n *hostRun) look(host hosting.Host) { n.box.setSnapshot(host.Snapshot()) }

// do does what was ordered, and tells what came of it. The snapshot after an order that is done beside comes with the next beat.
func (n *hostRun) do(ctx context.Context, host hosting.Host, o order) {
	if !o.beside {
		n.hosting.answer(o, o.work(ctx, host))
		return
	}
	n.beside.Go(func() {
		err := o.work(ctx, host)
		if err != nil && ctx.Err() != nil {
			err = ErrNotHosting
		}
		n.box.touch()
		n.hosting.answer(o, err)
	})
}

// observe is the host's observer: it is quick and calls nobody.
func (n *hostRun) observe(e hosting.Event) {
	n.records.put(e, n.box.put(e, time.Now()))
}

// post has the inbox emptied on the goroutine that draws, unless that is going to happen anyway.
func (n *hostRun) post() {
	if n.box.claim() && !n.hosting.isClosed() {
		n.hosting.config.Post(n.drain)
	}
}

// drain runs on the goroutine that draws.
func (n *hostRun) drain() {
	h := n.hosting
	if h.isClosed() {
		return
	}
	b := n.box.take(time.Now())
	if b.started && h.config.Started != nil {
		h.config.Started()
	}
	h.config.Deliver(b.news)
	if b.ended && h.over(n) {
		h.config.Ended(b.err)
	}
}
