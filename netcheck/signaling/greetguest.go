package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// greeting is a guest's part of one handshake: for a new session, or for one that goes on.
type greeting struct {
	config JoinConfig // cleaned
	known  key        // of the invite, or of the session
	old    *session   // nil for a new one

	exchange exchange
	first    []byte // the guest's hello as sent
}

// greet does the guest's part of the handshake. It gives the session, a new one or the old one, and the channel of the wire. The
// error is a *Gone if the host refused or is not the host; otherwise the wire broke.
func greet(ctx context.Context, w Wire, c JoinConfig, old *session) (*session, *channel, error) {
	g := &greeting{config: c, known: inviteKey(c.Room, c.Secret), old: old}
	if old != nil {
		g.known = old.resume
	}
	if err := g.hello(); err != nil {
		return nil, nil, err
	}
	second, err := ask(ctx, w, g.first)
	if err != nil {
		return nil, nil, err
	}
	if second[0] == frameRefusal {
		return nil, nil, g.refused(second)
	}
	h, a, err := g.checkHost(second)
	if err != nil {
		return nil, nil, err
	}
	return g.finish(ctx, w, h, a)
}

// ask sends a frame and waits for the answer. A host that refuses may have closed the wire before it took the frame, so the answer is
// looked for even then.
func ask(ctx context.Context, w Wire, frame []byte) ([]byte, error) {
	sendErr := w.Send(ctx, frame)
	answer, err := receive(ctx, w)
	if err != nil && sendErr != nil {
		err = sendErr
	}
	return answer, err
}

// hello makes the first frame.
func (g *greeting) hello() (err error) {
	if g.exchange, err = newExchange(); err != nil {
		return err
	}
	h := guestHello{
		Versions: g.config.Self.Versions, Room: g.config.Room[:], Key: g.exchange.private.PublicKey().Bytes(), Nonce: g.exchange.nonce,
		Hello: g.config.Self,
	}
	if g.old != nil {
		h.Session = g.old.id
	}
	g.first, _, err = pack(frameGuestHello, func(body []byte) []byte { return mac(g.known, "guest hello", body) }, h)
	return err
}

// checkHost reads the host's hello. Who does not know the secret is not the host.
func (g *greeting) checkHost(frame []byte) (h hostHello, a agreed, err error) {
	sum, body, err := unpack(frame)
	if err == nil && frame[0] == frameHostHello {
		err = json.Unmarshal(body, &h)
	}
	if err != nil || frame[0] != frameHostHello {
		return h, a, roleGuest.gone(CodeProtocol, errHandshake)
	}
	a, err = agree(g.exchange, h.Key, g.known, g.first, body)
	switch {
	case err != nil:
		return h, a, roleGuest.gone(CodeProtocol, err)
	case !a.proves(roleHost, sum):
		return h, a, roleGuest.gone(CodeWrongSecret, nil)
	case h.Version < g.config.Self.Versions[0] || h.Version > g.config.Self.Versions[1]:
		return h, a, roleGuest.noVersion(g.config.Self.Versions, [2]int{h.Version, h.Version})
	case len(h.Session) != sessionIDLength || !visible(h.Session):
		return h, a, roleGuest.gone(CodeProtocol, errHandshake)
	case g.old != nil && (h.Session != g.old.id || h.Version != g.old.version):
		return h, a, roleGuest.gone(CodeProtocol, errHandshake)
	}
	h.Hello = h.Hello.cleaned()
	return h, a, nil
}

const sessionIDLength = 16

// finish proves this end, and takes the host's last frame.
func (g *greeting) finish(ctx context.Context, w Wire, h hostHello, a agreed) (*session, *channel, error) {
	s := g.old
	if s == nil {
		s = newSession(roleGuest, h.Session, h.Version, h.Hello, a.keys.resume)
	}
	own := s.state()
	own.Identity = mac(g.config.Identity[:], "identity", g.config.Room[:])
	third, err := a.sealState(frameFinish, roleGuest, own)
	if err != nil {
		return nil, nil, err
	}
	fourth, err := ask(ctx, w, third)
	if err != nil {
		return nil, nil, err
	}
	if fourth[0] == frameRefusal {
		return nil, nil, g.refused(fourth)
	}
	its, ok := a.openState(fourth, roleHost)
	if fourth[0] != frameAccept || !ok || !s.takeUp(its) {
		return nil, nil, roleGuest.gone(CodeProtocol, errHandshake)
	}
	return s, a.complete(roleGuest, s.id, third, fourth), nil
}

// withoutProof are what a host may say to who has not proved itself, or of an invite that it does not know.
var withoutProof = []Code{CodeUnknownRoom, CodeWrongSecret, CodeTooMany, CodeHostFull, CodeLost, CodeHostStopped, CodeProtocol}

// refused makes a Gone of the host's refusal.
func (g *greeting) refused(frame []byte) error {
	r, authentic, err := readRefusal(g.known, g.first, frame)
	switch {
	case err != nil:
		return roleGuest.gone(CodeProtocol, err)
	case !authentic && !slices.Contains(withoutProof, r.Code):
		return roleGuest.gone(CodeWrongSecret, nil)
	}
	switch r.Code {
	case CodeExpired:
		return expired(time.Unix(r.Now, 0), g.config.Now(), time.Unix(r.Expiry, 0))
	case CodeVersion:
		return roleGuest.noVersion(g.config.Self.Versions, r.Versions)
	case CodeLost:
		lost := roleGuest.gone(CodeLost, nil)
		lost.Text = "The host does not know this session any more: it was started anew, or waited too long for this computer."
		return lost
	}
	if !authentic {
		r.Text = ""
	}
	gone := roleGuest.told(Leave{Code: string(r.Code), Text: r.Text})
	if !authentic {
		gone.Err = errors.New("the host did not prove itself when it said so")
	}
	return gone
}
