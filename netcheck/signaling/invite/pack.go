package invite

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// The layout of an invite, integers in network order:
//
//	version 1 | length of the whole 2 | check of these three 1 | flags 1 | expiry 4 | room 8 | secret 16 | pin 32 |
//	addresses 1 | each: kind 1 [length 1] host, port 2 | [alternate port 2] | [length 2, offer] | checksum 4
//
// The header has a check of its own, so that a missing part and a wrong letter can be told apart, and the end be found in a text
// that goes on.
const (
	headerSize   = 4
	checksumSize = 4
	fixedSize    = headerSize + 1 + 4 + 8 + 16 + 32 + 1 + checksumSize
	maxSize      = fixedSize + MaxAddresses*(1+1+MaxName+2) + 2 + 2 + MaxOffer
)

const (
	flagAltPort = 1 << iota
	flagOffer
	flagsKnown = flagAltPort | flagOffer
)

// Kinds of addresses.
const (
	kindName = 0
	kind4    = 4
	kind6    = 6
)

// encoding is strict: no two texts mean the same bytes.
var encoding = base64.RawURLEncoding.Strict()

func (f *form) headerCheck(b []byte) byte {
	sum := sha256.Sum256(append([]byte(f.label), b[:headerSize-1]...))
	return sum[0]
}

func checksum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:checksumSize]
}

func (i Invite) pack() ([]byte, error) {
	expiry := i.Expiry.Unix()
	switch {
	case i.Version != 0 && i.Version != version:
		return nil, invites.outOfBounds("this program writes version %d only", version)
	case i.Secret == [16]byte{}:
		return nil, invites.outOfBounds("it has no secret")
	case expiry <= 0 || expiry > math.MaxUint32:
		return nil, invites.outOfBounds("its expiry is not a time from 1970 to 2106")
	case len(i.Addresses) == 0 && len(i.Offer) == 0:
		return nil, invites.outOfBounds("it has neither an address nor an offer")
	case len(i.Addresses) > MaxAddresses:
		return nil, invites.outOfBounds("it has %d addresses, %d are the most", len(i.Addresses), MaxAddresses)
	case i.AltPort < 0 || i.AltPort > math.MaxUint16:
		return nil, invites.outOfBounds("%d is no port", i.AltPort)
	case len(i.Offer) > MaxOffer:
		return nil, invites.outOfBounds("its offer has %d bytes, %d are the most", len(i.Offer), MaxOffer)
	}
	b := make([]byte, headerSize, fixedSize+64)
	b = append(b, i.flags())
	b = binary.BigEndian.AppendUint32(b, uint32(expiry))
	b = append(append(append(b, i.Room[:]...), i.Secret[:]...), i.Pin[:]...)
	b = append(b, byte(len(i.Addresses)))
	for _, a := range i.Addresses {
		var err error
		if b, err = appendAddress(b, a); err != nil {
			return nil, err
		}
	}
	return seal(&invites, i.appendOptional(b)), nil
}

func (i Invite) flags() (f byte) {
	if i.AltPort != 0 {
		f |= flagAltPort
	}
	if len(i.Offer) > 0 {
		f |= flagOffer
	}
	return f
}

func (i Invite) appendOptional(b []byte) []byte {
	if i.AltPort != 0 {
		b = binary.BigEndian.AppendUint16(b, uint16(i.AltPort))
	}
	if len(i.Offer) > 0 {
		b = binary.BigEndian.AppendUint16(b, uint16(len(i.Offer)))
		b = append(b, i.Offer...)
	}
	return b
}

// seal fills in the header and adds the checksum.
func seal(f *form, b []byte) []byte {
	b[0] = version
	binary.BigEndian.PutUint16(b[1:], uint16(len(b)+checksumSize))
	b[headerSize-1] = f.headerCheck(b)
	return append(b, checksum(b)...)
}

func appendAddress(b []byte, hostport string) ([]byte, error) {
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, invites.outOfBounds("%q is not host:port", hostport)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return nil, invites.outOfBounds("the port of %q is not a number from 1 to 65535", hostport)
	}
	ip, err := netip.ParseAddr(host)
	switch ip = ip.Unmap(); {
	case err == nil && ip.Zone() != "":
		return nil, invites.outOfBounds("%q is an address of one computer's own interface", hostport)
	case ip.Is4():
		b = append(append(b, kind4), ip.AsSlice()...)
	case ip.Is6():
		b = append(append(b, kind6), ip.AsSlice()...)
	case !nameOK(host):
		return nil, invites.outOfBounds("%q has no address or name of a host that can be written in ASCII", hostport)
	default:
		b = append(append(b, kindName, byte(len(host))), host...)
	}
	return binary.BigEndian.AppendUint16(b, uint16(port)), nil
}

// nameOK holds a host's name to the letters that names on the wire have.
func nameOK(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
	if len(name) == 0 || len(name) > MaxName || strings.Trim(name, letters) != "" {
		return false
	}
	for _, label := range strings.Split(strings.TrimSuffix(name, "."), ".") {
		if label == "" {
			return false
		}
	}
	_, err := netip.ParseAddr(name)
	return err != nil
}

// reader takes fields off a payload. After the first one that is missing all are zero and ok is false.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) bytes(n int) []byte {
	if r.bad || len(r.rest) < n {
		r.bad = true
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte     { return r.bytes(1)[0] }
func (r *reader) uint16() uint16 { return binary.BigEndian.Uint16(r.bytes(2)) }
func (r *reader) uint32() uint32 { return binary.BigEndian.Uint32(r.bytes(4)) }

// unpack reads a payload whose header and checksum are right. What is still wrong then was written by another program.
func unpack(b []byte) (Invite, error) {
	r := &reader{rest: b[headerSize : len(b)-checksumSize]}
	flags := r.byte()
	i := Invite{Version: int(b[0]), Expiry: time.Unix(int64(r.uint32()), 0).UTC()}
	copy(i.Room[:], r.bytes(len(i.Room)))
	copy(i.Secret[:], r.bytes(len(i.Secret)))
	copy(i.Pin[:], r.bytes(len(i.Pin)))
	count := int(r.byte())
	r.bad = r.bad || flags&^flagsKnown != 0 || count == 0 && flags&flagOffer == 0 || count > MaxAddresses
	for range count {
		if r.bad {
			break
		}
		i.Addresses = append(i.Addresses, r.address())
	}
	r.optional(&i, flags)
	if r.bad || len(r.rest) != 0 || i.Secret == [16]byte{} || i.Expiry.Unix() == 0 {
		return Invite{}, invites.mistyped()
	}
	return i, nil
}

func (r *reader) address() string {
	var host string
	switch r.byte() {
	case kind4:
		host = netip.AddrFrom4([4]byte(r.bytes(4))).String()
	case kind6:
		ip := netip.AddrFrom16([16]byte(r.bytes(16)))
		r.bad = r.bad || ip.Is4In6() // it is written as IPv4
		host = ip.String()
	case kindName:
		host = string(r.bytes(int(r.byte())))
		r.bad = r.bad || !nameOK(host)
	default:
		r.bad = true
	}
	port := r.uint16()
	r.bad = r.bad || port == 0
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

func (r *reader) optional(i *Invite, flags byte) {
	if flags&flagAltPort != 0 {
		i.AltPort = int(r.uint16())
		r.bad = r.bad || i.AltPort == 0
	}
	if flags&flagOffer != 0 {
		size := int(r.uint16())
		r.bad = r.bad || size == 0 || size > MaxOffer
		if !r.bad {
			i.Offer = append([]byte(nil), r.bytes(size)...)
		}
	}
}
