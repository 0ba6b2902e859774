package signaling

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"time"
)

// caller is a wire on which the host's part of the handshake is done.
type caller struct {
	lobby   *Lobby
	wire    Wire
	address string // for limits, "" if it is not known
	first   []byte
	hello   guestHello
	known   key // of the room or session; nil as long as it is not known
}

// greet does the host's part of the handshake. It gives the link that carries the guest's session. What it refuses it tells
// the other end as well.
func (l *Lobby) greet(ctx context.Context, w Wire) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, l.config.AuthTimeout)
	defer cancel()
	c := &caller{lobby: l, wire: w, address: addressOf(w.Remote())}
	link, err := c.run(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return link, err
}

func (c *caller) run(ctx context.Context) (*link, error) {
	var err error
	if c.first, err = receive(ctx, c.wire); err != nil {
		return nil, err
	}
	sum, body, err := unpack(c.first)
	if err != nil || c.first[0] != frameGuestHello || json.Unmarshal(body, &c.hello) != nil || len(c.hello.Room) != 8 {
		return nil, c.refuse(ctx, roleHost.gone(CodeProtocol, errHandshake), refusalBody{})
	}
	c.hello.Hello = c.hello.Hello.cleaned()
	c.hello.Hello.Versions = c.hello.Versions
	if c.hello.Session != "" {
		return c.resume(ctx, sum, body)
	}
	return c.join(ctx, sum, body)
}

// refuse tells the other end why it does not get in. What concerns the invite is proved with its key where that is known.
func (c *caller) refuse(ctx context.Context, g *Gone, more refusalBody) error {
	more.Code = g.Code
	frame, err := refusalFrame(c.known, c.first, more)
	if err == nil {
		_ = c.wire.Send(ctx, frame) // whoever does not hear it is refused all the same
	}
	return g
}

// join lets a new guest in, or one that comes again.
func (c *caller) join(ctx context.Context, sum, body []byte) (*link, error) {
	l, id := c.lobby, [8]byte(c.hello.Room)
	if !l.arrivals.attempt(c.address, time.Now()) {
		return nil, c.refuse(ctx, roleHost.gone(CodeTooMany, nil), refusalBody{})
	}
	secret, ok := l.secret(id)
	if !ok {
		return nil, c.refuse(ctx, roleHost.gone(CodeUnknownRoom, nil), refusalBody{})
	}
	known := inviteKey(id, secret)
	if !hmac.Equal(sum, mac(known, "guest hello", body)) {
		return nil, c.refuse(ctx, roleHost.gone(CodeWrongSecret, nil), refusalBody{})
	}
	c.known = known
	if code := l.begin(c.address); code != "" {
		return nil, c.refuse(ctx, roleHost.gone(code, nil), refusalBody{})
	}
	defer l.begun(c.address)
	a, own, err := c.prove(ctx, newID(), common(l.config.Self.Versions, c.hello.Versions))
	if err != nil {
		return nil, err
	}
	third, its, err := c.proved(ctx, a)
	if err != nil {
		return nil, err
	}
	s := newSession(roleHost, own.Session, own.Version, c.hello.Hello, a.keys.resume)
	g := &Guest{Conn: s, s: s, lobby: l, room: id, identity: string(digest("identity", its.Identity)), address: c.address}
	s.onEnd, s.onWire = g.ended, g.watch
	if !s.takeUp(its) {
		return nil, c.refuse(ctx, roleHost.gone(CodeProtocol, errHandshake), refusalBody{})
	}
	link, err := c.letIn(ctx, g, a, third)
	if err != nil {
		return nil, err
	}
	g.arrive()
	return link, nil
}

// letIn gives a guest that has proved itself its place, and lets its session begin.
func (c *caller) letIn(ctx context.Context, g *Guest, a agreed, third []byte) (*link, error) {
	g.s.takeover.Lock() // it may know the session's key already, and must not resume what has not begun
	defer g.s.takeover.Unlock()
	undo, gone, more := c.lobby.admit(g)
	if gone != nil {
		return nil, c.refuse(ctx, gone, more)
	}
	link, err := c.accept(ctx, a, g.s, third)
	if err != nil { // it does not know that it was in
		g.s.finish(roleHost.gone(CodeLost, err), true)
		undo()
		return nil, err
	}
	return link, nil
}

// resume lets a guest go on whose wire broke.
func (c *caller) resume(ctx context.Context, sum, body []byte) (*link, error) {
	l := c.lobby
	g, over := l.find(c.hello.Session)
	if g != nil {
		c.known = g.s.resume
	} else if over != nil {
		c.known = over.resume
	}
	if c.known == nil || !hmac.Equal(sum, mac(c.known, "guest hello", body)) {
		c.known = nil
		return nil, c.stranger(ctx)
	}
	if over != nil {
		return nil, c.refuse(ctx, roleHost.gone(Code(over.leave.Code), nil), refusalBody{Text: over.leave.Text})
	}
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	defer l.claim(g, giveUp)()
	a, _, err := c.prove(ctx, g.s.id, g.s.version)
	if err != nil {
		return nil, err
	}
	third, its, err := c.proved(ctx, a)
	if err != nil {
		return nil, err
	}
	return c.takeOver(ctx, g, a, third, its)
}

// stranger refuses who names a session that is not known, or not its own. That counts as an attempt.
func (c *caller) stranger(ctx context.Context) error {
	code := CodeLost
	if !c.lobby.arrivals.attempt(c.address, time.Now()) {
		code = CodeTooMany
	}
	return c.refuse(ctx, roleHost.gone(code, nil), refusalBody{})
}

// takeOver replaces the wire of a session.
func (c *caller) takeOver(ctx context.Context, g *Guest, a agreed, third []byte, its state) (*link, error) {
	s := g.s
	s.takeover.Lock()
	defer s.takeover.Unlock()
	s.displace()
	if !s.takeUp(its) {
		if _, over := c.lobby.find(s.id); over != nil { // it ended a moment ago
			return nil, c.refuse(ctx, roleHost.gone(Code(over.leave.Code), nil), refusalBody{Text: over.leave.Text})
		}
		gone := roleHost.gone(CodeProtocol, errHandshake)
		s.finish(gone, false)
		return nil, c.refuse(ctx, gone, refusalBody{})
	}
	link, err := c.accept(ctx, a, s, third)
	if err != nil {
		return nil, err
	}
	g.watch()
	return link, nil
}

// displace ends the wire that carries the session, and waits.
func (s *session) displace() {
	s.mu.Lock()
	l := s.link
	s.mu.Unlock()
	if l != nil {
		l.cut(s.role.gone(CodeReplaced, nil)) // whoever made another one has given it up
		<-l.done
	}
}

// prove sends the host's hello with its proof.
func (c *caller) prove(ctx context.Context, session string, version int) (agreed, hostHello, error) {
	own := c.lobby.config.Self
	if common(own.Versions, c.hello.Versions) == 0 || version < c.hello.Versions[0] || version > c.hello.Versions[1] {
		gone := roleHost.noVersion(own.Versions, c.hello.Versions)
		return agreed{}, hostHello{}, c.refuse(ctx, gone, refusalBody{Versions: own.Versions})
	}
	e, err := newExchange()
	if err != nil {
		return agreed{}, hostHello{}, err
	}
	h := hostHello{Version: version, Session: session, Key: e.private.PublicKey().Bytes(), Nonce: e.nonce, Hello: own}
	var a agreed
	var agreeErr error
	frame, _, err := pack(frameHostHello, func(body []byte) []byte {
		a, agreeErr = agree(e, c.hello.Key, c.known, c.first, body)
		if agreeErr != nil {
			return make([]byte, macSize)
		}
		return a.proof(roleHost)
	}, h)
	if err = errors.Join(err, agreeErr); err != nil {
		return a, h, c.refuse(ctx, roleHost.gone(CodeProtocol, err), refusalBody{})
	}
	return a, h, c.wire.Send(ctx, frame)
}

// proved takes the guest's proof.
func (c *caller) proved(ctx context.Context, a agreed) ([]byte, state, error) {
	third, err := receive(ctx, c.wire)
	if err != nil {
		return nil, state{}, err
	}
	its, ok := a.openState(third, roleGuest)
	if third[0] != frameFinish || !ok {
		return nil, state{}, c.refuse(ctx, roleHost.gone(CodeWrongSecret, nil), refusalBody{})
	}
	return third, its, nil
}

// accept sends the last frame and lets the session go over the wire.
func (c *caller) accept(ctx context.Context, a agreed, s *session, third []byte) (*link, error) {
	fourth, err := a.sealState(frameAccept, roleHost, s.state())
	if err != nil {
		return nil, err
	}
	if err := c.wire.Send(ctx, fourth); err != nil {
		return nil, err
	}
	return s.start(c.wire, a.complete(roleHost, s.id, third, fourth)), nil
}
