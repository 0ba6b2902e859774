// Package plot is the arithmetic and the pixels of live charts: series that keep a min/max pyramid, decimation to pixel columns,
// scales, ticks, labels, the time window that is shown, and an anti-aliased rasteriser into a reused image.
//
// It knows neither windows nor themes nor clocks: colours, sizes and the time "now" are handed to it, so every part is tested with
// tables. Nothing here is safe for concurrent use; the owner of a chart calls it from one goroutine.
package plot
