package vp8

// Rate is the number of timestamp units in a second (RFC 7741 section 4.1).
const Rate = 90_000

// Limits of what an encoder is asked for.
const (
	MaxFPS  = 120
	MinKbps = 10
	MaxKbps = 100_000
)

// Config is what an encoder begins with.
type Config struct {
	Width, Height int     // of all pictures, in pixels, up to MaxWidth x MaxHeight
	FPS           int     // pictures a second that are expected, 1 to MaxFPS; rate control itself goes by the timestamps
	Kbps          float64 // bitrate to begin with, MinKbps to MaxKbps, counting the frames alone
}

// Packet is what became of one picture.
type Packet struct {
	Data    []byte // the frame; valid until the next call of the encoder. Empty if it was dropped
	Key     bool   // it can be decoded by itself
	Dropped bool   // rate control left the picture out, since the bitrate is too low for it
}
