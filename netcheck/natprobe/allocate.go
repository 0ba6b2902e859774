package natprobe

import (
	"context"
	"fmt"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// allocateTimeout is for the challenge and the allocation together.
const allocateTimeout = 4 * time.Second

// allocate asks for a relay address: without credentials first, which gives the challenge, and then with them.
func (s *session) allocate(ctx context.Context) error {
	answer, err := s.granted(ctx, s.family)
	if s.either && s.lacksFamily(err) {
		answer, err = s.granted(ctx, otherFamily(s.family))
	}
	if err != nil {
		return s.unlessSTUNOnly(ctx, err)
	}
	s.mapped, _ = xorAddress(answer, stun.AttrXORMappedAddress) // not every server tells
	if s.relayed, err = xorAddress(answer, stun.AttrXORRelayedAddress); err != nil {
		return s.strange("grants an allocation and names no relay address", err)
	}
	return nil
}

// granted asks for a relay address of a family.
func (s *session) granted(ctx context.Context, f netcheck.Family) (*stun.Message, error) {
	attrs, left := allocateAttributes(f), allocateTimeout
	if s.key == nil {
		begin := time.Now()
		var answer *stun.Message
		err := inTime(ctx, left, func(ctx context.Context) (err error) {
			answer, err = s.challenge(ctx, attrs)
			return err
		})
		if answer != nil || err != nil {
			return answer, err
		}
		left = max(time.Second, left-time.Since(begin)) // less would be this computer's own pause
	}
	if err := s.await(ctx); err != nil {
		return nil, err
	}
	var answer *stun.Message
	err := inTime(ctx, left, func(ctx context.Context) (err error) {
		begin := time.Now()
		answer, err = s.request(ctx, stun.MethodAllocate, attrs...)
		s.log.did(netcheck.NetStepAllocate, begin, granting(answer), err)
		return err
	})
	return answer, err
}

// await waits until there may be one more allocation.
func (s *session) await(ctx context.Context) error {
	if s.enter == nil {
		return nil
	}
	if err := s.enter(ctx); err != nil {
		return s.socketFailure(ctx, err)
	}
	return nil
}

// challenge asks without credentials, so that the server names its realm and a nonce. A server that wants none grants at once, and
// the answer is there.
func (s *session) challenge(ctx context.Context, attrs []stun.Setter) (*stun.Message, error) {
	begin := time.Now()
	answer, err := s.request(ctx, stun.MethodAllocate, attrs...)
	if no, ok := asRefusal(err); ok && no.code == stun.CodeUnauthorized {
		err = s.accept(no)
		s.log.challenged(begin, no, fmt.Sprintf("realm %q", bounded([]byte(s.realm))))
		return nil, err
	}
	name := netcheck.NetStepChallenge
	if err == nil {
		name = netcheck.NetStepAllocate
	}
	s.log.did(name, begin, granting(answer), err)
	return answer, err
}

// granting says what an answer grants, for the timeline.
func granting(answer *stun.Message) string {
	if answer == nil {
		return ""
	}
	relayed, err := xorAddress(answer, stun.AttrXORRelayedAddress)
	if err != nil {
		return "no relay address"
	}
	text := "relay " + relayed.String()
	if l, ok := lifetime(answer); ok {
		text += fmt.Sprintf(" for %d s", int(l.Seconds()))
	}
	return text
}

func allocateAttributes(f netcheck.Family) []stun.Setter {
	const udp, ipv6 = 17, 2 // RFC 8656, sections 18.8 and 18.6
	attrs := []stun.Setter{stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{udp, 0, 0, 0}}}
	if f == netcheck.Family6 { // as pion/ice asks when only IPv6 is allowed
		attrs = append(attrs, stun.RawAttribute{Type: stun.AttrRequestedAddressFamily, Value: []byte{ipv6, 0, 0, 0}})
	}
	return attrs
}

// lacksFamily tells of a server that has no relay of the family that was asked for, or does not know that one can ask.
func (s *session) lacksFamily(err error) bool {
	no, ok := asRefusal(err)
	return ok && (no.code == stun.CodeAddrFamilyNotSupported || no.code == stun.CodeUnknownAttribute)
}

func otherFamily(f netcheck.Family) netcheck.Family {
	if f == netcheck.Family6 {
		return netcheck.Family4
	}
	return netcheck.Family6
}

// noteExpiry keeps for how long a credential in TURN REST form has been of no use.
func (d *diagnosis) noteExpiry(user string) {
	if expiry, limited := netcheck.Expiry(user); limited {
		d.expired = d.now().Sub(expiry)
	}
}
