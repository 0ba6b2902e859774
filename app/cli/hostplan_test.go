package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// keyPair writes a certificate and its key.
func keyPair(t *testing.T, change func(*x509.Certificate)) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{"turn.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER)
}

// wantHostWrongUse is wantWrongUse for the flags of a host that prints its invite.
func wantHostWrongUse(t *testing.T, tests []wrong) {
	t.Helper()
	for i := range tests {
		tests[i].line = "host --print-invite " + tests[i].line
	}
	wantWrongUse(t, tests)
}

func TestHostWrongUse(t *testing.T) {
	wantHostWrongUse(t, []wrong{
		{line: "now", want: "belongs to no flag"},
		{line: "--name " + strings.Repeat("x", 65), want: "at most 64"},
		{line: "--budget 39", want: "for example --budget 5000"},
		{line: "--budget NaN", want: "for example --budget 5000"},
		{line: "--json lines.json", want: "use --json - and redirect it"},
		{line: "--turn turn:a.example", want: "--turn is a flag of check, loss, video and nat, not of host"},
		{line: "--approve", want: "--help lists the flags"},
	})
}

// Without a way for the invite to get out nobody could come in.
func TestHostWithoutInvite(t *testing.T) {
	wantWrongUse(t, []wrong{
		{line: "host", want: "add --invite-file FILE or --print-invite"},
		{line: "host --invite-file " + t.TempDir(), want: "is not a file"},
		{line: "host --invite-file -", want: "--print-invite prints the invite"},
		{line: "host --invite-file /dev/null", want: "not a plain file"},
	})
}

func TestHostWrongUseOfAddresses(t *testing.T) {
	wantHostWrongUse(t, []wrong{
		{line: "--listen=", want: "leave the flag out"},
		{line: "--announce=", want: "leave the flag out"},
		{line: "--listen 0.0.0.0", want: "every address of this computer: name one of"},
		{line: "--listen ::", want: "every address"},
		{line: "--listen ::ffff:0.0.0.0", want: "every address"},
		{line: "--listen 224.0.0.1", want: "name one of"},
		{line: "--listen fe80::1%eth0", want: "name one of"},
		{line: "--public-address turn.example.com", want: "names go to --announce"},
		{line: "--public-address 0.0.0.0", want: "can not reach such an address"},
		{line: "--public-address 2001:db8::1", want: "version of IP"},
		{line: "--announce https://turn.example.com", want: "for example turn.example.com:443"},
		{line: "--announce turn.example.com:0", want: "for example turn.example.com:443"},
		{line: "--announce turn.example.com:70000", want: "for example turn.example.com:443"},
		{line: "--announce a..b", want: "for example turn.example.com:443"},
		{line: "--announce u@turn.example.com", want: "for example turn.example.com:443"},
		{line: "--announce fe80::1%eth0", want: "for example turn.example.com:443"},
		{line: strings.Repeat("--announce a.example ", 7), want: "has room for 6"},
		{line: "--stun turn:turn.example.com", want: "to --turn"},
	})
}

func TestHostWrongUseOfPorts(t *testing.T) {
	wantHostWrongUse(t, []wrong{
		{line: "--udp-port 0", want: "from 1 to 65535"},
		{line: "--tls-port 65536", want: "from 1 to 65535"},
		{line: "--tcp-port http", want: "from 1 to 65535"},
		{line: "--tcp-port 443 --tls-port 443", want: "give them different ports"},
		{line: "--tcp-port none", want: "from 1 to 65535"},
		{line: "--alt-udp-port off", want: "from 1 to 65535"},
		{line: "--udp-port 3478 --alt-udp-port 3478", want: "give them different ports"},
		{line: "--peer-ports 50000", want: "for example 49152-49407"},
		{line: "--peer-ports 80-200", want: "from 1024 to 65535"},
		{line: "--peer-ports 50000-49000", want: "for example 49152-49407"},
		{line: "--peer-ports 50000-50003", want: "4 ports are too few"},
	})
}

func TestHostWrongUseOfInvites(t *testing.T) {
	wantHostWrongUse(t, []wrong{
		{line: "--invite-ttl 10", want: "for example 30m, 8h, 7d or 1d12h"},
		{line: "--invite-ttl 1d-1h", want: "1d12h"},
		{line: "--invite-ttl 1d+1h", want: "1d12h"},
		{line: "--invite-ttl 12h1d", want: "1d12h"},
		{line: "--invite-ttl 1.5d", want: "1d12h"},
		{line: "--invite-ttl 365d1m", want: "from 1m to 365d"},
		{line: "--invite-ttl 1d9999999h", want: "1d12h"},
		{line: "--invite-ttl 10s", want: "from 1m to 365d"},
		{line: "--invite-ttl 366d", want: "from 1m to 365d"},
		{line: "--invite-ttl -1d", want: "from 1m to 365d"},
		{line: "--max-guests 0", want: "from 1 to 10000"},
		{line: "--max-guests many", want: "from 1 to 10000"},
		{line: "--renew perhaps", want: "use on or off"},
	})
}

func TestHostWrongUseOfCertificates(t *testing.T) {
	dir := t.TempDir()
	cert, key := keyPair(t, nil)
	_, other := keyPair(t, nil)
	old, oldKey := keyPair(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	early, earlyKey := keyPair(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })
	nameless, namelessKey := keyPair(t, func(c *x509.Certificate) { c.DNSNames = nil })
	wantHostWrongUse(t, []wrong{
		{line: "--tls-cert " + cert, want: "give both, or none"},
		{line: "--tls-key " + key, want: "give both, or none"},
		{line: "--tls-cert " + cert + " --tls-key " + other, want: "give the two that were made together"},
		{line: "--tls-cert " + key + " --tls-key " + key, want: "BEGIN CERTIFICATE"},
		{line: "--tls-cert " + cert + " --tls-key " + cert, want: "BEGIN PRIVATE KEY"},
		{line: "--tls-cert " + filepath.Join(dir, "gone") + " --tls-key " + key, want: "check the name"},
		{line: "--tls-cert " + old + " --tls-key " + oldKey, want: "renew it"},
		{line: "--tls-cert " + early + " --tls-key " + earlyKey, want: "clock"},
		{line: "--tls-cert " + nameless + " --tls-key " + namelessKey, want: "certificate for a server"},
	})
}

// planned runs the command as far as the start of the host.
func planned(t *testing.T, line string) (hosting.Config, string) {
	t.Helper()
	c := (&command{args: words("host --print-invite " + line)}).do(t.Context())
	if !c.ran {
		t.Fatalf("%s: exit %d, stderr %q", line, c.code, c.err)
	}
	return c.config, c.err
}

func TestHostConfig(t *testing.T) {
	tests := map[string]func(*hosting.Config){
		"":                    func(*hosting.Config) {},
		"--alt-udp-port 3479": func(c *hosting.Config) { c.AltUDPPort = 3479 },
		"--alt-udp-port none": func(c *hosting.Config) { c.AltUDPPort = hosting.NoPort },
		"--alt-udp-port any":  func(c *hosting.Config) { c.AltUDPPort = hosting.AnyPort },
		"--listen 127.0.0.1 --alt-address 127.0.0.2": func(c *hosting.Config) {
			c.Address, c.AltAddress = testAddress("127.0.0.1"), testAddress("127.0.0.2")
		},
		"--listen 127.0.0.1 --alt-address ::ffff:127.0.0.2 --alt-public-address 203.0.113.8": func(c *hosting.Config) {
			c.Address, c.AltAddress, c.AltPublic = testAddress("127.0.0.1"), testAddress("127.0.0.2"), testAddress("203.0.113.8")
		},
		"--listen 127.0.0.5":              func(c *hosting.Config) { c.Address = testAddress("127.0.0.5") },
		"--listen ::ffff:192.0.2.7":       func(*hosting.Config) {},
		"--listen lo":                     func(c *hosting.Config) { c.Address = testAddress("127.0.0.1") },
		"--listen 2001:db8::7":            func(c *hosting.Config) { c.Address = testAddress("2001:db8::7") },
		"--public-address 203.0.113.7":    func(c *hosting.Config) { c.Public = testAddress("203.0.113.7") },
		"--any-candidate --budget 2500.5": func(c *hosting.Config) { c.AnyCandidate, c.Budget = true, 2500.5 },
		"--udp-port 1 --tcp-port 2 --tls-port 65535 --peer-ports 50000-50255": func(c *hosting.Config) {
			c.UDPPort, c.TCPPort, c.TLSPort, c.PeerPortMin, c.PeerPortMax = 1, 2, 65535, 50000, 50255
		},
		"--udp-port any --tcp-port any --tls-port any --peer-ports any": func(c *hosting.Config) {
			c.UDPPort, c.TCPPort, c.TLSPort, c.PeerPortMin, c.PeerPortMax = hosting.AnyPort, hosting.AnyPort, hosting.AnyPort, hosting.AnyPort, hosting.AnyPort
		},
		"--announce turn.example.com:443 --announce [2001:db8::9]:8443 --announce 198.51.100.1 --announce 2001:db8::9 --announce a_b": func(c *hosting.Config) {
			c.Announce = []string{"turn.example.com:443", "[2001:db8::9]:8443", "198.51.100.1", "2001:db8::9", "a_b"}
		},
		"--stun stun:stun.example.com --stun public": func(c *hosting.Config) {
			u, err := netcheck.ParseServerURL("stun:stun.example.com")
			if err != nil {
				t.Fatal(err)
			}
			c.STUN = append([]netcheck.ICEServer{{URL: u}}, netcheck.PublicSTUN()...)
		},
	}
	for line, change := range tests {
		got, errs := planned(t, line+" --name n")
		if got.Observe == nil {
			t.Errorf("%s: nobody is told what happens", line)
		}
		got.Observe = nil
		want := hosting.Config{Address: testAddress("192.0.2.7"), Name: "n", Version: "1.2.3", OS: got.OS}
		change(&want)
		if !reflect.DeepEqual(got, want) || strings.Count(errs, "\n") != 1 { // the one of the fake that starts nothing
			t.Errorf("%s: got %+v, want %+v; stderr %q", line, got, want, errs)
		}
	}
	if got, _ := planned(t, ""); got.Name == "" {
		t.Error("there is no name")
	}
}

// A certificate is taken; what is odd about it is a warning, since guests know the host by its key.
func TestHostCertificate(t *testing.T) {
	cert, key := keyPair(t, func(c *x509.Certificate) {
		c.NotAfter = time.Now().Add(24 * time.Hour)
		c.IPAddresses = []net.IP{net.IPv4(198, 51, 100, 1)}
	})
	files := "--tls-cert " + cert + " --tls-key " + key
	tests := map[string][]string{
		files: {"ends on", "add --announce turn.example.com"},
		files + " --announce turn.example.com:443 --announce 198.51.100.1": {"ends on"},
		files + " --announce turn.example.com --announce other.example":    {"ends on", "is not for other.example"},
	}
	for line, warnings := range tests {
		c, errs := planned(t, line)
		if c.Certificate == nil || c.Certificate.Leaf == nil {
			t.Fatalf("%s: the certificate was not taken", line)
		}
		if strings.Count(errs, "warning: ") != len(warnings) {
			t.Errorf("%s: stderr %q", line, errs)
		}
		for _, w := range warnings {
			if !strings.Contains(errs, w) {
				t.Errorf("%s: no warning %q in %q", line, w, errs)
			}
		}
	}
}

// What passes for a name or address has nothing in it that means something elsewhere in an address.
func FuzzIsHostPort(f *testing.F) {
	for _, seed := range []string{"turn.example.com:443", "[2001:db8::9]:8443", "198.51.100.1", "a..b", "u@h", "https://h/", "fe80::1%eth0", "[::1]", "h:0", ":443"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !isHostPort(text) {
			return
		}
		if strings.ContainsAny(text, "/@?#%, \t\r\n\"") || strings.ContainsFunc(text, func(r rune) bool { return r < '!' || r > '~' }) {
			t.Errorf("%q passes", text)
		}
		if _, _, err := net.SplitHostPort(text); err == nil {
			return
		}
		if _, _, err := net.SplitHostPort(net.JoinHostPort(text, "443")); err != nil {
			t.Errorf("%q passes, and takes no port: %v", text, err)
		}
	})
}

// Days stand before the other units.
func TestParseDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"7d": 7 * 24 * time.Hour, "1d12h": 36 * time.Hour, "1d1h30m": 25*time.Hour + 30*time.Minute, "0d5m": 5 * time.Minute, "90m": 90 * time.Minute} {
		if got, err := parseDays(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
