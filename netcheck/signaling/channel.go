package signaling

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
)

// Frames on a wire begin with their type.
const (
	frameGuestHello = 1
	frameHostHello  = 2
	frameFinish     = 3
	frameAccept     = 4
	frameRefusal    = 15
	frameSealed     = 16
)

const (
	sealedHeader = 1 + 8 + 8   // type, number, frames seen
	maxUnseen    = 4096        // frames that the other end has not told to have seen
	chainSize    = sha256.Size // of the hash of all that went before
)

type chain [chainSize]byte

// after is the chain after one more text.
func (c chain) after(b []byte) chain {
	h := sha256.New()
	h.Write(c[:])
	h.Write(b)
	var next chain
	h.Sum(next[:0])
	return next
}

// channel seals and opens the frames of one wire. A frame is bound to who sends it, to the session, to its number, and to the hash
// of all that went before in both directions as far as its sender had seen it. So none can be changed, left out, repeated, put
// before another or sent back without the wire's end.
type channel struct {
	session []byte
	role    role

	mu      sync.Mutex
	out, in direction
	sent    []chain // own chain after so many frames: sent[0] after unseen
	unseen  uint64  // frames that the other end has told to have seen
	data    []byte  // associated data, used again
}

type direction struct {
	aead  cipher.AEAD
	seq   uint64 // of the next frame
	chain chain
}

func newChannel(r role, session string, k wireKeys, transcript []byte) *channel {
	start := func(who role) direction {
		return direction{aead: k.frames[who].aead(), chain: chain(digest("chain", transcript, []byte{byte(who)}))}
	}
	c := &channel{session: []byte(session), role: r, out: start(r), in: start(r.other())}
	c.sent = []chain{c.out.chain}
	return c
}

// associate puts together what a frame is bound to. The channel is locked.
func (c *channel) associate(sender role, header []byte, own, other chain) []byte {
	c.data = append(c.data[:0], byte(sender), byte(len(c.session)))
	c.data = append(append(c.data, c.session...), header...)
	c.data = append(append(c.data, own[:]...), other[:]...)
	return c.data
}

// seal makes the next frame.
func (c *channel) seal(plain []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sent) > maxUnseen {
		return nil, errors.New("the other end does not tell which frames it has seen")
	}
	frame := make([]byte, sealedHeader, sealedHeader+len(plain)+c.out.aead.Overhead())
	frame[0] = frameSealed
	binary.BigEndian.PutUint64(frame[1:], c.out.seq)
	binary.BigEndian.PutUint64(frame[9:], c.in.seq)
	n := nonce(c.out.seq)
	frame = c.out.aead.Seal(frame, n[:], plain, c.associate(c.role, frame, c.out.chain, c.in.chain))
	c.out.seq++
	c.out.chain = c.out.chain.after(frame)
	c.sent = append(c.sent, c.out.chain)
	return frame, nil
}

// open checks the next frame and gives what is in it. An error ends the wire.
func (c *channel) open(frame []byte) ([]byte, error) {
	if len(frame) < sealedHeader || len(frame) > MaxFrame || frame[0] != frameSealed {
		return nil, errors.New("a frame that is none of a session")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	header, sealed := frame[:sealedHeader], frame[sealedHeader:]
	seq, seen := binary.BigEndian.Uint64(header[1:]), binary.BigEndian.Uint64(header[9:])
	switch {
	case seq != c.in.seq:
		return nil, fmt.Errorf("frame %d came where %d was due", seq, c.in.seq)
	case seen < c.unseen || seen > c.out.seq:
		return nil, fmt.Errorf("frame %d tells of %d frames seen, of %d sent and %d seen before", seq, seen, c.out.seq, c.unseen)
	}
	n, next := nonce(seq), c.in.chain.after(frame)
	other := c.sent[seen-c.unseen]
	plain, err := c.in.aead.Open(nil, n[:], sealed, c.associate(c.role.other(), header, c.in.chain, other))
	if err != nil {
		return nil, fmt.Errorf("frame %d is not authentic", seq)
	}
	c.in.seq++
	c.in.chain = next
	c.sent = append(c.sent[:0], c.sent[seen-c.unseen:]...)
	c.unseen = seen
	return plain, nil
}
