package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/idna"

	"echopath/netcheck"
)

// resolveTimeout is what a lookup may take. Calls need names at once; a name server that needs longer is a finding.
const resolveTimeout = 2 * time.Second

// Resolve gives the addresses of host in family f, FamilyAuto for both, in the system's order and never an empty list. A
// literal address stands for itself. The error is a *netcheck.Failure without a server, told apart by code:
// ReasonNameNotFound, ReasonNameTimeout, ReasonNoFamily, ReasonCancelled.
func Resolve(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error) {
	return resolve(ctx, &net.Resolver{Dial: new(net.Dialer).DialContext}, host, f)
}

func resolve(ctx context.Context, system *net.Resolver, host string, f netcheck.Family) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		if a = a.Unmap(); !inFamily(a, f) {
			return nil, &netcheck.Failure{
				Code: netcheck.ReasonNoFamily, Text: fmt.Sprintf("%s is not an IPv%s address.", host, f),
				Advice: "Give the server's name or its IPv" + string(f) + " address, or leave the choice of the IP version to the program.",
			}
		}
		return []netip.Addr{a}, nil
	}
	limited, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	name, r := asciiHost(host), endingWith(limited, system)
	addrs, err := lookup(limited, r, name, f)
	if err == nil && len(addrs) > 0 {
		return addrs, nil
	}
	// "Not found" may mean that the name exists without an address of this family: the resolver does not tell.
	if f != netcheck.FamilyAuto && notFound(err) {
		if others, otherErr := lookup(limited, r, name, netcheck.FamilyAuto); otherErr == nil && len(others) > 0 {
			return nil, &netcheck.Failure{
				Code: netcheck.ReasonNoFamily, Text: fmt.Sprintf("%s has no IPv%s address.", host, f),
				Advice: "Test with the other IP version, or ask the server's administrators for an address of this one.", Err: err,
			}
		}
	}
	return nil, aboutServer.contextFailure(ctx, resolveFailure(host, err))
}

// endingWith gives a resolver whose lookups end with ctx. Go's own resolver gives up a lookup at the end of its context and
// leaves goroutines waiting for the name server behind, for 5 s and more; closing their connections ends them. (The C
// library's, which Go uses on some systems, can not be stopped.)
func endingWith(ctx context.Context, r *net.Resolver) *net.Resolver {
	open := r.Dial
	return &net.Resolver{PreferGo: r.PreferGo, Dial: func(lookup context.Context, network, addr string) (net.Conn, error) {
		conn, err := open(lookup, network, addr)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() }) // mostly the resolver has closed it before
		}
		return conn, err
	}}
}

func inFamily(a netip.Addr, f netcheck.Family) bool {
	switch f {
	case netcheck.Family4:
		return a.Is4()
	case netcheck.Family6:
		return a.Is6()
	}
	return true
}

func lookup(ctx context.Context, r *net.Resolver, name string, f netcheck.Family) ([]netip.Addr, error) {
	network := "ip"
	if f == netcheck.Family4 || f == netcheck.Family6 {
		network += string(f)
	}
	addrs, err := r.LookupNetIP(ctx, network, name)
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, err
}

func notFound(err error) bool {
	var dns *net.DNSError
	return err == nil || errors.As(err, &dns) && dns.IsNotFound
}

func resolveFailure(host string, err error) *netcheck.Failure {
	if notFound(err) {
		return &netcheck.Failure{
			Code: netcheck.ReasonNameNotFound, Text: fmt.Sprintf("The name %s does not exist for this computer's name servers.", host),
			Advice: "Check the spelling; if it is right, ask for the name to be made known inside this network, or give the server's IP address.", Err: err,
		}
	}
	f := &netcheck.Failure{
		Code: netcheck.ReasonNameTimeout, Text: fmt.Sprintf("The name servers gave no answer for %s.", host),
		Advice: "Check this computer's name servers and VPN (port 53 must be open to them), or give the server's IP address.", Err: err,
	}
	if KindOf(err) != KindTimeout {
		f.Text = fmt.Sprintf("The name servers could not answer for %s.", host)
	}
	return f
}

// asciiHost writes an internationalised name as name servers, proxies and certificates know it (RFC 5891). Whatever that can
// not be done for is left as it is: its lookup will say that it does not exist.
func asciiHost(host string) string {
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return host
	}
	return ascii
}
