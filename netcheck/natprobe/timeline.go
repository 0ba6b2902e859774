package natprobe

import (
	"net/netip"
	"slices"
	"time"

	"echopath/netcheck"
)

// timeline keeps the steps of one conversation in order. A nil one keeps nothing.
type timeline struct {
	begin time.Time
	steps []netcheck.NetStep
	tls   *netcheck.TLSEvidence // of TLS or DTLS, also if it was not accepted
	proxy string                // host:port; "" if there was none
	count *tally                // of the packets of all its questions over UDP; nil: they are not counted
	sent  int                   // sendings of the question of the step that comes next
	end   end
}

// end is what the socket of a conversation showed.
type end struct {
	local           string // host:port
	mapped, relayed netip.AddrPort
	pace            pace
}

// note keeps what a session's socket showed until now.
func (l *timeline) note(s *session) {
	if l != nil {
		l.end = end{local: s.conn.LocalAddr().String(), mapped: s.mapped, relayed: s.relayed, pace: s.pace}
	}
}

func newTimeline() *timeline { return &timeline{begin: time.Now(), count: &tally{}} }

// since is how long the conversation has gone on.
func (l *timeline) since() time.Duration { return time.Since(l.begin) }

// did keeps a step that began at begin and ends now. Of a failed one it keeps the server's code, and the sentence in place of detail.
func (l *timeline) did(name string, begin time.Time, detail string, err error) {
	if l == nil {
		return
	}
	step := netcheck.NetStep{Name: name, OK: err == nil, At: begin.Sub(l.begin), Took: time.Since(begin), Detail: detail}
	if err != nil {
		step.Detail = netcheck.AsFailure(err, netcheck.ReasonLocal).Text
	}
	if no, ok := asRefusal(err); ok {
		step.Code = int(no.code)
	}
	if l.sent > 1 {
		step.Sent = l.sent
	}
	l.sent = 0
	l.steps = append(l.steps, step)
}

// asked notes for the next step how many times its question was sent.
func (l *timeline) asked(sendings int) {
	if l != nil {
		l.sent = max(l.sent, sendings)
	}
}

// tally is where questions are counted; nil: nowhere.
func (l *timeline) tally() *tally {
	if l == nil {
		return nil
	}
	return l.count
}

// challenged keeps the step of a challenge, which is an error answer and no failure.
func (l *timeline) challenged(begin time.Time, no *refusal, detail string) {
	if l == nil {
		return
	}
	l.did(netcheck.NetStepChallenge, begin, detail, nil)
	l.steps[len(l.steps)-1].Code = int(no.code)
}

// dialed keeps a step of opening a stream.
func (l *timeline) dialed(s netcheck.StepDone) {
	if l == nil {
		return
	}
	if s.TLS != nil {
		l.tls = s.TLS
	}
	if s.Name == netcheck.StepProxy && s.OK {
		l.proxy = s.Detail
	}
	at := max(0, l.since()-s.Took)
	l.steps = append(l.steps, netcheck.NetStep{Name: string(s.Name), OK: s.OK, At: at, Took: s.Took, Detail: s.Detail})
}

// answered tells whether the server itself has answered something.
func (l *timeline) answered() bool {
	return slices.ContainsFunc(l.steps, func(s netcheck.NetStep) bool {
		switch s.Name {
		case string(netcheck.StepDial), string(netcheck.StepProxy), string(netcheck.StepTLS):
			return false // a middlebox may have done that
		}
		return s.OK
	})
}

// failed gives the last step if it is one that failed.
func (l *timeline) failed() (netcheck.NetStep, bool) {
	if len(l.steps) == 0 || l.steps[len(l.steps)-1].OK {
		return netcheck.NetStep{}, false
	}
	return l.steps[len(l.steps)-1], true
}
