//go:build !unix

package localprobe

import "net/netip"

// systemNameServers knows of none: other systems do not keep them in a file.
func systemNameServers() []netip.Addr { return nil }
