package model

import (
	"fmt"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// callEvents are those of a guest's call.
func callEvents(t *testing.T, run presenttest.RunFunc, calls int, paths ...netcheck.Path) []netcheck.Event {
	t.Helper()
	var events []netcheck.Event
	if _, err := run(t.Context(), presenttest.CallPlan(calls, paths...), func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

// A host sees the call of a guest on its screen of packets, while it runs and afterwards.
func TestCallOfAGuest(t *testing.T) {
	h := hostingHost(aGuest("a", hosting.GuestActive))
	live := ""
	for _, e := range callEvents(t, presenttest.CallUneven, 1, netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP) {
		h.ApplyRun("a", "r1", []netcheck.Event{e}, e.At)
		v, _, _ := h.RunView()
		if s, ok := e.Body.(netcheck.CallSampleTaken); ok && s.Sample.Index == 24 && s.Sample.Whole {
			run, _, now := h.Run()
			live = run.View(now).Status.Text
			if row := v.Rows[1]; !row.Active || row.State.Word != "measuring" || row.Cells[ColConnect].Text != "31" || !strings.Contains(row.Cells[ColLossOut].Hint, "under way") {
				t.Errorf("while it runs: %+v", row)
			}
		}
	}
	h.EndRun("a", "r1", Outcome{})
	if want := "STUN: call, up / down 420 / 1500 kbit/s, 27 / 30 fps, frozen 1.3 / 0 s"; live != want {
		t.Errorf("%q, want %q", live, want)
	}
	v, _, _ := h.RunView()
	row := v.Rows[1]
	for i, want := range map[int]string{ColConnect: "31", ColLossOut: "5 % (3.4–7.3)", ColLossBack: "0 % (≤ 0.21 %)", ColLate: present.None, ColRTT50: "60", ColRTT95: "62", ColKbps: present.None} {
		if row.Cells[i].Text != want {
			t.Errorf("column %d: %q, want %q", i, row.Cells[i].Text, want)
		}
	}
	if row.State.Word != "poor" || v.Rows[0].State.Word != "blocked" || !strings.Contains(row.Cells[ColLate].Hint, "A call has no such figure") {
		t.Errorf("%+v", row)
	}
	run, _, _ := h.Run()
	text := fmt.Sprint(run.Details(netcheck.PathSTUN))
	for _, want := range []string{"Two-way call", "284 of 300", "300 of 300", "1.3 s in 2, longest 0.65 s", "480x270", "420", "1500"} {
		if !strings.Contains(text, want) {
			t.Errorf("the details lack %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Video echo") || len(run.Curves()) != 0 {
		t.Errorf("%d curves of packets:\n%s", len(run.Curves()), text)
	}
	log := fmt.Sprint(run.Log())
	for _, want := range []string{"The call begins: 640x360@30, synthetic picture (normal) here, about 10 s.", "Shown there: 284 of 300 pictures"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// Without the other end's account nothing is said of the way there.
func TestCallWithoutAnAccount(t *testing.T) {
	m := NewTest(Units{Mbit: true})
	for _, e := range callEvents(t, presenttest.CallNoAccount, 1, netcheck.PathSTUN) {
		m.Apply(e)
		m.View(e.At)
	}
	m.End(Outcome{})
	row := m.View(0).Rows[1]
	if row.Cells[ColLossOut].Text != present.None || row.Cells[ColLossBack].Text != present.None || !strings.Contains(row.Cells[ColLossOut].Hint, "account") ||
		row.Cells[ColRTT50].Text != "30" || !strings.Contains(row.Why, "account") {
		t.Errorf("%+v", row)
	}
}

func TestWhatHappensInACall(t *testing.T) {
	m := NewTest(Units{})
	granted, err := presenttest.CallPlan(1, netcheck.PathSTUN).Grant()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []netcheck.Body{netcheck.SessionStarted{Granted: granted}, netcheck.VideoHappened{What: netcheck.Froze}, netcheck.VideoHappened{What: netcheck.Thawed, Took: 4e8},
		netcheck.VideoHappened{What: netcheck.SizeChanged, Width: 480, Height: 270, Kbps: 300}, netcheck.VideoHappened{What: netcheck.SourceEnded, Text: "the camera is gone"}} {
		m.Apply(netcheck.Event{Path: netcheck.PathSTUN, Body: b})
	}
	log := fmt.Sprint(m.Log())
	for _, want := range []string{"The picture of the other end stands still.", "The picture of the other end stood still for 0.4 s.",
		"Of this computer's picture: picture made smaller, 480x270", "Of this computer's picture: there are no more pictures: the camera is gone."} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	short, _ := cost(granted, Units{})
	if want := "1 call of 10 s, at most 2500 kbit/s each way, about 11 s"; short != want {
		t.Errorf("%q, want %q", short, want)
	}
}

func TestStepsOfSignalling(t *testing.T) {
	for name, want := range map[netcheck.StepName]string{"websocket": "WebSocket opened", "sse": "Event stream opened", "of a newer version": "of a newer version"} {
		if got := stepTitle(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
