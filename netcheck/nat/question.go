package nat

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v3"
)

// waits are those after each sending of a question. Three sendings survive 10 % loss each way in 99 of 100 cases; RFC 8489's 39.5 s
// (section 6.2.1) are no answer that a user waits for.
var waits = []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}

// outcome is how a question ended.
type outcome int

const (
	notAsked outcome = iota
	cut              // the time was over before all sendings were waited for: it says nothing
	unsent           // this computer could not send it
	silent           // all sendings were waited for
	refused          // an error response
	strange          // a success response without an address
	answered
)

// result is a question's end.
type result struct {
	outcome outcome
	answer
	fromAsked bool  // the answer came from where the question went to
	err       error // of the socket: why it was not sent, or the ICMP error that came instead of an answer
}

// letIn tells that a success response arrived.
func (r result) letIn() bool { return r.outcome == answered || r.outcome == strange }

// came tells that the server has answered, whatever it said.
func (r result) came() bool { return r.outcome >= refused }

// question is one Binding request and what is waited for.
type question struct {
	name    string // for the evidence
	to      netip.AddrPort
	request *stun.Message
	waits   []time.Duration
	// expects is the address that the answer must come from, and excuses another one from which it is taken as evidence against the server.
	expects netip.AddrPort
	excuses func(from netip.AddrPort) bool

	socket   *socket // that waits for the answer
	via      *socket // that sends; nil: the same
	answers  chan answer
	begun    time.Time
	sendings int
	unsent   int   // sendings that failed
	sendErr  error // of the last of them
}

// accepts is asked by the reader.
func (q *question) accepts(from netip.AddrPort) bool {
	return from == q.expects || q.excuses != nil && q.excuses(from)
}

// ask makes a question to a server that is to answer from the address that was asked.
func ask(name string, to netip.AddrPort, attrs ...stun.Setter) *question {
	return &question{name: name, to: to, expects: to, request: binding(attrs...), waits: waits, answers: make(chan answer, 1)}
}

// start sends a question for the first time. Questions that are started one after another leave in that order.
func (s *socket) start(q *question) {
	s.listen(q)
	q.begun = time.Now()
	q.send()
}

// listen waits for the answer to a question that is sent elsewhere, or later.
func (s *socket) listen(q *question) {
	q.socket = s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[q.request.TransactionID] = q
}

func (q *question) send() {
	q.sendings++
	from := q.socket
	if q.via != nil {
		from = q.via
	}
	if _, err := from.conn.WriteTo(q.request.Raw, net.UDPAddrFromAddrPort(q.to)); err != nil {
		q.unsent, q.sendErr = q.unsent+1, err
	}
}

// await waits for the answer to a started question, and sends again until the waits are over.
func (q *question) await(ctx context.Context) result {
	defer q.forget()
	for i, wait := range q.waits {
		if i > 0 {
			q.send()
		}
		a, came := awaitOne(ctx, wait, q.answers, nil)
		switch {
		case came:
			return q.conclude(a)
		case ctx.Err() != nil:
			return result{outcome: cut, answer: answer{took: time.Since(q.begun)}, err: ctx.Err()}
		}
	}
	return q.unanswered()
}

const (
	// tooLate is how much after its end a wait may be noticed by a computer that runs as it should. Beyond it the process itself stood still,
	// asleep or starved of processor, and what came meanwhile has not been read yet.
	tooLate = 200 * time.Millisecond
	maxLate = 3 // how many times a wait begins anew for that reason
)

// awaitOne waits for something on either channel, until the time is over or ctx ends. A wait that ended late, by the monotonic clock, begins
// anew: silence counts only while somebody listened.
func awaitOne[T any](ctx context.Context, wait time.Duration, a, b <-chan T) (got T, came bool) {
	for range 1 + maxLate {
		due := time.Now().Add(wait)
		timer := time.NewTimer(wait)
		select {
		case got, came = <-a:
		case got, came = <-b:
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		if came || ctx.Err() != nil || time.Since(due) <= tooLate {
			break
		}
	}
	return got, came
}

// unanswered tells silence from what could not be sent, and from an answer that came at the last moment.
func (q *question) unanswered() result {
	select {
	case a := <-q.answers:
		return q.conclude(a)
	default:
	}
	end := result{outcome: silent, answer: answer{took: time.Since(q.begun), sendings: q.sendings}, err: q.socket.trouble()}
	if q.unsent == q.sendings {
		end.outcome, end.err = unsent, q.sendErr
	}
	return end
}

func (q *question) conclude(a answer) result {
	a.took, a.sendings = a.at.Sub(q.begun), q.sendings
	switch {
	case !a.success:
		return result{outcome: refused, answer: a, fromAsked: a.from == q.to}
	case !a.mapped.IsValid():
		return result{outcome: strange, answer: a, fromAsked: a.from == q.to}
	}
	return result{outcome: answered, answer: a, fromAsked: a.from == q.to}
}

func (q *question) forget() {
	q.socket.mu.Lock()
	defer q.socket.mu.Unlock()
	delete(q.socket.waiting, q.request.TransactionID)
}

// askAll starts questions one after another and waits for all their ends.
func (s *socket) askAll(ctx context.Context, questions ...*question) []result {
	for _, q := range questions {
		s.start(q)
	}
	return awaitAll(ctx, questions)
}

// awaitAll waits for the ends of questions that were started.
func awaitAll(ctx context.Context, questions []*question) []result {
	results := make([]result, len(questions))
	var wg sync.WaitGroup
	for i, q := range questions {
		wg.Go(func() { results[i] = q.await(ctx) })
	}
	wg.Wait()
	return results
}
