package signaling

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxMessage is the largest encoded message: what an envelope adds must fit into a frame as well.
const maxMessage = MaxFrame - 256

// Errors of Encode and Decode that callers tell apart with errors.Is. Neither names a secret.
var (
	ErrMessage  = errors.New("the message is out of bounds")
	ErrTooLarge = errors.New("the message is too large")
)

// Encode writes a message as it travels. Texts for people are made fit to be shown and cut to their bounds; everything else that
// is out of bounds is refused with an error that wraps ErrMessage or ErrTooLarge.
func Encode(m Message) ([]byte, error) {
	if m.bodies() != 1 {
		return nil, fmt.Errorf("%w: it needs exactly one body and has %d", ErrMessage, m.bodies())
	}
	m = m.cleaned()
	if err := m.check(); err != nil {
		return nil, err
	}
	if m.Signal != nil && m.Signal.contents() != 1 {
		return nil, fmt.Errorf("%w: a signal needs exactly one content and has %d", ErrMessage, m.Signal.contents())
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // an SDP must not grow by it
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(out) > maxMessage {
		return nil, fmt.Errorf("%w: %d bytes, at most %d can travel", ErrTooLarge, len(out), maxMessage)
	}
	return out, nil
}

// Decode reads a message that came from another end. Fields that it does not know are ignored. A message of a kind that it does
// not know, from a newer end, has no body; a signal with an unknown content has none either. Words of an open set (standings,
// paths, address families, codes) are kept as they are if they are short words: who uses them must expect unknown ones. Everything
// else out of bounds is an error that wraps ErrMessage or ErrTooLarge.
func Decode(b []byte) (Message, error) {
	if len(b) > maxMessage {
		return Message{}, fmt.Errorf("%w: %d bytes, at most %d are taken", ErrTooLarge, len(b), maxMessage)
	}
	var m Message
	if err := json.Unmarshal(b, &m); err != nil {
		return Message{}, fmt.Errorf("%w: it can not be read: %s", ErrMessage, jsonTrouble(err))
	}
	if m.bodies() > 1 {
		return Message{}, fmt.Errorf("%w: it has %d bodies", ErrMessage, m.bodies())
	}
	if err := m.check(); err != nil {
		return Message{}, err
	}
	return m.cleaned(), nil
}

// jsonTrouble says where a JSON text is wrong, without the value that stands there: it may be a password.
func jsonTrouble(err error) string {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		return fmt.Sprintf("field %q has another type", wrong.Field)
	case errors.As(err, &syntax):
		return fmt.Sprintf("syntax error at byte %d", syntax.Offset)
	}
	return "a value is wrong"
}

func (m Message) bodies() int {
	return count(m.Welcome != nil, m.Standing != nil, m.Servers != nil, m.Run != nil, m.RunEnded != nil, m.Leg != nil,
		m.Signal != nil, m.Mirror != nil, m.Leave != nil)
}

func (s Signal) contents() int {
	return count(s.Description != nil, s.Candidate != "", s.Gathered, s.Confirm != nil, s.Failure != nil, s.End)
}

func count(set ...bool) int {
	n := 0
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}
