package natprobe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// relay allocates on a TURN server as both ends of a relay path do, and asks that the one may send to the other. A server
// may allow a user one allocation alone, and may relay from several addresses, so one end would not tell.
func (d *diagnosis) relay(ctx context.Context) error {
	var relayed [2]netip.AddrPort
	var ends [2]*session
	for i := range ends {
		e, err := d.open(ctx)
		if err != nil {
			return err
		}
		defer e.close()
		ends[i] = &session{diagnosis: d, exchanger: e}
		if relayed[i], err = ends[i].allocate(ctx); err != nil {
			return err
		}
		defer ends[i].release(ctx)
	}
	return ends[0].permit(ctx, relayed[1])
}

// session is a conversation with one server from one local port.
type session struct {
	*diagnosis
	*exchanger
	answered bool // the server has answered something

	// Long-term credentials (RFC 8489, section 9.2), known after the challenge. key is nil before.
	user, realm, nonce string
	key                stun.MessageIntegrity
}

// allocate asks for a relay address: without credentials first, which gives the challenge, and then with them.
func (s *session) allocate(ctx context.Context) (netip.AddrPort, error) {
	attrs := s.allocateAttributes()
	answer, err := s.request(ctx, stun.MethodAllocate, attrs...)
	if no, ok := asRefusal(err); ok && no.code == stun.CodeUnauthorized && s.key == nil {
		if err = s.accept(no); err == nil {
			answer, err = s.request(ctx, stun.MethodAllocate, attrs...)
		}
	}
	if err != nil {
		return netip.AddrPort{}, s.unlessSTUNOnly(ctx, err)
	}
	relayed, err := xorAddress(answer, stun.AttrXORRelayedAddress)
	if err != nil {
		return relayed, s.strange("grants an allocation and names no relay address", err)
	}
	return relayed, nil
}

func (s *session) allocateAttributes() []stun.Setter {
	const udp, ipv6 = 17, 2 // RFC 8656, sections 18.8 and 18.6
	attrs := []stun.Setter{stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{udp, 0, 0, 0}}}
	if s.leg.Family == netcheck.Family6 { // as pion/ice asks when only IPv6 is allowed
		attrs = append(attrs, stun.RawAttribute{Type: stun.AttrRequestedAddressFamily, Value: []byte{ipv6, 0, 0, 0}})
	}
	return attrs
}

// accept answers a challenge: the key is made from its realm (RFC 8489, section 9.2.2).
func (s *session) accept(challenge *refusal) error {
	var realm stun.Realm
	var nonce stun.Nonce
	if err := challenge.answer.Parse(&realm, &nonce); err != nil {
		return s.strange("wants credentials and names no realm or nonce", err)
	}
	user, password := s.srv.Credential(s.now())
	if user == "" {
		return &netcheck.Failure{
			Code: netcheck.ReasonAuth, Text: fmt.Sprintf("%s wants user and password, and none were given.", s.place()),
			Advice: "Ask the server's administrators for a user and a password, or for the TURN REST secret.",
		}
	}
	s.user, s.realm, s.nonce = user, string(realm), string(nonce)
	s.key = stun.NewLongTermIntegrity(user, s.realm, password.Reveal())
	return nil
}

// permit asks for leave to send to a relay address of the same server.
func (s *session) permit(ctx context.Context, relayed netip.AddrPort) error {
	_, err := s.request(ctx, stun.MethodCreatePermission, xorPeer(relayed))
	if no, ok := asRefusal(err); ok && no.code == stun.CodeForbidden {
		return &netcheck.Failure{
			Code: netcheck.ReasonPeerRefused,
			Text: fmt.Sprintf("This server does not relay to its own address %s, and both ends of the test are on it.", relayed.Addr()),
			Advice: fmt.Sprintf("Ask the server's administrators to allow %s as a peer (coturn: allowed-peer-ip=%s), or test with two TURN servers.",
				relayed.Addr(), relayed.Addr()),
			Err: no,
		}
	}
	return err
}

// release gives the allocation back, best effort. After the end of ctx it says so without waiting for an answer.
func (s *session) release(ctx context.Context) {
	lifetime := stun.RawAttribute{Type: stun.AttrLifetime, Value: []byte{0, 0, 0, 0}}
	request, err := s.build(stun.MethodRefresh, lifetime)
	if err != nil {
		return
	}
	if ctx.Err() == nil {
		_, _ = s.askWithin(ctx, request, []time.Duration{byeTimeout})
		return
	}
	_ = s.conn.SetDeadline(time.Now().Add(byeTimeout))
	_, _ = s.conn.Write(request.Raw)
}

// unlessSTUNOnly turns silence to Allocate into a finding of its own if the server answers Binding requests: servers without
// TURN ignore Allocate.
func (s *session) unlessSTUNOnly(ctx context.Context, err error) error {
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	if f.Code != netcheck.ReasonNoAnswer || s.answered || ctx.Err() != nil {
		return err
	}
	request, buildErr := stun.Build(stun.TransactionID, stun.BindingRequest, stun.Fingerprint)
	if buildErr != nil {
		return err
	}
	if _, askErr := s.askWithin(ctx, request, []time.Duration{500 * time.Millisecond}); askErr != nil {
		return err
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonServerError, Text: fmt.Sprintf("%s answers STUN and is silent to TURN: it is a STUN server alone.", s.place()),
		Advice: fmt.Sprintf("Use it as a stun: address, or ask the server's administrators to let TURN run on %s.", s.port()), Err: f.Err,
	}
}

// xorAddress reads an address attribute.
func xorAddress(m *stun.Message, attr stun.AttrType) (netip.AddrPort, error) {
	var x stun.XORMappedAddress
	if err := x.GetFromAs(m, attr); err != nil {
		return netip.AddrPort{}, err
	}
	a, ok := netip.AddrFromSlice(x.IP)
	if !ok || x.Port < 0 || x.Port > 0xffff {
		return netip.AddrPort{}, fmt.Errorf("%s: bad address", attr)
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(x.Port)), nil
}

// xorPeer writes an XOR-PEER-ADDRESS.
type xorPeer netip.AddrPort

func (p xorPeer) AddTo(m *stun.Message) error {
	a := netip.AddrPort(p)
	x := stun.XORMappedAddress{IP: net.IP(a.Addr().AsSlice()), Port: int(a.Port())}
	return x.AddToAs(m, stun.AttrXORPeerAddress)
}
