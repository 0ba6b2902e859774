package serverlist

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"echopath/netcheck"
)

// Bounds of what is read: more than any service has, and little enough to be shown.
const (
	MaxBytes   = 256 << 10
	MaxServers = 64
)

// ErrEmpty tells of a file in which no server is named.
var ErrEmpty = errors.New("the file names no server")

type document struct {
	ICEServers []entry `json:"iceServers"`
}

type entry struct {
	URLs       urls     `json:"urls"`
	URL        string   `json:"url,omitempty"` // how it was called before 2013, and still is in many pages
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
	Pins       []string `json:"spkiSha256,omitempty"` // hex
	Public     bool     `json:"public,omitempty"`
}

// urls is one URL or a list of them.
type urls []string

// UnmarshalJSON reads either.
func (u *urls) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*u = urls{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(u))
}

// Read reads a list. The error says what is wrong and where, and never repeats a credential.
func Read(r io.Reader) ([]netcheck.ICEServer, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the list of servers could not be read: %w", err)
	case len(b) > MaxBytes:
		return nil, fmt.Errorf("the file is larger than %d kB: that is no list of servers", MaxBytes>>10)
	}
	var list []netcheck.ICEServer
	if b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))); len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		list, err = fromJSON(b)
	} else {
		list, err = fromLines(b)
	}
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, ErrEmpty
	}
	return list, nil
}

// fromJSON reads an RTCConfiguration, or its list of servers alone.
func fromJSON(b []byte) ([]netcheck.ICEServer, error) {
	var d document
	var err error
	if b[0] == '[' {
		err = json.Unmarshal(b, &d.ICEServers)
	} else {
		err = json.Unmarshal(b, &d)
	}
	if err != nil {
		return nil, describe(err)
	}
	var list []netcheck.ICEServer
	for i, e := range d.ICEServers {
		servers, err := e.servers()
		if err != nil {
			return nil, fmt.Errorf("server %d: %w", i+1, err)
		}
		if list = append(list, servers...); len(list) > MaxServers {
			return nil, fmt.Errorf("the file names more than %d servers", MaxServers)
		}
	}
	return list, nil
}

// describe words what package json found, without the text that it found it in: that may hold a password.
func describe(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the file is no JSON that can be read: there is something wrong at its character %d", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("the file is no list of servers: %q is not what it should be", kind.Field)
	}
	return errors.New("the file is no list of servers: write {\"iceServers\": [{\"urls\": \"turn:turn.example.com\"}]}, or one address a line, such as stun:stun.example.com")
}

func (e entry) servers() ([]netcheck.ICEServer, error) {
	names := e.URLs
	if e.URL != "" {
		names = append(names, e.URL)
	}
	if len(names) == 0 {
		return nil, errors.New(`it has no "urls"`)
	}
	var trust netcheck.Trust
	for _, p := range e.Pins {
		var pin netcheck.SPKIHash
		if err := pin.UnmarshalText([]byte(p)); err != nil {
			return nil, err
		}
		trust.Pins = append(trust.Pins, pin)
	}
	var out []netcheck.ICEServer
	for _, name := range names {
		u, err := netcheck.ParseServerURL(name)
		if err != nil {
			return nil, withoutAddress(err)
		}
		s := netcheck.ICEServer{URL: u, Username: e.Username, Password: netcheck.Secret(e.Credential), Public: e.Public}
		if u.Scheme == netcheck.SchemeTURNS {
			s.Trust = trust
		}
		out = append(out, s)
	}
	return out, nil
}

// lineError words why a line can not be used, without the line.
func lineError(text string, err error) error {
	if strings.ContainsAny(text, "{}=;\"'") {
		return errors.New("this is neither an address nor JSON, which begins with { or [ and has its names in double quotes: " +
			"{\"iceServers\": [{\"urls\": \"turn:turn.example.com\"}]}")
	}
	return withoutAddress(err)
}

// withoutAddress words why an address can not be used, without the address: people write passwords into them.
func withoutAddress(err error) error {
	why := err.Error()
	if _, after, ok := strings.Cut(why, "can not be used: "); ok {
		why = after
	}
	return errors.New("the address can not be used: " + why)
}

// fromLines reads one URL a line. What follows a # is a remark.
func fromLines(b []byte) ([]netcheck.ICEServer, error) {
	var list []netcheck.ICEServer
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, MaxBytes+1)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		u, err := netcheck.ParseServerURL(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, lineError(text, err))
		}
		if list = append(list, netcheck.ICEServer{URL: u}); len(list) > MaxServers {
			return nil, fmt.Errorf("the file names more than %d servers", MaxServers)
		}
	}
	return list, lines.Err()
}

// Write writes a list. Without passwords, whoever reads it has to give them; user names stay, for they say which are meant.
func Write(w io.Writer, servers []netcheck.ICEServer, passwords bool) error {
	d := document{ICEServers: []entry{}}
	for _, s := range servers {
		e := entry{URLs: urls{s.URL.String()}, Username: s.Username, Public: s.Public}
		if passwords {
			e.Credential = s.Password.Reveal()
		}
		for _, p := range s.Trust.Pins {
			e.Pins = append(e.Pins, p.String())
		}
		d.ICEServers = append(d.ICEServers, e)
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
