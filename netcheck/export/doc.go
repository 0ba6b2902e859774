// Package export writes the files that other programs read: the report as JSON, and tables as CSV: three of every
// session, two more of one with video, another one of a call. One file a format.
//
// It owns the names of fields and columns, their units, the number of digits, and the way in which files come to be on the
// disk. Names are pinned by golden files and are only ever added to. A path's figures are laid out once, in the structs of
// the JSON report, and summary.csv takes its cells from the same structs, so that the two can not disagree.
//
// It never measures, summarises or judges, never writes a secret, never opens a socket, and prints nothing.
//
// Not measured is null in JSON and an empty cell in CSV: never 0, never NaN, never a missing field. In JSON only what is
// marked as optional is left out.
//
// CSV is that of RFC 4180: comma, CRLF at the end of every row, one header row, UTF-8 without a byte order mark. The RFC's
// CRLF is kept on every system, so that the same session gives the same bytes everywhere; every CSV reader takes it. Text
// that a spreadsheet would run as a formula is defused with a leading apostrophe.
//
// Every figure of summary.csv is a function of the rows of packets.csv and the late-after limit, by stats.Summarize.
// Times of whole microseconds and counts are written exactly, ratios with all their digits, means and jitter in
// milliseconds rounded to the nanosecond.
package export
