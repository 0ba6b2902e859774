package mirror

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// maxPart is the most that one part may hold, uncompressed: room for senders that cut later than this one.
const maxPart = 128 << 10

// window is how far back DEFLATE refers (RFC 1951, section 2).
const window = 32 << 10

// syncMarker ends a part that was flushed: the length of an empty stored block, and its complement.
var syncMarker = []byte{0, 0, 0xff, 0xff}

// ErrStream is wrapped by every error of Take.
var ErrStream = errors.New("the other end's view of its run can not be read")

// Receiver unpacks one run's stream. Its methods are for one goroutine.
type Receiver struct {
	run       string
	observe   netcheck.Observer
	allowance *Allowance

	next   uint32 // part
	line   []byte // begun and not ended
	past   []byte // the last bytes of what was unpacked, at most a window
	total  int    // bytes, as events count
	tally  tally
	at     time.Duration // of the newest event
	ended  bool
	broken error
}

// NewReceiver hands each event to observe, from the goroutine that calls Take. Events come in the order of the stream; those of
// rows are late by their sequence numbers. What a stream says is the other end's word, within the bounds of this
// package, and its texts hold only what can be seen. The receiver has an allowance of its own: who takes several runs of one guest
// makes its receivers of one [Allowance].
func NewReceiver(run string, observe netcheck.Observer) *Receiver {
	return NewAllowance(nil).NewReceiver(run, observe)
}

// Ended tells whether the last part has come.
func (r *Receiver) Ended() bool { return r.ended }

// Take unpacks a message. An error means that the stream can not be used any further: a remark that says so is observed, and what
// came before stays valid. The error holds no more than a line of what the other end sent.
func (r *Receiver) Take(m signaling.Mirror) error {
	if r.broken != nil {
		return r.broken
	}
	if err := r.take(m); err != nil {
		text := netcheck.CleanText(err.Error(), maxReason)
		r.broken = fmt.Errorf("%w: %s", ErrStream, text)
		r.line, r.past = nil, nil
		r.observe(netcheck.Event{At: r.at, Body: netcheck.Noted{Text: "Nothing more is shown of this run while it goes on, because its view can not be read any further: " + text + "."}})
	}
	return r.broken
}

// maxReason bounds the text of an error, in characters: it may quote what the other end sent.
const maxReason = 200

func (r *Receiver) take(m signaling.Mirror) error {
	switch {
	case m.Run != r.run:
		return errors.New("it is of another run")
	case r.ended:
		return errors.New("it goes on after its end")
	case m.Part != r.next:
		return fmt.Errorf("part %d follows on %d parts", m.Part, r.next)
	case len(m.Data) > signaling.MaxMirror:
		return fmt.Errorf("a part of %d bytes, at most %d", len(m.Data), signaling.MaxMirror)
	}
	r.next++
	packed := partBytes + packedFactor*len(m.Data)
	if err := r.allowance.take(packed); err != nil {
		return err
	}
	p, err := r.inflate(m.Data, m.Last)
	if err != nil {
		return err
	}
	if r.total += len(p); r.total > maxStream {
		return fmt.Errorf("more than %d MiB", maxStream>>20)
	}
	if err := r.allowance.take(max(0, partBytes+len(p)-packed)); err != nil {
		return err
	}
	r.remember(p)
	if err := r.lines(p); err != nil {
		return err
	}
	if m.Last && len(r.line) > 0 {
		return errors.New("the last event is not complete")
	}
	r.ended = m.Last
	return nil
}

// inflate unpacks one part. Each part ends at the border of a byte and a block, so a fresh decompressor can go on where the last
// one stopped, once it is told what it may refer to. None has to wait, in a goroutine of its own, for a part that may never come.
func (r *Receiver) inflate(data []byte, last bool) ([]byte, error) {
	if !last && !bytes.HasSuffix(data, syncMarker) {
		return nil, errors.New("a part that is cut off")
	}
	in := flate.NewReaderDict(bytes.NewReader(data), r.past)
	p, err := io.ReadAll(io.LimitReader(in, maxPart+1))
	switch {
	case len(p) > maxPart:
		return nil, fmt.Errorf("a part that unpacks to more than %d KiB", maxPart>>10)
	case last && err != nil:
		return nil, err
	case !last && !errors.Is(err, io.ErrUnexpectedEOF): // nil: the stream says that it ends here
		return nil, errors.Join(errors.New("a part in the middle that is not one"), err)
	}
	return p, nil
}

func (r *Receiver) remember(p []byte) {
	r.past = append(r.past, p...)
	if over := len(r.past) - window; over > 0 {
		r.past = append(r.past[:0], r.past[over:]...)
	}
}

// lines hands over what is complete.
func (r *Receiver) lines(p []byte) error {
	for {
		piece, rest, whole := bytes.Cut(p, []byte{'\n'})
		if len(r.line)+len(piece) > maxLine {
			return errLine
		}
		r.line = append(r.line, piece...)
		if !whole {
			return nil
		}
		if err := r.event(); err != nil {
			return err
		}
		r.line, p = r.line[:0], rest
	}
}

// event decodes a line, hands it over and enters what it counts beyond its bytes.
func (r *Receiver) event() error {
	shape, err := fits(r.line)
	if err != nil {
		return err
	}
	var e netcheck.Event
	if err := json.Unmarshal(r.line, &e); err != nil {
		return err
	}
	if err := fitting(e); err != nil {
		return err
	}
	if err := r.tally.add(e, len(r.line)); err != nil {
		return err
	}
	beyond := weight(e, len(r.line), shape) - len(r.line) - 1
	r.total += beyond
	r.allowance.owe(beyond)
	r.at = e.At
	r.observe(visible(e))
	return nil
}
