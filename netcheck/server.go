package netcheck

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 8489 and the TURN REST draft fix HMAC-SHA1; it keys a message authentication, it hashes no content
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Scheme is the first part of a server URL.
type Scheme string

// The schemes of RFC 7064 and RFC 7065.
const (
	SchemeSTUN  Scheme = "stun"
	SchemeTURN  Scheme = "turn"
	SchemeTURNS Scheme = "turns"
)

// Default ports (RFC 7064 and RFC 7065, section 3).
const (
	defaultPort    = 3478
	defaultTLSPort = 5349
)

// ServerURL is a STUN or TURN server's address as of RFC 7064 and RFC 7065.
type ServerURL struct {
	Scheme    Scheme
	Host      string // name or literal address, without brackets
	Port      int
	Transport string // udp or tcp; always udp for stun and tcp for turns
}

// ParseServerURL reads stun:host[:port], turn:host[:port][?transport=udp|tcp] or turns:host[:port][?transport=tcp]. The error
// says what is wrong with it in words and what would be right.
func ParseServerURL(s string) (ServerURL, error) {
	s = strings.TrimSpace(s)
	scheme, rest, found := strings.Cut(s, ":")
	u := ServerURL{Scheme: Scheme(strings.ToLower(scheme))}
	switch {
	case !found || !u.Scheme.known():
		return u, urlError(s, "it must begin with stun:, turn: or turns:")
	case strings.HasPrefix(rest, "//"):
		return u, urlError(s, "there are no slashes after the colon: write "+strconv.Quote(scheme+":"+withoutSecrets(strings.TrimLeft(rest, "/"))))
	case strings.ContainsAny(rest, "@ \t/#"):
		return u, urlError(s, "it holds a character that does not belong there; user and password are given apart from the URL")
	}
	hostport, query, hasQuery := strings.Cut(rest, "?")
	if err := u.parseHostPort(s, hostport); err != nil {
		return u, err
	}
	return u, u.parseTransport(s, query, hasQuery)
}

func (s Scheme) known() bool { return s == SchemeSTUN || s == SchemeTURN || s == SchemeTURNS }

func urlError(s, why string) error {
	return fmt.Errorf("server address %q can not be used: %s (for example turn:turn.example.com:3478?transport=udp)", withoutSecrets(s), why)
}

// withoutSecrets takes out where people put passwords although no password belongs there: before an @, and after a question mark.
func withoutSecrets(s string) string {
	if at := strings.LastIndex(s, "@"); at >= 0 {
		s = hidden + s[at:]
	}
	if address, query, ok := strings.Cut(s, "?"); ok && !strings.HasPrefix(strings.ToLower(query), "transport=") {
		s = address + "?" + hidden
	}
	return s
}

func (u *ServerURL) parseHostPort(whole, hostport string) error {
	u.Port = defaultPort
	if u.Scheme == SchemeTURNS {
		u.Port = defaultTLSPort
	}
	host, port := hostport, ""
	if strings.HasPrefix(hostport, "[") {
		end := strings.Index(hostport, "]")
		if end < 0 {
			return urlError(whole, "the bracket around the IPv6 address is not closed")
		}
		after := hostport[end+1:]
		host, port = hostport[1:end], strings.TrimPrefix(after, ":")
		switch {
		case after == ":":
			return urlError(whole, "the port is missing after the colon")
		case after != "" && after == port:
			return urlError(whole, "between the bracket and the port there must be a colon")
		}
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return urlError(whole, "what stands in brackets is not an IPv6 address")
		}
	} else if h, p, ok := strings.Cut(hostport, ":"); ok {
		if strings.Contains(p, ":") {
			return urlError(whole, "an IPv6 address needs brackets, as in turn:[2001:db8::1]:3478")
		}
		if p == "" {
			return urlError(whole, "the port is missing after the colon")
		}
		host, port = h, p
	}
	if !validHost(host) {
		return urlError(whole, "the host name is missing or not valid")
	}
	u.Host = plainHost(host)
	if port == "" {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return urlError(whole, "the port must be a number from 1 to 65535")
	}
	u.Port = int(n)
	return nil
}

func validHost(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	last := ""
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		last = label
	}
	if _, err := strconv.ParseUint(last, 10, 64); err == nil {
		return false // a mistyped IPv4 address: no name ends in a number (RFC 3696, section 2)
	}
	for _, r := range host {
		if r < utf8.RuneSelf && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", r) ||
			r >= utf8.RuneSelf && !unicode.In(r, unicode.L, unicode.M, unicode.N) {
			return false
		}
	}
	return true
}

// plainHost gives a host one spelling: addresses as RFC 5952 writes them, names in lower case.
func plainHost(host string) string {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.String()
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, host)
}

func (u *ServerURL) parseTransport(whole, query string, given bool) error {
	u.Transport = "udp"
	if u.Scheme == SchemeTURNS {
		u.Transport = "tcp"
	}
	if !given {
		return nil
	}
	if u.Scheme == SchemeSTUN {
		return urlError(whole, "a stun: address takes nothing after a question mark")
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) != 1 || len(values["transport"]) != 1 {
		return urlError(whole, "after the question mark only transport=udp or transport=tcp is known")
	}
	switch t := strings.ToLower(values.Get("transport")); {
	case t != "udp" && t != "tcp":
		return urlError(whole, "the transport must be udp or tcp")
	case u.Scheme == SchemeTURNS && t == "udp":
		return urlError(whole, "TURN over DTLS (turns: with transport=udp) is not one of the measured paths; use transport=tcp")
	default:
		u.Transport = t
	}
	return nil
}

// String writes the URL with everything spelled out, so that two spellings of one server compare equal.
func (u ServerURL) String() string {
	s := string(u.Scheme) + ":" + u.HostPort()
	if u.Scheme != SchemeSTUN {
		s += "?transport=" + u.Transport
	}
	return s
}

// HostPort is host:port, with brackets around an IPv6 address.
func (u ServerURL) HostPort() string {
	if strings.Contains(u.Host, ":") {
		return "[" + u.Host + "]:" + strconv.Itoa(u.Port)
	}
	return u.Host + ":" + strconv.Itoa(u.Port)
}

// MarshalText writes the URL.
func (u ServerURL) MarshalText() ([]byte, error) {
	if u.Scheme == "" {
		return nil, nil
	}
	return []byte(u.String()), nil
}

// UnmarshalText reads the URL.
func (u *ServerURL) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*u = ServerURL{}
		return nil
	}
	parsed, err := ParseServerURL(string(b))
	*u = parsed
	return err
}

// Serves tells whether a server of this URL can give the path.
func (u ServerURL) Serves(p Path) bool {
	switch p {
	case PathSTUN: // a TURN server over UDP answers Binding requests too (RFC 8656, section 2)
		return u.Scheme == SchemeSTUN || u.Scheme == SchemeTURN && u.Transport == "udp"
	case PathRelayUDP:
		return u.Scheme == SchemeTURN && u.Transport == "udp"
	case PathRelayTCP:
		return u.Scheme == SchemeTURN && u.Transport == "tcp"
	case PathRelayTLS:
		return u.Scheme == SchemeTURNS
	}
	return false
}

// ICEServer is a STUN or TURN server with what is needed to use it.
type ICEServer struct {
	URL        ServerURL `json:"url"`
	Username   string    `json:"username,omitempty"`
	Password   Secret    `json:"password,omitempty"`
	RESTSecret Secret    `json:"rest_secret,omitempty"` // shared secret of the TURN REST form; makes user and password anew for each leg
	Trust      Trust     `json:"trust,omitzero"`
	// Public marks a server of [PublicSTUN]: it belongs to neither end, and is asked only where the others can not help.
	Public bool `json:"public,omitempty"`
	// AltPort is a second UDP port of the same address that answers Binding requests, known from an invite; 0: none is known.
	AltPort int `json:"alt_port,omitempty"`
	// Fresh, if set, gives user and password for a new allocation; it comes before the fields above.
	Fresh func() (username string, password Secret) `json:"-"`
}

// Trust says how a turns: server proves itself. With nothing set, the system's certificate authorities decide. A pin alone is
// enough; with a CA and a pin, both must hold.
type Trust struct {
	CAFile string     `json:"ca_file,omitempty"` // where CAPEM came from, for messages
	CAPEM  []byte     `json:"-"`
	Pins   []SPKIHash `json:"pins,omitempty"`
}

// SPKIHash is the SHA-256 of a certificate's SubjectPublicKeyInfo (as in RFC 7469, section 2.4).
type SPKIHash [32]byte

// restLifetime is how long a credential made from a REST secret holds for new allocations. Living ones go on, on servers that
// check as the TURN REST draft asks; a day covers those that check at every refresh.
const restLifetime = 24 * time.Hour

// Credential gives user and password for an allocation made at now. REST credentials are "expiry:echopath" and
// base64(HMAC-SHA1(secret, user)) (draft-uberti-behave-turn-rest-00, section 2.2).
func (s ICEServer) Credential(now time.Time) (username string, password Secret) {
	switch {
	case s.Fresh != nil:
		return s.Fresh()
	case s.RESTSecret != "":
		name := s.Username
		if name == "" {
			name = "echopath"
		}
		username = fmt.Sprintf("%d:%s", now.Add(restLifetime).Unix(), name)
		mac := hmac.New(sha1.New, []byte(s.RESTSecret.Reveal()))
		mac.Write([]byte(username))
		return username, Secret(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return s.Username, s.Password
}

// Expiry reads the expiry out of a user name in TURN REST form.
func Expiry(username string) (time.Time, bool) {
	digits, _, _ := strings.Cut(username, ":")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1_000_000_000 || n > 100_000_000_000 {
		return time.Time{}, false
	}
	return time.Unix(n, 0), true
}
