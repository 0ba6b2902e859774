// Package invite is the text by which one computer is invited to another: where its host is, how it proves itself, and the secret
// that lets one in; and the answer that people carry back where no TCP connection reaches the host.
//
// It owns the form of these texts, their checks and the words for what is wrong with one. It opens no connection and keeps nothing.
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
	Addresses []string // host:port of the host's signalling over TLS, best first; at most MaxAddresses, none only where there is an Offer
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

// Errors that callers tell apart with errors.Is. The text of what Parse and ParseAnswer return is for people.
var (
	ErrNotInvite = errors.New("this is not an invite")                 // of Parse
	ErrIsAnswer  = errors.New("this is the answer, not the invite")    // of Parse
	ErrNotAnswer = errors.New("this is not an answer")                 // of ParseAnswer
	ErrIsInvite  = errors.New("this is the invite, not the answer")    // of ParseAnswer
	ErrTruncated = errors.New("the text is not complete")              // of both, as the following
	ErrMistyped  = errors.New("the text has a wrong letter")           //
	ErrNewer     = errors.New("the text is of a newer version")        //
	ErrSeveral   = errors.New("there is more than one of these texts") //
	ErrBounds    = errors.New("the text can not be written")           // of Text and Link
)

// Text gives the invite as one word.
func (i Invite) Text() (string, error) {
	payload, err := i.pack()
	if err != nil {
		return "", err
	}
	return invites.text(payload), nil
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
