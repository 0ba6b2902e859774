package ifaces

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func device(t *testing.T, c syscall.Conn) string {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var name string
	if ctlErr := raw.Control(func(fd uintptr) { name, err = unix.GetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE) }); ctlErr != nil || err != nil {
		t.Fatal(ctlErr, err)
	}
	return strings.TrimRight(name, "\x00")
}

func listen(t *testing.T, at string, control Control) *net.UDPConn {
	t.Helper()
	conn, err := (&net.ListenConfig{Control: control}).ListenPacket(context.Background(), "udp4", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*net.UDPConn)
}

func TestBindTo(t *testing.T) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Skip(err)
	}
	c := listen(t, "127.0.0.1:0", func(_, _ string, c syscall.RawConn) error { return bind(c, *lo, false) })
	if got := device(t, c); got != "lo" {
		t.Errorf("bound to %q", got)
	}
	gone := net.Interface{Name: "no-such0", Index: 9999}
	_, err = (&net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return bind(c, gone, false) }}).
		ListenPacket(context.Background(), "udp4", "127.0.0.1:0")
	if !errors.Is(err, ErrBind) || !strings.Contains(err.Error(), "no-such0") {
		t.Errorf("bound to what is not there: %v", err)
	}
}

func TestBindingLeavesLoopbackAlone(t *testing.T) {
	for _, a := range []netip.Addr{{}, netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback(), netip.IPv4Unspecified()} {
		if Dialing(a) != nil || Listening(a) != nil {
			t.Errorf("%v is bound", a)
		}
	}
	if !Local(netip.MustParseAddr("127.1.2.3")) || Local(netip.MustParseAddr("203.0.113.77")) {
		t.Error("Local does not tell this computer's addresses")
	}
}

// Two interfaces in a network of their own; every route leads over the first, and the second is asked for.
func TestBindingChoosesTheWay(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil || os.Getuid() != 0 {
		t.Skip("needs root and ip")
	}
	var why string
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with its network
		if why = ownNetwork(); why == "" {
			checkWays(t)
		}
	}()
	<-done
	if why != "" {
		t.Skip(why)
	}
}

func ownNetwork() (why string) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err.Error()
	}
	for _, cmd := range []string{
		"link set lo up",
		"tuntap add dev asked0 mode tun", "addr add 10.9.2.1/24 dev asked0", "link set asked0 up",
		"tuntap add dev route0 mode tun", "addr add 10.9.1.1/24 dev route0", "link set route0 up",
		"route add default dev route0",
	} {
		if out, err := exec.Command("ip", strings.Fields(cmd)...).CombinedOutput(); err != nil { //nolint:gosec // a constant
			return fmt.Sprintf("ip %s: %v %s", cmd, err, out)
		}
	}
	return ""
}

func checkWays(t *testing.T) {
	t.Helper()
	source := netip.MustParseAddr("10.9.2.1")
	if got := device(t, listen(t, "10.9.2.1:0", Listening(source))); got != "asked0" {
		t.Errorf("a listener is bound to %q", got)
	}
	for to, want := range map[string]string{"198.51.100.1:9": "asked0", "10.9.1.1:9": "", "10.9.2.1:9": "", "127.0.0.1:9": ""} {
		d := net.Dialer{Control: Dialing(source), LocalAddr: &net.UDPAddr{IP: source.AsSlice()}}
		conn, err := d.DialContext(context.Background(), "udp4", to)
		if err != nil {
			t.Errorf("%s: %v", to, err)
			continue
		}
		if got := device(t, conn.(*net.UDPConn)); got != want {
			t.Errorf("to %s: bound to %q, want %q", to, got, want)
		}
		_ = conn.Close()
	}
}
