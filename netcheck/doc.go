// Package netcheck is the engine of Echopath: it turns a [Plan] into a session, runs its probes over every path one after
// another, and reports each step as an [Event]. A [Report] is the fold of those events and a [Verdict] is a pure function of
// the report, so the window, the terminal, the files and a replay can not disagree with each other.
//
// It owns the vocabulary (paths, carriers, states, reasons), the plan and its limits, the schedule, the order of events, the
// report and the judgement.
//
// It never opens a socket or a file, never imports pion or a user interface, and never reads the wall clock but through
// [Deps]. Connections come from a [Connector], measuring procedures from [Probe]s; both are handed in.
package netcheck
