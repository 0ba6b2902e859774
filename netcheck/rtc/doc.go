// Package rtc makes links between two WebRTC peers over a path that it forces and then proves: it implements
// [netcheck.Connector] and [netcheck.Link] over pion/webrtc and is the only importer of it.
//
// It owns the peers of both ends while both are in this process, and of one end where the other is another computer: a Connector
// makes the end that asks and offers, an Acceptor the one that is asked. It owns what the two ends say to each other before there
// is a link, over any [Signals], their candidates, sockets, carriers, the video streams with their feedback, repair and congestion
// control, and the evidence of the path taken. A path is forced by server URLs, transport policy, address family, interface and
// candidate filters at both ends; it is proved by what each end reports of its own selected pair. A link without that proof is
// closed again and never returned, nor is one whose ends did not see each other's certificates. A link to another computer
// outlives a change of network by an ICE restart, and is proved again then.
//
// Beside links it makes the signalling wires that two texts set up (Paster), for two computers between which there is no TCP
// connection, and keeps their addresses alive in the routers while people carry the texts.
//
// What another computer says is input, and is bounded and checked; an Acceptor sends checks to nobody whom it may not send to.
//
// It never measures, never looks up a name inside pion, never falls back to another path or from TLS to a plain stream, and
// leaves neither a goroutine nor a socket behind a failed Connect or a Close.
package rtc
