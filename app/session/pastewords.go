package session

import (
	"context"
	"errors"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// neverMet tells that the answer was handed out and no connection came of it. From here it looks the same whether it never reached the
// host or nothing passes between the two: the advice is about both.
func neverMet(ctx context.Context, err error) error {
	var f *netcheck.Failure
	if errors.As(err, &f) || errors.Is(ctx.Err(), context.Canceled) {
		return err
	}
	return &netcheck.Failure{Code: netcheck.ReasonNoPair, Err: err,
		Text: "The answer was handed out, and the host was not heard in the time that there was for it.",
		Advice: "If the answer was not pasted at the host by then, ask for a new invite and be quicker. If it was, no UDP passes between the two computers: " +
			"at both ends, name a STUN server (--stun) so that NATs show the address to meet at, and ask whether a firewall lets UDP out."}
}

// brokenPaste ends a session whose connection was set up by copy and paste: its texts were good for that one. why is what TCP said, nil
// if it was not to be tried.
func brokenPaste(why error) error {
	return &signaling.Gone{Code: signaling.CodeLost, Err: why,
		Text:   "The connection to the host, which copy and paste had set up, broke, and there is no other way to it.",
		Advice: "Check the network at both ends and whether the host still runs, then ask for a new invite and join again."}
}

// pasteInstead adds to why no TCP connection came about that the invite has another way.
func pasteInstead(err error) error {
	f := *netcheck.AsFailure(err, netcheck.ReasonNoAnswer)
	f.Advice += " The invite also works by copy and paste, without such a connection: join with it in the window or with echopath-cli, which show the text to bring to the host."
	return &f
}

func noOffer() error {
	return &netcheck.Failure{Code: netcheck.ReasonInvite, Text: "The invite is not one for copy and paste.",
		Advice: "Ask for one that is: the host makes it by --paste, or in its window."}
}

func noPaste() error {
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "Copy and paste was asked for, and there is nothing here to show the answer.",
		Advice: "Leave the choice of the way to the program."}
}
