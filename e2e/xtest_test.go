//go:build linux

package e2e

// typist presses keys and buttons without starting a process for each, so that the time until the window answers can be measured.
// It uses the XTEST extension ("X11R7.7 XTEST Extension Protocol").
type typist struct {
	*xclient
	opcode byte
	codes  map[uint32]byte // by keysym
}

// Keysyms, of X11/keysymdef.h.
const (
	symAlt = 0xffe9
	sym1   = '1'
)

// Kinds of fake input.
const (
	fakePress, fakeRelease         = 2, 3
	fakeButton, fakeButtonUp       = 4, 5
	fakeMotion                     = 6
	firstKeycode, lastKeycode      = 8, 255
	leftButton                byte = 1
)

func newTypist(x *xclient) *typist {
	x.t.Helper()
	b := []byte{98, 0, 4, 0, 5, 0, 0, 0, 'X', 'T', 'E', 'S', 'T', 0, 0, 0}
	x.send(b)
	a := x.answer()
	if a[8] == 0 {
		x.t.Skip("the X server has no XTEST extension")
	}
	y := &typist{xclient: x, opcode: a[9], codes: map[uint32]byte{}}
	x.request(101, 0, firstKeycode|(lastKeycode-firstKeycode+1)<<8)
	a = x.answer()
	each := int(a[1])
	for i := 0; i+each*4 <= len(a)-32; i += each * 4 {
		sym := le.Uint32(a[32+i:])
		if code := byte(firstKeycode + i/(each*4)); y.codes[sym] == 0 {
			y.codes[sym] = code
		}
	}
	return y
}

func (y *typist) fake(kind, detail byte, at uint32) {
	y.t.Helper()
	y.request(y.opcode, 2, uint32(kind)|uint32(detail)<<8, 0, y.root, 0, 0, at, 0, 0)
}

// alt presses a key together with Alt.
func (y *typist) alt(sym uint32) {
	y.t.Helper()
	if y.codes[symAlt] == 0 || y.codes[sym] == 0 {
		y.t.Fatalf("the keyboard has no key for %x", sym)
	}
	y.fake(fakePress, y.codes[symAlt], 0)
	y.fake(fakePress, y.codes[sym], 0)
	y.fake(fakeRelease, y.codes[sym], 0)
	y.fake(fakeRelease, y.codes[symAlt], 0)
}

func (y *typist) moveTo(left, top int) {
	y.t.Helper()
	y.fake(fakeMotion, 0, uint32(left)|uint32(top)<<16)
}

func (y *typist) click() {
	y.t.Helper()
	y.fake(fakeButton, leftButton, 0)
	y.fake(fakeButtonUp, leftButton, 0)
}
