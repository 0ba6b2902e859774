package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

// Behaviour is what a STUN client inside sees of a NAT (RFC 5780).
type Behaviour struct {
	Mapped    netip.AddrPort // as the first server sees it
	NAT       bool           // the mapped address is not the own one
	Mapping   string         // EIM, ADM, APDM
	Filtering string         // EIF, ADF, APDF
}

// String is one line for people.
func (b Behaviour) String() string {
	if !b.NAT {
		return "no NAT, " + b.Filtering
	}
	return fmt.Sprintf("%s / %s", b.Mapping, b.Filtering)
}

// classify judges mappings, the one socket's addresses as seen by address 1 port 1, address 2 port 1 and address 2 port 2 of the
// server (RFC 5780, section 4.3), and which answers passed the filter (section 4.4).
func classify(own netip.AddrPort, first, second, third netip.AddrPort, otherAddress, otherPort bool) Behaviour {
	b := Behaviour{Mapped: first, NAT: first != own, Mapping: "APDM", Filtering: "APDF"}
	switch {
	case first == second && second == third:
		b.Mapping = "EIM"
	case second == third:
		b.Mapping = "ADM"
	}
	switch {
	case otherAddress:
		b.Filtering = "EIF"
	case otherPort:
		b.Filtering = "ADF"
	}
	return b
}

// The patience of the probe. A request is sent again, since a busy machine may be late; a NAT that filters keeps silent for all of it.
const (
	stunTries = 4
	stunWait  = 400 * time.Millisecond
)

// ProbeNAT asks a STUN server with two addresses and two ports, from own, about the NAT between. Filtering is tried with a socket of
// its own: the mapping's has already opened the way for all four.
func ProbeNAT(own, server, alternate netip.Addr, port, alternatePort uint16) (Behaviour, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: own.AsSlice()})
	if err != nil {
		return Behaviour{}, err
	}
	defer func() { _ = conn.Close() }()
	var mapped [3]netip.AddrPort
	for i, to := range []netip.AddrPort{
		netip.AddrPortFrom(server, port), netip.AddrPortFrom(alternate, port), netip.AddrPortFrom(alternate, alternatePort),
	} {
		if mapped[i], err = ask(conn, to, 0); err != nil {
			return Behaviour{}, err
		}
	}
	fresh, err := net.ListenUDP("udp4", &net.UDPAddr{IP: own.AsSlice()})
	if err != nil {
		return Behaviour{}, err
	}
	defer func() { _ = fresh.Close() }()
	to := netip.AddrPortFrom(server, port)
	if _, err = ask(fresh, to, 0); err != nil {
		return Behaviour{}, err
	}
	_, noAddress := ask(fresh, to, changeAddress|changePort)
	_, noPort := ask(fresh, to, changePort)
	local := netip.AddrPortFrom(own, uint16(conn.LocalAddr().(*net.UDPAddr).Port))
	return classify(local, mapped[0], mapped[1], mapped[2], noAddress == nil, noPort == nil), nil
}

// The flags of CHANGE-REQUEST (RFC 5780, section 7.2).
const (
	changeAddress = 4
	changePort    = 2
)

var errSilence = errors.New("no answer")

// ask sends a Binding request and gives the mapped address of the answer to it, whoever answers.
func ask(conn *net.UDPConn, to netip.AddrPort, change byte) (netip.AddrPort, error) {
	request := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	if change != 0 {
		request.Add(stun.AttrChangeRequest, []byte{0, 0, 0, change})
	}
	for range stunTries {
		if _, err := conn.WriteToUDPAddrPort(request.Raw, to); err != nil {
			return netip.AddrPort{}, err
		}
		if err := conn.SetReadDeadline(time.Now().Add(stunWait)); err != nil {
			return netip.AddrPort{}, err
		}
		if mapped, ok := listen(conn, request.TransactionID); ok {
			return mapped, nil
		}
	}
	return netip.AddrPort{}, fmt.Errorf("%s: %w", to, errSilence)
}

// listen reads until the answer to a request is there, or the deadline is over.
func listen(conn *net.UDPConn, id [stun.TransactionIDSize]byte) (netip.AddrPort, bool) {
	buffer := make([]byte, 1500)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return netip.AddrPort{}, false
		}
		answer := &stun.Message{Raw: append([]byte(nil), buffer[:n]...)}
		var mapped stun.XORMappedAddress
		if answer.Decode() != nil || answer.TransactionID != id || answer.Type != stun.BindingSuccess || mapped.GetFrom(answer) != nil {
			continue
		}
		addr, ok := netip.AddrFromSlice(mapped.IP)
		if !ok {
			continue
		}
		return netip.AddrPortFrom(addr.Unmap(), uint16(mapped.Port)), true
	}
}
