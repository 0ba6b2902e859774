package invite

import "errors"

// Answer is what a guest sends back to the host where no TCP connection reaches it: its own description, for the invite's Offer. It is
// no secret that lets anybody in, but whoever may change it on its way can keep the two from meeting.
type Answer struct {
	Room        [8]byte // of the invite that it answers
	Description []byte  // packed, at most MaxOffer bytes
}

// Text gives the answer as one word.
func (a Answer) Text() (string, error) { return "", errors.New("not written yet") }

// ParseAnswer reads an answer with whatever a mail or chat put around or between, as Parse does. The error wraps one of the errors of
// this package and says what to do; an invite in its place is told as such.
func ParseAnswer(text string) (Answer, error) { return Answer{}, errors.New("not written yet") }
