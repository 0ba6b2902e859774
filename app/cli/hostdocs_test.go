package cli

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/netcheck/signaling"
)

// Everything that programs read is explained: each field, each event, each code with which a guest is turned away.
func TestHostingDocs(t *testing.T) {
	b, err := os.ReadFile("../../docs/hosting.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	var wanted []string
	for _, s := range []any{hostLine{}, hostStart{}, hostPort{}, hostInvite{}, hostEvent{}, hostStatus{}} {
		for f := range reflect.TypeOf(s).Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				wanted = append(wanted, name)
			}
		}
	}
	for _, k := range []hosting.EventKind{hosting.EventStarted, hosting.EventInvited, hosting.EventGuestWaiting, hosting.EventGuestJoined, hosting.EventGuestAway,
		hosting.EventGuestBack, hosting.EventGuestLeft, hosting.EventRefused, hosting.EventQueued, hosting.EventAdmitted, hosting.EventLegOpened, hosting.EventLegFailed,
		hosting.EventLegClosed, hosting.EventRun, hosting.EventRunEnded, hosting.EventStopped} {
		wanted = append(wanted, string(k))
	}
	for _, c := range []signaling.Code{signaling.CodeRemoved, signaling.CodeDeclined, signaling.CodeHostStopped, signaling.CodeLost, signaling.CodeExpired, signaling.CodeUsed,
		signaling.CodeUnknownRoom, signaling.CodeRoomFull, signaling.CodeHostFull, signaling.CodeTooMany, signaling.CodeBusy, signaling.CodeFlood, signaling.CodeWrongSecret, signaling.CodeVersion} {
		wanted = append(wanted, string(c))
	}
	for _, word := range append(wanted, hostSchema, "invite_over", "status", "warning", "answer_taken", "answer_refused", "not_met") {
		if !strings.Contains(text, "`"+word+"`") && !strings.Contains(text, "`"+word+"[]`") {
			t.Errorf("docs/hosting.md does not explain %s", word)
		}
	}
	for f := range new(hostOptions).groups().all() {
		if f.name != "quiet" && f.name != "name" && !strings.Contains(text, "--"+f.name) {
			t.Errorf("docs/hosting.md does not mention --%s", f.name)
		}
	}
}
