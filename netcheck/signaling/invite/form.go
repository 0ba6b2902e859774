package invite

import (
	"fmt"
	"strconv"
)

// version is the one that this program writes, of both texts, and the newest that it reads.
const version = 1

// form is what one kind of text has of its own; the rest of the two is the same.
type form struct {
	name     string // in sentences
	letters  string // that its prefix begins with
	label    string // makes the check of its header another one than that of the other kind
	min, max int    // bytes, as a whole
	none     error  // where there is none in a text
	copy     string // what to do then
	swapped  error  // where the other kind is in its place
	turn     string // what to do then
}

var invites = form{
	name: "invite", letters: "EP", label: "echopath invite header", min: fixedSize, max: maxSize,
	none:    ErrNotInvite,
	copy:    "copy the whole text that the host shows; it begins with EP1- or " + Scheme,
	swapped: ErrIsAnswer,
	turn:    "it belongs to the computer that made the invite, so paste it there; what is needed here is the invite, which begins with EP1-",
}

var answers = form{
	name: "answer", letters: "EPA", label: "echopath answer header", min: answerFixed + 1, max: answerFixed + MaxOffer,
	none:    ErrNotAnswer,
	copy:    "copy the whole text that the guest's computer shows; it begins with EPA1-",
	swapped: ErrIsInvite,
	turn: "give it to the other computer, to connect with; what that computer shows then is the answer, which begins with EPA1- and " +
		"is needed here",
}

// other is the kind that may be pasted in its place.
func (f *form) other() *form {
	if f == &answers {
		return &invites
	}
	return &answers
}

func (f *form) prefix(v int) string { return f.letters + strconv.Itoa(v) + "-" }

// text writes a sealed payload.
func (f *form) text(payload []byte) string {
	return f.prefix(version) + encoding.EncodeToString(payload)
}

// trouble is one of the errors with what to do about it.
type trouble struct {
	kind   error
	words  string
	advice string
}

func (t *trouble) Error() string { return t.words + ": " + t.advice }
func (t *trouble) Unwrap() error { return t.kind }

func (f *form) missing() error { return &trouble{f.none, f.none.Error(), f.copy} }
func (f *form) mixedUp() error { return &trouble{f.swapped, f.swapped.Error(), f.turn} }

func (f *form) truncated() error {
	return &trouble{ErrTruncated, "the " + f.name + " is not complete", "a part of it is missing; copy it again, from the first letter to the last"}
}

func (f *form) mistyped() error {
	return &trouble{ErrMistyped, "the " + f.name + " has a wrong letter",
		"at least one letter is not what the other computer wrote; copy it again instead of typing it, and mind capital and small letters"}
}

func (f *form) newer(v int) error {
	return &trouble{ErrNewer, "the " + f.name + " is of a newer version",
		fmt.Sprintf("it is of version %d and this program reads up to version %d; update Echopath on this computer", v, version)}
}

func (f *form) several() error {
	return &trouble{ErrSeveral, "there is more than one " + f.name + " in this text", "paste the one that is meant, alone"}
}

func (f *form) outOfBounds(format string, values ...any) error {
	return &trouble{ErrBounds, "the " + f.name + " can not be written", fmt.Sprintf(format, values...)}
}
