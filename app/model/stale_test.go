package model

import (
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

var stoppedHosting = &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host has stopped hosting.", Advice: "Ask who runs it to start it again."}

// guestOf is the screen of a guest that is connected.
func guestOf(t *testing.T) (*Test, *Join) {
	t.Helper()
	j, m := NewJoin(), NewTest(Units{})
	m.SetJoin(j)
	m.SetForm(remoteForm(anInvite(t)))
	joinAgain(j)
	return m, j
}

func joinAgain(j *Join) {
	j.Begin()
	j.Joined(netcheck.OtherEnd{Name: "LONDON", Host: true})
}

// cutRun is a run whose host went away while its first path was measured.
func cutRun(t *testing.T, m *Test) {
	t.Helper()
	m.Begin()
	var last netcheck.Event
	for _, e := range remoteRun(t) {
		if _, ended := e.Body.(netcheck.PathEnded); ended {
			break
		}
		m.Apply(e)
		last = e
	}
	m.Apply(netcheck.Event{Seq: last.Seq + 1, At: last.At + time.Second, Body: netcheck.SessionEnded{Ended: netcheck.EndedError, Error: "the host has stopped hosting"}})
	m.End(Outcome{Err: stoppedHosting})
}

// What kept a run from its end is no advice any more when there is another session with the host.
func TestAnotherSessionEndsTheAdvice(t *testing.T) {
	m, j := guestOf(t)
	cutRun(t, m)
	j.Gone(stoppedHosting)
	if b := m.View(0).Banner; strings.Count(b.More, "start it again") != 1 || strings.Contains(b.More, "connected again") {
		t.Errorf("when the host has gone: %q, %q", b.Text, b.More)
	}
	joinAgain(j)
	if b := m.View(0).Banner; strings.Contains(b.Text+b.More, "start it again") || !strings.Contains(b.More, "You are connected again") || !strings.Contains(b.More, "The host has stopped hosting.") {
		t.Errorf("connected again: %q, %q", b.Text, b.More)
	}
}

// A test that could not start for the same reason leaves room for the next one.
func TestAnotherSessionEndsTheFailure(t *testing.T) {
	m, j := guestOf(t)
	m.Begin()
	m.End(Outcome{Err: stoppedHosting})
	j.Gone(stoppedHosting)
	if b := m.View(0).Banner; b.Mark.Word != "NOT STARTED" || len(m.View(0).Findings) == 0 {
		t.Errorf("%+v", b)
	}
	joinAgain(j)
	if v := m.View(0); v.Banner.Mark.Word != "READY" || len(v.Findings) != 0 || !v.CanStart {
		t.Errorf("connected again: %+v, %+v", v.Banner, v.Findings)
	}
}

// A host starts no calls, so nothing tells it to.
func TestNoFilmAsksForNoStart(t *testing.T) {
	c := hostingHost().NoFilm().View(0).Caption
	if c.Why == "" || strings.Contains(c.Why, "Start") || c.Names[0] != "This computer" {
		t.Errorf("%+v", c)
	}
}
