package stamp

import "encoding/binary"

// Reflect turns the test datagram in b into its reply, in place: the sender's fields, the length and the padding stay
// as they came (RFC 8762, 4.3.1). Call it right before sending, as r.Sent is part of it. It returns Parse's errors,
// and ErrKind if b is not a test; b is then untouched.
func Reflect(b []byte, r Reply) error {
	if err := check(b); err != nil {
		return err
	}
	if Kind(b[1]) != KindTest {
		return ErrKind
	}
	b[1] = byte(KindReply)
	r.put(b)
	return nil
}

// put writes bytes 24 to 63.
func (r *Reply) put(b []byte) {
	be := binary.BigEndian
	be.PutUint32(b[24:], r.Seq)
	be.PutUint64(b[28:], r.Received)
	be.PutUint64(b[36:], r.Sent)
	// A reply exists because its packet arrived, also when that packet is too old for the window to know it.
	be.PutUint64(b[44:], r.Window|1)
	be.PutUint16(b[52:], r.ReflectorError)
	be.PutUint16(b[54:], 0)
	be.PutUint32(b[56:], r.Skipped)
	be.PutUint32(b[60:], r.Distinct)
}

func parseReply(b []byte) Reply {
	be := binary.BigEndian
	return Reply{
		Seq:            be.Uint32(b[24:]),
		Received:       be.Uint64(b[28:]),
		Sent:           be.Uint64(b[36:]),
		Window:         be.Uint64(b[44:]),
		ReflectorError: be.Uint16(b[52:]),
		Skipped:        be.Uint32(b[56:]),
		Distinct:       be.Uint32(b[60:]),
	}
}
