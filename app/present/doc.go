// Package present turns plans, events, reports and verdicts into what people read: figures with their units, words, marks,
// notes, the progress of a session, the report as text, how hosts and guests stand, and a glossary. The terminal, the window
// and the clipboard show the same because all of them take it from here.
//
// It owns the form of every figure, the words and shapes for states, grades and severities, what is shown in which order, and
// how a text is fitted to its reader.
//
// It never judges (that is netcheck.Judge), measures or reads a clock; it opens no file and asks nothing of the terminal or
// the window: how wide a reader is and what it can show is handed in as a [Style].
package present
