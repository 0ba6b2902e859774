// Package vp8 encodes and decodes VP8 (RFC 6386) through libvpx, set up for a picture that is sent live: one thread, no frame of
// delay, a bitrate that may change with every picture, key frames when they are asked for.
//
// It owns the memory that libvpx gives and the checks that keep it from harm: sizes are bounded and read from the stream before
// libvpx sees it, what it returns is copied into memory of Go, and nothing of it is reachable after Close.
//
// It never packetizes, paces or repairs, and knows nothing of time but the timestamps that it is given. In a build without cgo
// everything is here but the codec itself: [Available] and the constructors say so.
package vp8
