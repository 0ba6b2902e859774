// Package cli is the terminal front end: arguments become a plan, the plan is run by a function that is handed in, and its
// events become progress, a table, a verdict, files and an exit code.
//
// It owns the arguments, every word that the terminal shows, and the exit codes. It opens no connection, judges nothing (that is
// netcheck.Judge) and knows no pion, so that its tests run whole commands against a fake in microseconds.
package cli
