// Package atomicfile writes files that are either whole or not there: each is written under a temporary name in its own
// folder, made to last, and only then given its final name.
//
// It owns the temporary names, the refusal to replace what is there, and the words for what can go wrong with a place. It
// knows nothing of what is in the files, never removes a file that it did not make, and starts no goroutine.
package atomicfile
