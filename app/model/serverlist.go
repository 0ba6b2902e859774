package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// WithList puts a list of servers that somebody has passed on in the place of those in the editor. What was typed as user and password stays
// where the list brings none, or the user alone. The error says in a sentence why the editor can not hold the list: it has one user and
// one set of pins for all servers.
func (s Servers) WithList(list []netcheck.ICEServer) (Servers, error) {
	login, err := oneLogin(list)
	if err != nil {
		return s, err
	}
	pins, err := onePinning(list)
	if err != nil {
		return s, err
	}
	var lines []string
	for _, v := range list {
		line := v.URL.String()
		if isPublic(v.URL) {
			line += "  " + publicRemark
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if login.Username != "" {
		if login.Password != "" || login.Username != s.User {
			s.Password, s.RESTSecret = login.Password, ""
		}
		s.User = login.Username
	}
	s.URLs, s.Pins = strings.Join(lines, "\n"), pins
	if !slices.ContainsFunc(list, func(v netcheck.ICEServer) bool { return v.URL.Scheme == netcheck.SchemeTURNS }) {
		s.CAFile, s.CAPEM, s.CAProblem = "", nil, "" // it matters for servers over TLS only
	}
	return s, nil
}

// oneLogin is the user of the servers that relay.
func oneLogin(list []netcheck.ICEServer) (netcheck.ICEServer, error) {
	var login netcheck.ICEServer
	var users []string
	for _, v := range list {
		if v.URL.Scheme == netcheck.SchemeSTUN || v.Username == "" {
			continue
		}
		if len(users) > 0 && (v.Username != login.Username || v.Password != login.Password) {
			users = append(users, forWindow(v.Username))
			continue
		}
		users, login = []string{forWindow(v.Username)}, v
	}
	if len(users) > 1 {
		slices.Sort(users)
		return login, fmt.Errorf("the list has servers for different users or passwords (%s), and here one user holds for all. Take the servers of one user "+
			"into a file of their own; in the terminal, nat --servers takes the list as it is", fewNames(slices.Compact(users)))
	}
	return login, nil
}

// fewNames names three at most.
func fewNames(words []string) string {
	if len(words) > 3 {
		words = append(words[:3:3], "others")
	}
	return list(words)
}

// onePinning are the pins of the servers over TLS.
func onePinning(servers []netcheck.ICEServer) (string, error) {
	pins, seen := "", false
	for _, v := range servers {
		if v.URL.Scheme != netcheck.SchemeTURNS {
			continue
		}
		var words []string
		for _, p := range v.Trust.Pins {
			words = append(words, p.String())
		}
		here := strings.Join(words, " ")
		if seen && here != pins {
			return "", errors.New("the list has different certificate pins for its servers over TLS, and here the same hold for all. " +
				"Take the servers with the same pins into a file of their own; in the terminal, nat --servers takes the list as it is")
		}
		pins, seen = here, true
	}
	return pins, nil
}

// NoPassword tells that there is a TURN server, and nothing to prove oneself with.
func (s Servers) NoPassword() bool { return s.relay() && s.Password == "" && s.RESTSecret == "" }

// ListTaken says what a list has brought, and what is still missing.
func (s Servers) ListTaken(list []netcheck.ICEServer) string {
	text := present.Counted(len(list), "server") + " taken over from the file."
	if s.NoPassword() {
		text += " No password was in it: type it here."
	}
	return text
}

// ServerList are the servers of the editor as they can be passed on; ok is false while something is wrong with them.
func (f Form) ServerList() (list []netcheck.ICEServer, ok bool) {
	only := f
	if only.Servers.NoPassword() {
		only.Servers.Password = "?" // a list may well be passed on by somebody who has none
		if strings.TrimSpace(only.Servers.User) == "" {
			only.Servers.User = "?"
		}
	}
	r := newReading(only)
	r.readServers()
	for i := range r.plan.Target.Servers {
		s := &r.plan.Target.Servers[i]
		s.Password, s.Username = keptIf(f.Servers.Password != "", s.Password), keptIf(strings.TrimSpace(f.Servers.User) != "", s.Username)
	}
	return r.plan.Target.Servers, len(r.order) == 0
}

func keptIf[T ~string](kept bool, s T) T {
	if !kept {
		return ""
	}
	return s
}
