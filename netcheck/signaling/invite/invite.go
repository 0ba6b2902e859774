// Package invite is the text by which one computer is invited to another: where its host is, how it proves itself, and the secret
// that lets one in.
//
// It owns the form of that text, its checks and the words for what is wrong with one. It opens no connection and keeps nothing.
package invite

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Invite is what a guest must know. Whoever has its text can come in: it is a secret, and prints and marshals without it.
type Invite struct {
	Version   int // 0 when it is written means the newest
	Room      [8]byte
	Secret    [16]byte // random
	Pin       [32]byte // SHA-256 of the SubjectPublicKeyInfo of the host's certificate
	Expiry    time.Time
	Addresses []string // host:port of the host's signalling over TLS, best first; at least one, at most MaxAddresses
	AltPort   int      // of the STUN server's second port; 0: none
	Offer     []byte   // packed description for the way without any server; nil: none
}

// Bounds of an invite.
const (
	MaxAddresses = 8
	MaxName      = 253  // bytes of a host's name (RFC 1035, section 2.3.4, without the dot at its end)
	MaxOffer     = 1500 // bytes
)

// Scheme begins an invite that is a link.
const Scheme = "echopath:"

// version is the one that this program writes, and the newest that it reads.
const version = 1

// Errors that callers tell apart with errors.Is. The text of what Parse returns is for people.
var (
	ErrNotInvite = errors.New("this is not an invite")
	ErrTruncated = errors.New("the invite is not complete")
	ErrMistyped  = errors.New("the invite has a wrong letter")
	ErrNewer     = errors.New("the invite is of a newer version")
	ErrSeveral   = errors.New("there is more than one invite in this text")
	ErrBounds    = errors.New("the invite can not be written") // of Text and Link
)

// trouble is one of the errors with what to do about it.
type trouble struct {
	kind   error
	advice string
}

func (t *trouble) Error() string { return t.kind.Error() + ": " + t.advice }
func (t *trouble) Unwrap() error { return t.kind }

func notInvite() error {
	return &trouble{ErrNotInvite, "copy the whole text that the host shows; it begins with " + prefix(version) + " or " + Scheme}
}

func truncated() error {
	return &trouble{ErrTruncated, "a part of it is missing; copy it again, from the first letter to the last"}
}

func mistyped() error {
	return &trouble{ErrMistyped, "at least one letter is not what the host wrote; copy it again instead of typing it, and mind capital and small letters"}
}

func newer(v int) error {
	return &trouble{ErrNewer, fmt.Sprintf("it is of version %d and this program reads up to version %d; update Echopath on this computer", v, version)}
}

func several() error {
	return &trouble{ErrSeveral, "paste the one that is meant, alone"}
}

func outOfBounds(format string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrBounds, fmt.Sprintf(format, values...))
}

// Text gives the invite as one word.
func (i Invite) Text() (string, error) {
	payload, err := i.pack()
	if err != nil {
		return "", err
	}
	return prefix(version) + encoding.EncodeToString(payload), nil
}

// Link gives the invite as a link that begins with Scheme.
func (i Invite) Link() (string, error) {
	text, err := i.Text()
	if err != nil {
		return "", err
	}
	return Scheme + text, nil
}

// String tells which invite it is, without the secret.
func (i Invite) String() string {
	return fmt.Sprintf("invite to room %x until %s", i.Room, i.Expiry.UTC().Format(time.RFC3339))
}

// Format hides the secret from every verb.
func (i Invite) Format(f fmt.State, verb rune) {
	text := i.String()
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(f, text) // fmt keeps what it is given
}

// MarshalText hides the secret from JSON and from every other encoder.
func (i Invite) MarshalText() ([]byte, error) { return []byte(i.String()), nil }
