// Package record keeps what a run of the window measures: its files as the run goes on, and copies of them wherever a person
// wants one afterwards.
//
// It owns the folder of a run, the temporary folder that stands in when that one can not be written or nothing is to be kept,
// and the words for what went wrong with either. What stands in the files, and how they come to be, is package export's.
//
// A disk that fails never stops a run: the trouble is told, and the report stays exportable from memory. An export never
// changes what was recorded, and leaves whole files behind or none. The package starts no goroutine; all of it may take as
// long as the disk does, so none of it belongs on the goroutine that draws.
package record
