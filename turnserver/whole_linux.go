package turnserver

import (
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Linux has no such thing for one datagram, only for a socket. By default it takes a datagram to pieces as soon as it has once been told that
// such a size does not pass, so the first answer would be lost and the next would come: "probe" forbids pieces and forgets what it was told.

func discoverOption(ip netip.Addr) (level, option, probe int) {
	if ip.Is4() {
		return unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE
	}
	return unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE
}

func canSendWhole(conn *net.UDPConn, ip netip.Addr) bool {
	return sendWhole(conn, ip, func() error { return nil }) == nil
}

// sendWhole calls send while what the socket sends is left in one piece.
func sendWhole(conn *net.UDPConn, ip netip.Addr, send func() error) error {
	level, option, probe := discoverOption(ip)
	before, err := getOption(conn, level, option)
	if err != nil {
		return err
	}
	if err := setOption(conn, level, option, probe); err != nil {
		return err
	}
	return errors.Join(send(), setOption(conn, level, option, before))
}

func getOption(conn *net.UDPConn, level, option int) (value int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) { value, err = unix.GetsockoptInt(int(fd), level, option) })
	return value, errors.Join(failed, err)
}

func setOption(conn *net.UDPConn, level, option, value int) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, value) })
	return errors.Join(failed, err)
}
