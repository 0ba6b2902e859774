package signaling

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// label stands before every name of a key, so that no key of another purpose or version is the same.
const label = "echopath signalling 1: "

// key is a secret of 256 bits.
type key []byte

// inviteKey is what both ends make of an invite: it authenticates their first frames.
func inviteKey(room [8]byte, secret [16]byte) key { return derive(secret[:], room[:], "invite") }

// derive is HKDF-SHA256 (RFC 5869).
func derive(secret, salt []byte, name string) key {
	k, err := hkdf.Key(sha256.New, secret, salt, label+name, sha256.Size)
	if err != nil { // it can not be: one hash length is never too much
		panic(err)
	}
	return k
}

// wireKeys are the keys of one wire.
type wireKeys struct {
	proof  map[role]key // each end's proof that it knows the secret
	finish map[role]key // seals the handshake's last two frames
	frames map[role]key // seals the frames of the session, by who sends
	resume key          // of the session, of its first wire
}

// newWireKeys makes keys of the X25519 secret, of what both ends knew before, and of the whole transcript: each pair of ends has its
// own, whoever else knows the invite.
func newWireKeys(shared []byte, known key, transcript []byte) wireKeys {
	secret := append(append([]byte{}, shared...), known...)
	of := func(name string) key { return derive(secret, transcript, name) }
	return wireKeys{
		proof:  map[role]key{roleGuest: of("proof of the guest"), roleHost: of("proof of the host")},
		finish: map[role]key{roleGuest: of("finish of the guest"), roleHost: of("finish of the host")},
		frames: map[role]key{roleGuest: of("frames of the guest"), roleHost: of("frames of the host")},
		resume: of("resume"),
	}
}

// mac is HMAC-SHA256 over parts whose borders count.
func mac(k key, name string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(label + name))
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	return h.Sum(nil)
}

// digest is SHA-256 over parts whose borders count.
func digest(name string, parts ...[]byte) []byte {
	h := sha256.New()
	h.Write([]byte(label + name))
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	return h.Sum(nil)
}

// aead is AES-256-GCM. Each key is for one direction of one wire, and the nonce counts.
func (k key) aead() cipher.AEAD {
	block, err := aes.NewCipher(k)
	if err != nil { // it can not be: keys have 32 bytes
		panic(err)
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return a
}

const nonceSize = 12

func nonce(seq uint64) (n [nonceSize]byte) {
	binary.BigEndian.PutUint64(n[4:], seq)
	return n
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return b
}

// newID names a session: 16 letters and digits.
func newID() string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(randomBytes(10)))
}
