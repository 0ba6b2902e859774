package rtc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"echopath/netcheck"
)

// talkVersion is the version of the messages between the two ends of a link. Fields are added within a version.
const talkVersion = 1

// maxTalk is the largest such message in bytes.
const maxTalk = 8 << 10

// note is a message between the ends: a question for the other's selected pair, or the answer.
type note struct {
	V      int                     `json:"v"`
	Ask    uint64                  `json:"ask,omitempty"`
	Answer uint64                  `json:"answer,omitempty"`
	Pair   *netcheck.CandidatePair `json:"pair,omitempty"`
	Error  string                  `json:"error,omitempty"`
	Own    *bool                   `json:"own,omitempty"` // with a pair: whether the address that a server sees the end at is its own; not set: unknown
}

// talk asks and answers for one end.
type talk struct {
	peer *peer

	mu      sync.Mutex // guards what follows
	last    uint64
	waiting map[uint64]chan note
	own     netcheck.Tri // of the far end, as of its last answer
}

func newTalk(p *peer) *talk { return &talk{peer: p, waiting: map[uint64]chan note{}} }

// run answers until the link ends. It also is the one that learns that the far end has closed.
func (t *talk) run() {
	ctx := context.Background() // the peer's end closes the channel
	for {
		msg, err := t.peer.link.Receive(ctx)
		if err != nil {
			t.peer.fail(endOf(err))
			return
		}
		var n note
		if len(msg) > maxTalk || json.Unmarshal(msg, &n) != nil || n.V != talkVersion {
			continue
		}
		switch {
		case n.Ask != 0:
			_ = t.send(ctx, t.answer(n.Ask))
		case n.Answer != 0:
			t.deliver(n)
		}
	}
}

func (t *talk) answer(id uint64) note {
	pair, err := t.peer.pair()
	if err != nil {
		return note{V: talkVersion, Answer: id, Error: err.Error()}
	}
	out := note{V: talkVersion, Answer: id, Pair: &pair}
	if own := t.peer.ownAddress(); own != netcheck.Unknown {
		yes := own == netcheck.Yes
		out.Own = &yes
	}
	return out
}

// farOwn tells whether the far end's mapped address is its own, by its last answer.
func (t *talk) farOwn() netcheck.Tri {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.own
}

func (t *talk) send(ctx context.Context, n note) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return t.peer.link.Send(ctx, b)
}

func (t *talk) deliver(n note) {
	t.mu.Lock()
	ch := t.waiting[n.Answer]
	delete(t.waiting, n.Answer)
	if ch != nil {
		t.own = netcheck.Unknown
		if n.Own != nil {
			t.own = netcheck.TriOf(*n.Own)
		}
	}
	t.mu.Unlock()
	if ch != nil {
		ch <- n // has room for the one answer
	}
}

// farPair asks the other end for its selected pair.
func (t *talk) farPair(ctx context.Context) (netcheck.CandidatePair, error) {
	ch := make(chan note, 1)
	t.mu.Lock()
	t.last++
	id := t.last
	t.waiting[id] = ch
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		delete(t.waiting, id)
		t.mu.Unlock()
	}()
	if err := t.send(ctx, note{V: talkVersion, Ask: id}); err != nil {
		return netcheck.CandidatePair{}, fmt.Errorf("ask the far end for its pair: %w", err)
	}
	select {
	case n := <-ch:
		return n.checked()
	case <-ctx.Done():
		return netcheck.CandidatePair{}, ctx.Err()
	case <-t.peer.dead.wait():
		return netcheck.CandidatePair{}, t.peer.lost()
	}
}

var errNoPair = errors.New("the far end reports no pair")

// checked gives the pair of an answer if its words are ones that a pair can have: it goes into reports.
func (n note) checked() (netcheck.CandidatePair, error) {
	if n.Pair == nil {
		if len(n.Error) > 200 {
			n.Error = n.Error[:200]
		}
		return netcheck.CandidatePair{}, fmt.Errorf("%w: %q", errNoPair, n.Error)
	}
	for _, c := range []netcheck.Candidate{n.Pair.Local, n.Pair.Remote} {
		if !oneOf(c.Type, "host", "srflx", "prflx", "relay") || !oneOf(c.Protocol, "udp", "tcp") ||
			!oneOf(c.RelayProtocol, "", "udp", "tcp", "tls") || !c.Address.IsValid() ||
			len(c.Server) > 300 || len(c.ViaProxy) > 300 {
			return netcheck.CandidatePair{}, fmt.Errorf("%w that can be: %w", errNoPair, io.ErrUnexpectedEOF)
		}
	}
	return *n.Pair, nil
}

func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if s == w {
			return true
		}
	}
	return false
}
