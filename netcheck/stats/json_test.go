package stats

import (
	"encoding/json"
	"testing"
)

func TestStoredPacketRoundTrip(t *testing.T) {
	for want, p := range map[string]Packet{
		`[3,10,20,30,40,1,2,0,1,"ok",""]`: {Seq: 3, SentUS: 10, UpRecvUS: 20, ReflSendUS: 30, DownRecvUS: 40,
			UpOrder: 1, DownOrder: 2, DupDown: 1, Status: StatusOK},
		`[4,null,null,null,null,0,0,0,0,"skipped","sender"]`: {Seq: 4, SentUS: NotMeasured, UpRecvUS: NotMeasured,
			ReflSendUS: NotMeasured, DownRecvUS: NotMeasured, Status: StatusSkipped, SkippedBy: SkipperSender},
	} {
		b, err := json.Marshal(p)
		if err != nil || string(b) != want {
			t.Errorf("%+v is stored as %s (%v), want %s", p, b, err, want)
		}
		var back Packet
		if err := json.Unmarshal(b, &back); err != nil || back != p {
			t.Errorf("%s reads as %+v (%v)", b, back, err)
		}
	}
}

func TestStoredPacketErrors(t *testing.T) {
	for _, bad := range []string{`{}`, `[]`, `[1,2,3]`, `[-1,0,0,0,0,0,0,0,0,"ok",""]`, `[1,0,0,0,0,0,0,0,0,"gone",""]`,
		`[1,0,0,0,0,0,0,0,0,"ok","nobody"]`, `[1,"x",0,0,0,0,0,0,0,"ok",""]`} {
		p := Packet{Seq: 77}
		if err := json.Unmarshal([]byte(bad), &p); err == nil || p.Seq != 77 {
			t.Errorf("%s was taken as %+v (%v)", bad, p, err)
		}
	}
}
