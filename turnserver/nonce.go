package turnserver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"time"
)

// The library's nonces are the same for everybody, so whoever has one can sign a request and send it with the source address of
// somebody else: the request would make that address a participant, and an allocation's client. Over UDP, where a source proves
// nothing, clients therefore never see them. Each gets a nonce made for its own address, and only who received an answer there can
// know it. A request that comes back with it gets the library's nonce in its place, and is signed anew if its signature was right.

// nonceAge is how long a nonce of the library is handed out. It is taken back for as long again, which is within the hour for which the
// library takes its own.
const nonceAge = 25 * time.Minute

// nonces makes and reads the nonces of the UDP socket. It belongs to the reader's goroutine. The zero value works.
type nonces struct {
	secret        [32]byte // random; zero before the first nonce
	current, past string   // of the library, the newest first
	since         int64    // when current was taken, by ticks
}

// offer puts a nonce for the address into an answer of the library that has one. anew: the library's is to be used from now on.
func (n *nonces) offer(answer []byte, to netip.AddrPort, anew bool) {
	fresh, ok := attribute(answer, attrNonce)
	if !ok || len(fresh) == 0 {
		return
	}
	if anew || len(fresh) != len(n.current) || ticks(-nonceAge) > n.since {
		n.renew(string(fresh))
	}
	copy(fresh, n.bound(n.current, to))
}

func (n *nonces) renew(fresh string) {
	if n.current == "" {
		rand.Read(n.secret[:]) // never fails: it ends the process instead
	}
	n.past, n.current, n.since = n.current, fresh, ticks(0)
	if len(n.past) != len(n.current) {
		n.past = ""
	}
}

// bound is the nonce that an address gets for one of the library's, of the same length.
func (n *nonces) bound(library string, to netip.AddrPort) []byte {
	mac := hmac.New(sha512.New, n.secret[:])
	ip := to.Addr().As16()
	mac.Write(ip[:])
	mac.Write(binary.BigEndian.AppendUint16(nil, to.Port()))
	mac.Write([]byte(library))
	return []byte(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))[:len(library)]
}

// accept puts the library's nonce into a request that has the one of its source, and signs it anew if it was signed with the user's key.
// It tells whether it was; a request with any other nonce is left as it is, and the library answers it with 438.
func (n *nonces) accept(request []byte, from netip.AddrPort, key func(user string) []byte) bool {
	given, ok := attribute(request, attrNonce)
	if !ok || len(given) == 0 || len(given) != len(n.current) {
		return false
	}
	library := n.current
	if !hmac.Equal(given, n.bound(library, from)) {
		if library = n.past; library == "" || !hmac.Equal(given, n.bound(library, from)) {
			return false
		}
	}
	user, _ := attribute(request, attrUsername) // without one the library refuses it
	k := key(string(user))
	right := signed(request, k)
	copy(given, library)
	if right {
		sign(request, k)
	}
	return right
}

// signed tells whether a message has the right MESSAGE-INTEGRITY.
func signed(p, key []byte) bool {
	sum, ok := attribute(p, attrMessageIntegrity)
	return ok && hmac.Equal(sum, integrity(p, key))
}

// sign sets the MESSAGE-INTEGRITY that a message has already. A FINGERPRINT behind it is left: the library does not look at it.
func sign(p, key []byte) {
	sum, _ := attribute(p, attrMessageIntegrity)
	copy(sum, integrity(p, key))
}

// integrity is the HMAC-SHA1 over a message up to its first MESSAGE-INTEGRITY, as if that were the last (RFC 8489, section 14.5).
func integrity(p, key []byte) []byte {
	end := stunHeaderSize
	for binary.BigEndian.Uint16(p[end:]) != attrMessageIntegrity { // there is one: attribute has found it
		end += attrHeaderSize + (int(binary.BigEndian.Uint16(p[end+2:]))+3)&^3
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(p[:2])
	mac.Write(binary.BigEndian.AppendUint16(nil, uint16(end-stunHeaderSize+attrHeaderSize+sha1.Size)))
	mac.Write(p[4:end])
	return mac.Sum(nil)
}
