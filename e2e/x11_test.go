//go:build linux

package e2e

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"testing"
	"time"
)

// xclient speaks as much of the X protocol as no tool here does: it asks a window to close, reads the clipboard as another program
// would, and looks at a few pixels in a millisecond. X11R7.7 "X Window System Protocol", appendix B has the encoding.
type xclient struct {
	t       *testing.T
	conn    net.Conn
	in      *bufio.Reader
	root    uint32
	ids     uint32 // the first of ours
	events  [][]byte
	answers [][]byte
}

var le = binary.LittleEndian

func dialX(t *testing.T, s *screen) *xclient {
	t.Helper()
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+s.display[1:])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the server forgets all that was ours
	x := &xclient{t: t, conn: conn, in: bufio.NewReaderSize(conn, 1<<20)}
	x.send([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	head := x.take(8)
	body := x.take(int(le.Uint16(head[6:])) * 4)
	if head[0] != 1 {
		t.Fatalf("the X server refuses: %q", body)
	}
	vendor, formats := int(le.Uint16(body[16:])), int(body[21])
	x.ids = le.Uint32(body[4:])
	x.root = le.Uint32(body[32+(vendor+3)/4*4+8*formats:])
	return x
}

func (x *xclient) send(b []byte) {
	x.t.Helper()
	if err := x.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.conn.Write(b); err != nil {
		x.t.Fatalf("X: %v", err)
	}
}

func (x *xclient) take(n int) []byte {
	x.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(x.in, b); err != nil {
		x.t.Fatalf("X: %v", err)
	}
	return b
}

// request sends a request of 32-bit words. small is the second byte.
func (x *xclient) request(opcode, small byte, words ...uint32) {
	x.t.Helper()
	b := []byte{opcode, small, 0, 0}
	le.PutUint16(b[2:], uint16(len(words)+1))
	for _, w := range words {
		b = le.AppendUint32(b, w)
	}
	x.send(b)
}

// next reads one message: an answer, or an event.
func (x *xclient) next() {
	x.t.Helper()
	m := x.take(32)
	switch m[0] {
	case 0:
		x.t.Fatalf("X error %d of request %d.%d", m[1], m[10], le.Uint16(m[8:]))
	case 1:
		x.answers = append(x.answers, append(m, x.take(int(le.Uint32(m[4:]))*4)...))
	default:
		x.events = append(x.events, m)
	}
}

func (x *xclient) answer() []byte {
	x.t.Helper()
	for len(x.answers) == 0 {
		x.next()
	}
	a := x.answers[0]
	x.answers = x.answers[1:]
	return a
}

// event waits for an event of a kind and drops others.
func (x *xclient) event(kind byte) []byte {
	x.t.Helper()
	for {
		for len(x.events) == 0 {
			x.next()
		}
		e := x.events[0]
		x.events = x.events[1:]
		if e[0]&0x7f == kind {
			return e
		}
	}
}

func (x *xclient) atom(name string) uint32 {
	x.t.Helper()
	b := []byte{16, 0, 0, 0}
	b = le.AppendUint16(b, uint16(len(name)))
	b = append(append(b, 0, 0), name...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	le.PutUint16(b[2:], uint16(len(b)/4))
	x.send(b)
	return le.Uint32(x.answer()[8:])
}

// closeWindow asks a window to close as a click on its cross does (ICCCM 4.2.8.1).
func (x *xclient) closeWindow(window string) {
	x.t.Helper()
	id, err := strconv.ParseUint(window, 10, 32)
	if err != nil {
		x.t.Fatal(err)
	}
	event := []byte{33, 32, 0, 0}
	for _, w := range []uint32{uint32(id), x.atom("WM_PROTOCOLS"), x.atom("WM_DELETE_WINDOW"), 0, 0, 0, 0} {
		event = le.AppendUint32(event, w)
	}
	words := []uint32{uint32(id), 0}
	for i := 0; i < 32; i += 4 {
		words = append(words, le.Uint32(event[i:]))
	}
	x.request(25, 0, words...)
	x.atom("WM_PROTOCOLS") // when this was answered, the event was sent
}

// clipboard asks the owner of the clipboard for its text (ICCCM 2.4); it is empty while there is none.
func (x *xclient) clipboard() string {
	x.t.Helper()
	const inputOnly = 2
	window := x.ids
	x.ids++
	x.request(1, 0, window, x.root, 0, 1|1<<16, inputOnly<<16, 0, 0)
	property := x.atom("ECHOPATH_E2E")
	x.request(24, 0, window, x.atom("CLIPBOARD"), x.atom("UTF8_STRING"), property, 0)
	if e := x.event(31); le.Uint32(e[20:]) == 0 {
		return "" // nobody owns it yet
	}
	x.request(20, 0, window, property, 0, 0, 1<<20)
	a := x.answer()
	if le.Uint32(a[8:]) == x.atom("INCR") {
		x.t.Fatal("the clipboard comes in pieces, which this client does not read")
	}
	return string(a[32 : 32+le.Uint32(a[16:])])
}

// pixels gives a part of the screen, four bytes a pixel.
func (x *xclient) pixels(left, top, width, height int) []byte {
	x.t.Helper()
	x.request(73, 2, x.root, uint32(left)|uint32(top)<<16, uint32(width)|uint32(height)<<16, 0xffffffff)
	return x.answer()[32:]
}

// colours counts how many different pixels there are, up to a limit.
func colours(pixels []byte, limit int) int {
	seen := map[uint32]bool{}
	for i := 0; i+4 <= len(pixels) && len(seen) < limit; i += 4 {
		seen[le.Uint32(pixels[i:])&0xffffff] = true
	}
	return len(seen)
}
