package invite

import "fmt"

// Answer is what a guest sends back to the host where no TCP connection reaches it: its own description, for the invite's Offer. It is
// no secret that lets anybody in, but whoever may change it on its way can keep the two from meeting.
type Answer struct {
	Room        [8]byte // of the invite that it answers
	Description []byte  // packed, 1 to MaxOffer bytes
}

// The layout of an answer, with the header and the checksum of an invite:
//
//	header 4 | room 8 | description | checksum 4
const answerFixed = headerSize + 8 + checksumSize

// Text gives the answer as one word, which begins with EPA and the version. The error wraps ErrBounds.
func (a Answer) Text() (string, error) {
	if len(a.Description) == 0 || len(a.Description) > MaxOffer {
		return "", answers.outOfBounds("its description has %d bytes and needs 1 to %d", len(a.Description), MaxOffer)
	}
	b := make([]byte, headerSize, answerFixed+len(a.Description))
	b = append(append(b, a.Room[:]...), a.Description...)
	return answers.text(seal(&answers, b)), nil
}

// String tells which invite it answers.
func (a Answer) String() string {
	return fmt.Sprintf("answer to the invite to room %x, %d bytes", a.Room, len(a.Description))
}

// ParseAnswer reads an answer with whatever a mail or chat put around or between, as Parse does; an invite beside it, such as one that is
// quoted below, does not matter. The error wraps one of the errors of this package and says what to do; an invite in its place is
// told as such (ErrIsInvite). It never holds a part of the text.
func ParseAnswer(text string) (Answer, error) { return find(&answers, text, unpackAnswer) }

// LooksAnswer tells whether a text is meant as an answer, whole or not.
func LooksAnswer(text string) bool {
	return len(text) <= maxText && len(answers.starts(unwrapped(text))) > 0
}

// unpackAnswer reads a payload whose size, header and checksum are right.
func unpackAnswer(b []byte) (Answer, error) {
	r := &reader{rest: b[headerSize : len(b)-checksumSize]}
	var a Answer
	copy(a.Room[:], r.bytes(len(a.Room)))
	a.Description = append(a.Description, r.rest...)
	if r.bad || len(a.Description) == 0 {
		return Answer{}, answers.mistyped()
	}
	return a, nil
}
