package view

import (
	"strings"
	"time"

	"echopath/app/model"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

var answerText = testAnswer()

func testAnswer() string {
	text, err := invite.Answer{Room: [8]byte{1}, Description: []byte(strings.Repeat("candidate", 12))}.Text()
	if err != nil {
		panic(err)
	}
	return text
}

// pasteSheet is a host with the sheet of an invite by copy and paste, and what was pasted as the answer.
func (d *world) pasteSheet(answer string) {
	d.host(emptyHost(d))
	d.w.actions.pasteInvite.run()
	d.h.PasteInvited(inviteText, [8]byte{9}, d.now.Add(9*time.Minute+12*time.Second))
	d.w.Refresh()
	if answer != "" {
		d.w.paste.answer.SetText(answer)
	}
}

// answerSheet is a guest with an answer to carry.
func (d *world) answerSheet() {
	d.now = time.Date(2026, 11, 21, 19, 33, 30, 0, time.UTC)
	d.form(func(f *model.Form) { f.Target, f.Invite = netcheck.TargetInvite, inviteText })
	d.j.By(inviteText)
	d.j.Begin()
	d.j.Answer(answerText)
	d.w.Refresh()
}
