package prefs

import (
	"slices"
	"strings"
	"unicode"

	"echopath/app/model"
	"echopath/netcheck"
)

// storedForm is the form as last filled in. There is no field in it for a secret, so that none can be stored.
type storedForm struct {
	Target  field[string]        `json:"target,omitzero"`
	Paths   field[[]string]      `json:"paths,omitzero"` // the chosen ones
	Preset  field[string]        `json:"preset,omitzero"`
	Load    field[storedLoad]    `json:"custom_load,omitzero"`
	Family  field[string]        `json:"family,omitzero"`
	Iface   field[string]        `json:"interface,omitzero"`
	Title   field[string]        `json:"title,omitzero"`
	Video   field[storedVideo]   `json:"video,omitzero"`
	Network field[storedNetwork] `json:"network,omitzero"`
	STUN    field[string]        `json:"outside_stun,omitzero"` // one a line, those of the public list with a remark
	Servers field[storedServers] `json:"servers,omitzero"`
}

// storedLoad holds what was typed, right or wrong.
type storedLoad struct {
	Rate        field[string] `json:"rate,omitzero"`
	Size        field[string] `json:"size,omitzero"`
	Duration    field[string] `json:"duration,omitzero"`
	LateAfter   field[string] `json:"late_after,omitzero"`
	DataChannel field[bool]   `json:"datachannel,omitzero"`
	SRTP        field[bool]   `json:"srtp,omitzero"`
}

type storedServers struct {
	URLs   field[string] `json:"urls,omitzero"` // one a line
	User   field[string] `json:"user,omitzero"`
	CAFile field[string] `json:"ca_file,omitzero"`
	Pins   field[string] `json:"pins,omitzero"` // one a line
}

// Bytes of what is typed into one line, and of lists.
const (
	maxLine = 1000
	maxList = 20_000
)

func line(s string) bool { return plain(s, maxLine) }
func list(s string) bool { return plain(s, maxList) }

func storeForm(f model.Form, servers bool) storedForm {
	var paths []string
	for _, p := range netcheck.AllPaths() {
		if f.Paths[p] {
			paths = append(paths, string(p))
		}
	}
	if paths == nil {
		paths = []string{} // none is chosen, which is not the same as nothing stored
	}
	l := f.Load
	out := storedForm{
		Target: set(string(f.Target)), Paths: set(paths), Preset: set(f.Preset), Family: set(string(f.Family)), Iface: set(f.Iface), Title: set(f.Title),
		Load: set(storedLoad{set(l.Rate), set(l.Size), set(l.Duration), set(l.LateAfter), set(l.DataChannel), set(l.SRTP)}),
	}
	if f.Video != (model.VideoForm{}) { // whoever makes a form without it has nothing to say about it
		out.Video = set(storeVideo(f.Video))
	}
	if f.Network != (model.NetworkForm{}) {
		out.Network = set(storeNetwork(f.Network, servers))
	}
	if servers {
		out.STUN = set(wholeSTUN(f.STUN))
		s := f.WithoutSecrets().Servers
		out.Servers = set(storedServers{set(wholeURLs(s.URLs)), set(s.User), set(s.CAFile), set(wholePins(s.Pins))})
	}
	return out
}

// form gives nil if no form is stored.
func (r *reader) form(stored field[storedForm], servers bool, preset string) *model.Form {
	var f storedForm
	take(r, "form", stored, &f, anything)
	if stored.kind != given {
		return nil
	}
	form := defaultForm(preset)
	target, family := string(form.Target), string(form.Family)
	take(r, "target", f.Target, &target, knownTarget)
	take(r, "address family", f.Family, &family, func(f string) bool {
		return f == string(netcheck.FamilyAuto) || f == string(netcheck.Family4) || f == string(netcheck.Family6)
	})
	form.Target, form.Family = netcheck.TargetKind(target), netcheck.Family(family)
	take(r, "preset", f.Preset, &form.Preset, func(p string) bool { return p == model.Custom || knownPreset(p) })
	take(r, "network interface", f.Iface, &form.Iface, line)
	take(r, "title", f.Title, &form.Title, line)
	r.paths(f.Paths, form.Paths)
	r.load(f.Load, &form.Load)
	r.video(f.Video, &form.Video)
	r.network(f.Network, &form.Network, servers)
	if servers {
		take(r, "outside STUN servers", f.STUN, &form.STUN, list)
		form.STUN = wholeSTUN(form.STUN)
		r.servers(f.Servers, &form.Servers)
	}
	return &form
}

func knownTarget(t string) bool {
	return t == string(netcheck.TargetSelf) || t == string(netcheck.TargetTURN) || t == string(netcheck.TargetInvite)
}

func (r *reader) paths(f field[[]string], to map[netcheck.Path]bool) {
	var chosen []string
	take(r, "choice of paths", f, &chosen, anything)
	if f.kind != given {
		return
	}
	clear(to)
	for _, p := range netcheck.AllPaths() {
		to[p] = slices.Contains(chosen, string(p))
	}
	for _, name := range chosen {
		if _, known := to[netcheck.Path(name)]; !known {
			r.leftOut("paths")
			return
		}
	}
}

func (r *reader) load(f field[storedLoad], to *model.Load) {
	var l storedLoad
	take(r, "custom load", f, &l, anything)
	take(r, "rate", l.Rate, &to.Rate, line)
	take(r, "packet size", l.Size, &to.Size, line)
	take(r, "duration", l.Duration, &to.Duration, line)
	take(r, "limit for late packets", l.LateAfter, &to.LateAfter, line)
	take(r, "choice of the data channel", l.DataChannel, &to.DataChannel, anything)
	take(r, "choice of SRTP", l.SRTP, &to.SRTP, anything)
}

func (r *reader) servers(f field[storedServers], to *model.Servers) {
	var s storedServers
	var urls, pins string
	take(r, "list of servers", f, &s, anything)
	take(r, "server addresses", s.URLs, &urls, list)
	take(r, "user name", s.User, &to.User, line)
	take(r, "file of certificate authorities", s.CAFile, &to.CAFile, func(p string) bool { return plain(p, maxPath) })
	take(r, "pins", s.Pins, &pins, list)
	if to.URLs = wholeURLs(urls); to.URLs != urls {
		r.leftOut("server addresses")
	}
	to.URLs = model.MarkPublic(to.URLs)
	if to.Pins = wholePins(pins); to.Pins != pins {
		r.leftOut("pins")
	}
}

// wholeURLs keeps the server addresses that are right, one a line. People type passwords into addresses; such an address is not
// right, and neither is one that is typed half.
func wholeURLs(s string) string {
	return wholeWords(withoutRemarks(s), func(word string) bool {
		_, err := netcheck.ParseServerURL(word)
		return err == nil
	})
}

// withoutRemarks leaves out what follows a # on a line.
func withoutRemarks(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, "#")
	}
	return strings.Join(lines, "\n")
}

func wholePins(s string) string {
	return wholeWords(s, func(word string) bool {
		_, err := netcheck.ParsePin(word)
		return err == nil
	})
}

func wholeWords(s string, whole func(string) bool) string {
	words := strings.FieldsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || c == ',' })
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return !whole(w) }), "\n")
}
