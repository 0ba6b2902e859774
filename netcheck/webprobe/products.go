package webprobe

import (
	"crypto/x509"
	"errors"
	"strings"
)

// products are words in the names of authorities by which boxes and programs that inspect TLS sign their certificates. They count
// only for certificates that are in no public log, since some of the makers have public certificates as well.
var products = []string{
	"Zscaler", "Fortinet", "FortiGate", "Palo Alto Networks", "Blue Coat", "BlueCoat", "Netskope", "Forcepoint", "Websense", "Sophos",
	"WatchGuard", "SonicWall", "Barracuda", "Check Point", "Cisco Umbrella", "McAfee", "Skyhigh", "iboss", "Lightspeed", "Securly", "Smoothwall",
	"Untangle", "Trend Micro", "Kaspersky", "ESET SSL Filter", "Avast", "AVG Web", "Bitdefender", "AdGuard", "Squid", "mitmproxy", "Fiddler",
	"Charles Proxy", "PortSwigger",
}

// product is what the certificate's authorities name of a product that inspects TLS, "" if nothing.
func (r reading) product() string {
	if r.seen.Logged {
		return ""
	}
	names := strings.ToLower(r.seen.Root)
	for _, c := range r.seen.Chain {
		names += "\n" + strings.ToLower(c.Issuer.String())
	}
	for _, p := range products {
		if strings.Contains(names, strings.ToLower(p)) {
			return p
		}
	}
	return ""
}

func asUnknown(err error, target *x509.UnknownAuthorityError) bool { return errors.As(err, target) }
