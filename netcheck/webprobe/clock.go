package webprobe

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"echopath/netcheck"
)

// maxSkew is how far a clock may be off. Credentials that hold for a short time are made with about a minute to spare.
const maxSkew = time.Minute

// Clock compares this computer's clock with the field Date (RFC 9110, section 6.6.1) of the answer to a GET of rawURL, http or
// https. Half the round trip is taken for the answer's way, and half a second for what Date leaves out. Facts.Skew is how far
// this computer is ahead, in whole seconds; Facts.RTT the round trip. A certificate is not verified, since a wrong clock refuses
// all of them. It ends within 3 s.
//
//   - ok: at most 60 s apart. Degraded, with netcheck.ReasonClock: more. Which of the two clocks is wrong, one answer does not tell.
//   - not tested: no answer, or one without a time.
func (p *Prober) Clock(ctx context.Context, rawURL string) netcheck.NetResult {
	t := start(netcheck.ProbeClock, rawURL)
	u, to, err := target(rawURL)
	if err != nil {
		return t.end(netcheck.NetNotTested, netcheck.ReasonNoServer, "The clock was not compared: there is no server whose time is known.", "")
	}
	t.result.Server, t.result.Port = shownURL(u), to.Port
	got, err := p.fetch(ctx, t, p.dialer(), u, to, 0)
	if err != nil {
		r := t.notTested(ctx, err, "This computer's clock could not be compared with another one")
		r.Advice = ""
		return r
	}
	t.result.Facts.RTT = got.rtt
	theirs, ok := serverTime(got.header)
	if !ok {
		return t.end(netcheck.NetNotTested, netcheck.ReasonUndecided, fmt.Sprintf("This computer's clock could not be compared: the answer of %s tells no time.", u.Host), "")
	}
	skew := got.sent.Add(got.rtt / 2).Sub(theirs).Round(time.Second)
	t.result.Facts.Skew = skew
	return t.clock(u.Hostname(), skew)
}

func (t *trial) clock(host string, skew time.Duration) netcheck.NetResult {
	if skew.Abs() <= maxSkew {
		return t.end(netcheck.NetOK, "", fmt.Sprintf("This computer's clock is %s that of %s.", apart(skew), host), "")
	}
	return t.end(netcheck.NetDegraded, netcheck.ReasonClock,
		fmt.Sprintf("This computer's clock is %s that of %s: credentials that hold for a limited time fail, and certificates may.", apart(skew), host),
		"Set this computer's clock, date and time zone by the network (NTP, UDP port 123). If they are right by another clock, the one of "+host+" is wrong.")
}

// serverTime is the middle of the second in which the answer was made. One that a cache kept has grown older since.
func serverTime(h http.Header) (time.Time, bool) {
	const oldest = 30 * 24 * time.Hour
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}, false
	}
	age := time.Duration(0)
	if text := h.Get("Age"); text != "" { // RFC 9111, section 5.1
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil || time.Duration(n)*time.Second > oldest {
			return time.Time{}, false
		}
		age = time.Duration(n) * time.Second
	}
	return date.Add(age + time.Second/2), true
}

// apart words how far a clock is ahead of another.
func apart(skew time.Duration) string {
	switch {
	case skew.Abs() <= time.Second: // Date has no more
		return "within a second of"
	case skew < 0:
		return span(-skew) + " behind"
	}
	return span(skew) + " ahead of"
}

func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
