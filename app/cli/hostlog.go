package cli

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck"
)

// hostLog writes what happens at a host to standard output: lines with their time, or JSON. One goroutine uses it.
type hostLog struct {
	out   screen
	json  bool
	quiet bool
}

// beside is what stands in the place of the time in the lines below the first.
var beside = strings.Repeat(" ", len(time.DateTime)+2)

// line writes a line with its time.
func (l hostLog) line(at time.Time, text string) {
	_, _ = fmt.Fprintf(l.out, "%s  %s\n", at.Local().Format(time.DateTime), l.out.Fit(text))
}

func (l hostLog) more(format string, args ...any) {
	_, _ = fmt.Fprintf(l.out, "%s%s\n", beside, l.out.Fit(fmt.Sprintf(format, args...)))
}

// started tells where the host listens, what to open in the firewall and where the invite is.
func (l hostLog) started(s *service) {
	now := s.host.Snapshot()
	if l.json {
		l.object(startedLine(s, now))
		return
	}
	l.line(time.Now(), fmt.Sprintf("Hosting as %s on %s.", present.Printable(s.plan.config.Name), s.plan.listen))
	if now.Public.IsValid() {
		l.more("The internet sees it as %s.", now.Public)
	}
	if now.AltAddress.IsValid() {
		l.more("%s", altLine(s.plan.alt, now))
	}
	if len(s.others) > 0 {
		l.more("This computer has other addresses too: %s. --listen chooses.", listOf(s.others))
	}
	l.more("Guests come to %s.", strings.Join(now.Signalling, ", "))
	if len(now.Ports) > 0 {
		l.more("The firewall must let in:")
		for _, p := range now.Ports {
			l.more("  %s", present.PortLine(p))
		}
	}
	if url := healthURL(now); url != "" {
		l.more("Is it well? curl -k %s", url)
	}
	for _, note := range now.Notes {
		l.more("%s", present.Printable(note))
	}
	l.more("%s", l.inviteWords(s))
	if s.plan.paste {
		l.more("If no TCP connection to here is possible, the guest's Echopath shows an answer to the invite. Paste it here and press Enter.")
	}
	l.more("Ctrl-C stops it.")
}

// altLine tells what the second address is good for.
func altLine(alt address, now hosting.Snapshot) string {
	line := fmt.Sprintf("STUN is on %s too, so that guests see all that the NAT before them does", alt)
	if now.AltPublic.IsValid() {
		line += fmt.Sprintf("; the internet sees it as %s", now.AltPublic)
	}
	return line + "."
}

// healthURL is where the host says whether it is well.
func healthURL(now hosting.Snapshot) string {
	if len(now.Signalling) == 0 {
		return ""
	}
	return "https://" + now.Signalling[0] + "/healthz"
}

// invited tells of a new invite.
func (l hostLog) invited(s *service) {
	if l.json {
		line := lineOf("invited", time.Now())
		line.addInvite(s)
		l.object(line)
		return
	}
	if !l.quiet || s.invite.text != "" {
		l.line(time.Now(), "A new invite. "+l.inviteWords(s))
	}
}

// inviteWords tells where the invite is and what it is good for, and the invite itself if it may be printed.
func (l hostLog) inviteWords(s *service) string {
	words := fmt.Sprintf("The invite is for %s until %s", present.Counted(s.plan.guests, "guest"), s.invite.expiry.Local().Format(time.DateTime))
	if s.plan.file.name != "" {
		words += ", in " + s.plan.file.name
	}
	if s.plan.renew {
		words += "; then there will be a new one"
	}
	if s.invite.text != "" {
		return words + ":\n" + s.invite.text
	}
	return words + "."
}

// event tells of an event.
func (l hostLog) event(e hosting.Event) {
	switch text := eventWords(e); {
	case l.quiet:
	case l.json:
		l.object(eventLine(e, text))
	case text != "":
		l.line(e.Time, text)
	}
}

// eventWords is an event as a sentence.
func eventWords(e hosting.Event) string {
	if e.Kind != hosting.EventRun || e.Run == nil {
		text, _ := present.HostEventLine(e)
		return text
	}
	ended, ok := e.Run.Body.(netcheck.PathEnded)
	if !ok {
		return ""
	}
	if ended.State == netcheck.StateNotRun { // nothing happened
		return ""
	}
	who := netcheck.CleanText(e.Name, present.MaxName)
	if who == "" {
		who = "A guest"
	}
	outcome := string(ended.State)
	if ended.State == netcheck.StateOK && e.Grade != "" { // a path that was measured can still be a bad one
		outcome = string(e.Grade)
	}
	text := fmt.Sprintf("%s measured %s: %s.", who, e.Run.Path.Title(), strings.ReplaceAll(outcome, "_", " "))
	why := ended.Reason
	if why == "" {
		why = e.Verdict
	}
	return strings.TrimSpace(text + " " + present.GuestSays(e.Name, why))
}

// status tells how things stand.
func (l hostLog) status(now hosting.Snapshot) {
	switch {
	case l.quiet:
	case l.json:
		line := lineOf("status", time.Now())
		line.Status = statusOf(now)
		l.object(line)
	default:
		l.line(time.Now(), fmt.Sprintf("%s here, %s under way, %d in the queue; %s, %s in, %s out.", present.Counted(len(now.Guests), "guest"),
			present.Counted(now.Active, "test"), now.Queued, present.Counted(now.Allocations, "relay"), megabytes(now.BytesIn), megabytes(now.BytesOut)))
	}
}

func megabytes(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// notice tells of something that the service itself has found. It is told to who wants quiet too.
func (l hostLog) notice(event, text string) {
	if l.json {
		line := lineOf(event, time.Now())
		line.Text = text
		l.object(line)
		return
	}
	l.line(time.Now(), text)
}

func (l hostLog) stopping() {
	if !l.json {
		l.line(time.Now(), "Stopping.")
	}
}

// stopped is the last line. last is how things stood before.
func (l hostLog) stopped(last hosting.Snapshot) {
	if l.json {
		line := lineOf("stopped", time.Now())
		line.Status = statusOf(last)
		l.object(line)
		return
	}
	l.line(time.Now(), fmt.Sprintf("Stopped. %s in, %s out.", megabytes(last.BytesIn), megabytes(last.BytesOut)))
}
