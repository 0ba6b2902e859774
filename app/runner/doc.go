// Package runner runs sessions for the window, one at a time, and small jobs beside them.
//
// It owns the goroutines of a session and of jobs, the inbox in which events wait for the window, and the one hop to the
// goroutine that draws: whatever reaches the window goes through Config.Post, and of a run at most one posted function is
// outstanding. So a window that is slow gets its events in larger batches, and the engine never waits for it.
//
// It also brings the pictures of a video to the window (Pictures): copied on the probe's goroutines, made into pixels on one of its
// own, of each kind only the newest, and none while nobody looks.
//
// A host that this computer offers runs beside all that (Hosting): what happens at it waits in an inbox of its own, the runs of its
// guests are written on a goroutine of their own, and what is asked of it is done in order on its goroutine, or beside it where that
// takes seconds. The session with another computer's host is kept between the runs that use it (Link).
//
// It never draws, judges nothing itself, and does no work on the goroutine that draws beyond handing over a batch; files are
// package record's, and are written on the session's goroutine.
package runner
