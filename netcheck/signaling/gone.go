package signaling

// Code names why a guest did not get in, or why a session ended. Codes are stable: both ends, files and other programs read them.
type Code string

// The codes.
const (
	CodeLeft        Code = "left"         // the other end left in order
	CodeRemoved     Code = "removed"      // the host removed the guest
	CodeDeclined    Code = "declined"     // the host did not let the guest in
	CodeHostStopped Code = "host_stopped" // the host has stopped hosting
	CodeLost        Code = "lost"         // nothing was heard for too long, and no new wire could be made
	CodeExpired     Code = "expired"      // the invite's time is over by the host's clock
	CodeUsed        Code = "used"         // the invite has been used by as many guests as it is for
	CodeUnknownRoom Code = "unknown_room" // the host has no such room, or not any more
	CodeRoomFull    Code = "room_full"    // host and a guest are in it already
	CodeHostFull    Code = "host_full"    // the host has as many guests as it may
	CodeTooMany     Code = "too_many"     // too many attempts from this address: try later
	CodeWrongSecret Code = "wrong_secret" // the other end does not know the invite's secret
	CodeVersion     Code = "version"      // no version of the protocol is common
	CodeProtocol    Code = "protocol"     // the other end said something that can not be
	CodeTooLarge    Code = "too_large"    // a message above the bounds
	CodeReplaced    Code = "replaced"     // the same guest came in anew, by another wire
	CodeFlood       Code = "flood"        // the other end sent more than any test needs
	CodeBusy        Code = "busy"         // as many computers are coming in as the host takes at one time: try later
)

// Gone is why a session is over or did not begin. Text is a whole sentence for people, Advice says what they can do.
type Gone struct {
	Code   Code
	Text   string
	Advice string
	Err    error // the technical cause, or nil
}

// Error gives the sentence.
func (g *Gone) Error() string { return g.Text }

// Unwrap gives the cause.
func (g *Gone) Unwrap() error { return g.Err }
