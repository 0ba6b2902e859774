package lab

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"echopath/internal/coturntest"
)

// relayServer is Debian's TURN server as companies run it: TURN on 3478 over UDP and TCP, and on 443 over TLS.
type relayServer struct {
	leaf   coturntest.Leaf // of its certificate; without names it is for the server's address
	secret string          // users are made for a time from it; "": one user with a password
	addrs  []netip.Addr    // nil: srv's two
	pin    string          // of its certificate, once it runs
}

// serve starts it on srv and waits until it answers.
func (s *relayServer) serve(w *world) {
	w.t.Helper()
	if s.addrs == nil {
		s.addrs = []netip.Addr{AddrSrv, AddrSrvAlt}
	}
	if s.leaf.Names == nil {
		s.leaf.Names = []string{s.addrs[0].String()}
	}
	ca := coturntest.NewAuthority(w.t, "lab CA")
	if err := os.WriteFile(w.ca, ca.PEM(), 0o600); err != nil {
		w.t.Fatal(err)
	}
	cert, key := filepath.Join(w.dir, "turn-cert.pem"), filepath.Join(w.dir, "turn-key.pem")
	leaf := ca.Issue(w.t, s.leaf)
	leaf.Write(w.t, cert, key)
	sum := leaf.SPKI()
	s.pin = "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
	command := []string{"turnserver", "-n", "--no-cli", "--no-dtls", "--log-file", "stdout", "--simple-log",
		"--pidfile", filepath.Join(w.dir, "turn-pid"), "--userdb", filepath.Join(w.dir, "turndb"), "--relay-ip", s.addrs[0].String(),
		"--listening-port", fmt.Sprint(stunPort), "--alt-listening-port", fmt.Sprint(stunAlternatePort),
		"--tls-listening-port", "443", "--cert", cert, "--pkey", key, "--realm", "lab"}
	for _, a := range s.addrs {
		command = append(command, "--listening-ip", a.String())
	}
	if s.secret != "" {
		command = append(command, "--use-auth-secret", "--static-auth-secret", s.secret)
	} else {
		command = append(command, "--lt-cred-mech", "--user", turnUser+":"+turnPassword)
	}
	w.start("srv", "coturn", nil, command...)
	at := func(port uint16) string { return netip.AddrPortFrom(s.addrs[0], port).String() }
	w.finish(w.helper("srv", "ready", at(stunPort), at(stunPort), at(443)))
}

// flags name it in all three ways.
func (s *relayServer) flags() []string { return turnFlags(s.addrs[0]) }

func turnFlags(a netip.Addr) []string {
	at := netip.AddrPortFrom(a, stunPort).String()
	return []string{"--turn", "turn:" + at, "--turn", "turn:" + at + "?transport=tcp", "--turn", "turns:" + netip.AddrPortFrom(a, 443).String(),
		"--turn-user", turnUser}
}

// page starts the page by which a portal would show on srv, and gives the flag that asks for it.
func (w *world) page(at netip.Addr) []string {
	w.t.Helper()
	w.box("srv", "page", netip.AddrPortFrom(at, 80).String())
	return []string{"--portal", "http://" + netip.AddrPortFrom(at, 80).String() + "/"}
}
