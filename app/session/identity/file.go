package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck/signaling/invite"
)

// kept is what a file holds: one line, "echopath-identity 1", the end of the invite in seconds since 1970, and the identity in hex.
type kept struct {
	expiry time.Time
	id     [32]byte
}

const (
	magic   = "echopath-identity 1"
	maxFile = 256 // bytes
	suffix  = ".identity"
)

// nameOf is the file of an invite's room. The whole of what proves the host goes into it: another host that calls its room the same is
// shown another identity.
func nameOf(i invite.Invite) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(magic), i.Room[:], i.Secret[:], i.Pin[:]} {
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)[:nameBytes]) + suffix
}

const nameBytes = 16

// isName tells the name of a file of this package's.
func isName(name string) bool {
	digits, ok := strings.CutSuffix(name, suffix)
	b, err := hex.DecodeString(digits)
	return ok && err == nil && len(b) == nameBytes && digits == strings.ToLower(digits)
}

func (k kept) line() string {
	return fmt.Sprintf("%s %d %s\n", magic, k.expiry.Unix(), hex.EncodeToString(k.id[:]))
}

// parse reads what line has written, and nothing else.
func parse(text string) (k kept, ok bool) {
	rest, ok := strings.CutPrefix(text, magic+" ")
	if !ok {
		return kept{}, false
	}
	seconds, digits, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if n, decodeErr := hex.Decode(k.id[:], []byte(cut(digits))); err != nil || decodeErr != nil || n != len(k.id) {
		return kept{}, false
	}
	k.expiry = time.Unix(at, 0)
	return k, k.id != [32]byte{} && k.line() == text
}

// cut bounds what hex.Decode is given: its destination is not longer.
func cut(digits string) string {
	if len(digits) > 2*sha256.Size {
		return ""
	}
	return digits
}
