package model

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// readServers reads the editor of the target "TURN servers".
func (r *reading) readServers() {
	urls := r.readURLs()
	relay := slices.ContainsFunc(urls, func(u netcheck.ServerURL) bool { return u.Scheme != netcheck.SchemeSTUN })
	tls := slices.ContainsFunc(urls, func(u netcheck.ServerURL) bool { return u.Scheme == netcheck.SchemeTURNS })
	login := netcheck.ICEServer{}
	if relay {
		login = r.readLogin()
	}
	trust := r.readTrust(tls || r.problems[FieldURLs] != "")
	for _, u := range urls {
		s := netcheck.ICEServer{URL: u, Public: isPublic(u)}
		if u.Scheme != netcheck.SchemeSTUN {
			s = login
			s.URL = u
		}
		if u.Scheme == netcheck.SchemeTURNS {
			s.Trust = trust
		}
		r.plan.Target.Servers = append(r.plan.Target.Servers, s)
	}
}

// readURLs reads an address a line. A server that is named twice counts once.
func (r *reading) readURLs() []netcheck.ServerURL {
	var urls []netcheck.ServerURL
	n := 0
	for line := range strings.SplitSeq(r.form.Servers.URLs, "\n") {
		n++
		line, _, _ = strings.Cut(line, "#") // what follows is a remark
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		u, why := readURL(line)
		if why != "" {
			r.wrong(FieldURLs, fmt.Sprintf("Line %d can not be used: %s.", n, why))
			continue
		}
		if !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	if len(urls) == 0 {
		r.wrong(FieldURLs, "Type at least one server address, one a line, for example turn:turn.example.com:3478.")
	}
	return urls
}

// readURL reads one address. What is wrong is said without repeating the line: people paste passwords into it.
func readURL(line string) (u netcheck.ServerURL, why string) {
	if strings.Contains(line, "@") {
		return u, "an address holds no user or password; type those into the fields for them"
	}
	if strings.Contains(line, "//") {
		return u, "there are no slashes after the colon; write for example turn:turn.example.com:3478"
	}
	u, err := netcheck.ParseServerURL(line)
	if err == nil {
		return u, ""
	}
	why = err.Error()
	if _, after, ok := strings.Cut(why, "can not be used: "); ok {
		why = after
	}
	return u, strings.TrimSuffix(why, ".")
}

// readLogin takes user and password, or the secret that they are made from.
func (r *reading) readLogin() netcheck.ICEServer {
	s := r.form.Servers
	login := netcheck.ICEServer{Username: strings.TrimSpace(s.User), Password: s.Password, RESTSecret: s.RESTSecret}
	switch {
	case login.Password != "" && login.RESTSecret != "":
		r.wrong(FieldREST, "Give either a password or a REST secret, not both: clear one of them.")
	case login.RESTSecret != "": // makes user and password by itself; a user name becomes part of it
	case login.Username == "" && login.Password == "":
		r.wrong(FieldUser, "A TURN server needs a user name and a password, or a REST secret.")
	case login.Username == "":
		r.wrong(FieldUser, "Type the user name that belongs to the password.")
	case login.Password == "":
		r.wrong(FieldPassword, "Type the password of this user, or give a REST secret instead.")
	}
	return login
}

// readTrust says how turns: servers prove themselves. tls tells that there is one, or that it can not be known yet.
func (r *reading) readTrust(tls bool) netcheck.Trust {
	s := r.form.Servers
	const only = " matters for servers over TLS only: add a turns: address, or clear this field."
	if strings.TrimSpace(s.CAFile) != "" && !tls {
		r.wrong(FieldCA, "A CA file"+only)
	}
	if strings.TrimSpace(s.Pins) != "" && !tls {
		r.wrong(FieldPins, "A pin"+only)
	}
	if !tls {
		return netcheck.Trust{}
	}
	trust := netcheck.Trust{CAFile: r.readCA(), Pins: r.readPins()}
	if trust.CAFile != "" {
		trust.CAPEM = s.CAPEM
	}
	return trust
}

func (r *reading) readCA() string {
	s := r.form.Servers
	name := strings.TrimSpace(s.CAFile)
	switch {
	case name == "":
	case s.CAProblem != "":
		r.wrong(FieldCA, "The CA file can not be used: "+strings.TrimSuffix(present.Printable(s.CAProblem), ".")+".")
	case s.CAPEM == nil:
		r.wrong(FieldCA, "The file is being read.")
	case !holdsCertificate(s.CAPEM):
		r.wrong(FieldCA, "The file holds no certificate in PEM form (a block that begins with -----BEGIN CERTIFICATE-----).")
	}
	return name
}

// holdsCertificate looks for the first certificate that can be read. It is called at every key stroke, and a bundle of all
// public authorities has a hundred and more.
func holdsCertificate(text []byte) bool {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return false
		}
		if block.Type == "CERTIFICATE" {
			if _, err := x509.ParseCertificate(block.Bytes); err == nil {
				return true
			}
		}
	}
}

// readPins reads pins between spaces, commas or lines. A wrong one is named by its place, in case something else was pasted.
func (r *reading) readPins() []netcheck.SPKIHash {
	var pins []netcheck.SPKIHash
	words := strings.FieldsFunc(r.form.Servers.Pins, func(c rune) bool { return strings.ContainsRune(" \t\r\n,;", c) })
	for i, word := range words {
		pin, err := netcheck.ParsePin(word)
		if err != nil {
			which := "This is not a pin"
			if len(words) > 1 {
				which = fmt.Sprintf("Of the %s, number %d is not one", present.Counted(len(words), "pin"), i+1)
			}
			r.wrong(FieldPins, which+": a pin is the SHA-256 of the server's public key, as 64 hexadecimal digits or in base64.")
			continue
		}
		pins = append(pins, pin)
	}
	return pins
}
