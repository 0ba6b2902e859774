package cli

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"echopath/app/serverlist"
	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// turnOnly are the flags that mean nothing without --turn.
var turnOnly = []string{"turn-user", "turn-pass", "turn-pass-file", "turn-secret-file", "turn-ca", "turn-pin"}

func (o *options) fillTarget(p *netcheck.Plan, in inputs) error {
	servers := o.hasServers()
	switch {
	case o.target == "self" && servers:
		return wrongUse("--target self uses servers of its own: leave out --turn, --stun and --servers, or use --target turn")
	case o.target == "turn" && !servers:
		return wrongUse("--target turn needs a server: add --turn turn:HOST:3478 or --stun stun:HOST:3478")
	}
	if err := o.misplaced(); err != nil {
		return err
	}
	switch p.Target.Kind = netcheck.TargetSelf; {
	case o.invited():
		if err := o.fillInvite(p, in); err != nil {
			return err
		}
	case servers:
		p.Target.Kind = netcheck.TargetTURN
	}
	return o.fillServers(p, in)
}

// hasServers tells that servers are named.
func (o *options) hasServers() bool { return len(o.turn)+len(o.stun) > 0 || o.given["servers"] }

// misplaced finds flags that mean nothing with this target.
func (o *options) misplaced() error {
	for _, name := range turnOnly {
		if o.given[name] && len(o.turn) == 0 && !o.given["servers"] {
			return wrongUse("--%s belongs to a TURN server: add --turn turn:HOST:3478, or leave it out", name)
		}
	}
	for _, name := range []string{"name", "signaling", "answer-file"} {
		if o.given[name] && !o.invited() {
			return wrongUse("--%s belongs to an invite: add --target @FILE, or leave it out", name)
		}
	}
	return nil
}

func (o *options) fillServers(p *netcheck.Plan, in inputs) (err error) {
	if p.Target.Servers, err = stunServers(o.stun); err != nil {
		return err
	}
	listed, err := o.listedServers(in)
	if err != nil {
		return err
	}
	if len(o.turn) == 0 && !slices.ContainsFunc(listed, relays) {
		p.Target.Servers = append(p.Target.Servers, listed...)
		return o.needless()
	}
	login, err := o.login(in)
	if err != nil {
		return err
	}
	trust, err := o.trust(in)
	if err != nil {
		return err
	}
	for _, text := range o.turn {
		u, err := parseURL("turn", text, netcheck.SchemeTURN, netcheck.SchemeTURNS)
		if err != nil {
			return err
		}
		listed = append(listed, netcheck.ICEServer{URL: u})
	}
	tls := false
	for _, s := range listed {
		if s, err = completed(s, login, trust); err != nil {
			return err
		}
		tls = tls || s.URL.Scheme == netcheck.SchemeTURNS
		p.Target.Servers = append(p.Target.Servers, s)
	}
	if !tls && (o.caFile != "" || len(o.pins) > 0) {
		return wrongUse("--turn-ca and --turn-pin are for servers over TLS: add --turn turns:HOST:5349, or leave them out")
	}
	return nil
}

// needless refuses what is for TURN servers where a list has none.
func (o *options) needless() error {
	for _, name := range turnOnly {
		if o.given[name] {
			return wrongUse("--%s belongs to a TURN server, and --servers names none: leave it out", name)
		}
	}
	return nil
}

func relays(s netcheck.ICEServer) bool { return s.URL.Scheme != netcheck.SchemeSTUN }

// listedServers reads the file of --servers.
func (o *options) listedServers(in inputs) ([]netcheck.ICEServer, error) {
	if !o.given["servers"] {
		return nil, nil
	}
	text, err := in.read("servers", o.servers)
	if err != nil {
		return nil, err
	}
	list, err := serverlist.Read(bytes.NewReader(text))
	if err != nil {
		return nil, wrongUse("--servers: %s: %s", o.servers, err)
	}
	return list, nil
}

// completed gives a relay the login and the trust of the command line where a list does not bring its own.
func completed(s, login netcheck.ICEServer, trust netcheck.Trust) (netcheck.ICEServer, error) {
	if !relays(s) {
		return s, nil
	}
	if s.URL.Scheme == netcheck.SchemeTURNS && len(s.Trust.Pins) == 0 {
		s.Trust = trust
	}
	switch {
	case s.Password != "":
	case s.Username != "" && login.Password == "" && login.RESTSecret == "":
		return s, wrongUse("--servers: there is a user for %s but no password: add --turn-user NAME and --turn-pass-file FILE", s.URL)
	default:
		s.Username, s.Password, s.RESTSecret = login.Username, login.Password, login.RESTSecret
	}
	return s, nil
}

// stunServers reads the values of --stun.
func stunServers(texts []string) (servers []netcheck.ICEServer, err error) {
	for _, text := range texts {
		if text == publicWord {
			servers = append(servers, netcheck.PublicSTUN()...)
			continue
		}
		u, err := parseURL("stun", text, netcheck.SchemeSTUN)
		if err != nil {
			return nil, err
		}
		servers = append(servers, netcheck.ICEServer{URL: u})
	}
	return servers, nil
}

// publicWord stands for the well-known servers in the place of a URL.
const publicWord = "public"

// parseURL reads a server's address. One with a user and password in it is refused without being repeated: messages end up
// in logs.
func parseURL(flag, text string, schemes ...netcheck.Scheme) (netcheck.ServerURL, error) {
	if strings.Contains(text, "@") {
		return netcheck.ServerURL{}, wrongUse("--%s: an address holds no user or password: use --turn-user NAME and --turn-pass-file FILE", flag)
	}
	u, err := netcheck.ParseServerURL(text)
	switch {
	case err != nil:
		return u, wrongUse("--%s: %s", flag, err)
	case !slices.Contains(schemes, u.Scheme) && flag == "stun":
		return u, wrongUse("--stun takes stun: addresses: give %s to --turn", text)
	case !slices.Contains(schemes, u.Scheme):
		return u, wrongUse("--turn takes turn: and turns: addresses: give %s to --stun", text)
	}
	return u, nil
}

// trust says how turns: servers prove themselves.
func (o *options) trust(in inputs) (netcheck.Trust, error) {
	var t netcheck.Trust
	if o.caFile != "" {
		pem, err := in.read("turn-ca", o.caFile)
		if err != nil {
			return t, err
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return t, wrongUse("--turn-ca: %s holds no certificate in PEM form (a block that begins with -----BEGIN CERTIFICATE-----)", o.caFile)
		}
		t.CAFile, t.CAPEM = o.caFile, pem
	}
	for _, text := range o.pins {
		pin, err := netcheck.ParsePin(text)
		if err != nil {
			return t, wrongUse("--turn-pin: %s", err)
		}
		t.Pins = append(t.Pins, pin)
	}
	return t, nil
}

// fillInterface checks that there is such an interface: a mistyped name would otherwise fail path by path.
func (o *options) fillInterface(p *netcheck.Plan) error {
	p.Interface = o.iface
	err := ifaces.Check(o.iface, p.Target.Kind == netcheck.TargetSelf)
	if err == nil || errors.Is(err, ifaces.ErrUnknown) { // the engine will find out, and says what it found
		return nil
	}
	return wrongUse("--interface: %s", err)
}
