package dial

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"echopath/netcheck"
)

// nameServer answers DNS on loopback: A and AAAA of the names in zone, "no such name" for others, nothing for "silent.".
func nameServer(t *testing.T, zone map[string][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			if answer := answerDNS(buf[:n], zone); answer != nil {
				_, _ = conn.WriteToUDPAddrPort(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func answerDNS(query []byte, zone map[string][]string) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	question := m.Questions[0]
	name := strings.ToLower(question.Name.String())
	if strings.HasPrefix(name, "silent.") {
		return nil
	}
	m.Response, m.Authoritative, m.RecursionAvailable, m.Additionals = true, true, true, nil
	addrs, known := zone[name]
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	if strings.HasPrefix(name, "broken.") {
		m.RCode = dnsmessage.RCodeServerFailure
	}
	for _, text := range addrs {
		header := dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: dnsmessage.ClassINET, TTL: 1}
		switch a := netip.MustParseAddr(text); {
		case a.Is4() && question.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && question.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	answer, err := m.Pack()
	if err != nil {
		return nil
	}
	return answer
}

func TestResolve(t *testing.T) {
	t.Parallel() // it waits for limits
	r := nameServer(t, map[string][]string{
		"both.example.":          {"203.0.113.7", "2001:db8::7"},
		"four.example.":          {"203.0.113.7", "203.0.113.8"},
		"empty.example.":         {},
		"xn--bcher-kva.example.": {"203.0.113.9"},
	})
	tests := []struct {
		host   string
		family netcheck.Family
		want   []string
		code   netcheck.ReasonCode
	}{
		{"203.0.113.1", netcheck.FamilyAuto, []string{"203.0.113.1"}, ""},
		{"::ffff:203.0.113.1", netcheck.Family4, []string{"203.0.113.1"}, ""},
		{"2001:db8::1", netcheck.Family6, []string{"2001:db8::1"}, ""},
		{"2001:db8::1", netcheck.Family4, nil, netcheck.ReasonNoFamily},
		{"203.0.113.1", netcheck.Family6, nil, netcheck.ReasonNoFamily},
		{"both.example.", netcheck.Family4, []string{"203.0.113.7"}, ""},
		{"both.example.", netcheck.Family6, []string{"2001:db8::7"}, ""},
		{"both.example.", netcheck.FamilyAuto, []string{"2001:db8::7", "203.0.113.7"}, ""},
		{"four.example.", netcheck.Family4, []string{"203.0.113.7", "203.0.113.8"}, ""},
		{"bücher.example.", netcheck.Family4, []string{"203.0.113.9"}, ""},
		{"four.example.", netcheck.Family6, nil, netcheck.ReasonNoFamily},
		{"empty.example.", netcheck.Family4, nil, netcheck.ReasonNameNotFound},
		{"missing.example.", netcheck.Family4, nil, netcheck.ReasonNameNotFound},
		{"missing.example.", netcheck.FamilyAuto, nil, netcheck.ReasonNameNotFound},
		{"broken.example.", netcheck.Family4, nil, netcheck.ReasonNameTimeout},
		{"silent.example.", netcheck.Family4, nil, netcheck.ReasonNameTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.host+" "+string(tt.family), func(t *testing.T) {
			got, err := resolve(t.Context(), r, tt.host, tt.family)
			if tt.code != "" {
				f := netcheck.AsFailure(err, "")
				if f.Code != tt.code || f.Advice == "" {
					t.Errorf("got %+v, want %s", f, tt.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, a := range got {
				texts = append(texts, a.String())
			}
			slices.Sort(texts)
			if !slices.Equal(texts, tt.want) {
				t.Errorf("got %q, want %q", texts, tt.want)
			}
		})
	}
}

func TestResolveCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begin := time.Now()
	_, err := resolve(ctx, nameServer(t, nil), "silent.example.", netcheck.Family4)
	if f := netcheck.AsFailure(err, ""); f.Code != netcheck.ReasonCancelled || time.Since(begin) > time.Second {
		t.Errorf("got %+v after %v", f, time.Since(begin))
	}
}

// Names of this computer need no name server.
func TestResolveLocalhost(t *testing.T) {
	got, err := Resolve(t.Context(), "localhost", netcheck.Family4)
	if err != nil || !got[0].IsLoopback() {
		t.Errorf("got %v, %v", got, err)
	}
}

// FuzzConnectReply holds that no answer of a proxy is read beyond its bounds or into a false success.
func FuzzConnectReply(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"a,b\", Digest qop=auth,NTLM\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 -1 \n\n"))
	f.Fuzz(func(t *testing.T, head []byte) {
		reply, err := parseConnectReply(head)
		if err != nil {
			return
		}
		if !strings.HasPrefix(string(head), "HTTP/") || len(head) > maxProxyHeader || len(reply.schemes) > 8 {
			t.Fatalf("%q was read as %+v", head, reply)
		}
		for _, scheme := range reply.schemes {
			if !schemeToken.MatchString(scheme) {
				t.Fatalf("scheme %q", scheme)
			}
		}
		_ = reply.failure(aboutServer, "proxy:1", "host:2", true)
	})
}
