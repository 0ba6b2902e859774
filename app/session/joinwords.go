package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

func localFailure(err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The chosen interface of this computer can not be used.", Advice: "Choose another interface, or none.", Err: err}
}

// inviteFailure says what is wrong with the text of an invite. The text itself is in none of it.
func inviteFailure(err error) *netcheck.Failure {
	f := &netcheck.Failure{Code: netcheck.ReasonInvite, Err: err}
	switch {
	case errors.Is(err, invite.ErrTruncated):
		f.Text, f.Advice = "The invite is not complete.", "Copy it again, from the first letter to the last."
	case errors.Is(err, invite.ErrMistyped):
		f.Text, f.Advice = "The invite has a wrong letter.", "Copy it instead of typing it, and mind capital and small letters."
	case errors.Is(err, invite.ErrNewer):
		f.Text, f.Advice = "The invite was made by a newer version of Echopath.", "Install that version on this computer too."
		f.Code = netcheck.ReasonOtherVersion
	case errors.Is(err, invite.ErrSeveral):
		f.Text, f.Advice = "There is more than one invite in this text.", "Give the one that is meant, alone."
	default:
		f.Text, f.Advice = "This is not an invite.", "Copy the whole text that the host shows."
	}
	return f
}

// joinFailure puts in words why nobody was joined.
func joinFailure(ctx context.Context, i invite.Invite, err error) *netcheck.Failure {
	var gone *signaling.Gone
	var f *netcheck.Failure
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) && !errors.As(err, &f) && !errors.As(err, &gone):
		return &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: "The host did not let this computer in within the time that was allowed for it.",
			Advice: "Ask who runs the host to accept this computer by its name, then join again.", Err: err}
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Joining was stopped.", Advice: "Join again when you want to.", Err: err}
	case errors.As(err, &gone):
		return goneFailure(err)
	case errors.As(err, &f) && f.Code == netcheck.ReasonTLSPin:
		impostor := *f
		impostor.Code = netcheck.ReasonImpostor
		return &impostor
	}
	f = netcheck.AsFailure(err, netcheck.ReasonHostGone)
	if now := time.Now(); now.After(i.Expiry) {
		late := *f
		late.Advice += fmt.Sprintf(" By this computer's clock the invite's time was over at %s: if that is right, ask for a new one.", i.Expiry.Local().Format(time.DateTime))
		return &late
	}
	return f
}
