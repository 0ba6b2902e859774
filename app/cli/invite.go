package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// envInvite holds an invite, for --target invite.
const envInvite = "ECHOPATH_INVITE"

// inviteWord as a target means the invite of the environment.
const inviteWord = "invite"

const answerWord = "answer"

// Bounds of an invite and the mail around it, and of a name, in bytes.
const (
	maxInvite = 16 << 10
	maxName   = 64
	shortWord = 12 // what is no longer than this can not be the better part of an invite, and may be repeated
)

// invited tells that the target is an invite, be it a good one or not.
func (o *options) invited() bool {
	return o.given["target"] && o.target != "" && o.target != "self" && o.target != "turn"
}

// fillInvite makes the plan one for another computer. Nothing that is said here repeats anything of the invite.
func (o *options) fillInvite(p *netcheck.Plan, in inputs) error {
	text, err := o.inviteText(in)
	if err != nil {
		return err
	}
	parsed, err := invite.Parse(text)
	if err != nil {
		return wrongUse("--target: %s", err)
	}
	if err := o.checkName(); err != nil {
		return err
	}
	if err := o.checkWay(parsed); err != nil {
		return err
	}
	p.Target.Kind, p.Target.Invite = netcheck.TargetInvite, netcheck.Secret(text)
	return nil
}

// checkWay reads how the host is to be talked to.
func (o *options) checkWay(i invite.Invite) error {
	o.answer = privateFile{what: answerWord, name: o.answerFile}
	switch way := signaling.Way(strings.ToLower(o.signaling)); {
	case !o.given["signaling"]:
	case way != signaling.WayWebSocket && way != signaling.WaySSE && way != signaling.WayPaste:
		return wrongUse("--signaling %q: use websocket, sse or paste", o.signaling)
	case way == signaling.WayPaste && i.Offer == nil:
		return wrongUse("--signaling paste: this invite is not one for copy and paste: ask for one that is (at the host: --paste)")
	default:
		o.signaling = string(way)
	}
	if o.given["answer-file"] && i.Offer == nil {
		return wrongUse("--answer-file is for an invite by copy and paste, and this is none: leave it out, or ask for one that is (at the host: --paste)")
	}
	return o.answer.check()
}

func (o *options) checkName() (err error) {
	o.name, err = computerName(o.name)
	return err
}

// computerName is the name that the other end is shown, by default that of this computer.
func computerName(name string) (string, error) {
	if name == "" {
		name, _ = os.Hostname()
		return netcheck.CleanText(name, maxName), nil
	}
	if len(name) > maxName || present.Printable(name) != name {
		return "", wrongUse("--name: give at most %d letters and digits", maxName)
	}
	return name, nil
}

// inviteText gets the text from where --target points to.
func (o *options) inviteText(in inputs) (string, error) {
	file, isFile := strings.CutPrefix(o.target, "@")
	switch {
	case isFile && file == "":
		return "", wrongUse("--target @ names no file: write --target @FILE")
	case isFile:
		text, err := in.read("target", file)
		return string(text), err
	case o.target == dash && (o.passFile == dash || o.secretFile == dash):
		return "", wrongUse("standard input can not be the invite and the password: give one of them in a file")
	case o.target == dash:
		return in.typedInvite()
	case o.target == inviteWord && in.env(envInvite) == "":
		return "", wrongUse("--target invite takes the invite from %s, which is empty: set it, or use --target @FILE", envInvite)
	case o.target == inviteWord:
		return in.env(envInvite), nil
	case !invite.Looks(o.target):
		word := ""
		if len(o.target) <= shortWord {
			word = fmt.Sprintf(" %q", o.target)
		}
		return "", wrongUse("--target%s is not a target: use self, turn or an invite, best as @FILE; an invite is one long word that another Echopath has made", word)
	}
	in.warn("others on this computer can read the invite in the list of processes: prefer --target @FILE, or --target invite with %s", envInvite)
	return o.target, nil
}

// typedInvite reads standard input up to the end of an invite, not to that of the stream: a person may be typing. Mail programs
// break an invite into lines.
func (in inputs) typedInvite() (string, error) {
	lines := bufio.NewScanner(io.LimitReader(in.stdin, maxInvite))
	var text strings.Builder
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			if text.Len() > 0 {
				break
			}
			continue
		}
		text.WriteString(lines.Text() + "\n")
		if _, err := invite.Parse(text.String()); err == nil || !errors.Is(err, invite.ErrTruncated) && !errors.Is(err, invite.ErrNotInvite) {
			break
		}
	}
	if text.Len() == 0 {
		return "", wrongUse("--target -: there is no invite on standard input")
	}
	return text.String(), nil
}
