package natprobe_test

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// fakeTURN is a TURN server of which a test replaces single answers.
type fakeTURN struct {
	// instead answers in place of the server; nil leaves the answer to it. n counts the requests of that method that carried
	// credentials, from 1, or is 0 for one without.
	instead func(request *stun.Message, n int) *stun.Message

	mu    sync.Mutex
	count map[stun.Method]int
	given map[[stun.TransactionIDSize]byte]*stun.Message // to requests that were answered
	freed int                                            // allocations given back
}

var fakeKey = stun.NewLongTermIntegrity(user, "realm", password)

// answer gives a request that is sent again the same answer: where the machine is busy, that happens to any.
func (f *fakeTURN) answer(request *stun.Message) *stun.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, again := f.given[request.TransactionID]
	if again {
		return m
	}
	if f.given == nil {
		f.given = map[[stun.TransactionIDSize]byte]*stun.Message{}
	}
	m = f.decide(request)
	f.given[request.TransactionID] = m
	return m
}

func (f *fakeTURN) decide(request *stun.Message) *stun.Message {
	signed := request.Contains(stun.AttrMessageIntegrity)
	n := 0
	if signed {
		if f.count == nil {
			f.count = map[stun.Method]int{}
		}
		f.count[request.Type.Method]++
		n = f.count[request.Type.Method]
	}
	if f.instead != nil {
		if m := f.instead(request, n); m != nil {
			return m
		}
	}
	if !signed {
		return challenge(request)
	}
	if fakeKey.Check(request) != nil {
		return refuse(request, stun.CodeUnauthorized, "")
	}
	return f.serve(request)
}

// waitFreed waits until so many allocations were given back: a busy machine may read of it late. There must not be more.
func (f *fakeTURN) waitFreed(t *testing.T, want int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := within(t).Done(); ; {
		f.mu.Lock()
		got := f.freed
		f.mu.Unlock()
		if got >= want {
			if got > want {
				t.Errorf("%d allocations given back, want %d", got, want)
			}
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%d allocations given back, want %d", got, want)
		}
	}
}

func (f *fakeTURN) serve(request *stun.Message) *stun.Message {
	switch request.Type.Method {
	case stun.MethodAllocate:
		if transport, err := request.Get(stun.AttrRequestedTransport); err != nil || transport[0] != 17 {
			return refuse(request, stun.CodeUnsupportedTransProto, "")
		}
		return respond(request, stun.ClassSuccessResponse, relayed{}, fakeKey)
	case stun.MethodCreatePermission:
		var peer stun.XORMappedAddress
		if peer.GetFromAs(request, stun.AttrXORPeerAddress) != nil || !peer.IP.Equal(relayIP) {
			return refuse(request, stun.CodeBadRequest, "")
		}
	case stun.MethodRefresh:
		if lifetime, err := request.Get(stun.AttrLifetime); err == nil && string(lifetime) == "\x00\x00\x00\x00" {
			f.freed++
		}
	}
	return respond(request, stun.ClassSuccessResponse, fakeKey)
}

var relayIP = net.IPv4(198, 51, 100, 9)

type relayed struct{}

func (relayed) AddTo(m *stun.Message) error {
	return stun.XORMappedAddress{IP: relayIP, Port: 50000}.AddToAs(m, stun.AttrXORRelayedAddress)
}

func challenge(request *stun.Message) *stun.Message {
	return respond(request, stun.ClassErrorResponse, stun.CodeUnauthorized, stun.NewRealm("realm"), stun.NewNonce("nonce"))
}

func refuse(request *stun.Message, code stun.ErrorCode, reason string, attrs ...stun.Setter) *stun.Message {
	text := stun.ErrorCodeAttribute{Code: code, Reason: []byte(reason)}
	return respond(request, stun.ClassErrorResponse, append([]stun.Setter{text}, attrs...)...)
}

// refuseNth refuses the nth request of a method that carries credentials.
func refuseNth(method stun.Method, nth int, code stun.ErrorCode, attrs ...stun.Setter) func(*stun.Message, int) *stun.Message {
	return func(request *stun.Message, n int) *stun.Message {
		if request.Type.Method != method || n != nth {
			return nil
		}
		return refuse(request, code, "Reason\x1b[2J "+strings.Repeat("x", 200), attrs...)
	}
}
