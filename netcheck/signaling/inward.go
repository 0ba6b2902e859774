package signaling

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// handle takes in the content of a frame. An error is what the other end can not have meant.
func (s *session) handle(plain []byte) error {
	if len(plain) < plainHeader {
		return errors.New("a frame that is too short")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone != nil {
		return nil
	}
	received, read := binary.BigEndian.Uint64(plain[1:]), binary.BigEndian.Uint64(plain[9:])
	if received < s.acked || received > s.sent || read < s.taken || read > received {
		return fmt.Errorf("the other end has %d messages and has read %d, of %d sent", received, read, s.sent)
	}
	if received > s.acked {
		s.acknowledge(received)
		s.strikes = 0
	}
	s.consumed(read)
	switch body := plain[plainHeader:]; plain[0] {
	case kindData:
		return s.accept(body)
	case kindBye:
		return s.bye(body)
	case kindAsk:
		s.tellNow = true
		s.signal(s.wake)
	}
	return nil // quiet, or of a newer version
}

// accept takes a message in. The session is locked.
func (s *session) accept(body []byte) error {
	if len(body) < 8 {
		return errors.New("a message without a number")
	}
	n, data := binary.BigEndian.Uint64(body), body[8:]
	switch {
	case n <= s.received:
		return nil // sent again, and not needed
	case n != s.received+1:
		return fmt.Errorf("message %d came where %d was due", n, s.received+1)
	case len(s.inbox) >= windowMessages || s.inboxBytes+len(data) > windowBytes:
		return errors.New("more messages than were allowed")
	case len(data) == 0:
		return errors.New("an empty message")
	}
	s.received, s.strikes = n, 0
	s.inChain = s.inChain.after(data)
	s.inbox = append(s.inbox, data)
	s.inboxBytes += len(data)
	s.signal(s.arrived)
	s.tellSoon()
	return nil
}

// errBye ends a wire in order.
type errBye struct{ gone *Gone }

func (e *errBye) Error() string { return e.gone.Error() }

func (s *session) bye(body []byte) error {
	var l Leave
	if json.Unmarshal(body, &l) != nil {
		return errors.New("a farewell that can not be read")
	}
	k := checker{body: "leave"}
	if l.check(&k); k.err != nil {
		return k.err
	}
	l.Text = clean(l.Text, MaxText)
	return &errBye{s.role.told(l)}
}
