package natprobe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// refusal is an error response.
type refusal struct {
	method stun.Method
	code   stun.ErrorCode
	reason string // the server's words, bounded
	answer *stun.Message
}

func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s: error %d %s", r.method, int(r.code), r.reason))
}

// asRefusal finds the refusal behind a failure.
func asRefusal(err error) (*refusal, bool) {
	var r *refusal
	return r, errors.As(err, &r)
}

// request asks with credentials once they are known, and anew with the new nonce if the one in use had become stale. The
// error is a *netcheck.Failure.
func (s *session) request(ctx context.Context, method stun.Method, attrs ...stun.Setter) (*stun.Message, error) {
	answer, err := s.once(ctx, method, attrs)
	no, refused := asRefusal(err)
	if refused && no.code == stun.CodeStaleNonce && s.key != nil {
		var nonce stun.Nonce
		if nonce.GetFrom(no.answer) == nil {
			s.nonce = string(nonce)
			answer, err = s.once(ctx, method, attrs)
			no, refused = asRefusal(err)
		}
	}
	switch {
	case err == nil:
		return answer, nil
	case refused:
		return nil, s.refused(no)
	}
	return nil, s.unanswered(ctx, method, err)
}

// once asks once. The error is a *refusal, or what exchanger.ask returns.
func (s *session) once(ctx context.Context, method stun.Method, attrs []stun.Setter) (*stun.Message, error) {
	request, err := s.build(method, attrs...)
	if err != nil {
		return nil, err
	}
	answer, err := s.ask(ctx, request)
	if !s.stream {
		s.log.asked(s.sent)
	}
	if err != nil {
		return nil, err
	}
	s.answered = true
	if answer.Type.Class == stun.ClassErrorResponse {
		return nil, refusalOf(answer)
	}
	if s.key != nil && answer.Contains(stun.AttrMessageIntegrity) && s.key.Check(answer) != nil {
		return nil, s.strange("signs its answers with another password than the one it accepts", nil)
	}
	return answer, nil
}

// build makes a request. It can fail on a user name or realm that is longer than STUN allows.
func (s *session) build(method stun.Method, attrs ...stun.Setter) (*stun.Message, error) {
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, attrs...)
	if s.key != nil {
		setters = append(setters, stun.NewUsername(s.user), stun.NewRealm(s.realm), stun.NewNonce(s.nonce), s.key)
	}
	request, err := stun.Build(append(setters, stun.Fingerprint)...)
	if err != nil {
		return nil, &netcheck.Failure{
			Code: netcheck.ReasonAuth, Text: "The user name, or the realm that the server names, is longer than TURN allows.",
			Advice: "Check the user name.", Err: err,
		}
	}
	return request, nil
}

func refusalOf(answer *stun.Message) *refusal {
	r := &refusal{method: answer.Type.Method, answer: answer}
	var code stun.ErrorCodeAttribute
	if code.GetFrom(answer) == nil {
		r.code, r.reason = code.Code, bounded(code.Reason)
	}
	return r
}

// bounded makes text from the network fit to be shown: valid, without control characters, and short.
func bounded(b []byte) string {
	const most = 120
	s := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(b), ""))
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strings.TrimSpace(s)
}
