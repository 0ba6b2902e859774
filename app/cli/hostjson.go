package cli

import (
	"encoding/json"
	"math"
	"net/netip"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// hostSchema names the form of the lines. Fields are added within it, never renamed or removed. docs/hosting.md explains them.
const hostSchema = "echopath.host/1"

// hostLine is a line of JSON. Which fields it has depends on the event.
type hostLine struct {
	Schema string    `json:"schema"`
	Time   time.Time `json:"time"` // UTC
	Event  string    `json:"event"`

	*hostStart
	*hostInvite
	*hostEvent
	Status *hostStatus `json:"status,omitempty"`
	Text   string      `json:"text,omitempty"`
}

// hostStart is where the host listens.
type hostStart struct {
	Name       string     `json:"host_name"`
	AppVersion string     `json:"app_version"`
	OS         string     `json:"os"`
	Listen     string     `json:"listen"`
	Interface  string     `json:"interface,omitempty"`
	Public     string     `json:"public,omitempty"`
	AltAddress string     `json:"alt_address,omitempty"`
	AltPublic  string     `json:"alt_public,omitempty"`
	Signalling []string   `json:"signalling"`
	URLs       []string   `json:"urls"`
	Ports      []hostPort `json:"ports"`
	Health     string     `json:"health,omitempty"`
	Budget     float64    `json:"budget_packets_per_second"`
	Notes      []string   `json:"notes"`
}

type hostPort struct {
	Protocol string `json:"protocol"`
	From     int    `json:"from"`
	To       int    `json:"to"`
	Address  string `json:"address,omitempty"` // "": the one that is listened on
	Why      string `json:"why"`
}

// hostInvite is an invite; its text is there on request alone.
type hostInvite struct {
	Guests  int       `json:"invite_guests"`
	Expires time.Time `json:"invite_expires"`
	File    string    `json:"invite_file,omitempty"`
	Paste   bool      `json:"invite_paste,omitempty"`
	Text    string    `json:"invite,omitempty"`
	Link    string    `json:"invite_link,omitempty"`
}

// hostEvent is what happened to a guest.
type hostEvent struct {
	Guest   string `json:"guest,omitempty"`
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
	Run     string `json:"run,omitempty"`
	Path    string `json:"path,omitempty"`
	State   string `json:"state,omitempty"`
	Code    string `json:"code,omitempty"`
	Grade   string `json:"grade,omitempty"`   // of a path that has ended, or of the run
	Verdict string `json:"verdict,omitempty"` // likewise: the gravest finding, or the verdict in a sentence
}

// hostStatus is how the host stands.
type hostStatus struct {
	Guests      int     `json:"guests"`
	Active      int     `json:"active"`
	Queued      int     `json:"queued"`
	Used        float64 `json:"used_packets_per_second"`
	Allocations int     `json:"allocations"`
	BytesIn     uint64  `json:"bytes_in"`
	BytesOut    uint64  `json:"bytes_out"`
	Drops       uint64  `json:"drops"`
}

func lineOf(event string, at time.Time) hostLine {
	return hostLine{Schema: hostSchema, Time: at.UTC().Round(time.Millisecond), Event: event}
}

func (l hostLog) object(line hostLine) { _ = json.NewEncoder(l.out).Encode(line) } // the writer remembers errors

func startedLine(s *service, now hosting.Snapshot) hostLine {
	line := lineOf("started", time.Now())
	line.hostStart = &hostStart{
		Name: s.plan.config.Name, AppVersion: s.plan.config.Version, OS: s.plan.config.OS,
		Listen: now.Address.String(), Interface: s.plan.listen.on, Public: addrText(now.Public),
		AltAddress: addrText(now.AltAddress), AltPublic: addrText(now.AltPublic),
		Signalling: list(now.Signalling), URLs: list(now.URLs), Ports: []hostPort{}, Health: healthURL(now),
		Budget: math.Round(now.Budget), Notes: list(now.Notes),
	}
	for _, p := range now.Ports {
		line.Ports = append(line.Ports, hostPort{p.Protocol, p.From, p.To, addrText(p.Address), p.Why})
	}
	line.addInvite(s)
	return line
}

// list makes a missing list an empty one, which readers go through without asking.
func list(texts []string) []string { return append([]string{}, texts...) }

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func (l *hostLine) addInvite(s *service) {
	l.hostInvite = &hostInvite{Guests: s.plan.guests, Expires: s.invite.expiry.UTC(), File: s.plan.file.name, Paste: s.plan.paste, Text: s.invite.text, Link: s.invite.link}
}

// eventLine is an event with a sentence about it.
func eventLine(e hosting.Event, text string) hostLine {
	line := lineOf(string(e.Kind), e.Time)
	line.Text = text
	h := &hostEvent{Guest: e.Guest, Name: netcheck.CleanText(e.Name, maxName), Run: e.RunID, Path: string(e.Path), Code: e.Code, Grade: string(e.Grade),
		Verdict: netcheck.CleanText(e.Verdict, 500)}
	if e.Address.IsValid() {
		h.Address = e.Address.String()
	}
	if e.Run != nil {
		h.Path = string(e.Run.Path)
		if ended, ok := e.Run.Body.(netcheck.PathEnded); ok {
			h.State, h.Code = string(ended.State), string(ended.Code)
		}
	}
	line.hostEvent = h
	return line
}

func statusOf(now hosting.Snapshot) *hostStatus {
	return &hostStatus{Guests: len(now.Guests), Active: now.Active, Queued: now.Queued, Used: math.Round(10*now.Used) / 10, Allocations: now.Allocations,
		BytesIn: now.BytesIn, BytesOut: now.BytesOut, Drops: now.Drops}
}
