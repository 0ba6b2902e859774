package cli

import (
	"errors"
	"iter"
	"slices"

	"github.com/spf13/cobra"
)

// options are the flags of a measuring command, as they were given. Numbers stay text until the plan is made: then a wrong one
// gets a message of ours, which says how to mend it.
type options struct {
	command                   string
	target, paths             string
	turn, stun                []string
	user, pass, passFile      string
	secretFile, caFile        string
	pins                      []string
	family, iface             string
	name, signaling           string // with an invite
	answerFile                string // with one by copy and paste
	preset, duration, rate    string
	size, lateAfter, carriers string
	json, csv, title          string
	quiet, noVideo, noNetwork bool
	servers                   string // name of a file with a list of them

	portal, long, limit string
	firewallText        textFile

	source, difficulty, picture, fps string // of the video
	startKbps, maxKbps               string
	underLoad, fixedSize, call       bool
	record, recordWhat               string

	given  map[string]bool // flags that stood on the command line
	kept   recordings
	answer privateFile
}

// flagSpec is one flag with its help. Exactly one of the pointers is set.
type flagSpec struct {
	name, value, help string
	text              *string
	list              *[]string
	set               *bool
}

// flagGroup is what belongs together in the help.
type flagGroup struct {
	title string
	flags []flagSpec
}

// flagGroups are the flags of a command.
type flagGroups []flagGroup

func (o *options) groups() flagGroups {
	if o.command == natName {
		return o.natGroups()
	}
	return flagGroups{
		{"Where to measure", []flagSpec{
			{name: "target", value: "self|turn|INVITE", text: &o.target, help: "self: this computer alone, works offline. turn: your STUN/TURN servers; implied by --turn, --stun and --servers (default self). " +
				"An invite: the computer that it is from. Others on this computer can read a command line, so give it as @FILE, as - for standard input, or as invite, which takes it from ECHOPATH_INVITE"},
			{name: "path", value: "LIST", text: &o.paths, help: "direct, stun, relay-udp, relay-tcp, relay-tls with commas between, or all (default all)"},
			{name: "ip", value: "auto|4|6", text: &o.family, help: "version of IP (default auto: one for all paths)"},
			{name: "interface", value: "NAME|IP", text: &o.iface, help: "network interface, or its address, to measure from"},
		}},
		o.inviteFlags(),
		o.serverFlags(),
		o.load(),
		{"What to get", []flagSpec{
			{name: "json", value: "FILE|-", text: &o.json, help: "write the report as JSON; - writes it to standard output instead of the table"},
			{name: "csv", value: "DIR|-", text: &o.csv, help: csvHelp[o.command]},
			{name: "title", value: "TEXT", text: &o.title, help: "title for the report, for example where you are"},
			{name: "quiet", set: &o.quiet, help: "no announcement and no progress on standard error"},
		}},
	}
}

// inviteFlags say how to talk to the host of an invite.
func (o *options) inviteFlags() flagGroup {
	return flagGroup{"With an invite", []flagSpec{
		{name: "name", value: "NAME", text: &o.name, help: "what the host is shown (default: the name of this computer)"},
		{name: "signaling", value: "websocket|sse|paste", text: &o.signaling, help: "for experts: the one way of talking to the host, instead of the first that works"},
		{name: "answer-file", value: "FILE", text: &o.answerFile, help: "where the host can be joined by copy and paste alone: write the answer for it there, for you alone to read (mode 0600), instead of on the screen; taken away at the end"},
	}}
}

// serverFlags say which STUN and TURN servers there are.
func (o *options) serverFlags() flagGroup {
	return flagGroup{"Your servers", []flagSpec{
		{name: "turn", value: "URL", list: &o.turn, help: "TURN server; may be given several times, once for each transport: turn:HOST:3478, turn:HOST:3478?transport=tcp, turns:HOST:5349"},
		{name: "stun", value: "URL", list: &o.stun, help: "STUN server; may be given several times: stun:HOST:3478. public: well-known ones of others, which then see this computer's address"},
		{name: "servers", value: "FILE", text: &o.servers, help: "file with a list of servers, as web applications have it (iceServers of an RTCConfiguration, JSON), or one address a line, each with stun:, turn: or turns: before it"},
		{name: "turn-user", value: "NAME", text: &o.user, help: "user name at the TURN server"},
		{name: "turn-pass-file", value: "FILE", text: &o.passFile, help: "file whose first line is the password; - reads it from standard input"},
		{name: "turn-pass", value: "TEXT", text: &o.pass, help: "the password itself. Others on this computer can read it; prefer --turn-pass-file"},
		{name: "turn-secret-file", value: "FILE", text: &o.secretFile, help: "file whose first line is the server's shared secret (TURN REST); user and password are made from it"},
		{name: "turn-ca", value: "FILE", text: &o.caFile, help: "certificate authority of turns: servers (PEM), when it is not one that this computer trusts"},
		{name: "turn-pin", value: "sha256/HASH", list: &o.pins, help: "SHA-256 of the public key of a turns: server; may be given several times"},
	}}
}

// csvHelp says which files a command writes.
var csvHelp = map[string]string{
	"check": "write summary.csv, samples.csv, packets.csv and, with video, video.csv and frames.csv into a folder; - writes the summary alone to standard output instead of the table",
	"loss":  "write summary.csv, samples.csv and packets.csv into a folder; - writes the summary alone to standard output instead of the table",
	"video": "write summary.csv, video.csv (a row a second) and frames.csv (a row a picture) into a folder, with --under-load samples.csv and packets.csv too; of a call summary.csv and calls.csv (two rows a second); - writes the summary alone to standard output instead of the table",
}

// load is what a command sends.
func (o *options) load() flagGroup {
	if o.command == "video" {
		return o.videoLoad()
	}
	g := flagGroup{"What to send", []flagSpec{
		{name: "preset", value: "NAME", text: &o.preset, help: presetHelp()},
		{name: "duration", value: "TIME", text: &o.duration, help: "length of the measurement on each path, for example 10s or 2m"},
		{name: "rate", value: "N", text: &o.rate, help: "packets a second on each carrier, 1 to 20000"},
		{name: "size", value: "BYTES", text: &o.size, help: "size of a packet, 64 to 1150 bytes"},
		{name: "late-after", value: "TIME", text: &o.lateAfter, help: "an answer that takes longer is late, never lost (default 150ms)"},
		{name: "carrier", value: "LIST", text: &o.carriers, help: "srtp (media packets, as calls send them), datachannel, or both with a comma between (default both)"},
	}}
	if o.command == "check" {
		g.flags = append(g.flags, flagSpec{name: "no-video", set: &o.noVideo, help: "leave out the 3 s of video on the first two paths that work"},
			flagSpec{name: "no-network", set: &o.noNetwork, help: "leave out the questions to your servers that come first (as of the command nat), and measure the paths alone"})
	}
	return g
}

func (o *options) videoLoad() flagGroup {
	return flagGroup{"What to send", []flagSpec{
		{name: "source", value: "WHAT", text: &o.source, help: "where the pictures come from: synthetic, camera, camera:NAME, or a file (Y4M or IVF) (default synthetic)"},
		{name: "difficulty", value: "WORD", text: &o.difficulty, help: "how hard the synthetic picture is to encode: easy, normal or hard (default normal)"},
		{name: "size", value: "WxH", text: &o.picture, help: "320x180, 480x270, 640x360, 960x540 or 1280x720 (default 640x360)"},
		{name: "fps", value: "N", text: &o.fps, help: "pictures a second: 15 or 30 (default 30)"},
		{name: "start", value: "KBPS", text: &o.startKbps, help: "bitrate to begin with, in kbit/s on the wire (default 1000)"},
		{name: "max", value: "KBPS", text: &o.maxKbps, help: "bitrate that is never exceeded, 100 to 10000 kbit/s (default 2500)"},
		{name: "duration", value: "TIME", text: &o.duration, help: "length of the video on each path, for example 10s or 2m (default 10s)"},
		{name: "fixed-size", set: &o.fixedSize, help: "keep the size when the bitrate is too low for it, instead of stepping it down"},
		{name: "under-load", set: &o.underLoad, help: "a call under load: packets run beside the video, begin 5 s before it, and show what it does to the delay of everything else"},
		{name: "call", set: &o.call, help: "a two-way call: both ends send pictures of their own, and each direction is measured where its pictures arrive. " +
			"It needs an invite (--target), and takes the first path that works, or each one that --path names"},
		{name: "record", value: "FILE", text: &o.record, help: "keep the video as WebM; with several paths each gets a file of its own, NAME-PATH.webm"},
		{name: "record-what", value: "received|sent", text: &o.recordWhat, help: "the pictures as they came back, or as they were sent (default received)"},
	}}
}

// bind registers the flags with the command.
func (g flagGroups) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	for f := range g.all() {
		switch {
		case f.text != nil:
			flags.Var(&textValue{to: f.text, list: f.name == "path"}, f.name, f.help)
		case f.list != nil:
			flags.StringArrayVar(f.list, f.name, nil, f.help)
		default:
			flags.BoolVar(f.set, f.name, false, f.help)
		}
	}
}

// all goes through the flags of all groups.
func (g flagGroups) all() iter.Seq[flagSpec] {
	return func(yield func(flagSpec) bool) {
		for _, group := range g {
			for _, f := range group.flags {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// has tells whether there is a flag of that name.
func (g flagGroups) has(name string) bool {
	for f := range g.all() {
		if f.name == name {
			return true
		}
	}
	return false
}

// textValue is a flag with a text. Given twice it is wrong use, where the last one would win silently; but paths add up.
type textValue struct {
	to   *string
	list bool
	set  bool
}

var errTwice = errors.New("it is given twice")

// Set takes the text.
func (v *textValue) Set(s string) error {
	switch {
	case v.set && !v.list:
		return errTwice
	case v.set:
		s = *v.to + "," + s
	}
	*v.to, v.set = s, true
	return nil
}

// String gives the text.
func (v *textValue) String() string {
	if v.to == nil {
		return ""
	}
	return *v.to
}

// Type is for cobra's own help, which is not shown.
func (v *textValue) Type() string { return "string" }

// given tells which flags stand on the command line: an empty value is wrong use, a missing flag is not.
func (g flagGroups) given(cmd *cobra.Command) map[string]bool {
	given := map[string]bool{}
	for f := range g.all() {
		given[f.name] = cmd.Flags().Changed(f.name)
	}
	return given
}

// empty finds a flag that was given without a value, as --json "" from an unset variable of a script.
func (g flagGroups) empty(given map[string]bool) error {
	for f := range g.all() {
		none := f.text != nil && *f.text == "" || f.list != nil && slices.Contains(*f.list, "")
		if given[f.name] && none {
			return wrongUse("--%s has an empty value: give %s, or leave the flag out", f.name, f.value)
		}
	}
	return nil
}
