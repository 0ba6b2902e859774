// Package invite is the text by which one computer is invited to another: where its host is, how it proves itself, and the secret
// that lets one in.
//
// It owns the form of that text, its checks and the words for what is wrong with one. It opens no connection and keeps nothing.
package invite

import (
	"errors"
	"time"
)

// Invite is what a guest must know. Whoever has its text can come in: it is a secret.
type Invite struct {
	Version   int
	Room      [8]byte
	Secret    [16]byte // random
	Pin       [32]byte // SHA-256 of the SubjectPublicKeyInfo of the host's certificate
	Expiry    time.Time
	Addresses []string // host:port of the host's signalling over TLS, best first; at most MaxAddresses
	AltPort   int      // of the STUN server's second port; 0: none
	Offer     []byte   // packed description for the way without any server; nil: none
}

// MaxAddresses is the largest number of addresses in an invite.
const MaxAddresses = 8

// Scheme begins an invite that is a link.
const Scheme = "echopath:"

// Errors that callers tell apart with errors.Is. The text of what Parse returns is for people.
var (
	ErrNotInvite = errors.New("this is not an invite")
	ErrTruncated = errors.New("the invite is not complete")
	ErrMistyped  = errors.New("the invite has a wrong letter")
	ErrNewer     = errors.New("the invite is of a newer version")
)

// Parse reads an invite, as text or link, with whatever a mail program put around or between: spaces, line breaks, quotation
// marks, angle brackets.
func Parse(text string) (Invite, error) { return Invite{}, ErrNotInvite }

// Looks tells whether a text is meant as an invite, whole or not.
func Looks(text string) bool { return false }

// Text gives the invite as one word.
func (i Invite) Text() (string, error) { return "", nil }

// Link gives the invite as a link that begins with Scheme.
func (i Invite) Link() (string, error) { return "", nil }

// String hides the secret.
func (i Invite) String() string { return "invite" }
