package model

import (
	"errors"
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

func anAnswer(t *testing.T) string {
	t.Helper()
	text, err := invite.Answer{Room: [8]byte{9}, Description: []byte(strings.Repeat("candidate", 9))}.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnInviteByPaste(t *testing.T) {
	h := hostingHost()
	if !h.NeedsPaste(hostNow) {
		t.Error("there is an invite at first")
	}
	h.PasteAsking()
	if v := h.Paste(hostNow, ""); h.NeedsPaste(hostNow) || v.Invite.Can || v.Can || !strings.Contains(v.Invite.Why, "being made") {
		t.Errorf("%+v", v)
	}
	h.PasteInvited(anInvite(t), [8]byte{9}, hostNow.Add(time.Minute))
	if v := h.Paste(hostNow, ""); !v.Invite.Can || v.Can || v.Problem != "" || v.Invite.Expiry != "Lets one guest in, 1:00 left" || strings.Contains(v.Invite.Short, anInvite(t).Reveal()) {
		t.Errorf("%+v", v)
	}
	if v := h.Paste(hostNow, "hello"); v.Can || v.Problem == "" || v.Why != v.Problem {
		t.Errorf("%+v", v)
	}
	if v := h.Paste(hostNow, anInvite(t).Reveal()); v.Can || !strings.Contains(v.Problem, "invite") {
		t.Errorf("an invite as the answer: %+v", v)
	}
	answer := anAnswer(t)
	if v := h.Paste(hostNow, answer); !v.Can || v.Problem != "" {
		t.Errorf("%+v", v)
	}
	if v := h.Paste(hostNow.Add(time.Minute), answer); v.Can || !strings.Contains(v.Why, "expired") || !h.NeedsPaste(hostNow.Add(time.Minute)) {
		t.Errorf("%+v", v)
	}
}

func TestWhatBecomesOfAnAnswer(t *testing.T) {
	h := hostingHost()
	h.PasteInvited(anInvite(t), [8]byte{9}, hostNow.Add(time.Minute))
	answer := anAnswer(t)
	h.Apply(hosting.Event{Kind: hosting.EventGuestJoined, Time: hostNow}) // of somebody else
	h.Answering()
	if v := h.Paste(hostNow, answer); v.Can || v.Line == "" || v.Done {
		t.Errorf("%+v", v)
	}
	h.Answered(&netcheck.Failure{Text: "no invite waits for this answer", Advice: "Make a new one."})
	if v := h.Paste(hostNow, answer); v.Problem != "No invite waits for this answer. Make a new one." || v.Line != "" || !v.Can {
		t.Errorf("%+v", v)
	}
	h.AnswerEdited()
	h.Answering()
	h.Answered(nil)
	h.Apply(hosting.Event{Kind: hosting.EventRefused, Time: hostNow, Text: "the guest was not reached"})
	if v := h.Paste(hostNow, answer); v.Problem != "The guest was not reached." || v.Done {
		t.Errorf("%+v", v)
	}
	h.Answering()
	h.Answered(nil)
	h.Apply(hosting.Event{Kind: hosting.EventGuestWaiting, Time: hostNow})
	if v := h.Paste(hostNow, answer); !v.Done || !h.NeedsPaste(hostNow) {
		t.Errorf("%+v", v)
	}
	h.PasteFailed(errors.New("no socket can be had"))
	if v := h.Paste(hostNow, answer); v.Can || v.Invite.Expiry != "No socket can be had." || !h.NeedsPaste(hostNow) {
		t.Errorf("%+v", v)
	}
	h.Stopped(nil)
	if _, ok := h.PasteText(); ok {
		t.Error("the invite stays after the host")
	}
}

func TestAnAnswerIsCarried(t *testing.T) {
	j := NewJoin()
	j.Answer("too early")
	if j.AnswerView(hostNow).Open {
		t.Error("an answer without a host that is reached")
	}
	text := anInvite(t)
	j.By(text)
	j.Begin()
	answer := anAnswer(t)
	j.Answer(answer)
	v := j.AnswerView(hostNow.Add(-8*time.Minute - 12*time.Second))
	if !v.Open || j.AnswerText() != answer || v.Expiry != "The host can take it for 8:12 more." || strings.Contains(v.Short, answer[14:40]) {
		t.Errorf("%+v", v)
	}
	if v := j.View(text, false); !strings.Contains(v.Line, "carried to the host") || v.Action != "Cancel" {
		t.Errorf("%+v", v)
	}
	if v := j.AnswerView(hostNow.Add(time.Second)); !strings.Contains(v.Expiry, "expired") {
		t.Errorf("%+v", v)
	}
	j.Standing(signaling.Standing{State: signaling.StandingWaiting})
	if j.AnswerView(hostNow).Open {
		t.Error("the sheet stays though the two have met")
	}
}

// An invite is not shown once it is whole, whether it was pasted by a key or by the button, and whatever becomes of the host.
func TestAWholeInviteIsCovered(t *testing.T) {
	text := anInvite(t)
	j := NewJoin()
	if v := j.View(text, false); v.Shown == "" || strings.Contains(v.Shown, text.Reveal()[12:]) || !v.CanAct {
		t.Errorf("a fresh one: %+v", v)
	}
	j.By(text)
	j.Begin()
	for name, step := range map[string]func(){"gone": func() { j.Gone(errors.New("lost")) }, "left": j.Left} {
		step()
		v := j.View(text, false)
		if v.Shown == "" || strings.Contains(v.Shown, text.Reveal()[12:]) || v.Locked || v.Action != "Connect" || !v.CanAct {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := j.View(text+"x", false); v.Shown != "" {
		t.Errorf("one with a letter too many can not be mended: %+v", v)
	}
}

func TestOutsideServers(t *testing.T) {
	f := DefaultForm()
	if all := f.OutsideSTUN(); len(all) != len(netcheck.PublicSTUN()) || !all[0].Public {
		t.Errorf("%+v", all)
	}
	f.STUN = "# nothing\n\nstun:own.example:3478 # ours\nstun:stun.cloudflare.com:3478\nturn:x.example\nhttp://x"
	all, problem := ReadSTUN(f.STUN)
	if len(all) != 2 || all[0].Public || !all[1].Public || !strings.HasPrefix(problem, "Line 5 can not be used: only STUN") {
		t.Errorf("%+v %q", all, problem)
	}
	list := WithPublic("turn:own.example\nstun:stun.cloudflare.com:3478  # public\n")
	if strings.Count(list, "cloudflare") != 1 || strings.Count(list, publicRemark) != len(netcheck.PublicSTUN()) || WithPublic(list) != list {
		t.Errorf("%q", list)
	}
	if got := MarkPublic("turn:own.example\nstun:stun.cloudflare.com:3478"); got != "turn:own.example\nstun:stun.cloudflare.com:3478  # public" {
		t.Errorf("%q", got)
	}
	f.Target, f.Servers.URLs = netcheck.TargetTURN, WithPublic("stun:own.example:3478")
	if c := f.Check(); c.Problem != "" || len(c.Plan.Target.Servers) != 1+len(netcheck.PublicSTUN()) || c.Plan.Target.Servers[0].Public || !c.Plan.Target.Servers[1].Public {
		t.Errorf("%+v", c)
	}
}
