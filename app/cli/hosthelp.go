package cli

import (
	"fmt"
	"strings"

	"echopath/app/present"
)

const hostIntro = `Makes this computer the other end for a second one: a STUN and TURN server, signalling and an echo, on one address.
Who has the invite can measure the network between the two: $NAME check --target @invite.txt there. Nobody has to let a guest in by
hand here; in the window, somebody can. It runs until Ctrl-C or SIGTERM.`

const hostExamples = `Examples
  For one guest within ten minutes; the invite is on the screen:
    $NAME host --print-invite
  A server that always has an invite for ten guests in a file, with the certificate of its name:
    $NAME host --invite-file /run/echopath/invite --invite-ttl 1d --max-guests 10 \
      --tls-port 443 --tls-cert fullchain.pem --tls-key privkey.pem \
      --announce turn.example.com:443
  Behind a 1:1 NAT, as clouds have it:
    $NAME host --public-address 203.0.113.7 --invite-file invite.txt
  For a guest to whom no TCP connection is possible, for instance because both are behind a NAT; its answer is pasted here:
    $NAME host --paste --print-invite --stun public
  For programs: the invite is in the first line of a file that you alone can read:
    (umask 077; $NAME host --print-invite --json - > host.jsonl) &
    head -1 host.jsonl | jq -r .invite`

const hostExitHelp = `Exit codes
  0    stopped by Ctrl-C or SIGTERM
  2    wrong use; one line on standard error says how to mend it
  4    could not start, for example because a port is in use, or lost the address that it listens on
  130  ended at once by a second Ctrl-C or SIGTERM`

func (a *app) hostHelp(b *strings.Builder) {
	name := strings.NewReplacer("$NAME", a.deps.Name)
	for _, line := range present.Wrap(name.Replace(hostIntro), a.out.Width) {
		fmt.Fprintln(b, line)
	}
	b.WriteString(reflow(fmt.Sprintf("\nUsage: %s %s [FLAGS]\n", a.deps.Name, hostName), a.out.Width))
	writeFlags(b, new(hostOptions).groups(), a.out.Width)
	sys := a.deps.system
	if sys == nil {
		sys = thisSystem()
	}
	b.WriteString("\nAddresses of this computer\n")
	for _, own := range sys.addresses() {
		fmt.Fprintf(b, "  %s\n", own)
	}
	b.WriteString(reflow(name.Replace(fmt.Sprintf("\n%s\n\n%s\n", hostExamples, hostExitHelp)), a.out.Width))
}
