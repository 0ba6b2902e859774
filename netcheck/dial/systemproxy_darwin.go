package dial

import (
	"context"
	"os/exec"
)

// proxySetting names where a proxy comes from.
const proxySetting = "HTTPS_PROXY, or the proxy settings of macOS"

// readSettings asks the system's configuration. What can not be read is no proxy, as for a program that never asked.
func readSettings(ctx context.Context) settings {
	out, err := exec.CommandContext(ctx, "/usr/sbin/scutil", "--proxy").Output()
	if err != nil {
		return settings{}
	}
	return parseScutil(string(out))
}
