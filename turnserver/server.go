package turnserver

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"echopath/internal/places"
)

// Server is a running STUN and TURN server. Its methods may be called from any goroutine.
type Server struct {
	cfg      Config
	secret   [secretSize]byte
	identity *identity // nil without TLS
	notifier *notifier
	limiter  *limiter
	stats    stats

	udp       *udpEndpoint   // nil if off
	alt       *altEndpoint   // nil if off
	far       []*altEndpoint // on the second address: the first port and the second; none if there is no such address
	discovery *discovery     // nil if off
	listeners []*streamListener

	done      chan struct{} // closed by Close
	closeOnce sync.Once
	closeErr  error

	// wg counts the accept loops, the readers of the library on every socket, and the open relay sockets. Whoever adds to
	// it is counted itself, so it can not reach zero early.
	wg sync.WaitGroup

	mu          sync.RWMutex // guards what follows, and in Session and relay what says so
	closed      bool
	sessions    map[string]*Session
	relays      map[netip.AddrPort]*relay // every open relay socket by its own address
	clients     map[clientKey]*relay      // those with a client
	allocations int                       // live ones, and those about to be made
	sightings   sightings

	connMu sync.Mutex // guards what follows, and streamEndpoint.counted
	conns  *places.Places[*streamEndpoint]
}

// clientKey is a client's half of the five-tuple (RFC 8656 section 2.2) plus what tells the server's half. TCP and TLS
// apart: one client may well use the same port to connect to both.
type clientKey struct {
	transport Transport
	addr      netip.AddrPort
}

// stats are the totals that no single allocation has.
type stats struct {
	allocationsMade, authFailures, rateLimited, malformed, tooLong, connsRefused, connsDisplaced atomic.Uint64
	natAnswered, natRefused                                                                      atomic.Uint64

	gone       relayStats    // of relays that were closed; Server.mu guards adding to it
	dropsGone  atomic.Uint64 // of sockets that were closed
	dropsKnown atomic.Bool   // the system tells
}

// Start checks cfg, opens its sockets and serves them until Close. ctx bounds the start only. Errors wrap ErrConfig,
// ErrPortInUse or the error of the system.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg:       cfg,
		secret:    randomSecret(),
		notifier:  newNotifier(cfg.Now, cfg.Observe),
		limiter:   newLimiter(requestsPerSec, requestBurst),
		done:      make(chan struct{}),
		sessions:  map[string]*Session{},
		relays:    map[netip.AddrPort]*relay{},
		clients:   map[clientKey]*relay{},
		sightings: newSightings(),
		conns:     places.New[*streamEndpoint](cfg.MaxConns, cfg.MaxConnsPerIP),
	}
	if cfg.TLSPort != PortOff {
		if s.identity, err = newIdentity(cfg); err != nil {
			return nil, err
		}
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	if err := s.serve(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	cfg.Logger.Info("TURN server started", "urls", s.URLs())
	return s, nil
}

// URLs lists what the server offers as STUN and TURN URLs (RFC 7064, RFC 7065), with Config.Public as the address if there is one.
func (s *Server) URLs() []string {
	if s.cfg.Public.IsValid() {
		return s.urls(s.cfg.Public)
	}
	return s.urls(s.cfg.Address)
}

// LocalURLs lists the same with Config.Address as the address, for clients on this side of a 1:1 NAT.
func (s *Server) LocalURLs() []string { return s.urls(s.cfg.Address) }

func (s *Server) urls(address netip.Addr) []string {
	var urls []string
	add := func(scheme string, listens netip.AddrPort, query string) {
		if listens.IsValid() {
			urls = append(urls, scheme+netip.AddrPortFrom(address, listens.Port()).String()+query)
		}
	}
	add("stun:", s.UDPAddr(), "")
	add("turn:", s.UDPAddr(), "?transport=udp")
	add("turn:", s.TCPAddr(), "?transport=tcp")
	add("turns:", s.TLSAddr(), "?transport=tcp")
	return urls
}

// UDPAddr is where STUN and TURN over UDP listen; not valid if that is off.
func (s *Server) UDPAddr() netip.AddrPort {
	if s.udp == nil {
		return netip.AddrPort{}
	}
	return addrPortOf(s.udp.LocalAddr())
}

// AltUDPAddr is where Binding requests alone are answered over UDP; not valid if that is off.
func (s *Server) AltUDPAddr() netip.AddrPort {
	if s.alt == nil {
		return netip.AddrPort{}
	}
	return addrPortOf(s.alt.LocalAddr())
}

// OtherAddr is what clients are told as OTHER-ADDRESS (RFC 5780, section 7.4) when they ask the first port of the first address: the
// second port of the second address, as the world knows it. Not valid without [Config.AltAddress].
func (s *Server) OtherAddr() netip.AddrPort {
	if len(s.far) == 0 {
		return netip.AddrPort{}
	}
	return s.public(addrPortOf(s.far[1].LocalAddr()))
}

// TCPAddr is where TURN over TCP listens; not valid if that is off.
func (s *Server) TCPAddr() netip.AddrPort { return s.streamAddr(TransportTCP) }

// TLSAddr is where TURN over TLS listens; not valid if that is off.
func (s *Server) TLSAddr() netip.AddrPort { return s.streamAddr(TransportTLS) }

func (s *Server) streamAddr(t Transport) netip.AddrPort {
	i := slices.IndexFunc(s.listeners, func(l *streamListener) bool { return l.transport == t })
	if i < 0 {
		return netip.AddrPort{}
	}
	return addrPortOf(s.listeners[i].Addr())
}

// CertificatePEM is the TLS certificate with its chain, for clients to trust; nil without TLS.
func (s *Server) CertificatePEM() []byte {
	if s.identity == nil {
		return nil
	}
	return slices.Clone(s.identity.pem)
}

// SPKISHA256 is the SHA-256 of the certificate's SubjectPublicKeyInfo, for clients to pin; zero without TLS.
func (s *Server) SPKISHA256() [32]byte {
	if s.identity == nil {
		return [32]byte{}
	}
	return s.identity.spki
}

// Close ends all sessions, closes all sockets and waits until nothing of the server runs any more. It may be called more
// than once and from several goroutines: each call waits, and returns the same.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		s.mu.Lock()
		s.closed = true
		for id, session := range s.sessions {
			session.closed = true
			delete(s.sessions, id)
		}
		s.mu.Unlock()
		close(s.done)
		s.closeErr = s.closeSockets()
	})
	s.wg.Wait()
	return s.closeErr
}

// closeSockets closes what the library reads from. Its readers then return, and each closes the relays of its clients.
func (s *Server) closeSockets() error {
	var errs []error
	for _, l := range s.listeners {
		errs = append(errs, l.Close())
	}
	if s.udp != nil {
		errs = append(errs, s.udp.Close())
	}
	for _, a := range s.alts() {
		errs = append(errs, a.close())
	}
	s.connMu.Lock()
	conns := s.conns.Holders()
	s.connMu.Unlock()
	for _, conn := range conns { // without the lock, which one that is foreign takes when it is closed
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}
