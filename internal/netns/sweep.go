package netns

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Available says what is missing here to build networks, in words; nil if nothing is.
func Available() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("network namespaces are a thing of Linux, this is %s", runtime.GOOS)
	}
	if os.Getuid() != 0 {
		return errors.New("network namespaces need root")
	}
	for _, program := range []string{"ip", "iptables-restore", "iptables-save", "sysctl", "ss"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is not installed: run scripts/setup.sh lab", program)
		}
	}
	return tryOne()
}

// tryOne finds out whether this root may make namespaces and rules at all: the one of a container often may not.
func tryOne() error {
	ctx := context.Background()
	name := fmt.Sprintf("eptry-%d", os.Getpid())
	if _, err := run(ctx, "", "ip", "netns", "add", name); err != nil {
		return fmt.Errorf("no network namespace can be made here: %w", err)
	}
	_, err := run(ctx, "*nat\nCOMMIT\n*filter\n-A INPUT -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n", "ip", "netns", "exec", name, "iptables-restore", "-w", "10")
	if err != nil {
		err = fmt.Errorf("no rules can be set in a network namespace here: %w", err)
	}
	return errors.Join(err, discard(ctx, []string{name}))
}

// Sweep removes the networks that processes left behind which have ended, and what still runs in them. It gives the names of the
// namespaces that it removed.
func Sweep(ctx context.Context, prefix string) ([]string, error) {
	all, err := names(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var stale []string
	for _, name := range all {
		if pid, ok := owner(prefix, name); ok && !alive(pid) {
			stale = append(stale, name)
		}
	}
	return stale, discard(ctx, stale)
}

// RemoveOwn removes the networks of this process, for a process that must end at once.
func RemoveOwn(prefix string) error {
	own, err := names(context.Background(), fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	return errors.Join(err, discard(context.Background(), own))
}

// owner reads the number of the process from the name of a namespace.
func owner(prefix, name string) (pid int, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, false
	}
	number, _, ok := strings.Cut(rest, "-")
	if !ok {
		return 0, false
	}
	pid, err := strconv.Atoi(number)
	return pid, err == nil && pid > 0
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// names lists the namespaces whose names begin with prefix.
func names(ctx context.Context, prefix string) ([]string, error) {
	out, err := run(ctx, "", "ip", "netns", "list")
	if err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(out) {
		// A line is a name, and for some of them "(id: 3)" behind it.
		if fields := strings.Fields(line); len(fields) > 0 && strings.HasPrefix(fields[0], prefix) {
			found = append(found, fields[0])
		}
	}
	return found, nil
}

// discard ends all that runs in the namespaces and removes them.
func discard(ctx context.Context, names []string) error {
	var errs []error
	for _, name := range names {
		pids, err := run(ctx, "", "ip", "netns", "pids", name)
		errs = append(errs, err)
		for _, field := range strings.Fields(pids) {
			if pid, err := strconv.Atoi(field); err == nil && pid > 1 && pid != os.Getpid() {
				if p, err := os.FindProcess(pid); err == nil {
					_ = p.Kill() // it may just have ended
				}
			}
		}
		_, err = run(ctx, "", "ip", "netns", "del", name)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
