package present

// Term is a word that is shown beside a figure or a field and that not everybody knows. Its text is the label itself; those of
// paths and carriers are their titles, so that Define(Term(path.Title())) finds them.
type Term string

// What a plan asks for.
const (
	TermTarget     Term = "Target"
	TermPath       Term = "Path"
	TermPreset     Term = "Preset"
	TermDuration   Term = "Duration"
	TermRate       Term = "Packet rate"
	TermSize       Term = "Packet size"
	TermLateAfter  Term = "Late after"
	TermCarrier    Term = "Carrier"
	TermCAFile     Term = "CA file"
	TermPin        Term = "Pin"
	TermRESTSecret Term = "REST secret"
)

// What a video plan asks for.
const (
	TermVideoEcho     Term = "Video echo"
	TermSource        Term = "Source"
	TermDifficulty    Term = "Difficulty"
	TermPictureSize   Term = "Picture size"
	TermStartBitrate  Term = "Start bitrate"
	TermMaxBitrate    Term = "Maximum bitrate"
	TermAdaptSize     Term = "Adapt size"
	TermCallUnderLoad Term = "Call under load"
	TermRecording     Term = "Recording"
)

// What belongs to a test of two computers.
const (
	TermInvite     Term = "Invite"
	TermHost       Term = "Host"
	TermGuest      Term = "Guest"
	TermOtherEnd   Term = "Other end"
	TermSignalling Term = "Signalling"
	TermQueue      Term = "Queue"
	TermAdmitted   Term = "Admitted"
	TermPublicSTUN Term = "Public STUN server"
	TermOneToOne   Term = "1:1 NAT"
)

// The paths and the carriers.
const (
	TermDirect      Term = "Direct"
	TermSTUN        Term = "STUN"
	TermRelayUDP    Term = "Relay UDP"
	TermRelayTCP    Term = "Relay TCP"
	TermRelayTLS    Term = "Relay TLS"
	TermDataChannel Term = "data channel"
	TermSRTP        Term = "SRTP"
)

// What is found about a path.
const (
	TermState        Term = "State"
	TermConnect      Term = "Connect"
	TermLossOut      Term = "Loss out"
	TermLossBack     Term = "Loss back"
	TermUp           Term = "Up"
	TermDown         Term = "Down"
	TermLossUp       Term = "Loss up"
	TermLossDown     Term = "Loss down"
	TermInterval     Term = "95 % interval"
	TermLate         Term = "Late"
	TermRTTp50       Term = "RTT p50"
	TermRTTp95       Term = "RTT p95"
	TermJitter       Term = "Jitter"
	TermKbps         Term = "kbit/s"
	TermSelectedPair Term = "Selected pair"
	TermNATBetween   Term = "NAT between"
)

// What is found about a video.
const (
	TermPictureDelay     Term = "Picture delay"
	TermShown            Term = "Shown"
	TermMissing          Term = "Missing"
	TermDropped          Term = "Dropped"
	TermFPS              Term = "Pictures a second"
	TermFreeze           Term = "Frozen"
	TermLossBefore       Term = "Loss before repair"
	TermLossAfter        Term = "Loss after repair"
	TermTargetBitrate    Term = "Target bitrate"
	TermAvailableBitrate Term = "Available bitrate"
	TermVideoBitrate     Term = "Video bitrate"
	TermPSNR             Term = "PSNR"
	TermSSIM             Term = "SSIM"
	TermKeyFrame         Term = "Key frame"
	TermNACK             Term = "NACK"
	TermPLI              Term = "PLI"
	TermLatencyUnderLoad Term = "Latency under load"
)

// What the measurer finds out about itself.
const (
	TermSelfCheck       Term = "Self check"
	TermClockResolution Term = "Clock resolution"
	TermSendError       Term = "Send error"
	TermMissedSends     Term = "Missed sends"
	TermSkipped         Term = "Skipped"
	TermSendFailed      Term = "Send failed"
	TermQueued          Term = "Queued"
	TermDwell           Term = "Dwell"
	TermBundled         Term = "Bundled"
	TermSocketDrops     Term = "Socket drops"
)

// Define explains a term in one or two plain sentences of at most 240 characters, with the document that defines it where there
// is one. A term that is not among the constants has no definition: "".
func Define(t Term) string {
	for _, d := range glossary {
		if d.term == t {
			return d.text
		}
	}
	return ""
}

// Terms lists all terms in the order in which a person meets them: what can be asked for, the ways, the figures, and the
// test's check of itself.
func Terms() []Term {
	terms := make([]Term, len(glossary))
	for i, d := range glossary {
		terms[i] = d.term
	}
	return terms
}

type definition struct {
	term Term
	text string
}

var glossary = []definition{
	{TermTarget, "Who is at the other end. This computer alone is a baseline, your own STUN and TURN servers show what a call through them gets, and another Echopath shows the network between two places."},
	{TermPath, "A way that a call's packets can take: straight between the two ends, through an address that a STUN server found, or through a TURN relay (RFC 8445). Each is forced and measured on its own."},
	{TermPreset, "A named load: how many packets a second, how large, for how long. Once one of these is changed, the load is called custom."},
	{TermDuration, "How long packets are sent over each path. The paths run one after another, and the more packets, the surer the figures."},
	{TermRate, "Packets a second on each carrier, each way. A voice call sends about 50; a higher rate finds rare loss sooner and needs more of the line."},
	{TermSize, "Bytes in each test packet, without the headers that the carrier, UDP and IP add. It is at most 1150, so that one message stays one packet."},
	{TermLateAfter, "An answer that takes longer than this for the whole round trip counts as late: a call could not wait for it. It is not counted as lost."},
	{TermCarrier, "What the test packets travel in: media packets (SRTP), as calls send them, or a WebRTC data channel, as games and remote control use it."},
	{TermCAFile, "A file with the certificate authority that vouches for your turns: server (PEM form, RFC 7468). Needed only if this computer does not trust that authority by itself."},
	{TermPin, "The SHA-256 fingerprint of the server's public key (RFC 7469, section 2.4). A turns: server with another key is refused, so nobody can stand in for it."},
	{TermRESTSecret, "A secret that you share with the TURN server (static-auth-secret in coturn). User names and passwords that expire are made from it (draft-uberti-behave-turn-rest)."},

	{TermVideoEcho, "A video call with an echo: pictures are encoded (VP8, RFC 6386), sent, returned by the other end, decoded and compared with those that were sent."},
	{TermSource, "Where the pictures come from. The synthetic picture is the same on every computer, so that results can be compared; a camera or a file shows what a call of your own looks like."},
	{TermDifficulty, "How hard the synthetic picture is to encode. Noise and movement need more bits for the same quality."},
	{TermPictureSize, "Width and height of the pictures in pixels, and how many there are in a second. Larger ones need more bitrate and more of this computer."},
	{TermStartBitrate, "The bitrate with which the video begins. From there it grows by about 8 % a second as long as the way carries it, and falls at once when it does not."},
	{TermMaxBitrate, "The video never asks for more than this, however much the way carries. It counts everything on the wire, in each direction."},
	{TermAdaptSize, "When the bitrate is too low for the size of the picture, a smaller one is sent, as calls do. Without it the picture keeps its size and moves in jerks."},
	{TermCallUnderLoad, "Test packets are sent before the video and beside it. The difference shows what a call does to everything else on the line."},
	{TermRecording, "The video is kept as a WebM file (VP8) that browsers and players open. A new file begins when the size of the picture changes."},

	{TermInvite, "A text that lets one computer come to another that hosts: where it is, how it proves itself, and a secret. Who has it can come in, so send it to one person only."},
	{TermHost, "The Echopath that others come to. It runs a STUN and TURN server, answers test packets, and decides who is let in; all of it ends when hosting ends."},
	{TermGuest, "The Echopath that came to a host by an invite. It runs the test, and up is the way from it to the host."},
	{TermOtherEnd, "The second computer of a test, with the name and version that it gives itself. That it knows the invite is proved; the rest is what it says."},
	{TermSignalling, "What two computers tell each other before packets can flow: their addresses and keys (RFC 8825). Here it goes over an encrypted connection to the host, and each message is authenticated."},
	{TermQueue, "Tests that wait until the host has room: it takes only as many at once as it can answer without losing packets of its own."},
	{TermAdmitted, "The host has room for this test and takes part in it now. Until then it waits in the queue."},
	{TermPublicSTUN, "A STUN server that anybody may use. It tells an end the address under which the Internet sees it (RFC 8489), and sees that address itself; it is asked only once a test has begun."},
	{TermOneToOne, "A router that shows one inner address under one outer address, ports unchanged, as cloud providers do. The computer does not see its outer address, so a host has to be told."},

	{TermDirect, "The packets go straight from one end to the other with no server between them (host candidates, RFC 8445). It is what a call tries first."},
	{TermSTUN, "The packets go straight between the two ends, by the addresses that a STUN server (RFC 8489) sees them under. Calls across home routers go this way where the routers let them."},
	{TermRelayUDP, "All packets go through a TURN server that is reached over UDP (RFC 8656). It works behind most routers and adds the detour to the delay."},
	{TermRelayTCP, "All packets go through a TURN server that is reached over TCP (RFC 8656). A packet lost on the way there is sent again and holds up those behind it, so loss shows as delay."},
	{TermRelayTLS, "As Relay TCP, but encrypted with TLS, which gets through firewalls that let only such connections pass (turns:, RFC 7065). It is a call's last resort."},
	{TermDataChannel, "A WebRTC data channel that neither orders packets nor sends them again (RFC 8831). It also drops packets that others have overtaken, so it can lose more than the network does."},
	{TermSRTP, "Media packets as voice and video calls send them (RFC 3711), without repair. They show the network as it is, so the grade rests on them."},

	{TermState, "How the path did: its grade where it was measured, else why not. Blocked means that nothing answered, failed that something answered wrongly, saturated or inconclusive that the figures are in doubt."},
	{TermConnect, "Time from the start of connecting until both ends could send, with the search for a way (ICE, RFC 8445) and the encryption's handshake."},
	{TermLossOut, "Share of the packets that never arrived on the way out, from this end to the other (RFC 7680). Above 1 % speech suffers now and then, above 3 % it breaks up."},
	{TermLossBack, "Share of the answers that never arrived on the way back, from the other end to this one (RFC 7680). Above 1 % speech suffers now and then, above 3 % it breaks up."},
	{TermUp, "The way from this computer to the other one: upload here, download there."},
	{TermDown, "The way from the other computer to this one: download here, upload there."},
	{TermLossUp, "Share of the packets that never arrived on the way from this computer to the other one (RFC 7680). Above 1 % speech suffers now and then at the other end, above 3 % it breaks up."},
	{TermLossDown, "Share of the answers that never arrived on the way from the other computer to this one (RFC 7680). Above 1 % speech suffers now and then here, above 3 % it breaks up."},
	{TermInterval, "A test sees only a sample of all packets. The true share of lost ones lies in this range, with 95 % certainty; more packets make the range narrower."},
	{TermLate, "Share of the answers that arrived, but too late for a call to use. They are not lost; above 1 % is worth a look."},
	{TermRTTp50, "Round-trip time: how long a packet takes to the other end and back (RFC 2681). Half of the packets needed this long or less."},
	{TermRTTp95, "Round-trip time that 95 % of the packets needed at most (RFC 2681). Above 300 ms people begin to talk over each other."},
	{TermJitter, "How much the delay changes from packet to packet (RFC 3550, section 6.4.1), in the worse direction; 95 % of the packets stay below it. Calls must wait that much longer for each packet."},
	{TermKbps, "Bitrate of the test packets that came back, in thousand bits a second, without the headers of the carrier, UDP and IP."},
	{TermSelectedPair, "The two addresses, one at each end, between which the packets went (candidate pair, RFC 8445). Both ends report theirs, which proves the path."},
	{TermNATBetween, "Whether a router that changes addresses (NAT, RFC 2663) stands between the two ends. Without one, a STUN test shows nothing about routers."},

	{TermPictureDelay, "Time from taking a picture until its echo could be shown, both ways and all coding together. Half of the pictures (p50) or 95 % (p95) needed this long or less."},
	{TermShown, "Pictures whose echo came back and could be decoded, of those sent. Those that the encoder dropped or this computer was too slow for are not among them."},
	{TermMissing, "Pictures that were sent and whose echo never came, or could not be decoded because an earlier one was missing."},
	{TermDropped, "Pictures that the encoder left out to keep to the bitrate. They were never sent; many of them mean that the bitrate is too low for the picture."},
	{TermFPS, "New pictures shown in a second. Below 15 movement looks jerky."},
	{TermFreeze, "How long the picture stood still, beyond the usual distance of two pictures. A gap counts from 150 ms, and three times the usual distance, where the eye begins to see it."},
	{TermLossBefore, "Share of the video's packets that the network lost. Most are sent again when the other end asks for them, so the picture need not suffer."},
	{TermLossAfter, "Share of the video's packets that never came back in spite of being asked for again. Each of them can spoil pictures until the next key frame."},
	{TermTargetBitrate, "The bitrate that the encoder is told to keep to: the lower of what congestion control allows on the way out and on the way back."},
	{TermAvailableBitrate, "What congestion control holds the way to carry, out and back, the lower of both. It is estimated from delays and losses, and never above the maximum bitrate."},
	{TermVideoBitrate, "Bitrate of the video on the wire, in thousand bits a second, with the headers of RTP, UDP, IP and the relay."},
	{TermPSNR, "How far the echoed picture is from the one sent, in decibels (luma). Above 40 hardly anybody sees a difference, below 30 everybody does."},
	{TermSSIM, "How alike the structures of the echoed picture and the one sent are (Wang 2004): 1 is the same, below 0.9 most people see it."},
	{TermKeyFrame, "A picture that can be decoded by itself. All others need the one before, so after a loss that could not be repaired the picture waits for a key frame."},
	{TermNACK, "A request to send lost packets again (RFC 4585, section 6.2.1), counted in packets, from both ends."},
	{TermPLI, "A request for a key frame, since the picture can not go on without one (RFC 4585, section 6.3.1), from both ends."},
	{TermLatencyUnderLoad, "What a call adds to the round-trip time of everything else on the line. Grades: below 5 ms A+, 30 A, 60 B, 200 C, 400 D, else F (as in the DSLReports speed test)."},

	{TermSelfCheck, "What the test found out about itself. If this computer was too busy to send, read or answer in time, the figures say more about it than about the network."},
	{TermClockResolution, "The smallest step of the computer's clock. Delays shorter than that can not be told apart."},
	{TermSendError, "How far behind its planned time a packet left. If one in twenty is late by several milliseconds, this computer was too busy to measure."},
	{TermMissedSends, "Packets that were never sent because this computer woke up too late for them. They are not counted as lost; above 1 % the path is saturated."},
	{TermSkipped, "Packets that were never sent because too many were already waiting to go out. They are not counted as lost; above 1 % the path is saturated: its line is slower than the test."},
	{TermSendFailed, "Packets that were never sent because the operating system refused to take them. They are not counted as lost; a connection that goes down or security software does this."},
	{TermQueued, "The most bytes that waited inside this program to be sent. Much of it means that the line is slower than the test."},
	{TermDwell, "Time that the other end took from receiving a packet to answering it. It is left out of the round-trip time."},
	{TermBundled, "Estimated share of data channel messages that left in one packet with their neighbour. Losing that packet loses several messages at once."},
	{TermSocketDrops, "Packets that arrived, and that the operating system threw away because the program did not read them fast enough (counted on Linux only). This is not the network's loss."},
}
