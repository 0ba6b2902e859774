package rtc

import "echopath/netcheck"

// framing is what surrounds a video packet's RTP on this end's leg.
type framing struct {
	headers int  // bytes of UDP and IP
	channel bool // a relay over UDP frames it as ChannelData
}

// Sizes in bytes.
const (
	udpHeader     = 8
	ip4Header     = 20
	ip6Header     = 40
	channelHeader = 4
	channelAlign  = 4 // pion pads ChannelData to it, as over TCP, and takes it so (RFC 8656, section 12.5)
)

// framingOf tells how packets travel on a leg. What goes through a TCP connection is counted as the relay sends it on.
func framingOf(l netcheck.Leg) framing {
	f := framing{headers: udpHeader + ip4Header, channel: l.Path == netcheck.PathRelayUDP}
	if l.Family == netcheck.Family6 {
		f.headers = udpHeader + ip6Header
	}
	return f
}

// framing is that of this end: it has no relay if the other one alone relays.
func (p *peer) framing(l netcheck.Leg) framing {
	f := framingOf(l)
	f.channel = f.channel && p.relays()
	return f
}

// bytes is the size of the IP packets that carried t, each with a tag of SRTP.
func (f framing) bytes(t tally, tag int) uint64 {
	sum := t.bytes + t.packets()*uint64(tag+f.headers) //nolint:gosec // small and positive
	if !f.channel {
		return sum
	}
	sum += t.packets() * channelHeader
	for rest, n := range t.rests {
		sum += n * uint64((channelAlign-(rest+tag)%channelAlign)%channelAlign) //nolint:gosec // 0 to 3
	}
	return sum
}

// tally counts RTP packets, before SRTP. It keeps what is needed to tell their size on the wire once SRTP's tag is known.
type tally struct {
	bytes uint64
	rests [channelAlign]uint64 // packets, by their size modulo 4
}

func (t *tally) add(size int) {
	t.bytes += uint64(size) //nolint:gosec // not negative
	t.rests[size%channelAlign]++
}

func (t *tally) packets() uint64 {
	var n uint64
	for _, r := range t.rests {
		n += r
	}
	return n
}
