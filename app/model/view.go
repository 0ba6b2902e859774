package model

import (
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// Phase is where the screen "Test" stands.
type Phase string

// The phases.
const (
	PhaseIdle     Phase = "idle"     // nothing was measured yet
	PhaseStarting Phase = "starting" // asked to run, no event yet
	PhaseRunning  Phase = "running"
	PhaseStopping Phase = "stopping" // asked to stop; the last answers are waited for
	PhaseDone     Phase = "done"     // there is a report, whole or partial
	PhaseFailed   Phase = "failed"   // the run could not begin: there is only an error
)

// Busy tells whether a run goes on.
func (p Phase) Busy() bool { return p == PhaseStarting || p == PhaseRunning || p == PhaseStopping }

// View is everything that the screen "Test" shows, made anew for each redraw and cheap to make and to compare.
type View struct {
	Phase    Phase
	Banner   Banner
	Rows     []Row // one for each path there is, in running order, so that no row moves; those not asked for say so
	Status   Status
	Findings []Finding // what calls for action, then what is worth knowing; empty until the run has ended
	CanStart bool
	StartWhy string // why it can not be started, or what Start will do
	CanSave  bool   // there is something to export or copy
	SaveWhy  string // why not
}

// Banner is the line that is read first.
type Banner struct {
	Mark present.Mark // shape, word ("GOOD") and tone
	Text string       // the verdict's sentence; while idle, what to do; while running, what goes on
	More string       // second line: the most important advice, how the run ended, where it was kept
}

// Cell is a text with what it means.
type Cell struct {
	Text string
	Hint string // the term's definition, and the reason where nothing was measured
	Soft bool   // provisional: the run still goes on
}

// Columns of the table, in order. Titles and units are those of Header.
const (
	ColConnect = iota
	ColLossOut
	ColLossBack
	ColLate
	ColRTT50
	ColRTT95
	ColJitter
	ColKbps
	NumCols
)

// Heading is a column's head.
type Heading struct {
	Title string // "Loss out"
	Unit  string // "%", "ms", "kbit/s"
	Hint  string
}

// Row is a path in the table. The figures are those of the carrier that the path is judged by, as in the terminal.
type Row struct {
	Path   netcheck.Path
	Title  string // "Relay UDP"
	Hint   string // what this path is
	State  present.Mark
	Why    string // reason instead of figures, or the doubt about them; "" if there is neither
	Cells  [NumCols]Cell
	Active bool // this path is being measured
}

// Status is the bar at the foot of the window, the same on every screen.
type Status struct {
	Text     string  // "Relay UDP (3 of 5): data channel and SRTP, RTT 0.61 ms, lost 0 of 340"
	Elapsed  string  // "0:31"
	Left     string  // "0:29 left"; "" when nothing runs
	Progress float64 // 0..1
	Busy     bool
}

// Finding is one thing found.
type Finding struct {
	Mark     present.Mark
	Title    string
	Detail   string
	Advice   string
	Evidence [][2]string // name and value
	Paths    string      // titles of the paths that it is about; "" for the whole
}

// Section is a part of what a row opens to: a small table, the first column of which names the lines.
type Section struct {
	Title   string
	Intro   string
	Columns []string // heads; nil for a table of names and values
	Rows    [][]Cell
}

// LogLine is an event in plain words.
type LogLine struct {
	At   time.Duration // since the session's start
	Time string        // "0:12.4"
	Path string        // its title; "" for the session as a whole
	Text string
	Tone present.Tone
}
