// Package video is the video probe: it sends a picture over a link, takes what the far end returns, and finds out how a call
// would look on that path. It is also the two-way call, in which both ends send pictures of their own.
//
// It owns the pipeline of this end (capture, time code, VP8, RTP payloads (RFC 7741), reassembly, decoding, comparison), the choice
// of bitrate and size within what congestion control allows, the fate of every picture, and the live samples. It keeps at most a
// fixed number of pictures and frames in memory: what is too much is dropped and counted, never queued.
//
// A [Probe] has its pictures back, compares them with those that it sent, and needs no codec at the far end. A [Call] and the
// [Answer] at the other end have what they receive, and tell each other: each direction is measured where its pictures arrive, and
// of times only differences by one end's clock are used. Capture, coding, packets and assembly are the same in both.
//
// It never connects, never judges, and computes no statistic of its own: package stats does, from the rows that it emits. Where
// pictures come from is handed in.
package video
