// Package model holds what the window shows: the form that a person fills in, the run that is going on, and its results, as
// texts, marks and series that a view only has to place.
//
// It owns the rules of the screens: which input is wrong and in which words, when a test can be started and why not, what each
// cell of the table says while packets are under way and afterwards, what a row opens to, what goes into the log, and what
// the charts get. It is a fold like the engine's report: Apply takes events, and the same events give the same screen.
//
// It never draws, never starts a goroutine, never reads a clock, a file or the network, and imports no Fyne. Its types belong
// to one goroutine, the one that draws.
package model
