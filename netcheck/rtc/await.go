package rtc

import (
	"context"
	"time"

	"echopath/netcheck"
)

// stageError tells why waiting ended.
type stageError struct{ cause error }

func (e stageError) Error() string { return e.cause.Error() }

// await waits until a flag is up at every end that is in this process.
func (a *attempt) await(ctx context.Context, limit time.Duration, flag func(*peer) <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ends := a.peers()
	for _, p := range ends {
		other := ends[len(ends)-1]
		select {
		case <-flag(p):
		case <-a.near.dead.wait():
			return a.failed()
		case <-other.dead.wait():
			return a.failed()
		case <-a.barred(a.near):
			return errFailed
		case <-a.barred(other):
			return errFailed
		case <-a.broken.wait():
			return stageError{a.brokenBy()}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// barred is closed when the relay has refused to send to the other end. Another computer may have more addresses than that one.
func (a *attempt) barred(p *peer) <-chan struct{} {
	if a.remote() {
		return nil
	}
	return p.net.watch.barred.wait()
}

// failed tells why an end is dead. The other computer's word on it comes by another way than the end itself, a moment later.
func (a *attempt) failed() error {
	if a.remote() {
		if f := a.near.fault(); f != nil {
			return stageError{f}
		}
		a.near.dialog.hearOut(a.broken.wait())
	}
	if err := a.brokenBy(); err != nil {
		return stageError{err}
	}
	return errFailed
}

func (a *attempt) brokenBy() error {
	err, _ := a.broken.get()
	return err
}

// explain makes a failure of the error of a stage.
func (a *attempt) explain(err error, usual func() *netcheck.Failure) *netcheck.Failure {
	if broken, ok := err.(stageError); ok { //nolint:errorlint // await's own
		if a.remote() {
			return signallingEnded(broken.cause)
		}
		return localError("The two ends did not agree on a connection.", broken.cause)
	}
	return usual()
}
