// Package stats turns a series of probe packets into figures: loss with its confidence interval, percentiles of the round-trip
// time, jitter, delay variation, reordering and bursts of loss; and a series of pictures: their delay, freezes and quality.
//
// It owns the row models ([Packet], [Rows]; [Frame], [FrameRows]), the one summariser of each ([Summarize], [SummarizeFrames])
// and the streaming accumulators behind them. The engine and every reader of packets.csv and frames.csv summarise with the
// same function over the same integers, so a summary recomputed from the rows equals the recorded one to the last bit.
//
// It never reads a clock, sends a packet, formats a figure, judges one or keeps a copy of the rows. Times are integer
// microseconds since the session's start on the clock of the end that took them; those of two ends are only ever compared as
// differences, so the offset between the clocks cancels. What was not measured says so in a flag of its own and is never NaN.
//
// Accumulators are ready as zero values, do not allocate, and belong to one goroutine at a time.
package stats
