// Package video is the video probe: it sends a picture over a link, takes what the far end returns, and finds out how a call
// would look on that path.
//
// It owns the pipeline of this end (capture, time code, VP8, RTP payloads (RFC 7741), reassembly, decoding, comparison), the choice
// of bitrate and size within what congestion control allows, the fate of every picture, and the live samples. It keeps at most a
// fixed number of pictures and frames in memory: what is too much is dropped and counted, never queued.
//
// It never connects, never judges, and computes no statistic of its own: package stats does, from the rows that it emits. Where
// pictures come from is handed in.
package video
