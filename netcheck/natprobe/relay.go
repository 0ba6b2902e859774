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
	near, err := d.allocated(ctx, nil)
	if err != nil {
		return err
	}
	defer near.leave(ctx)
	far, err := d.allocated(ctx, nil)
	if err != nil {
		return err
	}
	defer far.leave(ctx)
	return near.permit(ctx, far.relayed)
}

// allocated opens a session that has an allocation. A server may still hold an older one for the port that the system chose; then
// another port is tried.
func (d *diagnosis) allocated(ctx context.Context, log *timeline) (*session, error) {
	s, err := d.allocatedOnce(ctx, log)
	if no, ok := asRefusal(err); ok && no.code == stun.CodeAllocMismatch {
		return d.allocatedOnce(ctx, log)
	}
	return s, err
}

func (d *diagnosis) allocatedOnce(ctx context.Context, log *timeline) (*session, error) {
	e, err := d.open(ctx, log)
	if err != nil {
		return nil, err
	}
	s := &session{diagnosis: d, exchanger: e, log: log}
	err = s.allocate(ctx)
	log.note(s)
	if err != nil {
		e.close()
		return nil, err
	}
	return s, nil
}

// leave ends a session that has an allocation.
func (s *session) leave(ctx context.Context) {
	s.release(ctx)
	s.close()
}

// session is a conversation with one server from one local port.
type session struct {
	*diagnosis
	*exchanger
	log      *timeline // nil: nobody wants to know
	answered bool      // the server has answered something

	relayed, mapped netip.AddrPort // of the allocation; zero before

	// Long-term credentials (RFC 8489, section 9.2), known after the challenge. key is nil before.
	user, realm, nonce string
	key                stun.MessageIntegrity
}

// accept answers a challenge: the key is made from its realm (RFC 8489, section 9.2.2).
func (s *session) accept(challenge *refusal) error {
	var realm stun.Realm
	var nonce stun.Nonce
	if err := challenge.answer.Parse(&realm, &nonce); err != nil {
		return s.strange("wants credentials and names no realm or nonce", err)
	}
	user, password := s.srv.Credential(s.now())
	s.noteExpiry(user)
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
	begin := time.Now()
	_, err := s.request(ctx, stun.MethodCreatePermission, xorPeer(relayed))
	if no, ok := asRefusal(err); ok && no.code == stun.CodeForbidden {
		err = &netcheck.Failure{
			Code: netcheck.ReasonPeerRefused,
			Text: fmt.Sprintf("This server does not relay to its own address %s, and both ends of the test are on it.", relayed.Addr()),
			Advice: fmt.Sprintf("Ask the server's administrators to allow %s as a peer (coturn: allowed-peer-ip=%s), or test with two TURN servers.",
				relayed.Addr(), relayed.Addr()),
			Err: no,
		}
	}
	s.log.did(netcheck.NetStepPermission, begin, "to send to "+relayed.Addr().String(), err)
	return err
}

// release gives the allocation back, best effort. After the end of ctx it says so without waiting for an answer.
func (s *session) release(ctx context.Context) {
	begin := time.Now()
	request, err := s.build(stun.MethodRefresh, lasting(0))
	if err != nil {
		return
	}
	if ctx.Err() != nil {
		_ = s.conn.SetDeadline(time.Now().Add(byeTimeout))
		_, _ = s.conn.Write(request.Raw)
		return
	}
	answer, err := s.askWithin(ctx, request, []time.Duration{byeTimeout})
	if err == nil && answer.Type.Class == stun.ClassErrorResponse {
		err = refusalOf(answer)
	}
	if err != nil {
		err = &netcheck.Failure{Code: netcheck.ReasonServerError, Text: "The server did not confirm that it has the relay back.", Err: err}
	}
	s.log.did(netcheck.NetStepRefresh, begin, "given back", err)
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
	lost := ""
	if !s.stream {
		lost = ", or packets get lost on the way"
	}
	return &netcheck.Failure{
		Code: netcheck.ReasonServerError, Text: fmt.Sprintf("%s answers STUN and is silent to TURN: it is a STUN server alone%s.", s.place(), lost),
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
