// Package rtc makes links between two WebRTC peers over a path that it forces and then proves: it implements
// [netcheck.Connector] and [netcheck.Link] over pion/webrtc and is the only importer of it.
//
// It owns the peers of both ends while both are in this process, their signalling, candidates, sockets, carriers, the video
// streams with their feedback, repair and congestion control, and the evidence of the path taken. A path is forced by server
// URLs, transport policy, address family, interface and candidate filters at both ends; it is proved by what each end reports
// of its own selected pair. A link without that proof is closed again and never returned.
//
// It never measures, never looks up a name inside pion, never falls back to another path or from TLS to a plain stream, and
// leaves neither a goroutine nor a socket behind a failed Connect or a Close.
package rtc
