package prefs

import (
	"strings"

	"echopath/app/model"
	"echopath/netcheck"
)

// storedHost is the form of the screen "Host" as last filled in. Nothing in it is secret: invites are made anew each time, and are never
// stored.
type storedHost struct {
	Address      field[string] `json:"address,omitzero"`
	Name         field[string] `json:"name,omitzero"`
	TLSPort      field[string] `json:"tls_port,omitzero"`
	TCPPort      field[string] `json:"tcp_port,omitzero"`
	UDPPort      field[string] `json:"udp_port,omitzero"`
	PeerPorts    field[string] `json:"peer_ports,omitzero"`
	Public       field[string] `json:"public_address,omitzero"`
	Announce     field[string] `json:"more_addresses,omitzero"`
	STUN         field[string] `json:"stun,omitzero"` // one a line, those of the public list with a remark
	Pictures     field[string] `json:"pictures_in_calls,omitzero"`
	Camera       field[string] `json:"camera,omitzero"`
	Ask          field[bool]   `json:"ask_before_a_guest_gets_in,omitzero"`
	AnyCandidate field[bool]   `json:"any_candidate,omitzero"`
}

func storeHost(f model.HostForm, servers bool) storedHost {
	out := storedHost{
		Address: set(f.Address), Name: set(f.Name), TLSPort: set(f.TLSPort), TCPPort: set(f.TCPPort), UDPPort: set(f.UDPPort),
		PeerPorts: set(f.PeerPorts), Public: set(f.Public), Announce: set(f.Announce), Pictures: set(string(f.Pictures)), Camera: set(f.Camera), Ask: set(f.Ask), AnyCandidate: set(f.AnyCandidate),
	}
	if servers {
		out.STUN = set(wholeSTUN(f.STUN))
	}
	return out
}

// host gives nil if no form is stored.
func (r *reader) host(stored field[storedHost], servers bool) *model.HostForm {
	var f storedHost
	take(r, "form of the host", stored, &f, anything)
	if stored.kind != given {
		return nil
	}
	form := model.DefaultHostForm()
	take(r, "address to host on", f.Address, &form.Address, line)
	take(r, "name of the host", f.Name, &form.Name, line)
	take(r, "TLS port of the host", f.TLSPort, &form.TLSPort, line)
	take(r, "TCP port of the host", f.TCPPort, &form.TCPPort, line)
	take(r, "UDP port of the host", f.UDPPort, &form.UDPPort, line)
	take(r, "range of ports of the host", f.PeerPorts, &form.PeerPorts, line)
	take(r, "public address of the host", f.Public, &form.Public, line)
	take(r, "further addresses of the host", f.Announce, &form.Announce, list)
	pictures := string(form.Pictures)
	take(r, "pictures in calls", f.Pictures, &pictures, func(s string) bool {
		return s == string(netcheck.SourceSynthetic) || s == string(netcheck.SourceCamera)
	})
	form.Pictures = netcheck.SourceKind(pictures)
	take(r, "camera of the host", f.Camera, &form.Camera, line)
	take(r, "choice whether guests are asked about", f.Ask, &form.Ask, anything)
	take(r, "choice whether guests may name addresses", f.AnyCandidate, &form.AnyCandidate, anything)
	if servers {
		take(r, "STUN servers of the host", f.STUN, &form.STUN, list)
		form.STUN = wholeSTUN(form.STUN)
	}
	return &form
}

// wholeSTUN keeps the lines whose address is right, with their remarks. People type passwords into addresses; such a line is not right.
func wholeSTUN(s string) string {
	var kept []string
	for text := range strings.SplitSeq(s, "\n") {
		address, _, _ := strings.Cut(text, "#")
		if _, err := netcheck.ParseServerURL(strings.TrimSpace(address)); err == nil {
			kept = append(kept, strings.TrimSpace(text))
		}
	}
	return strings.Join(kept, "\n")
}
