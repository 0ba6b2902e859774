package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"echopath/app/present"
)

var shortHelp = map[string]string{
	"check":   "the full check: packets on every path in turn, pictures on two, with a verdict",
	"loss":    "packet loss, delay and jitter, 10 s on each path",
	"host":    "the other end for a second computer, which is invited: servers, signalling, echo",
	"video":   "pictures sent and echoed on each path: delay, freezes, quality, bitrate; or a two-way call",
	"nat":     "what the network lets through, what its NAT does, and what that means for calls; a few seconds",
	"version": "versions of the program and of what it is built from",
}

const helpIntro = `Echopath measures the network as a call sees it: packets lost on the way out and back, delay and jitter, over
each path that a call could take (direct, STUN, relay over UDP, TCP and TLS), and says what the figures mean.`

var longHelp = map[string]string{
	"check": `Runs the full check: packet loss, delay and jitter on every path, 5 s each, and 3 s of video on the first
two paths that work. With servers of your own, or an invite, it begins with what the command nat asks. Without --turn and --stun it measures this computer alone, without a network: a baseline that everything else is compared with.`,
	"loss": `Sends numbered packets over each path, 100 a second of 200 bytes for 10 s unless told otherwise, on two carriers
at once: media packets (SRTP), as calls use, and an unreliable data channel, as games and remote control use.`,
	"video": `Sends a picture over each path, has the other end return it, and compares what comes back with what was sent: how
late it is, how often it stood still, what is missing, and how good it looks at the bitrate that the path allows. The picture
carries a time code, so that no clock but this computer's takes part. With --call and an invite both ends send a picture of their own
instead, as people do who see each other.`,
	natName: `Finds out why calls do not connect: asks STUN and TURN servers over UDP, TCP, TLS and DTLS what gets through, what the NAT
does with addresses and ports (RFC 4787), whether a proxy, a captive portal or somebody who reads along lies between, and how names, IPv6
and packet sizes do. It takes a few seconds, and says what to ask the firewall team for. Without servers of your own it asks two public STUN
servers: relays are then not tested.`,
}

const exitHelp = `Exit codes
  0    good or fair
  1    poor or failed
  2    wrong use, also an invite that is not good any more, or an IP version (--ip) that one end does not have; one line on standard error says how to mend it
  3    inconclusive: the figures are in doubt, or the host of an invite was not reached, did not let this computer in or was gone before the end
  4    could not run, or a result could not be written
  130  interrupted; what was measured until then is shown and written`

const envHelp = `Environment
  ECHOPATH_INVITE        invite, for --target invite
  ECHOPATH_TURN_PASS     password, in place of --turn-pass-file
  ECHOPATH_TURN_SECRET   shared secret, in place of --turn-secret-file
  HTTPS_PROXY, NO_PROXY  proxy on the way to hosts, and to TURN servers over TCP and TLS; where they name none, the settings of Windows and macOS are used
  NO_COLOR               any value: no colours`

const examples = `Examples
  This computer, no network needed:
    $NAME $CMD
  Your TURN server over UDP and TCP; the password is the first line of a file:
    $NAME $CMD --turn turn:turn.example.com:3478 \
      --turn "turn:turn.example.com:3478?transport=tcp" \
      --turn-user alice --turn-pass-file turn.pass
  Another Echopath, which gave you an invite (there: $NAME host):
    $NAME $CMD --target @invite.txt
  TURN over TLS with a company's own certificate authority:
    $NAME $CMD --turn turns:turn.example.com:5349 \
      --turn-ca company-ca.pem --turn-user alice --turn-pass-file turn.pass
  A server with a shared secret (TURN REST; "static-auth-secret" in coturn):
    $NAME $CMD --turn turn:turn.example.com:3478 \
      --turn-secret-file turn.secret
  For scripts: JSON on standard output, nothing else there:
    $NAME $CMD --json - --quiet | jq .verdict.grade
  Files for a ticket:
    $NAME $CMD --title "Office, 2nd floor" \
      --csv results --json results/report.json`

const videoExamples = `
  A call under load on the path that it would choose, kept as a file that browsers and players show:
    $NAME video --path direct --under-load --record call.webm
  A two-way call with another Echopath, on the first path that works:
    $NAME video --call --target @invite.txt --duration 1m`

const natExamples = `Examples
  What the NAT does, as public STUN servers see it:
    $NAME nat
  Your own servers, every transport, and a text for the firewall team:
    $NAME nat --turn turn:turn.example.com --turn "turn:turn.example.com?transport=tcp" \
      --turn turns:turn.example.com --turn-user alice --turn-pass-file turn.pass \
      --firewall-text ticket.txt
  A list of servers that somebody passed on:
    $NAME nat --servers servers.json
  The servers of another Echopath, which gave you an invite (there: $NAME host):
    $NAME nat --target @invite.txt
  For scripts: JSON on standard output, nothing else there:
    $NAME nat --json - --quiet | jq .nat.mapping`

// help prints the help of a command.
func (a *app) help(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	switch {
	case !cmd.HasParent():
		a.rootHelp(&b)
	case cmd.Name() == hostName:
		a.hostHelp(&b)
	case longHelp[cmd.Name()] != "":
		a.commandHelp(&b, cmd.Name())
	default:
		fmt.Fprintf(&b, "Usage: %s %s\n\nShows %s.\n", a.deps.Name, cmd.Name(), cmd.Short)
	}
	_, _ = fmt.Fprint(a.out, a.out.Fit(b.String()))
}

func (a *app) rootHelp(b *strings.Builder) {
	for _, line := range present.Wrap(helpIntro, a.out.Width) {
		fmt.Fprintln(b, line)
	}
	b.WriteString(reflow(fmt.Sprintf("\nUsage: %s COMMAND [FLAGS]\n\nCommands\n", a.deps.Name), a.out.Width))
	for _, name := range []string{"check", "loss", "video", natName, hostName, "version"} {
		b.WriteString(reflow(fmt.Sprintf("  %-9s%s\n", name, shortHelp[name]), a.out.Width))
	}
	b.WriteString(reflow(fmt.Sprintf("\n%s COMMAND --help shows the flags of a command, with examples.\n", a.deps.Name), a.out.Width))
	if len(a.deps.DefaultArgs) > 0 {
		b.WriteString(reflow(fmt.Sprintf("Without arguments it runs: %s %s\n", a.deps.Name, strings.Join(a.deps.DefaultArgs, " ")), a.out.Width))
	}
	b.WriteString(reflow("\n"+exitHelp+"\n", a.out.Width))
}

func (a *app) commandHelp(b *strings.Builder, name string) {
	a.withoutVideo(b, name)
	for _, line := range present.Wrap(longHelp[name], a.out.Width) {
		fmt.Fprintln(b, line)
	}
	b.WriteString(reflow(fmt.Sprintf("\nUsage: %s %s [FLAGS]\n", a.deps.Name, name), a.out.Width))
	writeFlags(b, (&options{command: name}).groups(), a.out.Width)
	text := examples
	switch name {
	case "video":
		text += videoExamples
	case natName:
		text = natExamples
	}
	text = strings.NewReplacer("$NAME", a.deps.Name, "$CMD", name).Replace(text)
	b.WriteString(reflow(fmt.Sprintf("\n%s\n\n%s\n\n%s\n", text, envHelp, exitHelp), a.out.Width))
}

// reflow wraps the lines that are too long. Those that go on below a second column stay in it; commands, which are further in,
// are to be copied and stay as they are.
func reflow(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		if present.Columns(line) <= width || indent > 2 {
			b.WriteString(line + "\n")
			continue
		}
		first, rest := line[:indent], strings.Repeat(" ", 2*indent)
		if gap := strings.Index(body, "  "); gap > 0 {
			body = strings.TrimLeft(body[gap:], " ")
			first = line[:len(line)-len(body)]
			rest = strings.Repeat(" ", len(first))
		}
		b.WriteString(strings.Join(present.Indented(first, rest, body, width), "\n") + "\n")
	}
	return b.String()
}

func writeFlags(b *strings.Builder, groups flagGroups, width int) {
	for _, group := range groups {
		fmt.Fprintf(b, "\n%s\n", group.title)
		for _, f := range group.flags {
			writeFlag(b, f, width)
		}
	}
}

// writeFlag prints a flag with its help beside it, wrapped in a column of its own, or below it where there is no room.
func writeFlag(b *strings.Builder, f flagSpec, width int) {
	column := 28
	head := "  --" + f.name
	if f.value != "" {
		head += " " + f.value
	}
	narrow := width < present.MinWidth
	if narrow || len(head) >= column {
		fmt.Fprintln(b, head)
		head = ""
	}
	if narrow {
		column = 6
	}
	for i, line := range present.Wrap(f.help, width-column) {
		if i > 0 {
			head = ""
		}
		fmt.Fprintf(b, "%-*s%s\n", column, head, line)
	}
}
