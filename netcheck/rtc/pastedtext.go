package rtc

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/webrtc/v4"
)

// A pasted description is what of an SDP description is not the same for everybody, in binary form:
//
//	1 byte   version << 4 | kind (0 offer, 1 answer)
//	1 + n    length and characters of the ICE user name fragment
//	1 + n    length and characters of the ICE password
//	32       SHA-256 of the certificate
//	1        number of candidates, then for each
//	  1      type (0 host, 1 srflx, 2 relay), with bit 7 set for IPv6
//	  4, 16  address
//	  2      port
//
// Both ends make the rest from a template, which belongs to the version.
const (
	pastedVersion    = 1
	maxPasted        = 400 // bytes
	maxPastedEach    = 16  // candidates
	pastedOverIPv6   = 0x80
	fingerprintBytes = 32
)

// Bounds of ICE's user name fragment and password (RFC 8839, section 5.4), the upper ones below those of the RFC.
const (
	minUfrag, maxUfrag = 4, 64
	minPwd, maxPwd     = 22, 96
)

// pastedDescription is an end of a data-only connection.
type pastedDescription struct {
	answer      bool
	ufrag, pwd  string
	fingerprint [fingerprintBytes]byte
	candidates  []remoteCandidate
}

var pastedTypes = kinds{webrtc.ICECandidateTypeHost, webrtc.ICECandidateTypeSrflx, webrtc.ICECandidateTypeRelay}

var errPasted = errors.New("the text is damaged, or not whole, or of another version")

// pack writes a description; candidates that do not fit are left out.
func (d pastedDescription) pack() ([]byte, error) {
	kind := byte(0)
	if d.answer {
		kind = 1
	}
	if len(d.ufrag) > maxUfrag || len(d.pwd) > maxPwd {
		return nil, fmt.Errorf("%w: credentials of %d and %d characters", errPasted, len(d.ufrag), len(d.pwd))
	}
	out := []byte{pastedVersion<<4 | kind}
	for _, s := range []string{d.ufrag, d.pwd} {
		out = append(append(out, byte(len(s))), s...) //nolint:gosec // bounded above
	}
	out = append(out, d.fingerprint[:]...)
	count := len(out)
	out = append(out, 0)
	for _, c := range d.candidates {
		b, ok := packCandidate(c)
		if !ok || len(out)+len(b) > maxPasted || out[count] >= maxPastedEach {
			continue
		}
		out = append(out, b...)
		out[count]++
	}
	return out, nil
}

func packCandidate(c remoteCandidate) ([]byte, bool) {
	for i, t := range pastedTypes {
		if t != c.typ {
			continue
		}
		kind := byte(i)
		if c.addr.Addr().Is6() {
			kind |= pastedOverIPv6
		}
		b := append([]byte{kind}, c.addr.Addr().AsSlice()...)
		return append(b, byte(c.addr.Port()>>8), byte(c.addr.Port())), true //nolint:gosec // the lower byte is meant
	}
	return nil, false
}

// pastedReader takes fields off the front. After the first fault everything is empty.
type pastedReader struct {
	rest []byte
	bad  bool
}

func (r *pastedReader) take(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return make([]byte, min(n, maxPasted))
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *pastedReader) word(low, high int) string {
	n := int(r.take(1)[0])
	if n < low || n > high {
		r.bad = true
		return ""
	}
	s := string(r.take(n))
	if !iceChars(s) {
		r.bad = true
	}
	return s
}

// unpackPasted reads a description. What it gives holds nothing but characters of ICE, hexadecimal digits and addresses.
func unpackPasted(b []byte) (pastedDescription, error) {
	var d pastedDescription
	if len(b) == 0 || len(b) > maxPasted {
		return d, errPasted
	}
	r := &pastedReader{rest: b}
	head := r.take(1)[0]
	if head>>4 != pastedVersion || head&0x0f > 1 {
		return d, errPasted
	}
	d.answer = head&1 == 1
	d.ufrag, d.pwd = r.word(minUfrag, maxUfrag), r.word(minPwd, maxPwd)
	copy(d.fingerprint[:], r.take(fingerprintBytes))
	count := int(r.take(1)[0])
	if count > maxPastedEach {
		return d, errPasted
	}
	for range count {
		kind, size := r.take(1)[0], 4
		if kind&pastedOverIPv6 != 0 {
			size = 16
		}
		addr, _ := netip.AddrFromSlice(r.take(size))
		port := r.take(2)
		if kind &^= pastedOverIPv6; int(kind) >= len(pastedTypes) {
			return d, errPasted
		}
		d.candidates = append(d.candidates, remoteCandidate{typ: pastedTypes[kind], addr: netip.AddrPortFrom(addr, uint16(port[0])<<8|uint16(port[1]))})
	}
	if r.bad || len(r.rest) != 0 {
		return d, errPasted
	}
	return d, nil
}

// describePasted takes what matters out of this end's own description.
func describePasted(own webrtc.SessionDescription) (pastedDescription, error) {
	d := pastedDescription{answer: own.Type == webrtc.SDPTypeAnswer}
	found := false
	for line := range strings.Lines(own.SDP) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		switch name {
		case "a=ice-ufrag":
			d.ufrag = value
		case "a=ice-pwd":
			d.pwd = value
		case "a=fingerprint":
			sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimPrefix(value, "sha-256 "), ":", ""))
			found = err == nil && copy(d.fingerprint[:], sum) == fingerprintBytes
		case "a=candidate":
			if c, err := parseCandidate(value); err == nil {
				d.candidates = append(d.candidates, c)
			}
		}
	}
	if !found || d.ufrag == "" || d.pwd == "" {
		return d, errPasted
	}
	d.candidates = distinct(d.candidates)
	return d, nil
}

// distinct leaves one candidate of each address, that of the highest priority (RFC 8445, section 5.1.3). pion lists each of them twice, for
// RTP and for RTCP, and a server's answer may name an address that is known already; a text has little room.
func distinct(list []remoteCandidate) []remoteCandidate {
	var out []remoteCandidate
	for _, c := range list {
		i := slices.IndexFunc(out, func(o remoteCandidate) bool { return o.addr == c.addr })
		switch {
		case i < 0:
			out = append(out, c)
		case c.priority > out[i].priority:
			out[i] = c
		}
	}
	return out
}

// sdp makes a description of the template of this version, without candidates.
func (d pastedDescription) sdp() webrtc.SessionDescription {
	kind, setup := webrtc.SDPTypeOffer, "actpass"
	if d.answer {
		kind, setup = webrtc.SDPTypeAnswer, "active"
	}
	var pairs []string
	for _, b := range d.fingerprint {
		pairs = append(pairs, fmt.Sprintf("%02X", b))
	}
	return webrtc.SessionDescription{Type: kind, SDP: strings.Join([]string{
		"v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=fingerprint:sha-256 " + strings.Join(pairs, ":"), "a=group:BUNDLE 0",
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=setup:" + setup, "a=mid:0", "a=sendrecv",
		"a=sctp-port:5000", "a=max-message-size:65536", "a=ice-ufrag:" + d.ufrag, "a=ice-pwd:" + d.pwd, "",
	}, "\r\n")}
}
