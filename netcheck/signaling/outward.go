package signaling

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"time"
)

// Kinds of what a sealed frame holds. Each begins with the kind, the number of messages received and of those read.
const (
	kindQuiet = 0 // nothing more
	kindData  = 1 // the message's number and the message
	kindBye   = 2 // a Leave
	kindAsk   = 3 // nothing more, and the other end is to send something at once
)

const plainHeader = 1 + 8 + 8

// next gives what is to be sent now, nil if nothing is. due tells that the wire was quiet for long enough.
func (s *session) next(due bool, now time.Time) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone != nil || s.byeSent {
		return nil
	}
	if s.asking {
		s.asking = false
		return s.plain(kindAsk, 0)
	}
	if e, ok := s.sendable(); ok {
		s.sent++
		s.flightBytes += e.size
		plain := s.plain(kindData, 8+len(e.data))
		plain = binary.BigEndian.AppendUint64(plain, s.sent)
		return append(plain, e.data...)
	}
	if s.closing != nil {
		s.byeSent = true
		body, _ := json.Marshal(s.closing) // two strings
		return append(s.plain(kindBye, len(body)), body...)
	}
	if due || s.tellNow || !s.tellAt.IsZero() && !now.Before(s.tellAt) {
		return s.plain(kindQuiet, 0)
	}
	return nil
}

// sendable gives the next message if the other end has room for it. The session is locked.
func (s *session) sendable() (entry, bool) {
	at := s.sent - s.taken
	if at >= uint64(len(s.out)) || at >= windowMessages {
		return entry{}, false
	}
	e := s.out[at]
	return e, s.flightBytes+e.size <= windowBytes
}

// plain begins the content of a frame and notes what the other end is told with it. The session is locked.
func (s *session) plain(kind byte, more int) []byte {
	s.toldReceived, s.toldRead, s.readBytes = s.received, s.read, 0
	s.tellAt, s.tellNow = time.Time{}, false
	b := append(make([]byte, 0, plainHeader+more), kind)
	b = binary.BigEndian.AppendUint64(b, s.received)
	return binary.BigEndian.AppendUint64(b, s.read)
}

// state is what this end tells when a wire is taken up.
func (s *session) state() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return state{Received: s.received, Chain: bytes.Clone(s.inChain[:])}
}

// takeUp goes on from what the other end has. It is false if that can not be.
func (s *session) takeUp(o state) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone != nil || o.Received < s.acked || o.Received > s.sent {
		return false
	}
	at := s.base
	if o.Received > s.taken {
		at = s.out[o.Received-s.taken-1].chain
	}
	if at != chain(o.Chain) {
		return false
	}
	s.acknowledge(o.Received)
	s.rewind()
	return true
}

// rewind sends again what the other end does not have. The session is locked.
func (s *session) rewind() {
	s.sent, s.flightBytes = s.acked, 0
	for _, e := range s.out[:s.acked-s.taken] {
		s.flightBytes += e.size
	}
	s.byeSent = false
}

// acknowledge notes that the other end has the messages up to n. The session is locked.
func (s *session) acknowledge(n uint64) {
	for ; s.acked < n; s.acked++ {
		e := &s.out[s.acked-s.taken]
		s.queued--
		s.queuedBytes -= e.size
		e.data = nil
	}
	close(s.room)
	s.room = make(chan struct{})
}

// consumed notes that the other end has taken the messages up to n out of its Receive. The session is locked.
func (s *session) consumed(n uint64) {
	if n == s.taken {
		return
	}
	gone := s.out[:n-s.taken]
	for _, e := range gone {
		s.flightBytes -= e.size
	}
	s.base = gone[len(gone)-1].chain
	s.out = s.out[len(gone):]
	s.taken = n
	s.signal(s.wake)
}
