package rtc

import (
	"math"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// rtcpBuffer is more than any RTCP packet of the other end's, in bytes.
const rtcpBuffer = 8 << 10

// watchSender reads the feedback on what this end sends, until the connection closes.
func (m *media) watchSender() { watch(m.sender.Read, m.heed) }

// watchReceiver reads the reports of the other end as a sender. The interceptors do what there is to do with them, while they
// are read.
func (m *media) watchReceiver() { watch(m.receiver.Read, func([]rtcp.Packet) {}) }

func watch(read func([]byte) (int, interceptor.Attributes, error), heed func([]rtcp.Packet)) {
	buf := make([]byte, rtcpBuffer)
	for {
		n, attr, err := read(buf)
		if err != nil {
			return // the meter lets nothing through but the end
		}
		if pkts, err := attr.GetRTCPPackets(buf[:n]); err == nil {
			heed(pkts)
		}
	}
}

// heed acts on feedback, as far as it is about this end's stream.
func (m *media) heed(pkts []rtcp.Packet) {
	own := m.out.ssrc()
	for _, p := range pkts {
		switch p := p.(type) {
		case *rtcp.PictureLossIndication:
			m.askedKeyFrame(p.MediaSSRC == own)
		case *rtcp.FullIntraRequest:
			for _, f := range p.FIR {
				m.askedKeyFrame(f.SSRC == own)
			}
		case *rtcp.TransportLayerNack:
			if p.MediaSSRC == own {
				m.meter.repairAsked(asked(p))
			}
		case *rtcp.ReceiverEstimatedMaximumBitrate:
			m.askedRate(p, own)
		case *rtcp.ReceiverReport:
			m.reported(p.Reports, own)
		case *rtcp.SenderReport:
			m.reported(p.Reports, own)
		}
	}
}

func (m *media) askedKeyFrame(ours bool) {
	if !ours {
		return
	}
	m.meter.keyFrameAsked()
	select {
	case m.keyAsked <- struct{}{}:
	default:
	}
}

// lowestPeerKbps stands for anything lower that the other end says: 0 would mean that it has said nothing.
const lowestPeerKbps = 1

func (m *media) askedRate(p *rtcp.ReceiverEstimatedMaximumBitrate, own uint32) {
	for _, s := range p.SSRCs {
		if s == own {
			m.peerKbps.Store(math.Float64bits(max(float64(p.Bitrate)/1000, lowestPeerKbps)))
		}
	}
}

func (m *media) reported(reports []rtcp.ReceptionReport, own uint32) {
	for _, r := range reports {
		if r.SSRC == own {
			m.meter.roundTrip(r)
		}
	}
}
