package natprobe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"github.com/pion/stun/v3"
)

// retransmits are the waits after each sending of a question over UDP. Three sendings survive 10 % loss each way in 99 of
// 100 cases; RFC 8489's 39.5 s (section 6.2.1) are no answer that a user waits for.
var retransmits = []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}

const (
	streamTimeout = 2500 * time.Millisecond // for one answer over TCP or TLS
	byeTimeout    = 250 * time.Millisecond  // for giving an allocation back
	maxMessage    = 4 << 10                 // bytes of an answer; a challenge has about 100
	headerSize    = 20
	maxStray      = 64 // messages that are no answer, before a stream is given up
)

// errNotSTUN tells that something answered, and not with STUN, or not to what was asked.
var errNotSTUN = errors.New("the answer is no STUN answer to the question")

// exchanger asks one question at a time over a connected socket or a stream.
type exchanger struct {
	conn    net.Conn
	stream  bool
	channel uint16 // bound to a peer (RFC 8656, section 12); 0: none
	pace    pace
	count   *tally                         // of packets over UDP; nil: they are not counted
	sent    int                            // sendings of the last question, or packets of the last echo
	asked   [][stun.TransactionIDSize]byte // the questions until now, the present one last
}

// close ends the socket. The error is of no use to anyone: all answers are in.
func (e *exchanger) close() { _ = e.conn.Close() }

// ask sends a request and waits for its answer: success or error response, of the same method and transaction. It returns
// os.ErrDeadlineExceeded for silence, errNotSTUN, ctx's error, or that of the socket.
func (e *exchanger) ask(ctx context.Context, request *stun.Message) (*stun.Message, error) {
	waits := retransmits
	if e.stream {
		waits = []time.Duration{streamTimeout}
	}
	return e.askWithin(ctx, request, waits)
}

// askWithin is ask with one sending for each of waits.
func (e *exchanger) askWithin(ctx context.Context, request *stun.Message, waits []time.Duration) (*stun.Message, error) {
	stop := context.AfterFunc(ctx, func() { _ = e.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err := os.ErrDeadlineExceeded
	e.asked = append(e.asked, request.TransactionID)
	begin := time.Now()
	for i, wait := range waits {
		e.sent = i + 1
		answer, sendErr := e.send(ctx, request, e.pace.patient(wait))
		if cause := ctx.Err(); sendErr != nil && cause != nil {
			return nil, cause
		}
		switch {
		case sendErr == nil:
			e.pace.answered(time.Since(begin), i+1)
			e.count.asked(i+1, true)
			return answer, nil
		case errors.Is(sendErr, errNotSTUN): // worth more than silence
			err = sendErr
		case !errors.Is(sendErr, os.ErrDeadlineExceeded):
			return nil, sendErr
		}
	}
	e.count.asked(len(waits), false)
	return nil, err
}

// send sends once and reads until the answer is there or the time is over. What is no answer is passed over: it may be a
// late one to an earlier question. It is remembered for when nothing better comes.
func (e *exchanger) send(ctx context.Context, request *stun.Message, wait time.Duration) (*stun.Message, error) {
	from, err := e.wait(ctx, wait)
	if err != nil {
		return nil, err
	}
	if _, err := e.conn.Write(request.Raw); err != nil {
		return nil, err
	}
	foreign := false
	for range maxStray {
		raw, err := e.read(from)
		if err != nil {
			if foreign && errors.Is(err, os.ErrDeadlineExceeded) {
				return nil, errNotSTUN
			}
			return nil, err
		}
		if answer, err := parseAnswer(raw, request); err == nil {
			return answer, nil
		}
		late := e.late(raw)
		if late {
			e.count.late()
		}
		foreign = foreign || !late && !e.carries(raw)
	}
	return nil, errNotSTUN
}

// late tells whether a message is one more answer to a question of before, which was sent more than once.
func (e *exchanger) late(raw []byte) bool {
	earlier := e.asked[:max(0, len(e.asked)-1)]
	return stun.IsMessage(raw) && raw[0]&1 == 1 && slices.Contains(earlier, [stun.TransactionIDSize]byte(raw[8:headerSize]))
}

// read reads one message from the connection, or from what waits for it.
func (e *exchanger) read(from io.Reader) ([]byte, error) {
	if e.stream {
		return readFrame(from, e.channel)
	}
	buf := make([]byte, maxMessage)
	n, err := from.Read(buf)
	return buf[:n], err
}

// readFrame reads one message from a stream (RFC 8489, section 6.2.2), or what came by the channel that is bound.
func readFrame(r io.Reader, channel uint16) ([]byte, error) {
	frame := make([]byte, headerSize, maxMessage)
	// The first bytes are judged before more of them are waited for: a server of another protocol may send fewer.
	if _, err := io.ReadFull(r, frame[:2]); err != nil {
		return nil, err
	}
	if channel != 0 && binary.BigEndian.Uint16(frame) == channel {
		return readChannelFrame(r, frame)
	}
	if frame[0]&0xc0 != 0 {
		return nil, errNotSTUN
	}
	if _, err := io.ReadFull(r, frame[2:]); err != nil {
		return nil, err
	}
	size := headerSize + int(binary.BigEndian.Uint16(frame[2:]))
	if !stun.IsMessage(frame) || size > maxMessage {
		return nil, errNotSTUN
	}
	frame = frame[:size]
	_, err := io.ReadFull(r, frame[headerSize:])
	return frame, err
}

// parseAnswer reads raw as the answer to request.
func parseAnswer(raw []byte, request *stun.Message) (*stun.Message, error) {
	if len(raw) > maxMessage || len(raw) > 0 && raw[0]&0xc0 != 0 {
		return nil, errNotSTUN
	}
	answer := &stun.Message{}
	if _, err := answer.Write(raw); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSTUN, err)
	}
	class := answer.Type.Class
	if answer.TransactionID != request.TransactionID || answer.Type.Method != request.Type.Method ||
		class != stun.ClassSuccessResponse && class != stun.ClassErrorResponse {
		return nil, errNotSTUN
	}
	return answer, nil
}
