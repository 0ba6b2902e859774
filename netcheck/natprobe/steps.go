package natprobe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

const (
	firstChannel = 0x4000           // RFC 8656, section 12
	longer       = 10 * time.Minute // the lifetime that a refresh asks for: that of RFC 8656, section 3.2
)

// bind asks for a channel to a peer, by which packets travel from then on.
func (s *session) bind(ctx context.Context, peer netip.AddrPort) error {
	begin := time.Now()
	number := stun.RawAttribute{Type: stun.AttrChannelNumber, Value: binary.BigEndian.AppendUint32(nil, firstChannel<<16)}
	_, err := s.request(ctx, stun.MethodChannelBind, number, xorPeer(peer))
	if err == nil {
		s.channel = firstChannel
	}
	s.log.did(netcheck.NetStepChannel, begin, "to "+peer.String(), err)
	return err
}

// refresh asks the server to keep the allocation for longer, as every call does after some minutes.
func (s *session) refresh(ctx context.Context) error {
	begin := time.Now()
	answer, err := s.request(ctx, stun.MethodRefresh, lasting(longer))
	detail := ""
	if err == nil {
		if l, ok := lifetime(answer); ok {
			detail = fmt.Sprintf("for another %d s", int(l.Seconds()))
		}
	}
	s.log.did(netcheck.NetStepRefresh, begin, detail, err)
	return err
}

// send sends a packet through the relay to the other one of this program's, and back.
func (s *session) send(ctx context.Context, far mirror, way string) error {
	begin := time.Now()
	took, err := echo(ctx, s, far)
	if !s.stream {
		s.log.asked(s.sent)
	}
	if err != nil {
		err = s.lost(ctx, err)
	}
	s.log.did(netcheck.NetStepEcho, begin, fmt.Sprintf("%s and back in %s", way, milliseconds(took)), err)
	return err
}

func (s *session) lost(ctx context.Context, err error) error {
	if !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
		return s.unanswered(ctx, stun.MethodSend, err)
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonNoData, Text: fmt.Sprintf("%d packets from one relay port of the server to another were lost.", len(retransmits)),
		Advice: "Ask the server's administrators whether its own firewall lets UDP pass between its relay ports (by custom 49152-65535) under the address that it gives out; " +
			"calls with others may work all the same.", Err: err,
	}
}

// lasting writes a LIFETIME.
func lasting(d time.Duration) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrLifetime, Value: binary.BigEndian.AppendUint32(nil, uint32(d/time.Second))} //nolint:gosec // minutes
}

// lifetime reads a LIFETIME.
func lifetime(m *stun.Message) (time.Duration, bool) {
	v, err := m.Get(stun.AttrLifetime)
	if err != nil || len(v) != 4 {
		return 0, false
	}
	return time.Duration(binary.BigEndian.Uint32(v)) * time.Second, true
}

// milliseconds words a duration of the network.
func milliseconds(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}
