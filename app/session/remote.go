package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// JoinOptions say how to reach the host of an invite.
type JoinOptions struct {
	Name      string // of this computer, for the host
	Version   string
	Interface string // name or address; "" leaves the choice to the system
	Logger    *slog.Logger
	// Trace sees the steps of reaching the host; Standing how this end stands with it. Both may be nil; with Paste they are called one at a time.
	Trace    func(netcheck.StepDone)
	Standing func(signaling.Standing)
	// Only forces a way of signalling; "" chooses.
	Only signaling.Way
	// Paste is told the text that the user must take to the host, once, where the invite offers copy and paste and no TCP connection reaches
	// the host, or Only is that way. Join then waits until that was done, the invite's time is over, or ctx ends. nil: that way is not tried.
	Paste func(answer string)
	// Servers are STUN and TURN servers by which this end may be found in that case.
	Servers []netcheck.ICEServer
	// Identity is that of an earlier Remote, so that an invite for one use lets the same guest in again. Zero: another guest.
	Identity [32]byte
}

// Remote is the session with a host that was joined. Several runs may use it, one after another.
type Remote struct {
	options  JoinOptions
	identity [32]byte
	mux      *signaling.Mux
	wires    *wires
	ctx      context.Context // of read
	cancel   context.CancelFunc
	reader   sync.WaitGroup
	telling  *sync.Mutex   // held while a callback of options is called
	running  chan struct{} // holds something while a run uses this
	altPort  int           // the second UDP port of the host's server, of the invite; 0: it has none

	mu       sync.Mutex // guards what follows
	welcome  *signaling.Welcome
	servers  []signaling.Server // the newest credentials
	standing signaling.Standing // the newest
	changed  chan struct{}      // closed and replaced at each change
}

// Identity is what JoinOptions take to be the same guest again. It is a secret.
func (r *Remote) Identity() [32]byte { return r.identity }

func newRemote(c signaling.Conn, o JoinOptions, identity [32]byte, w *wires, telling *sync.Mutex, altPort int) *Remote {
	r := &Remote{options: o, identity: identity, mux: signaling.NewMux(c), wires: w, telling: telling, running: make(chan struct{}, 1), altPort: altPort,
		changed: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.reader.Go(r.read)
	return r
}

func newIdentity() (id [32]byte) {
	rand.Read(id[:]) // never fails: it ends the process instead
	return id
}

// read takes what the host says until the session ends.
func (r *Remote) read() {
	for {
		m, err := r.mux.Receive(r.ctx)
		if err != nil {
			return
		}
		r.take(m)
	}
}

func (r *Remote) take(m signaling.Message) {
	r.mu.Lock()
	switch {
	case m.Welcome != nil:
		r.welcome, r.servers = m.Welcome, m.Welcome.Servers
	case m.Servers != nil:
		r.servers = m.Servers.Servers
	case m.Standing != nil:
		r.standing = *m.Standing
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
	if m.Standing != nil && r.options.Standing != nil {
		r.telling.Lock()
		defer r.telling.Unlock()
		r.options.Standing(*m.Standing)
	}
}

// until waits until something holds of what the host has said, with r.mu held. The error is a *netcheck.Failure if the session is
// over, or the cause of ctx's end.
func (r *Remote) until(ctx context.Context, holds func() bool) error {
	for {
		r.mu.Lock()
		ok, changed := holds(), r.changed
		r.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-r.mux.Done():
			return r.Err()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Other tells about the host.
func (r *Remote) Other() netcheck.OtherEnd {
	peer := r.mux.Peer()
	other := netcheck.OtherEnd{Name: netcheck.CleanText(peer.Name, 64), AppVersion: netcheck.CleanText(peer.AppVersion, 64),
		OS: netcheck.CleanText(peer.OS, 64), Way: string(r.mux.Way()), Host: true}
	if a := r.mux.Remote(); a.IsValid() {
		other.Address = a.String()
	}
	if a := r.wires.address(); a != "" {
		other.Address = netcheck.CleanText(a, 300) // through a proxy the other one is the proxy's
	}
	if a := r.Observed(); a.IsValid() {
		other.Observed = a.String()
	}
	if low, high := r.peerPorts(); low > 0 && high >= low {
		other.PeerPorts = fmt.Sprintf("%d-%d", low, high)
	}
	return other
}

// peerPorts are the UDP ports at which the host's end of straight paths receives; zeros if they are not known.
func (r *Remote) peerPorts() (low, high int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.welcome.PeerPortMin, r.welcome.PeerPortMax
}

// mapping is how the NAT before the host maps its ports; "" if there is none, or that is not known.
func (r *Remote) mapping() signaling.HostMapping {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.welcome.HostNAT {
		return ""
	}
	return r.welcome.HostMapping
}

// Observed is where the host sees this end's signalling come from.
func (r *Remote) Observed() netip.AddrPort {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.welcome.Observed // Join has waited for it
}

// Limits are what one run may ask of the host.
func (r *Remote) Limits() signaling.Limits {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.welcome.Limits
}

// Done is closed when the session with the host is over; Err tells why then, as a *netcheck.Failure.
func (r *Remote) Done() <-chan struct{} { return r.mux.Done() }

// Err is why the session is over, or nil.
func (r *Remote) Err() error {
	if err := r.mux.Err(); err != nil {
		return goneFailure(err)
	}
	return nil
}

// Close leaves. It is idempotent and waits.
func (r *Remote) Close() error {
	err := r.mux.Close()
	r.cancel()
	r.reader.Wait()
	return err
}

// hostServers gives the host's servers as the engine takes them. Credentials are read anew for each allocation, since the host
// renews them.
func (r *Remote) hostServers() []netcheck.ICEServer {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []netcheck.ICEServer
	for _, s := range r.servers {
		u, err := netcheck.ParseServerURL(s.URL)
		if err != nil {
			continue // one of a kind that this version does not know
		}
		server := netcheck.ICEServer{URL: u}
		if u.Transport == "udp" {
			server.AltPort = r.altPort
		}
		for _, p := range s.Pins {
			var hash netcheck.SPKIHash
			if n, err := hex.Decode(hash[:], []byte(p)); err == nil && n == len(hash) {
				server.Trust.Pins = append(server.Trust.Pins, hash)
			}
		}
		if u.Scheme != netcheck.SchemeSTUN {
			server.Fresh = func() (string, netcheck.Secret) { return r.credential(s.URL) }
		}
		out = append(out, server)
	}
	return out
}

func (r *Remote) credential(url string) (string, netcheck.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.servers {
		if s.URL == url {
			return s.Username, netcheck.Secret(s.Password)
		}
	}
	return "", ""
}

// goneFailure puts the end of a session in the words of the engine.
func goneFailure(err error) *netcheck.Failure {
	var g *signaling.Gone
	if !errors.As(err, &g) {
		return netcheck.AsFailure(err, netcheck.ReasonHostGone)
	}
	code := netcheck.ReasonHostGone
	switch g.Code {
	case signaling.CodeExpired, signaling.CodeUsed, signaling.CodeUnknownRoom:
		code = netcheck.ReasonInvite
	case signaling.CodeDeclined, signaling.CodeRemoved, signaling.CodeRoomFull, signaling.CodeHostFull, signaling.CodeTooMany, signaling.CodeFlood, signaling.CodeBusy:
		code = netcheck.ReasonHostRefused
	case signaling.CodeVersion:
		code = netcheck.ReasonOtherVersion
	case signaling.CodeWrongSecret:
		code = netcheck.ReasonImpostor
	case signaling.CodeLeft, signaling.CodeHostStopped, signaling.CodeLost, signaling.CodeProtocol, signaling.CodeTooLarge, signaling.CodeReplaced:
	}
	return &netcheck.Failure{Code: code, Text: g.Text, Advice: g.Advice, Err: lastWord{g}}
}

// lastWord is the end of a session as the cause of a failure, which has the sentence already.
type lastWord struct{ gone *signaling.Gone }

// Error gives what the sentence does not say: the technical cause, or else the code.
func (w lastWord) Error() string {
	if w.gone.Err != nil {
		return w.gone.Err.Error()
	}
	return string(w.gone.Code)
}

// Unwrap gives the *signaling.Gone.
func (w lastWord) Unwrap() error { return w.gone }
