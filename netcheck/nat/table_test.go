package nat

import (
	"net/netip"
	"testing"

	"echopath/netcheck"
)

func at(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

const (
	inside = "192.168.1.2:5000"
	x      = "203.0.113.1:1001"
	y      = "203.0.113.1:1002"
	z      = "203.0.113.1:1003"
	a1p1   = "198.51.100.1:3478"
	a1p2   = "198.51.100.1:3479"
	a2p2   = "198.51.100.2:3479"
	elses  = "198.51.100.9:3478"
)

// sees makes the end of a question whose answer says that. "-" is silence, "" was not asked.
func sees(mapped string) result {
	switch mapped {
	case "":
		return result{}
	case "-":
		return result{outcome: silent}
	}
	return result{outcome: answered, answer: answer{mapped: at(mapped), from: at(a1p1)}, fromAsked: true}
}

// comes makes the end of a question whose answer came from there; a number is an error.
func comes(from string) result {
	switch from {
	case "":
		return result{}
	case "-":
		return result{outcome: silent}
	case "cut":
		return result{outcome: cut}
	case "420", "400":
		return result{outcome: refused, answer: answer{code: 420, from: at(a1p1)}, fromAsked: true}
	}
	return result{outcome: answered, answer: answer{mapped: at(x), from: at(from)}, fromAsked: from == a1p1}
}

func observe(servers ...*serverSeen) observed {
	return observed{family: netcheck.Family4, local: at(inside), own: []netip.Addr{at(inside).Addr(), netip.MustParseAddr("10.8.0.2")}, servers: servers}
}

func two(first, second, third, port string) *serverSeen {
	return &serverSeen{server: Server{Addr: at(a1p1)}, announced: announcedSecond, other: at(a2p2), alt: at(a1p2),
		first: sees(first), second: sees(second), third: sees(third), port: sees(port)}
}

func ported(first, port string) *serverSeen {
	return &serverSeen{server: Server{Addr: at(a1p1), AltPort: 3479}, alt: at(a1p2), first: sees(first), port: sees(port)}
}

func single(address, first string) *serverSeen {
	return &serverSeen{server: Server{Addr: at(address)}, first: sees(first)}
}

// The table of mappings, row by row, and what less can decide.
func TestDecideMapping(t *testing.T) {
	for name, tt := range map[string]struct {
		seen observed
		want netcheck.Behavior
		nat  netcheck.Tri
	}{
		"own address":                       {observe(two(inside, inside, inside, inside)), none, netcheck.No},
		"own address, others silent":        {observe(two(inside, "-", "-", "-")), none, netcheck.No},
		"another own address, same port":    {observe(single(a1p1, "10.8.0.2:5000")), none, netcheck.No},
		"own address, another port":         {observe(single(a1p1, "192.168.1.2:5001")), unknown, netcheck.Yes},
		"x x x":                             {observe(two(x, x, x, x)), eim, netcheck.Yes},
		"x x x, the fourth not asked":       {observe(two(x, x, x, "")), eim, netcheck.Yes},
		"x y y":                             {observe(two(x, y, y, x)), adm, netcheck.Yes},
		"x y z":                             {observe(two(x, y, z, "203.0.113.1:1004")), apdm, netcheck.Yes},
		"x y z, the fourth silent":          {observe(two(x, y, z, "-")), apdm, netcheck.Yes},
		"x x z":                             {observe(two(x, x, z, "-")), apdm, netcheck.Yes},
		"x and no answer":                   {observe(two(x, "-", "-", "-")), unknown, netcheck.Yes},
		"x and no answer from elsewhere":    {observe(two(x, "-", "-", x)), either, netcheck.Yes},
		"x, no answer, another for a port":  {observe(two(x, "-", "-", y)), apdm, netcheck.Yes},
		"x - z":                             {observe(two(x, "-", z, "-")), depends, netcheck.Yes},
		"x - x":                             {observe(two(x, "-", x, "-")), steady, netcheck.Yes},
		"one server":                        {observe(single(a1p1, x)), unknown, netcheck.Yes},
		"nobody":                            {observe(single(a1p1, "-")), unknown, netcheck.Unknown},
		"nobody was asked":                  {observe(), unknown, netcheck.Unknown},
		"two ports, same":                   {observe(ported(x, x)), either, netcheck.Yes},
		"two ports, not the same":           {observe(ported(x, y)), apdm, netcheck.Yes},
		"two ports, one silent":             {observe(ported(x, "-")), unknown, netcheck.Yes},
		"plain ones, same":                  {observe(single(a1p1, x), single(elses, x)), steady, netcheck.Yes},
		"plain ones, not the same":          {observe(single(a1p1, x), single(elses, y)), depends, netcheck.Yes},
		"one of two plain ones is silent":   {observe(single(a1p1, x), single(elses, "-")), unknown, netcheck.Yes},
		"two plain ones on one address":     {observe(single(a1p1, x), single(a1p2, x)), either, netcheck.Yes},
		"two ports and others, same":        {observe(ported(x, x), single(elses, x)), eim, netcheck.Yes},
		"two ports and others, by address":  {observe(ported(x, x), single(elses, y)), adm, netcheck.Yes},
		"two ports and others, by port too": {observe(ported(x, y), single(elses, z)), apdm, netcheck.Yes},
		"two addresses, refuted by another": {observe(two(x, x, x, x), single(elses, y)), adm, netcheck.Yes},
		"one inside and one outside":        {observe(single(a1p1, inside), single(elses, x)), unknown, netcheck.Yes},
		"one before the carrier's NAT":      {observe(single(a1p1, "100.64.1.1:900"), single(elses, x)), unknown, netcheck.Yes},
		"one in the home network": {observe(single(a1p1, "10.0.0.1:900"), single(elses, x), single("198.51.100.10:3478", x)),
			steady, netcheck.Yes},
	} {
		t.Run(name, func(t *testing.T) {
			b := decide(tt.seen)
			if b.Mapping != tt.want || b.NAT != tt.nat {
				t.Errorf("mapping %q, NAT %q; want %q, %q", b.Mapping, b.NAT, tt.want, tt.nat)
			}
			certain := b.Mapping == none || b.Mapping == eim || b.Mapping == adm || b.Mapping == apdm
			if (b.MappingNote == "") != certain {
				t.Errorf("%q, note %q", b.Mapping, b.MappingNote)
			}
		})
	}
}

// The table of filtering, row by row. The mapping test had answers from all four places unless it says otherwise.
func TestDecideFiltering(t *testing.T) {
	type row struct {
		control, both string
		port          []string
		second        string // of the mapping test: "-" is silence of A2
		alt           string // and of A1P2
	}
	for name, tt := range map[string]struct {
		row  row
		want netcheck.Behavior
	}{
		"from another address":                          {row{a1p1, a2p2, []string{a1p2}, x, x}, eim},
		"from another address alone":                    {row{a1p1, a2p2, []string{"-"}, x, x}, eim},
		"from the first address: one that pretends":     {row{a1p1, a1p2, []string{a1p2}, x, x}, unknown},
		"from the very same place":                      {row{a1p1, a1p1, []string{a1p1}, x, x}, unknown},
		"error 420 to both":                             {row{a1p1, "420", []string{"420"}, x, x}, unknown},
		"error 420, and another port is let in":         {row{a1p1, "420", []string{a1p2}, x, x}, either},
		"error 420, and another port is not":            {row{a1p1, "420", []string{"-"}, x, x}, apdm},
		"another port":                                  {row{a1p1, "-", []string{a1p2}, x, x}, adm},
		"another port, and A2 is never heard":           {row{a1p1, "-", []string{a1p2}, "-", x}, either},
		"neither":                                       {row{a1p1, "-", []string{"-"}, x, x}, apdm},
		"neither, and A2 is never heard":                {row{a1p1, "-", []string{"-"}, "-", x}, unknown},
		"neither, and the second port is never heard":   {row{a1p1, "-", []string{"-"}, x, "-"}, depends},
		"no answer from elsewhere, no change of port":   {row{a1p1, "-", []string{"420"}, x, x}, depends},
		"without a control nothing is said":             {row{"-", "-", []string{"-"}, x, x}, unknown},
		"cut off":                                       {row{a1p1, "cut", []string{"cut"}, x, x}, unknown},
		"cut off before the control":                    {row{"cut", "cut", []string{"cut"}, x, x}, unknown},
		"one address: another port":                     {row{a1p1, "", []string{a1p2}, "", x}, either},
		"one address: silence":                          {row{a1p1, "", []string{"-"}, "", x}, apdm},
		"one address: silence, and the port is dead":    {row{a1p1, "", []string{"-"}, "", "-"}, unknown},
		"one address: error 420":                        {row{a1p1, "", []string{"420"}, "", x}, unknown},
		"one address: it passes over the wish":          {row{a1p1, "", []string{a1p1}, "", x}, unknown},
		"one address, asked in two ways: one helps":     {row{a1p1, "", []string{"420", a1p2}, "", x}, either},
		"one address, asked in two ways: silence to it": {row{a1p1, "", []string{a1p1, "-"}, "", x}, apdm},
		"one address: cut off":                          {row{a1p1, "", []string{"cut"}, "", x}, unknown},
		"not asked":                                     {row{"", "", nil, "", ""}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := two(x, tt.row.second, tt.row.second, tt.row.alt)
			if tt.row.both == "" {
				s = ported(x, tt.row.alt)
			}
			s.filter.control, s.filter.both = comes(tt.row.control), comes(tt.row.both)
			for _, p := range tt.row.port {
				s.filter.port = append(s.filter.port, comes(p))
			}
			b := decide(observe(s))
			if b.Filtering != tt.want {
				t.Errorf("filtering %q, want %q", b.Filtering, tt.want)
			}
			certain := b.Filtering == eim || b.Filtering == adm || b.Filtering == apdm
			if (b.FilteringNote == "") != certain {
				t.Errorf("%q, note %q", b.Filtering, b.FilteringNote)
			}
		})
	}
}

// Of several servers the one that tells most is believed.
func TestDecideFilteringOfSeveral(t *testing.T) {
	able, unable := two(x, x, x, x), two(x, "-", "-", "-")
	able.server.Addr = at(elses)
	able.filter = filterSeen{control: comes(a1p1), both: comes("-"), port: []result{comes("-")}}
	unable.filter = able.filter
	for _, list := range [][]*serverSeen{{able, unable}, {unable, able}, {single("198.51.100.10:3478", x), unable, able}} {
		if b := decide(observe(list...)); b.Filtering != apdm || b.FilteringNote != "" || b.Method != netcheck.NATByTwoAddresses {
			t.Errorf("%+v", b)
		}
	}
	if b := decide(observe(unable)); b.Filtering != unknown || b.FilteringNote == "" {
		t.Errorf("%+v", b)
	}
}

// The method is the one of the server that decides most.
func TestDecideMethod(t *testing.T) {
	for _, tt := range []struct {
		seen observed
		want netcheck.NATMethod
	}{
		{observe(), ""},
		{observe(single(a1p1, "-")), ""},
		{observe(single(a1p1, x)), netcheck.NATByOneServer},
		{observe(single(a1p1, x), single(elses, "-")), netcheck.NATByOneServer},
		{observe(single(a1p1, x), single(elses, x)), netcheck.NATBySeveralServers},
		{observe(single(a1p1, x), single(a1p2, x)), netcheck.NATByTwoPorts},
		{observe(ported(x, x)), netcheck.NATByTwoPorts},
		{observe(ported(x, "-")), netcheck.NATByOneServer},
		{observe(single(elses, x), ported(x, x)), netcheck.NATByTwoPorts},
		{observe(single(elses, x), two(x, y, y, x)), netcheck.NATByTwoAddresses},
		{observe(two(x, "-", "-", x)), netcheck.NATByTwoPorts},
		{observe(two(x, "-", "-", "-")), netcheck.NATByOneServer},
	} {
		if b := decide(tt.seen); b.Method != tt.want {
			t.Errorf("%q, want %q: %+v", b.Method, tt.want, tt.seen)
		}
	}
}

// The names that people know, for what the tables say of them.
func TestDecideNames(t *testing.T) {
	for _, tt := range []struct {
		mapped [3]string
		both   string
		port   string
		gloss  string
	}{
		{[3]string{x, x, x}, a2p2, a1p2, "full cone NAT"},
		{[3]string{x, x, x}, "-", a1p2, "restricted cone NAT"},
		{[3]string{x, x, x}, "-", "-", "port-restricted cone NAT"},
		{[3]string{x, y, y}, "-", "-", "symmetric NAT"},
		{[3]string{x, y, z}, a2p2, a1p2, "symmetric NAT"},
		{[3]string{inside, inside, inside}, a2p2, a1p2, "open, no NAT and no firewall"},
		{[3]string{inside, inside, inside}, "-", "-", "no NAT, and a firewall that lets answers in"},
		{[3]string{inside, inside, inside}, "-", a1p2, "no NAT, and a firewall that lets answers in"},
	} {
		s := two(tt.mapped[0], tt.mapped[1], tt.mapped[2], tt.mapped[0])
		s.filter = filterSeen{control: comes(a1p1), both: comes(tt.both), port: []result{comes(tt.port)}}
		if b := decide(observe(s)); b.Gloss() != tt.gloss {
			t.Errorf("%v, %s, %s: %q, want %q", tt.mapped, tt.both, tt.port, b.Gloss(), tt.gloss)
		}
	}
}
