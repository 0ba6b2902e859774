// Package runner runs sessions for the window, one at a time, and small jobs beside them.
//
// It owns the goroutines of a session and of jobs, the inbox in which events wait for the window, and the one hop to the
// goroutine that draws: whatever reaches the window goes through Config.Post, and of a run at most one posted function is
// outstanding. So a window that is slow gets its events in larger batches, and the engine never waits for it.
//
// It also brings the pictures of a video to the window (Pictures): copied on the probe's goroutines, made into pixels on one of its
// own, of each kind only the newest, and none while nobody looks.
//
// It never draws, judges nothing itself, and does no work on the goroutine that draws beyond handing over a batch; files are
// package record's, and are written on the session's goroutine.
package runner
