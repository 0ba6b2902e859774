package rtc

import (
	"testing"
	"time"

	"echopath/netcheck"
)

// BenchmarkSend tells what sending one datagram costs at the sender; the far end throws it away.
func BenchmarkSend(b *testing.B) { benchCarriers(b, false) }

// BenchmarkEcho tells what a datagram costs there and back, both ends together.
func BenchmarkEcho(b *testing.B) { benchCarriers(b, true) }

func benchCarriers(b *testing.B, back bool) {
	s := newTestServer(b, "127.0.0.1")
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP, netcheck.PathRelayTCP} {
		for _, carrier := range netcheck.AllCarriers() {
			b.Run(string(p)+"/"+string(carrier), func(b *testing.B) {
				c := &Connector{}
				if back {
					c.Respond = echo
				}
				leg := s.leg(p)
				leg.Load = netcheck.Load{PacketsPerSecond: 10_000, PacketSize: 200}
				d := connect(b, c, leg, nil).Datagrams(carrier)
				out, in := make([]byte, 200), make([]byte, 2000)
				must(b, d.SetReceiveDeadline(time.Now().Add(time.Minute)))
				b.ReportAllocs()
				for b.Loop() {
					must(b, d.Send(out))
					if back {
						_, err := d.Receive(in)
						must(b, err)
					}
				}
			})
		}
	}
}

// The hot paths of our own must not allocate: what is left is pion's.
func TestSRTPSendDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	s := newTestServer(t, "127.0.0.1")
	for name, leg := range map[string]netcheck.Leg{"alone": s.leg(netcheck.PathDirect), "beside video": withVideo(s.leg(netcheck.PathDirect))} {
		d := connect(t, &Connector{}, leg, nil).Datagrams(netcheck.CarrierSRTP)
		b := make([]byte, 200)
		if n := testing.AllocsPerRun(1000, func() { _ = d.Send(b) }); n > 0.5 {
			t.Errorf("%s: %.1f allocations a packet at both ends together", name, n)
		}
	}
}

// BenchmarkMedia tells what a video packet costs there and back, both ends together, with its feedback.
func BenchmarkMedia(b *testing.B) {
	s := newTestServer(b, "127.0.0.1")
	for _, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		b.Run(string(path), func(b *testing.B) {
			m := connect(b, &Connector{Respond: echoMedia}, withVideo(s.leg(path)), nil).Media()
			out, in := netcheck.MediaPacket{Payload: make([]byte, 1150)}, netcheck.MediaPacket{}
			must(b, m.SetReceiveDeadline(time.Now().Add(time.Minute)))
			b.ReportAllocs()
			for b.Loop() {
				out.Sequence++
				must(b, m.Send(&out))
				must(b, m.Receive(&in))
			}
		})
	}
}
