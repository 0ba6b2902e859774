package model

import (
	"echopath/netcheck"
)

// Form is what the person has filled in, as typed: a wrong entry stays as it is, so that it can be mended.
type Form struct {
	Target  netcheck.TargetKind
	Servers Servers
	Invite  netcheck.Secret // of the target "another Echopath", as pasted
	Paths   map[netcheck.Path]bool
	Preset  string // a preset's name, or Custom
	Load    Load   // only read when Preset is Custom
	Family  netcheck.Family
	Iface   string      // network interface by name or address; "" leaves it to the system
	STUN    string      // outside servers by which this computer may be found as a guest, one a line; what follows # is a remark
	Title   string      // of the report; may be empty
	Video   VideoForm   // only read by the screen "Video echo"
	Network NetworkForm // only read by the screen "Network"
}

// Custom is the name of a load that follows no preset.
const Custom = "custom"

// Load is the custom load, as typed.
type Load struct {
	Rate        string // packets a second, a carrier
	Size        string // bytes
	Duration    string // seconds or Go's form: "10", "10s", "2m"
	LateAfter   string // milliseconds or Go's form
	DataChannel bool
	SRTP        bool
}

// Servers is the editor of the target "TURN servers", as typed.
type Servers struct {
	URLs       string // one a line; stun:, turn:, turns:
	User       string
	Password   netcheck.Secret
	RESTSecret netcheck.Secret
	CAFile     string // PEM file
	CAPEM      []byte // what is in it, read by the owner of files; nil until then
	CAProblem  string // why it could not be read, "" if it could
	Pins       string // SPKI SHA-256, hex or base64, separated by spaces or lines
}

// Field names an input, for messages that stand under it.
type Field string

// The inputs.
const (
	FieldTarget    Field = "target"
	FieldInvite    Field = "invite"
	FieldPreset    Field = "preset"
	FieldPaths     Field = "paths"
	FieldRate      Field = "rate"
	FieldSize      Field = "size"
	FieldDuration  Field = "duration"
	FieldLateAfter Field = "late_after"
	FieldCarriers  Field = "carriers"
	FieldFamily    Field = "family"
	FieldIface     Field = "interface"
	FieldPortal    Field = "portal"
	FieldURLs      Field = "urls"
	FieldUser      Field = "user"
	FieldPassword  Field = "password"
	FieldREST      Field = "rest_secret"
	FieldCA        Field = "ca"
	FieldPins      Field = "pins"
)

// Checked is a form that was read.
type Checked struct {
	Plan     netcheck.Plan            // meaningful if Problem is ""
	Problems map[Field]string         // a plain sentence under each field that can not be used
	Problem  string                   // the first of them, or what is wrong with the whole: why Start is disabled; "" if nothing is
	Missing  bool                     // Problem is that something was not put in yet, which is no mistake
	Cost     string                   // "5 paths x 2 carriers x 500 packets, 320 kbit/s each way, about 32 s"
	CostHint string                   // the whole announcement: what will be sent where
	Hints    map[netcheck.Path]string // what a path is, and why it will not be measured with these servers, if so

	Record *Recording // of the video; nil: none

	unfit map[netcheck.Path]string // why a path will not be measured with these servers
}
