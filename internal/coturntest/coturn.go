// Package coturntest runs Debian's coturn on loopback for tests: a STUN and TURN server that is not ours. It also makes the
// certificates that such tests need.
//
// It never listens beyond loopback, reads no configuration of the machine, and leaves no process and no file behind.
package coturntest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Options says how a server differs from one that lets the user "echo" with the password "path" relay to loopback.
type Options struct {
	User, Password string // instead of echo and path
	RESTSecret     string // TURN REST credentials made from this instead of user and password
	Realm          string // "echopath.test" if empty
	// NoLoopbackPeers leaves out --allow-loopback-peers: coturn then answers 403 to every permission for 127.0.0.1.
	NoLoopbackPeers bool
	DeniedPeers     []string // addresses or ranges for --denied-peer-ip
	Relay           string   // address of relays; 127.0.0.1 if empty
	UserQuota       int      // allocations of one user at a time; 0 = no limit
	DTLS            bool     // on the ports of UDP and of TLS
	Args            []string // further options
}

// Server is a running coturn.
type Server struct {
	Addr    netip.AddrPort // UDP and TCP
	TLSAddr netip.AddrPort // TLS over TCP, and DTLS if that is on; the certificate is for localhost and 127.0.0.1

	User, Password string // empty with a REST secret
	RESTSecret     string
	Realm          string

	CAPEM []byte // certificate authority of the TLS certificate
	CA    *Authority
	SPKI  [32]byte // SHA-256 of the TLS certificate's public key
}

// STUN is the server's stun: URL.
func (s *Server) STUN() string { return "stun:" + s.Addr.String() }

// UDP is the server's turn: URL over UDP.
func (s *Server) UDP() string { return "turn:" + s.Addr.String() + "?transport=udp" }

// TCP is the server's turn: URL over TCP.
func (s *Server) TCP() string { return "turn:" + s.Addr.String() + "?transport=tcp" }

// TLS is the server's turns: URL.
func (s *Server) TLS() string { return "turns:" + s.TLSAddr.String() + "?transport=tcp" }

// attempts is how many times other ports are chosen: between choosing a free port and coturn's binding it, another process
// may take it.
const attempts = 5

var errPorts = errors.New("coturn ended before it answered")

// Start runs coturn until the test ends. It returns when the server answers on all its ports; it fails the test if coturn is
// not installed or does not answer within 10 s.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	program := find(t)
	o.fill()
	s := &Server{User: o.User, Password: o.Password, RESTSecret: o.RESTSecret, Realm: o.Realm, CA: NewAuthority(t, "coturntest CA")}
	s.CAPEM = s.CA.PEM()
	dir := t.TempDir()
	leaf := s.CA.Issue(t, Leaf{Names: []string{"localhost", "127.0.0.1"}})
	s.SPKI = leaf.SPKI()
	leaf.Write(t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	for range attempts {
		err := s.run(t, program, dir, o)
		if err == nil {
			return s
		}
		if !errors.Is(err, errPorts) {
			t.Fatalf("start coturn: %v", err)
		}
		t.Logf("start coturn again on other ports: %v", err)
	}
	t.Fatalf("start coturn: it ended at once with %d choices of ports", attempts)
	return nil
}

func find(t testing.TB) string {
	t.Helper()
	const usual = "/usr/bin/turnserver" // Debian, Ubuntu, Fedora
	if _, err := os.Stat(usual); err == nil {
		return usual
	}
	program, err := exec.LookPath("turnserver")
	if err != nil {
		t.Fatal("coturn is not installed: run scripts/setup.sh test")
	}
	return program
}

func (o *Options) fill() {
	if o.RESTSecret == "" && o.User == "" {
		o.User, o.Password = "echo", "path"
	}
	if o.Realm == "" {
		o.Realm = "echopath.test"
	}
}

func (s *Server) arguments(dir string, o Options) []string {
	args := []string{
		"-n", "--no-cli", "--log-file", "stdout", "--simple-log",
		"--pidfile", filepath.Join(dir, "pid"), "--userdb", filepath.Join(dir, "turndb"),
		"--listening-ip", "127.0.0.1", "--relay-ip", cmp.Or(o.Relay, "127.0.0.1"),
		"--listening-port", fmt.Sprint(s.Addr.Port()), "--tls-listening-port", fmt.Sprint(s.TLSAddr.Port()),
		"--cert", filepath.Join(dir, "cert.pem"), "--pkey", filepath.Join(dir, "key.pem"),
		"--realm", o.Realm,
	}
	if o.RESTSecret != "" {
		args = append(args, "--use-auth-secret", "--static-auth-secret", o.RESTSecret)
	} else {
		args = append(args, "--lt-cred-mech", "--user", o.User+":"+o.Password)
	}
	if !o.NoLoopbackPeers {
		args = append(args, "--allow-loopback-peers")
	}
	for _, peer := range o.DeniedPeers {
		args = append(args, "--denied-peer-ip="+peer)
	}
	if !o.DTLS {
		args = append(args, "--no-dtls")
	}
	if o.UserQuota > 0 {
		args = append(args, "--user-quota", fmt.Sprint(o.UserQuota))
	}
	return append(args, o.Args...)
}

// run starts coturn on freshly chosen ports and waits until it answers.
func (s *Server) run(t testing.TB, program, dir string, o Options) error {
	t.Helper()
	s.Addr, s.TLSAddr = freePort(t), freePort(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	log := &lockedBuffer{}
	cmd := exec.Command(program, s.arguments(dir, o)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it says that the process was killed
		close(ended)
	}()
	stop := func() {
		_ = cmd.Process.Kill() // it may have ended already
		<-ended
	}
	if err := s.ready(ctx, ended, o.DTLS); err != nil {
		stop()
		return fmt.Errorf("%w\n%s", err, log)
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("coturn's log:\n%s", log)
		}
	})
	return nil
}

// ready waits until all listeners answer.
func (s *Server) ready(ctx context.Context, ended <-chan struct{}, dtls bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if answersTCP(s.Addr) && answersTCP(s.TLSAddr) && answersSTUN(s.Addr) && (!dtls || answersSTUN(s.TLSAddr)) {
			return nil
		}
		select {
		case <-ended:
			return errPorts
		case <-ctx.Done():
			return fmt.Errorf("coturn does not answer on %s and %s: %w", s.Addr, s.TLSAddr, ctx.Err())
		case <-tick.C:
		}
	}
}

func answersTCP(addr netip.AddrPort) bool {
	conn, err := net.DialTimeout("tcp", addr.String(), time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// answersSTUN sends one Binding request (RFC 8489, section 5).
func answersSTUN(addr netip.AddrPort) bool {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	request := append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, "echopathtest"...)
	if conn.SetDeadline(time.Now().Add(100*time.Millisecond)) != nil {
		return false
	}
	if _, err := conn.Write(request); err != nil {
		return false
	}
	answer := make([]byte, 1500)
	n, err := conn.Read(answer)
	return err == nil && n >= 20 && bytes.Equal(answer[4:20], request[4:])
}

// freePort finds a port of 127.0.0.1 that is free for UDP and TCP, and that no other test has found, until the test ends.
func freePort(t testing.TB) netip.AddrPort {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatalf("find a free port: %v", err)
		}
		addr := l.Addr().(*net.TCPAddr).AddrPort()
		u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
		_ = l.Close()
		if err == nil {
			_ = u.Close()
			if reserve(t, addr.Port()) {
				return addr
			}
		}
	}
	t.Fatal("find a free port: none is free for both UDP and TCP")
	return netip.AddrPort{}
}

// reserve keeps other tests from a port. coturn shares its ports with any other coturn (SO_REUSEPORT), so that two would take turns in
// answering. What can not be shared is a listener of this program's own on another loopback address; systems that have just one go without.
func reserve(t testing.TB, port uint16) bool {
	l, err := net.Listen("tcp", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 67, 84, 1}), port).String())
	if err != nil {
		return !errors.Is(err, syscall.EADDRINUSE)
	}
	t.Cleanup(func() { _ = l.Close() })
	return true
}

// lockedBuffer takes coturn's output while the test may read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
