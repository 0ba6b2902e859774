package rtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// toldFailure is what the other end says about why there is no link. They are its words, and stand as such: "this computer" and "here"
// are that end in them.
func (p *peer) toldFailure(f signaling.Failure) *netcheck.Failure {
	out := &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The other end could not make its end of the path.", Advice: shown(f.Advice)}
	if !p.role.offers {
		out.Text = "The other end gave up the path."
	}
	if slices.Contains(foreignCodes, f.Code) {
		out.Code = f.Code
	}
	switch text := shown(f.Text); {
	case text == "":
		out.Text += " It does not say why."
	case strings.HasPrefix(text, "It "): // said for this end to tell, as a refusal is
		out.Text += " " + text
	default:
		out.Text += ` It says: "` + strings.TrimSuffix(text, ".") + `".`
	}
	return out
}

// foreignCodes are the reasons that another end's word is taken for. What is its own affair comes out as a refusal.
var foreignCodes = []netcheck.ReasonCode{netcheck.ReasonNoFamily, netcheck.ReasonNoHairpin, netcheck.ReasonNoAnswer, netcheck.ReasonNoPair,
	netcheck.ReasonDTLS, netcheck.ReasonNoProof, netcheck.ReasonLinkLost, netcheck.ReasonFarRefused, netcheck.ReasonHostGone,
	netcheck.ReasonImpostor, netcheck.ReasonCancelled}

// toTell is a failure on its way to the other end.
func toTell(err error) *signaling.Failure {
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	return &signaling.Failure{Code: f.Code, Text: shown(f.Text), Advice: shown(f.Advice)}
}

// shown makes a text of another computer one that can be shown: at most signaling.MaxText bytes in one line.
func shown(s string) string {
	if len(s) > signaling.MaxText {
		s = s[:signaling.MaxText]
	}
	return netcheck.CleanText(s, signaling.MaxText)
}

// signallingEnded makes a failure of the error with which the signalling ended.
func signallingEnded(err error) *netcheck.Failure {
	var told *netcheck.Failure
	if errors.As(err, &told) {
		return told
	}
	var gone *signaling.Gone
	switch {
	case errors.As(err, &gone):
		return &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: gone.Text, Advice: gone.Advice, Err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe):
		return &netcheck.Failure{Code: netcheck.ReasonHostGone, Err: err,
			Text: "The other end closed the connection before there was a link."}
	}
	return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Err: err,
		Text:   "The two ends did not agree on a connection.",
		Advice: "Repeat the test; if it happens again, check that both computers run the same version of the program."}
}

// unanswered tells of another end that says nothing.
func unanswered(after time.Duration) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonHostGone,
		Text:   fmt.Sprintf("The other end did not answer within %.1f s when it was asked for its end of the path.", after.Seconds()),
		Advice: "Check that the other computer is still connected and its program still runs."}
}

// addressless tells of another end that answers and offers no address to send to.
func addressless(p netcheck.Path) *netcheck.Failure {
	f := &netcheck.Failure{Code: netcheck.ReasonNoPair,
		Text:   "The other end offers no address that this computer could send to.",
		Advice: "Check that the other computer has a network connection of the same IP version."}
	if p == netcheck.PathSTUN {
		f.Advice = "Its STUN servers may not answer it: check that UDP from the other computer to them is allowed."
	}
	return f
}

// tell lets the other end know why there is no link, if that is possible at once.
func tell(s Signals, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), tellTime)
	defer cancel()
	_ = s.Send(ctx, signaling.Signal{Failure: toTell(err)})
}

const tellTime = 200 * time.Millisecond
