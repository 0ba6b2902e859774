package rtc

import (
	"strings"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// How often there is feedback about video.
const (
	reportInterval = 200 * time.Millisecond // each gives a round-trip time
	twccInterval   = 100 * time.Millisecond
)

// register adds video to what an end can speak.
func (m *media) register(e *webrtc.MediaEngine) error {
	if err := e.RegisterCodec(vp8, webrtc.RTPCodecTypeVideo); err != nil {
		return err
	}
	return e.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.TransportCCURI}, webrtc.RTPCodecTypeVideo)
}

// NewInterceptor makes the chain of one connection; it implements interceptor.Factory. The first is nearest to the wire: what
// repair sends passes the controller and is counted.
func (m *media) NewInterceptor(id string) (interceptor.Interceptor, error) {
	begin := time.Now()
	now := func() time.Time { return begin.Add(time.Since(begin)) } // steady: a round trip is measured with it
	m.meter.now = now
	log := m.peer.log
	makers := []func() (interceptor.Factory, error){
		func() (interceptor.Factory, error) { return twcc.NewHeaderExtensionInterceptor() },
		func() (interceptor.Factory, error) {
			return nack.NewResponderInterceptor(nack.WithResponderLoggerFactory(log))
		},
		func() (interceptor.Factory, error) {
			return report.NewReceiverInterceptor(report.ReceiverInterval(reportInterval), report.ReceiverNow(now), report.WithReceiverLoggerFactory(log))
		},
		func() (interceptor.Factory, error) {
			return report.NewSenderInterceptor(report.SenderInterval(reportInterval), report.SenderNow(now), report.WithSenderLoggerFactory(log))
		},
		func() (interceptor.Factory, error) {
			return twcc.NewSenderInterceptor(twcc.SendInterval(twccInterval), twcc.WithLoggerFactory(log))
		},
	}
	parts := []interceptor.Interceptor{m.meter, m.brake, m.controller}
	for _, make := range makers {
		f, err := make()
		if err != nil {
			return nil, err
		}
		part, err := f.NewInterceptor(id)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	parts = append(parts, m.repair)
	return &videoOnly{interceptor.NewChain(parts)}, nil
}

// videoOnly keeps feedback, repair and numbers from every stream that is not video: the srtp carrier is to be measured as it
// is sent.
type videoOnly struct{ interceptor.Interceptor }

func isVideo(info *interceptor.StreamInfo) bool {
	return strings.EqualFold(info.MimeType, vp8.MimeType)
}

// BindLocalStream marks what is sent for the first time, so that the meter can tell it from what is sent again.
func (v *videoOnly) BindLocalStream(info *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	if !isVideo(info) {
		return w
	}
	chain := v.Interceptor.BindLocalStream(info, w)
	mark := interceptor.Attributes{firstTime{}: true} // used again and again: the track sends one packet at a time
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, _ interceptor.Attributes) (int, error) {
		return chain.Write(h, payload, mark)
	})
}

// UnbindLocalStream is called when a track ends.
func (v *videoOnly) UnbindLocalStream(info *interceptor.StreamInfo) {
	if isVideo(info) {
		v.Interceptor.UnbindLocalStream(info)
	}
}

// BindRemoteStream leaves the reader of any other stream as it is.
func (v *videoOnly) BindRemoteStream(info *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	if !isVideo(info) {
		return r
	}
	return v.Interceptor.BindRemoteStream(info, r)
}

// UnbindRemoteStream is called when a track ends.
func (v *videoOnly) UnbindRemoteStream(info *interceptor.StreamInfo) {
	if isVideo(info) {
		v.Interceptor.UnbindRemoteStream(info)
	}
}

// firstTime is the key of the mark.
type firstTime struct{}
