package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"unicode"

	"echopath/netcheck"
)

// withOthers adds that the other addresses failed too.
func withOthers(f *netcheck.Failure, failed int) *netcheck.Failure {
	if failed < 2 {
		return f
	}
	out := *f
	others := "The other address of the host that the invite names did"
	if failed > 2 {
		others = fmt.Sprintf("The other %d addresses of the host that the invite names did", failed-1)
	}
	out.Text += " " + others + " not work either."
	return &out
}

// stopped is the failure of what the end of ctx ended.
func stopped(ctx context.Context) *netcheck.Failure {
	err := ctx.Err()
	if errors.Is(err, context.DeadlineExceeded) {
		return &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "The time for connecting was over before the host had answered.",
			Advice: "Try again; if that does not help, ask whether the host still runs.", Err: err}
	}
	return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Connecting was stopped.", Err: err}
}

func badAddress(text string) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonInvite, Text: text, Advice: "Ask for a new invite."}
}

// noName puts a name that could not be resolved into words for an invite.
func noName(err error, host string, bound bool) error {
	f := *netcheck.AsFailure(err, netcheck.ReasonNameNotFound)
	switch f.Code {
	case netcheck.ReasonNameNotFound:
		f.Advice = "Ask for the name to be made known inside this network, or for an invite with the host's IP address."
	case netcheck.ReasonNameTimeout:
		f.Advice = "Check this computer's name servers and VPN (port 53 must be open to them), or ask for an invite with the host's IP address."
	case netcheck.ReasonNoFamily:
		if bound {
			f.Text = fmt.Sprintf("The host's address %s is of another IP version than the chosen interface.", host)
			f.Advice = "Choose another interface, or leave the choice to the system."
		}
	}
	return &f
}

// noHTTP tells that TLS with the right key came about and no answer to a request did.
func noHTTP(ctx context.Context, err error) error {
	timeout := net.Error(nil)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return stopped(ctx)
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Err: err,
			Text:   "The host answers with the key in the invite, and then not to the request for signalling.",
			Advice: "Try again: the host may be busy. If it stays so, ask whether it still runs."}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, new(*net.OpError)):
		return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Err: err,
			Text:   "The connection to the host was cut at the request for signalling.",
			Advice: "Try again. If it stays so, something on the way does not let it pass: ask for an exception for the host's address, or ask whether the host still runs."}
	}
	return notEchopath("what answers does not speak HTTP", err)
}

func notEchopath(what string, err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonOtherVersion, Err: err,
		Text:   "The key at the host's address is the one in the invite, but no Echopath that hosts answers there: " + what + ".",
		Advice: "Ask whether hosting is still on, and whether both ends have the same version of the program; a web server before the host must pass on /echopath/1/."}
}

// refusedError is an answer of the host's own that another way would not change.
type refusedError struct{ *netcheck.Failure }

// Unwrap gives the failure.
func (e refusedError) Unwrap() error { return e.Failure }

func final(err error) bool { return errors.As(err, new(refusedError)) }

// answered puts an answer other than the one that was asked for into words. It reads a little of the body and closes it.
func answered(ctx context.Context, conn net.Conn, resp *http.Response) error {
	stop := context.AfterFunc(ctx, func() { hardClose(conn) })
	defer stop()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxPhrase))
	_ = resp.Body.Close()
	status := fmt.Sprintf("HTTP status %d", resp.StatusCode)
	own := resp.Header.Get(headerOwn) != ""
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if own {
			return refusedError{&netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: "The host refuses: " + phrase(body, status),
				Advice: "Ask whoever hosts; if it is busy, try again later.", Err: errors.New(status)}}
		}
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "A web server answers for the host and can not reach it (" + status + ").",
			Advice: "Ask whether hosting is still on.", Err: errors.New(status)}
	}
	return notEchopath("what answers gives "+status, nil)
}

// phrase is a sentence that somebody else wrote, fit to be shown.
func phrase(b []byte, otherwise string) string {
	s := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) && r != '\ufffd' {
			return r
		}
		return -1
	}, string(b)))
	s, _, _ = strings.Cut(s, "\n")
	if s == "" || strings.HasPrefix(s, "<") {
		return otherwise + "."
	}
	return s
}

// swallowed tells that a WebSocket carries nothing.
func swallowed(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return stopped(ctx)
	}
	return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Err: err,
		Text:   "The connection to the host became a WebSocket, and nothing passes through it.",
		Advice: "Something on the way breaks WebSockets: ask for an exception for the host's address, or let the program choose the way."}
}

// heldBack tells that the stream of events does not begin.
func heldBack(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return stopped(ctx)
	case ctx.Err() != nil:
		return &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Err: ctx.Err(),
			Text:   "The host's stream of events was begun, and nothing of it arrives.",
			Advice: "Something on the way, such as a virus scanner, holds answers back until they are complete: ask for an exception for the host's address."}
	}
	return noHTTP(ctx, err)
}
