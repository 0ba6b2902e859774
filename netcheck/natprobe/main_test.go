package natprobe_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"go.uber.org/goleak"

	"echopath/netcheck"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		if err := runChild(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// serveUDP answers each datagram on loopback with what reply makes of it; nil is silence.
func serveUDP(t *testing.T, reply func(datagram []byte) [][]byte) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			for _, answer := range reply(buf[:n]) {
				_, _ = conn.WriteToUDPAddrPort(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// serveTCP answers connections on loopback with handle.
func serveTCP(t *testing.T, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
				handle(conn)
				stop()
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() { cancel(); _ = l.Close(); wg.Wait() })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// messages turns a STUN server's logic into a serveUDP reply.
func messages(answer func(*stun.Message) *stun.Message) func([]byte) [][]byte {
	return func(b []byte) [][]byte {
		request := &stun.Message{}
		if _, err := request.Write(b); err != nil {
			return nil
		}
		if m := answer(request); m != nil {
			return [][]byte{m.Raw}
		}
		return nil
	}
}

// frames turns it into a serveTCP handler.
func frames(answer func(*stun.Message) *stun.Message) func(net.Conn) {
	reply := messages(answer)
	return func(conn net.Conn) {
		for {
			frame := make([]byte, 20)
			if _, err := io.ReadFull(conn, frame); err != nil {
				return
			}
			size := 20 + int(binary.BigEndian.Uint16(frame[2:]))
			if frame[0] == 0x40 { // of a channel, padded
				size = 4 + (int(binary.BigEndian.Uint16(frame[2:]))+3)&^3
			}
			frame = append(frame, make([]byte, max(0, size-20))...)
			if _, err := io.ReadFull(conn, frame[20:]); err != nil {
				return
			}
			for _, b := range reply(frame) {
				if _, err := conn.Write(b); err != nil {
					return
				}
			}
		}
	}
}

// serve runs a STUN server's logic on the transport of a path.
func serve(t *testing.T, path netcheck.Path, answer func(*stun.Message) *stun.Message) netip.AddrPort {
	t.Helper()
	if path.Stream() {
		return serveTCP(t, frames(answer))
	}
	return serveUDP(t, messages(answer))
}

// respond builds an answer to request.
func respond(request *stun.Message, class stun.MessageClass, attrs ...stun.Setter) *stun.Message {
	setters := []stun.Setter{stun.NewTransactionIDSetter(request.TransactionID), stun.NewType(request.Type.Method, class)}
	return stun.MustBuild(append(setters, attrs...)...)
}

// atOnce runs subtests at the same time, however few processors there are: they mostly wait.
type atOnce struct {
	t       *testing.T
	running sync.WaitGroup
}

func (a *atOnce) run(name string, test func(*testing.T)) {
	a.running.Go(func() { a.t.Run(name, test) })
}

// legTo is a leg to a server at addr.
func legTo(path netcheck.Path, addr netip.AddrPort) (netcheck.Leg, netcheck.ICEServer) {
	url := netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: addr.Addr().String(), Port: int(addr.Port()), Transport: "udp"}
	switch path {
	case netcheck.PathSTUN:
		url.Scheme = netcheck.SchemeSTUN
	case netcheck.PathRelayTCP:
		url.Transport = "tcp"
	case netcheck.PathRelayTLS:
		url.Scheme, url.Transport = netcheck.SchemeTURNS, "tcp"
	}
	srv := netcheck.ICEServer{URL: url, Username: user, Password: password}
	return netcheck.Leg{Target: netcheck.TargetTURN, Path: path, Family: netcheck.Family4, Servers: []netcheck.ICEServer{srv}}, srv
}

const user, password = "echo", "open-sesame"

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// wantFailure checks code, words and server of a failure, and that it tells the user what to do.
func wantFailure(t *testing.T, f *netcheck.Failure, srv netcheck.ICEServer, code netcheck.ReasonCode, words ...string) {
	t.Helper()
	if f == nil {
		if code != "" {
			t.Errorf("no failure, want %s", code)
		}
		return
	}
	if f.Code != code {
		t.Errorf("code %q, want %q: %v", f.Code, code, f)
	}
	if f.Server != srv.URL.String() {
		t.Errorf("server %q, want %s", f.Server, srv.URL)
	}
	for _, word := range words {
		if !strings.Contains(f.Text+" "+f.Advice, word) {
			t.Errorf("%q is missing in %q, advice %q", word, f.Text, f.Advice)
		}
	}
	if f.Advice == "" && code != netcheck.ReasonCancelled || strings.Contains(f.Text, "The server The") {
		t.Errorf("text %q, advice %q", f.Text, f.Advice)
	}
	if strings.Contains(f.Error()+f.Advice, password) {
		t.Errorf("the password is in %v", f)
	}
}

// tunnelTo is a proxy that answers every CONNECT with a tunnel to one address.
func tunnelTo(target netip.AddrPort) func(net.Conn) {
	return func(client net.Conn) {
		head, one := "", make([]byte, 1)
		for !strings.HasSuffix(head, "\r\n\r\n") {
			if _, err := io.ReadFull(client, one); err != nil {
				return
			}
			head += string(one)
		}
		server, err := net.Dial("tcp", target.String())
		if err != nil {
			return
		}
		if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		done := make(chan struct{})
		go func() { defer close(done); _, _ = io.Copy(client, server); _ = client.Close() }()
		_, _ = io.Copy(server, client)
		_ = server.Close()
		<-done
	}
}
