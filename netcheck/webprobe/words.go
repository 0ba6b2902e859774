package webprobe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// errNotHTTP tells of an answer that is none of HTTP.
var errNotHTTP = errors.New("the answer is not HTTP")

// unanswered says why a connection that stood brought no answer.
func unanswered(ctx context.Context, to dial.To, err error) error {
	where := net.JoinHostPort(to.Host, strconv.Itoa(to.Port))
	f := &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Err: err, Text: where + " accepts TCP and does not answer."}
	switch {
	case errors.Is(err, errNotHTTP):
		f.Code, f.Text = netcheck.ReasonServerError, fmt.Sprintf("What answers at %s does not speak HTTP.", where)
	case errors.Is(ctx.Err(), context.Canceled):
		f.Code, f.Text = netcheck.ReasonCancelled, "The probe was stopped."
	case ctx.Err() != nil || dial.KindOf(err) == dial.KindTimeout:
	case dial.KindOf(err) == dial.KindClosed:
		f.Code, f.Text = netcheck.ReasonRefused, where+" accepts TCP and closes the connection without an answer."
	default:
		f.Code, f.Text = netcheck.ReasonTLSFailed, "TLS with "+where+" failed."
	}
	return f
}
