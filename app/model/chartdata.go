package model

import (
	"echopath/app/chart/plot"
	"echopath/netcheck"
)

// SeriesKey names the series of one carrier on one path.
type SeriesKey struct {
	Path    netcheck.Path
	Carrier netcheck.Carrier
}

// Curves is what the charts show of one carrier on one path. X is in seconds since the session's start.
type Curves struct {
	Key      SeriesKey
	RTT      *plot.Series // ms: mean of each window, with its smallest and largest
	Loss     *plot.Series // % of the packets of the last second that were lost, both ways
	Sent     *plot.Series // kbit/s of datagrams sent, over the last second
	Received *plot.Series // kbit/s of answers
	Lost     *plot.Marks  // packets lost in each window: out, back, unknown
}
