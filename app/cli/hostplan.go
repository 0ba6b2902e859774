package cli

import (
	"errors"
	"math"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck/signaling/invite"
)

// hostPlan is what the flags of the command host ask for.
type hostPlan struct {
	config hosting.Config
	listen address
	alt    address // zero: there is none

	ttl    time.Duration
	guests int
	file   privateFile
	print  bool // the invite
	paste  bool // it works by copy and paste too
	renew  bool
	json   bool
	quiet  bool
}

// Bounds of what can be asked for.
const (
	defaultTTL   = 10 * time.Minute
	minTTL       = time.Minute
	maxTTL       = 365 * 24 * time.Hour
	maxInvited   = 10_000
	minBudget    = 40 // one careful test
	maxBudget    = 20_000
	lowPeerPort  = 1024
	lastPort     = 65535
	fewPeerPorts = 16 // a test of all paths uses less than that at one time
)

// anyWord as a port lets the system choose a free one; noneWord leaves a port out that is not needed.
const (
	anyWord  = "any"
	noneWord = "none"
)

// plan turns the flags into a plan. What is wrong with them comes out here, before anything is opened.
func (o *hostOptions) plan(s *system, in inputs, now time.Time) (p hostPlan, err error) {
	if err := o.groups().empty(o.given); err != nil {
		return p, err
	}
	p.config.OS, p.config.AnyCandidate = runtime.GOOS+"/"+runtime.GOARCH, o.anyCandidate
	p.quiet = o.quiet
	for _, fill := range []func(*hostPlan) error{o.fillOutput, o.fillInvites, o.fillPorts, o.fillAnnounced, o.fillBudget} {
		if err := fill(&p); err != nil {
			return p, err
		}
	}
	if p.config.Name, err = computerName(o.name); err != nil {
		return p, err
	}
	if p.config.STUN, err = stunServers(o.stun); err != nil {
		return p, err
	}
	if p.config.Certificate, err = o.certificate(in, now); err != nil {
		return p, err
	}
	return p, o.fillAddresses(&p, s)
}

func (o *hostOptions) fillAddresses(p *hostPlan, s *system) (err error) {
	if p.listen, err = s.listenOn(o.listen); err != nil {
		return err
	}
	p.config.Address = p.listen.addr
	if o.publicAddress != "" {
		if p.config.Public, err = publicAddress("public-address", o.publicAddress, p.listen.addr); err != nil {
			return err
		}
	}
	return o.fillAlt(p, s)
}

func (o *hostOptions) fillOutput(p *hostPlan) error {
	if o.given["json"] && o.json != dash {
		return wrongUse("--json %s: a host writes lines to standard output only: use --json - and redirect it", o.json)
	}
	p.json = o.given["json"]
	return nil
}

// fillInvites reads who may come, for how long, and how the invite reaches them.
func (o *hostOptions) fillInvites(p *hostPlan) (err error) {
	p.ttl, p.guests, p.print, p.file = defaultTTL, 1, o.printInvite, privateFile{what: inviteWord, name: o.inviteFile}
	p.paste = o.paste
	if o.inviteFile == "" && !o.printInvite {
		return wrongUse("nobody could come in, because nobody would see the invite: add --invite-file FILE or --print-invite")
	}
	if o.given["invite-ttl"] {
		if p.ttl, err = parseDays(o.inviteTTL); err != nil || p.ttl < minTTL || p.ttl > maxTTL {
			return wrongUse("--invite-ttl %q: give from 1m to 365d, with a unit, for example 30m, 8h, 7d or 1d12h", o.inviteTTL)
		}
	}
	if o.given["max-guests"] {
		if p.guests, err = whole("max-guests", o.maxGuests, 1, maxInvited); err != nil {
			return err
		}
	}
	if o.paste && p.guests != 1 {
		return wrongUse("--paste makes an invite for one guest, which has one answer: leave out --max-guests, or --paste")
	}
	switch o.renew {
	case "on":
		p.renew = true
	case "":
		p.renew = o.inviteFile != ""
	case "off":
	default:
		return wrongUse("--renew %q: use on or off", o.renew)
	}
	return p.file.check()
}

// parseDays is time.ParseDuration, with whole days before the rest: 1d12h.
func parseDays(text string) (time.Duration, error) {
	days, rest, isDays := strings.Cut(text, "d")
	if !isDays {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return 0, err
	}
	whole := time.Duration(n) * 24 * time.Hour //nolint:gosec // 16 bits
	if rest == "" {
		return whole, nil
	}
	more, err := time.ParseDuration(rest)
	if err == nil && (more < 0 || rest[0] == '+') {
		err = errors.New("a sign behind the days")
	}
	return whole + more, err
}

func whole(flag, text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, wrongUse("--%s %q: give a whole number from %d to %d", flag, text, least, most)
	}
	return n, nil
}

func (o *hostOptions) fillPorts(p *hostPlan) (err error) {
	for _, port := range []struct {
		flag, text string
		to         *int
	}{{"udp-port", o.udpPort, &p.config.UDPPort}, {"alt-udp-port", o.altUDPPort, &p.config.AltUDPPort}, {"tcp-port", o.tcpPort, &p.config.TCPPort}, {"tls-port", o.tlsPort, &p.config.TLSPort}} {
		if !o.given[port.flag] {
			continue
		}
		switch {
		case port.text == anyWord:
			*port.to = hosting.AnyPort
			continue
		case port.text == noneWord && port.flag == "alt-udp-port":
			*port.to = hosting.NoPort
			continue
		}
		if *port.to, err = whole(port.flag, port.text, 1, lastPort); err != nil {
			return err
		}
	}
	if p.config.UDPPort > 0 && p.config.UDPPort == p.config.AltUDPPort {
		return wrongUse("--udp-port and --alt-udp-port are both %d: give them different ports", p.config.UDPPort)
	}
	if p.config.TCPPort > 0 && p.config.TCPPort == p.config.TLSPort {
		return wrongUse("--tcp-port and --tls-port are both %d: give them different ports", p.config.TCPPort)
	}
	return p.fillPeerPorts(o.peerPorts)
}

func (p *hostPlan) fillPeerPorts(text string) error {
	switch text {
	case "":
		return nil
	case anyWord:
		p.config.PeerPortMin, p.config.PeerPortMax = hosting.AnyPort, hosting.AnyPort
		return nil
	}
	first, last, _ := strings.Cut(text, "-")
	low, lowErr := strconv.Atoi(first)
	high, highErr := strconv.Atoi(last)
	switch {
	case lowErr != nil || highErr != nil || low < lowPeerPort || high > lastPort || low > high:
		return wrongUse("--peer-ports %q: give the first and the last port, from %d to %d, for example 49152-49407", text, lowPeerPort, lastPort)
	case high-low+1 < fewPeerPorts:
		return wrongUse("--peer-ports %s: %s are too few for a test: give at least %d", text, present.Counted(high-low+1, "port"), fewPeerPorts)
	}
	p.config.PeerPortMin, p.config.PeerPortMax = low, high
	return nil
}

// fillAnnounced checks the names and addresses for the invite.
func (o *hostOptions) fillAnnounced(p *hostPlan) error {
	if most := invite.MaxAddresses - 2; len(o.announce) > most { // the others are the address and what a 1:1 NAT makes of it
		return wrongUse("--announce is given %d times: an invite has room for %d", len(o.announce), most)
	}
	for _, text := range o.announce {
		if !isHostPort(text) {
			return wrongUse("--announce %q: give a name or address, with or without a port, for example turn.example.com:443 or [2001:db8::7]:443", text)
		}
	}
	p.config.Announce = o.announce
	return nil
}

// isHostPort tells a name or address, with or without a port.
func isHostPort(text string) bool {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.Zone() == ""
	}
	host := text
	if strings.Contains(text, ":") {
		h, port, err := net.SplitHostPort(text)
		n, portErr := strconv.ParseUint(port, 10, 16)
		if err != nil || portErr != nil || n == 0 {
			return false
		}
		if addr, err := netip.ParseAddr(h); err == nil {
			return addr.Zone() == ""
		}
		host = h
	}
	return isName(host)
}

// isName tells the name of a host (RFC 1123, section 2.1; underscores are tolerated, as resolvers do).
func isName(host string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, letters) != "" || strings.HasPrefix(label, "-") {
			return false
		}
	}
	return true
}

func (o *hostOptions) fillBudget(p *hostPlan) (err error) {
	if !o.given["budget"] {
		return nil
	}
	v, err := strconv.ParseFloat(o.budget, 64)
	if err != nil || math.IsNaN(v) || v < minBudget || v > maxBudget || strings.ContainsAny(o.budget, "_xX") {
		return wrongUse("--budget %q: give packets a second from %d to %d, for example --budget 5000", o.budget, minBudget, maxBudget)
	}
	p.config.Budget = v
	return nil
}
