package emulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// namespaces is where ip keeps the namespaces that it has given names.
const namespaces = "/run/netns"

// backlog is how many packets a device keeps while the thread that reads it sleeps. The kernel's 500 are less than a burst of a tenth of a
// second at 10,000 packets a second.
const backlog = 20_000

// device is a TUN device in a namespace.
type device struct {
	end End
	fd  int
}

// openDevice makes one. It belongs to the namespace in which it was made; its file is used from anywhere.
func openDevice(e End) (*device, error) {
	d := &device{end: e, fd: -1}
	err := inNamespace(e.Namespace, func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("/dev/net/tun: %w", err)
		}
		if err := setUp(fd, e.Interface); err != nil {
			return errors.Join(err, unix.Close(fd))
		}
		d.fd = fd
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("device %s in %s: %w", e.Interface, e.Namespace, err)
	}
	return d, nil
}

func setUp(fd int, name string) error {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		return fmt.Errorf("TUNSETIFF: %w", err)
	}
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	ifr.SetUint32(backlog)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFTXQLEN, ifr); err != nil {
		err = fmt.Errorf("SIOCSIFTXQLEN: %w", err)
		return errors.Join(err, unix.Close(socket))
	}
	return unix.Close(socket)
}

func (d *device) close() error {
	if d == nil {
		return nil
	}
	return unix.Close(d.fd)
}

// counters reads what the kernel counts of the device.
func (d *device) counters() (Kernel, error) {
	var text []byte
	err := inNamespace(d.end.Namespace, func() error {
		var err error
		text, err = os.ReadFile("/proc/thread-self/net/dev") // /proc/net is that of the process's first thread
		return err
	})
	if err != nil {
		return Kernel{}, fmt.Errorf("counters of %s in %s: %w", d.end.Interface, d.end.Namespace, err)
	}
	return parseCounters(string(text), d.end.Interface)
}

// parseCounters reads one device's line: eight columns of what it received, then eight of what it sent, the fourth of each being what was
// dropped.
func parseCounters(text, name string) (Kernel, error) {
	for line := range strings.Lines(text) {
		device, rest, ok := strings.Cut(strings.TrimSpace(line), ":")
		columns := strings.Fields(rest)
		if !ok || device != name || len(columns) < 16 {
			continue
		}
		given, err1 := strconv.ParseUint(columns[3], 10, 64)
		taken, err2 := strconv.ParseUint(columns[11], 10, 64)
		return Kernel{NotTaken: taken, NotGiven: given}, errors.Join(err1, err2)
	}
	return Kernel{}, fmt.Errorf("the kernel counts nothing of %s", name)
}

// inNamespace runs f on a thread in a network namespace. The thread ends with it: it can not be used for anything else.
func inNamespace(name string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- func() error {
			fd, err := unix.Open(filepath.Join(namespaces, filepath.Base(name)), unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return err
			}
			if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
				return errors.Join(fmt.Errorf("setns: %w", err), unix.Close(fd))
			}
			return errors.Join(unix.Close(fd), f())
		}()
	}()
	return <-done
}
