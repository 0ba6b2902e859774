package model

import (
	"echopath/app/present"
	"echopath/netcheck"
)

// VideoView is everything that the screen "Video echo" shows beside the pictures themselves. Its rows stand in the place of those
// of View, which are not used.
type VideoView struct {
	View
	Rows    []VideoRow       // one for each path there is, in running order, so that no row moves
	Off     map[Field]string // the fields that can not be used now, and why
	Caption VideoCaption
	Call    bool // a two-way call is shown, or would be started: both ends send, and nothing comes back
}

// Columns of the table that compares the paths, the weightiest first: where there is not room for all, the last ones can go. Titles
// and units are those of Header.
const (
	VideoColShown = iota
	VideoColFPS
	VideoColFrozen
	VideoColDelay
	VideoColLossBefore
	VideoColLossAfter
	VideoColBitrate
	VideoColPSNR
	VideoColSSIM
	VideoColConnect
	VideoColLoad
	NumVideoCols
)

// VideoRow is a path in the table.
type VideoRow struct {
	Path   netcheck.Path
	Title  string // "Relay UDP"
	Hint   string // what this path is
	State  present.Mark
	Why    string // reason instead of figures, or the doubt about them; "" if there is neither
	Cells  [NumVideoCols]Cell
	Active bool // this path is being measured
}

// VideoCaption stands under the pictures. In a call Sent tells of the own picture as the other end received it, and Echoed of the other
// end's as it came here.
type VideoCaption struct {
	Names  [2]string     // whose the two pictures are
	Path   netcheck.Path // the one whose pictures are shown; PathUnknown: none
	Sent   string        // "Sent: 640x360, 30 a second, 980 kbit/s"
	Echoed string        // "Echoed: 29.8 a second, 41 ms later, PSNR 44.1 dB"
	Frozen bool          // the picture stands still at the moment
	Why    string        // what stands in the place of the pictures while there are none; "" once there are
}
