package stats

import "testing"

func TestSilence(t *testing.T) {
	for name, c := range map[string]struct {
		fates string // + answered, u and d lost on a way, ? lost, s skipped, one every 10 ms
		want  Silence
	}{
		"nothing":                  {"", Silence{}},
		"all answered":             {"++++", Silence{}},
		"one lost":                 {"++u+", Silence{LongestUS: 10_000}},
		"the longer of two":        {"+u+dd+", Silence{LongestUS: 20_000}},
		"until the end":            {"++???", Silence{LongestUS: 20_000, AtEndUS: 20_000}},
		"skipped ones lengthen it": {"+usss+", Silence{LongestUS: 40_000}},
		"skipped ones begin none":  {"+ss+", Silence{}},
		"a longer one before":      {"uuuu+u", Silence{LongestUS: 40_000}},
	} {
		var rows Packets
		for i, fate := range c.fates {
			p := Packet{Seq: uint32(i), SentUS: int64(i) * 10_000, UpRecvUS: NotMeasured, ReflSendUS: NotMeasured, DownRecvUS: NotMeasured} //nolint:gosec // few
			p.Status = map[rune]Status{'+': StatusOK, 'u': StatusLostUp, 'd': StatusLostDown, '?': StatusLost, 's': StatusSkipped}[fate]
			rows = append(rows, p)
		}
		if got := Summarize(rows, Options{}).Silence; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
