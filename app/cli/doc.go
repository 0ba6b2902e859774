// Package cli is the terminal front end: arguments become a plan, the plan is run by a function that is handed in, and its
// events become progress, a table, a verdict, files and an exit code. The command host does the same with a host, which runs until
// it is stopped, and its events become lines.
//
// It owns the arguments, the help, what is known of the terminal, and the exit codes; the words and figures of a session are
// those of package present. It opens no connection, judges nothing (that is netcheck.Judge) and knows no pion, so that its
// tests run whole commands against a fake in microseconds.
package cli
