package signaling

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"
)

// The handshake has four frames. Each of the first two is a type, a MAC and JSON:
//
//	guest hello  MAC with the key of the invite, or of the session that is resumed
//	host hello   MAC with a key of X25519, the key above and the transcript: the host's proof
//	finish       the guest's proof of the same kind, and a sealed part
//	accept       a sealed part
//
// A host answers nothing but a refusal to who does not know the key: it is no oracle, and tells nothing of itself.
const (
	maxHandshake       = 4 << 10 // bytes of one frame
	defaultAuthTimeout = 10 * time.Second
	macSize            = sha256.Size
	nonceLength        = 16
)

type guestHello struct {
	Versions [2]int `json:"versions"`
	Room     []byte `json:"room"`
	Session  string `json:"session,omitempty"` // that is resumed
	Key      []byte `json:"key"`               // X25519 (RFC 7748)
	Nonce    []byte `json:"nonce"`
	Hello    Hello  `json:"hello"`
}

type hostHello struct {
	Version int    `json:"version"`
	Session string `json:"session"`
	Key     []byte `json:"key"`
	Nonce   []byte `json:"nonce"`
	Hello   Hello  `json:"hello"`
}

// state is what an end tells in its last frame of the handshake: how much it has of the other's messages.
type state struct {
	Identity []byte `json:"identity,omitempty"` // of a guest, made for the room
	Received uint64 `json:"received"`
	Chain    []byte `json:"chain"`
}

// refusalBody tells why a guest does not get in. The words are the guest's own.
type refusalBody struct {
	Code     Code   `json:"code"`
	Text     string `json:"text,omitempty"`    // of the host's user, why a session ended
	Now      int64  `json:"now,omitempty"`     // the host's clock, Unix seconds
	Expiry   int64  `json:"expiry,omitempty"`  // of the invite
	Versions [2]int `json:"versions,omitzero"` // that the host speaks
}

// errHandshake is a frame that can not be one of the handshake.
var errHandshake = errors.New("a frame that can not be one of the handshake")

// pack makes a frame of a type, a MAC and JSON.
func pack(kind byte, sum func(body []byte) []byte, v any) (frame, body []byte, err error) {
	body, err = json.Marshal(v)
	if err != nil {
		return nil, nil, err
	}
	frame = append([]byte{kind}, sum(body)...)
	frame = append(frame, body...)
	if len(frame) > maxHandshake {
		return nil, nil, ErrTooLarge
	}
	return frame, body, nil
}

// unpack takes such a frame apart.
func unpack(frame []byte) (sum, body []byte, err error) {
	if len(frame) < 1+macSize {
		return nil, nil, errHandshake
	}
	return frame[1 : 1+macSize], frame[1+macSize:], nil
}

// receive reads a frame of the handshake.
func receive(ctx context.Context, w Wire) ([]byte, error) {
	frame, err := w.Receive(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(frame) > maxHandshake:
		return nil, ErrTooLarge
	case len(frame) == 0:
		return nil, errHandshake
	}
	return frame, nil
}

// exchange is one end's part of a key agreement.
type exchange struct {
	private *ecdh.PrivateKey
	nonce   []byte
}

func newExchange() (exchange, error) {
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	return exchange{k, randomBytes(nonceLength)}, err
}

// shared is the common secret with another end's public key. Points that would make it a constant are refused (RFC 7748, section 6.1).
func (e exchange) shared(public []byte) ([]byte, error) {
	k, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return e.private.ECDH(k)
}

// agreed is what both ends have after the two hellos.
type agreed struct {
	keys       wireKeys
	transcript []byte
}

func agree(e exchange, public []byte, known key, first, second []byte) (agreed, error) {
	shared, err := e.shared(public)
	if err != nil {
		return agreed{}, err
	}
	t := digest("transcript", first, second)
	return agreed{newWireKeys(shared, known, t), t}, nil
}

func (a agreed) proof(r role) []byte {
	return mac(a.keys.proof[r], "proof", []byte{byte(r)}, a.transcript)
}

func (a agreed) proves(r role, sum []byte) bool { return hmac.Equal(sum, a.proof(r)) }

// sealState makes one of the last two frames.
func (a agreed) sealState(kind byte, r role, s state) ([]byte, error) {
	frame, body, err := pack(kind, func([]byte) []byte { return a.proof(r) }, s)
	if err != nil {
		return nil, err
	}
	n := nonce(0)
	head := frame[:1+macSize]
	return a.keys.finish[r].aead().Seal(head[:len(head):len(head)], n[:], body, head), nil
}

// openState checks one of the last two frames. It is false if its sender does not know the secret.
func (a agreed) openState(frame []byte, r role) (state, bool) {
	sum, sealed, err := unpack(frame)
	if err != nil || !a.proves(r, sum) {
		return state{}, false
	}
	n := nonce(0)
	body, err := a.keys.finish[r].aead().Open(nil, n[:], sealed, frame[:1+macSize])
	if err != nil {
		return state{}, false
	}
	var s state
	if json.Unmarshal(body, &s) != nil || len(s.Chain) != chainSize || len(s.Identity) > sha256.Size {
		return state{}, false
	}
	return s, true
}

// complete gives the channel of a wire whose handshake is done.
func (a agreed) complete(r role, session string, finish, accept []byte) *channel {
	return newChannel(r, session, a.keys, digest("complete", a.transcript, finish, accept))
}

// common is the highest version that two ranges have in common, 0 if there is none.
func common(a, b [2]int) int {
	v := min(a[1], b[1])
	if v < max(a[0], b[0]) || v <= 0 {
		return 0
	}
	return v
}

// refusalFrame is authenticated with the key that the guest named, if the host has that: otherwise the MAC is empty.
func refusalFrame(known key, hello []byte, r refusalBody) ([]byte, error) {
	frame, _, err := pack(frameRefusal, func(body []byte) []byte {
		if known == nil {
			return make([]byte, macSize)
		}
		return mac(known, "refusal", hello, body)
	}, r)
	return frame, err
}

// readRefusal gives a refusal, and whether it is proved that the host of the key wrote it.
func readRefusal(known key, hello, frame []byte) (r refusalBody, authentic bool, err error) {
	sum, body, err := unpack(frame)
	if err != nil {
		return r, false, err
	}
	if err := json.Unmarshal(body, &r); err != nil || len(r.Code) > maxWord || !visible(string(r.Code)) || r.Code == "" {
		return r, false, errHandshake
	}
	r.Text = clean(r.Text, MaxText)
	return r, !bytes.Equal(sum, make([]byte, macSize)) && hmac.Equal(sum, mac(known, "refusal", hello, body)), nil
}
